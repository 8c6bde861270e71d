package com.promptmanage.streams.read;

import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.pricing.CallPrices;
import com.promptmanage.topics.settings.AccountSettings;
import com.promptmanage.topics.usage.TokenUsage;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;

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
     * From committed state: the budgets that a call would count toward, with what has been spent of each.
     */
    List<BudgetSpend> covering(TokenUsage call, long nowMs);

    /** The name under which the account's usage of a model counts once it has a price, whichever of its names is given. */
    String countedModel(Account account, String model);

    /** From committed state: the account's budgets as they are defined. */
    List<Budget> definitions(Account account);

    /** What a call at that time costs this account, nanoUSD, at most {@link Long#MAX_VALUE}; empty if its model has no price. */
    OptionalLong quote(TokenUsage call, long atMs);

    /** The prices by which a call at that time may be charged, whichever of its model's names the provider answers by. */
    CallPrices prices(TokenUsage call, long atMs);

    /** What follows the account: its zone, its tags, its own prices. */
    AccountSettings settings(Account account);

    /** Runs several reads so that all of them see the same commit. They may run twice, and must not block. */
    <T> T atOneCommit(Supplier<T> reads);

    /** The offset on {@code usage.events} up to which (inclusive) committed state includes everything; −1 for none. */
    long committedOffset();

    /** How far this copy is behind the owner's, in records; 0 on the owner. */
    long lagRecords();
}
