package com.promptmanage.runner.secret;

import com.promptmanage.topics.account.Account;
import java.util.Map;
import java.util.Optional;

/** Secrets in the clear, for the moment in which they are used. */
public interface SecretValues {

    /** The secret that workflows of the account refer to as {@code {{secrets.NAME}}}. */
    Optional<String> named(Account account, String name);

    /** What a stored credential holds, by name; empty if there is none of that id. */
    Optional<Map<String, String>> ofCredential(Account account, String credentialId);

    /** What the account's credential for a provider holds; of several, the newest. */
    Optional<Map<String, String>> ofKind(Account account, String kind);

    /** There are none. */
    SecretValues NONE = new SecretValues() {
        @Override
        public Optional<String> named(Account account, String name) {
            return Optional.empty();
        }

        @Override
        public Optional<Map<String, String>> ofCredential(Account account, String credentialId) {
            return Optional.empty();
        }

        @Override
        public Optional<Map<String, String>> ofKind(Account account, String kind) {
            return Optional.empty();
        }
    };
}
