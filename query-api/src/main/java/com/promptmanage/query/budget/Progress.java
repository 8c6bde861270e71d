package com.promptmanage.query.budget;

import com.promptmanage.query.spend.Ratio;
import com.promptmanage.query.spend.RunRate;
import com.promptmanage.streams.read.BudgetSpend;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period.Window;
import com.promptmanage.topics.budget.Threshold;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.OptionalLong;

/**
 * How far one value of a budget has got in one period. Amounts are in the limit's unit: nanoUSD or tokens.
 *
 * @param value of the budget's dimension; of the whole account, the account
 */
record Progress(Budget budget, String value, Window window, long spent) {

    static Progress of(BudgetSpend spend) {
        return new Progress(spend.budget(), spend.value(), spend.window(), spend.spent());
    }

    long limit() {
        return budget.limit().amount();
    }

    /** What is left, never below zero: {@link #overBy} tells the rest. */
    long remaining() {
        return Math.max(0, left());
    }

    /** What is spent beyond the limit; zero while it is not reached. */
    long overBy() {
        return Math.max(0, -left());
    }

    BigDecimal percentage() {
        return Ratio.percent(spent, limit());
    }

    boolean isExceeded() {
        return spent >= limit();
    }

    /** Whether the first of the budget's own warnings is reached; forecasts do not count, they are about tomorrow. */
    boolean isNearLimit() {
        return isExceeded() || budget.thresholds().stream().anyMatch(this::isReached);
    }

    /** Along a straight line. */
    OptionalLong runRate(long nowMs) {
        return RunRate.project(spent, window, nowMs);
    }

    /** Whether another call would take the budget over its limit. A call that costs nothing never does. */
    boolean wouldExceed(long amount) {
        return amount > 0 && amount > left();
    }

    boolean isOfTokens() {
        return switch (budget.limit()) {
            case Limit.Tokens tokens -> true;
            case Limit.Spend money -> false;
        };
    }

    /** Below zero if overspent. Corrections can make the spend negative, which allows no more than the limit. */
    private long left() {
        return limit() - Math.max(0, spent);
    }

    private boolean isReached(Threshold threshold) {
        return switch (threshold) {
            case Threshold.Percent percent ->
                BigInteger.valueOf(spent)
                                .multiply(BigInteger.valueOf(100_000))
                                .compareTo(
                                        BigInteger.valueOf(limit()).multiply(BigInteger.valueOf(percent.thousandths())))
                        >= 0;
            case Threshold.Amount amount -> spent >= amount.amount();
            case Threshold.Forecast forecast -> false;
        };
    }
}
