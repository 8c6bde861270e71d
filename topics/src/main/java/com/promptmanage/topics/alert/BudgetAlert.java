package com.promptmanage.topics.alert;

import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Threshold;
import java.time.Instant;

/**
 * A budget's threshold was reached.
 *
 * @param id the same wherever and however often the alert is told: a hash of budget, version, value, period, threshold
 * @param budget the definition in force, whole
 * @param value the value of the budget's dimension that reached it; of the whole account, the account
 * @param periodStart when the charged period began
 * @param periodEnd when it ends
 * @param spent what was spent of the limit when the threshold was reached, in the limit's unit (nanoUSD or tokens)
 * @param forecast what the period was heading for, in the limit's unit; equals {@code spent} unless a forecast crossed
 * @param occurredAt the time of the event that reached it
 * @param late whether the period was already over, so that a late event reached it
 */
public record BudgetAlert(
        String id,
        Budget budget,
        String value,
        Threshold threshold,
        Instant periodStart,
        Instant periodEnd,
        long spent,
        long forecast,
        Instant occurredAt,
        boolean late) {

    /** The CloudEvents type. */
    public static final String TYPE = "com.promptmanage.budget.alert.v1";

    public Account account() {
        return budget.account();
    }
}
