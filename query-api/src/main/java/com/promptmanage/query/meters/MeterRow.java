package com.promptmanage.query.meters;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a meter answers for one window, subject and group.
 *
 * @param start of the window; null for the whole range
 * @param subject null if it was not asked by subject
 * @param groups values by name; groups that have none are not in it
 */
record MeterRow(@Nullable Instant start, @Nullable String subject, Map<String, String> groups, BigDecimal value) {

    /** So that a query by minutes and subjects does not fill the memory. */
    static final int ROWS_MAX = 100_000;

    MeterRow {
        groups = Map.copyOf(groups);
    }
}
