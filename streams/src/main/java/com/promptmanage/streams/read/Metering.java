package com.promptmanage.streams.read;

import com.promptmanage.topics.account.Account;
import java.time.Duration;
import java.util.Collection;

/** Where the state of each account is to be asked. */
public interface Metering {

    /** Where an account's state is. */
    sealed interface Place {

        /** In this process, current. */
        record Here(AccountReads reads) implements Place {}

        /** In another process. */
        record Elsewhere(String host, int port) implements Place {}

        /** Nowhere at the moment: the application starts or moves partitions. Ask again soon. */
        record Moving(String reason) implements Place {}
    }

    Place owner(Account account);

    /** As {@link #owner}, but a copy in this process will do; its lag is told by {@link AccountReads#lagRecords}. */
    Place ownerOrStandby(Account account);

    /** The partition that holds an account. */
    int partitionOf(Account account);

    /**
     * Waits until the committed state of a partition owned by this process includes an offset.
     *
     * @return whether it does; false when the time is up or the partition is owned elsewhere
     */
    boolean awaitCommitted(int partition, long offset, Duration timeout) throws InterruptedException;

    /** The state of every partition that this process owns. */
    Collection<AccountReads> local();

    /** Calls back after each commit that changed state, on a thread that must not be held up. What it throws is logged. */
    void onCommit(CommitListener listener);

    /** Is told which accounts a commit changed. */
    interface CommitListener {
        void committed(int partition, Collection<Account> changed);
    }
}
