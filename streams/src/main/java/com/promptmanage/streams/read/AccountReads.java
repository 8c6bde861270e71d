package com.promptmanage.streams.read;

import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenUsage;
import java.util.List;
import java.util.OptionalLong;

/** What the state of the partition that holds an account can be asked. Callable from any thread. */
public interface AccountReads {

    /** From committed state. Entries come in the order of their steps; steps without spend are left out. */
    List<SpendEntry> spend(SpendQuery query);

    /**
     * From committed state: every budget of the account with the windows that contain {@code nowMs}; a budget for each
     * value has one entry for each value with spend; any other has one entry, also without spend.
     */
    List<BudgetSpend> budgets(Account account, long nowMs);

    /**
     * The budgets that a call would count toward, with what has been spent of each: the newest state, which may include
     * spend that is not committed yet. For deciding, not for showing.
     */
    List<BudgetSpend> covering(TokenUsage call, long nowMs);

    /** What a call at that time costs this account, nanoUSD; empty if its model has no price. */
    OptionalLong quote(TokenUsage call, long atMs);

    /** The offset on {@code usage.events} up to which (inclusive) committed state includes everything; −1 for none. */
    long committedOffset();

    /** How far this copy is behind the owner's, in records; 0 on the owner. */
    long lagRecords();
}
