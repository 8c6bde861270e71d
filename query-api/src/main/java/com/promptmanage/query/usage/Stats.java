package com.promptmanage.query.usage;

import com.promptmanage.query.spend.Forecast;
import com.promptmanage.streams.read.Spend;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was spent in a range. The trend adds up to the total, and so does the breakdown.
 *
 * @param breakdown dearest first; the events that name no value of the dimension are one entry
 * @param trend every day of the range up to today, also those without spend
 * @param topPrompts the dearest, at most ten; null where the ledger does not know them
 * @param previous the range of equal length before
 * @param forecast what the period is heading for, nanoUSD; null of a range that someone chose, which heads nowhere, and of a
 *     period that is not shown as a whole
 */
record Stats(
        Spend total,
        List<Slice> breakdown,
        List<Point> trend,
        @Nullable List<Slice.Named> topPrompts,
        Spend previous,
        @Nullable Forecast forecast,
        Instant asOf) {

    /** A part of a breakdown. */
    sealed interface Slice {

        Spend spend();

        /** What named this value. */
        record Named(String value, Spend spend) implements Slice {}

        /** What named none. */
        record Unnamed(Spend spend) implements Slice {}

        /** The many values that are too small to be listed, together. */
        record Others(int values, Spend spend) implements Slice {}
    }

    record Point(LocalDate day, Spend spend) {}

    /** For an account that is not told which prompts cost most. */
    Stats withoutPrompts() {
        return new Stats(total, breakdown, trend, topPrompts == null ? null : List.of(), previous, forecast, asOf);
    }
}
