package com.promptmanage.runner.template;

import com.promptmanage.topics.account.Account;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What accounts have set up, as far as workflows name it. Safe for use by several threads. */
public interface AccountSetup {

    /** Where nobody knows: whatever is named is taken to be there. */
    AccountSetup UNKNOWN = new AccountSetup() {
        @Override
        public Optional<Lack> source(Account account, String sourceId, @Nullable String connector) {
            return Optional.empty();
        }

        @Override
        public Optional<Lack> secret(Account account, String name) {
            return Optional.empty();
        }

        @Override
        public boolean isFile(Account account, String sourceId) {
            return false;
        }
    };

    /**
     * Why workflows of the account can neither read from nor write to what is named so.
     *
     * @param connector the type of what is wanted; null if any will do
     * @return empty if they can, as far as that can be told without asking outside
     */
    Optional<Lack> source(Account account, String sourceId, @Nullable String connector);

    /** Why workflows of the account cannot refer to a secret by this name; empty if they can. */
    Optional<Lack> secret(Account account, String name);

    /** Whether what is named so is a data source of the account that is a file: one list, with no sheets or tables in it. */
    boolean isFile(Account account, String sourceId);

    /**
     * Something that is not there.
     *
     * @param detail what is wrong with what was named
     * @param remedy what to do
     */
    record Lack(String detail, String remedy) {}
}
