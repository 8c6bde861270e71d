package com.promptmanage.topics.budget;

import com.promptmanage.topics.account.Account;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A budget as it is defined. What has been spent of it is a counter per value and period in the stream's state.
 *
 * @param value the one value of the dimension that is limited, or {@code *} for each by itself; {@code *} for the whole
 *     account, which has no values
 * @param thresholds in rising order within each kind
 * @param version rises with each change that decides which alerts are raised: once per version
 * @param createdMs when there came to be a budget of this id, ms since the epoch: of periods that were over by then no alert is
 *     raised. 0 if it is not known, as of budgets from before it was told; then it is taken to have been there ever
 */
public record Budget(
        String id,
        String name,
        Account account,
        Dimension dimension,
        String value,
        Limit limit,
        Period period,
        List<Threshold> thresholds,
        Enforcement enforcement,
        FailMode failMode,
        long version,
        long createdMs) {

    /** Stands for each value of the dimension by itself. */
    public static final String EACH = "*";

    /** More thresholds than this on one budget are refused. */
    public static final int THRESHOLDS_MAX = 16;

    /** Longest name: it stands several times in each alert. */
    public static final int NAME_LENGTH_MAX = 1000;

    /** 75 % info, 90 % warning, 100 % critical. */
    public static final List<Threshold> DEFAULT_THRESHOLDS = List.of(
            new Threshold.Percent(75_000, Severity.INFO),
            new Threshold.Percent(90_000, Severity.WARNING),
            new Threshold.Percent(100_000, Severity.CRITICAL));

    /** What happens at the limit. */
    public enum Enforcement {
        ALERT_ONLY,
        /** A check before a call answers that it is not allowed. */
        BLOCK
    }

    /** What a caller does that cannot get an answer to a check. */
    public enum FailMode {
        OPEN,
        CLOSED
    }

    /** Of which it is not known when it came to be. */
    public Budget(
            String id,
            String name,
            Account account,
            Dimension dimension,
            String value,
            Limit limit,
            Period period,
            List<Threshold> thresholds,
            Enforcement enforcement,
            FailMode failMode,
            long version) {
        this(id, name, account, dimension, value, limit, period, thresholds, enforcement, failMode, version, 0);
    }

    public Budget {
        thresholds = List.copyOf(thresholds);
        if (!Account.isId(id) || !Account.isId(value)) {
            throw new IllegalArgumentException("id and value must be 1 to 256 characters");
        }
        if (name.length() > NAME_LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "name has %d characters, more than %d".formatted(name.length(), NAME_LENGTH_MAX));
        }
        if (thresholds.size() > THRESHOLDS_MAX) {
            throw new IllegalArgumentException(
                    "at most %d thresholds, got %d".formatted(THRESHOLDS_MAX, thresholds.size()));
        }
    }

    /**
     * Whether the same alerts are raised for both, so that what was raised for one need not be for the other. What a budget is
     * called and what happens at its limit have no say in that; all else has.
     */
    public boolean alertsAs(Budget other) {
        return equals(new Budget(
                other.id,
                name,
                other.account,
                other.dimension,
                other.value,
                other.limit,
                other.period,
                other.thresholds,
                enforcement,
                failMode,
                other.version,
                other.createdMs));
    }

    /** The same, with when it came to be. */
    public Budget createdAt(Instant time) {
        return new Budget(
                id,
                name,
                account,
                dimension,
                value,
                limit,
                period,
                thresholds,
                enforcement,
                failMode,
                version,
                time.toEpochMilli());
    }

    public boolean isForEach() {
        return value.equals(EACH) && dimension.kind() != Dimension.Kind.ACCOUNT;
    }

    /** Whether spend on this value of the dimension counts toward the budget; {@code null} is "the event names none". */
    public boolean covers(@Nullable String dimensionValue) {
        return dimension.kind() == Dimension.Kind.ACCOUNT
                || (dimensionValue != null && (isForEach() || value.equals(dimensionValue)));
    }
}
