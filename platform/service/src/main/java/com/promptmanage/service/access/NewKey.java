package com.promptmanage.service.access;

import com.promptmanage.topics.account.Account;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * A key to be made.
 *
 * @param createdBy a user id
 */
public record NewKey(
        String name,
        Account account,
        Set<KeyScope> scopes,
        boolean maySpeakForOthers,
        Optional<Instant> expiresAt,
        Optional<String> createdBy) {

    public NewKey {
        scopes = Set.copyOf(scopes);
    }

    /** With all scopes, for good, bound to its account. */
    public static NewKey of(String name, Account account) {
        return new NewKey(name, account, KeyScope.ALL, false, Optional.empty(), Optional.empty());
    }

    public NewKey withScopes(Set<KeyScope> other) {
        return new NewKey(name, account, other, maySpeakForOthers, expiresAt, createdBy);
    }

    public NewKey speakingForOthers() {
        return new NewKey(name, account, scopes, true, expiresAt, createdBy);
    }

    public NewKey expiringAt(Instant time) {
        return new NewKey(name, account, scopes, maySpeakForOthers, Optional.of(time), createdBy);
    }
}
