package com.promptmanage.runner.template;

import com.promptmanage.topics.account.Account;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What accounts have set up, as far as workflows name it. Safe for use by several threads. */
public interface AccountSetup {

    /** Where nobody knows: whatever is named is taken to be there. */
    AccountSetup UNKNOWN = new AccountSetup() {
        @Override
        public Optional<Lack> source(
                Account account, String sourceId, @Nullable String connector, Set<SourceKind> fitting) {
            return Optional.empty();
        }

        @Override
        public Optional<Lack> secret(Account account, String name) {
            return Optional.empty();
        }

        @Override
        public Optional<SourceKind> kind(Account account, String sourceId) {
            return Optional.empty();
        }

        @Override
        public boolean sendsMail() {
            return true;
        }
    };

    /**
     * Why workflows of the account can neither read from nor write to what is named so.
     *
     * @param connector the type of what is wanted; null if any will do
     * @param fitting kinds that will do as well, to be told to who wants one that cannot be connected
     * @return empty if they can, as far as that can be told without asking outside
     */
    Optional<Lack> source(Account account, String sourceId, @Nullable String connector, Set<SourceKind> fitting);

    /** Why workflows of the account cannot refer to a secret by this name; empty if they can. */
    Optional<Lack> secret(Account account, String name);

    /** Of what kind the account's data source is, or the samples are, that is named so; empty if there is none, or its kind allows whatever is asked. */
    Optional<SourceKind> kind(Account account, String sourceId);

    /** Whether mail goes out from here, whosever workflow sends it. */
    boolean sendsMail();

    /**
     * Something that is not there.
     *
     * @param detail what is wrong with what was named
     * @param remedy what to do
     */
    record Lack(String detail, String remedy) {}
}
