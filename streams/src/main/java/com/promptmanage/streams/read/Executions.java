package com.promptmanage.streams.read;

import com.promptmanage.topics.account.Account;

/** Where it is known what an account's executions have come to. */
public interface Executions {

    /** Where that is. */
    sealed interface Place {

        /** In this process. */
        record Here(ExecutionReads reads) implements Place {}

        /** In another process. */
        record Elsewhere(String host, int port) implements Place {}

        /** Nowhere at the moment: the application starts or moves partitions. Ask again soon. */
        record Moving(String reason) implements Place {}
    }

    Place owner(Account account);
}
