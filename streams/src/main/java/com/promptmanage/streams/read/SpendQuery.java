package com.promptmanage.streams.read;

import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * A range of an account's ledger, seen by one dimension.
 *
 * @param value one value of the dimension, or null for every one
 * @param fromMs first moment, ms since the epoch; rounded down to a quarter of an hour
 * @param toMs end, exclusive; rounded up to a quarter of an hour
 * @param zone whose days and months the steps are; any IANA zone
 */
public record SpendQuery(
        Account account, Dimension dimension, @Nullable String value, long fromMs, long toMs, ZoneId zone, Step step) {

    /** How finely the range is divided. The steps of a range add up to it. */
    public enum Step {
        QUARTER_HOUR,
        HOUR,
        DAY,
        MONTH,
        /** Not at all: one entry for each value. */
        WHOLE
    }
}
