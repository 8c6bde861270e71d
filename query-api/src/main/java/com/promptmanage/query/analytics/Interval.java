package com.promptmanage.query.analytics;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.temporal.TemporalAdjusters;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The steps of a series: days, weeks from Monday, months. */
public enum Interval {
    DAY,
    WEEK,
    MONTH;

    /** The name in requests. */
    String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Interval> parse(String code) {
        return Arrays.stream(values())
                .filter(interval -> interval.code().equals(code))
                .findFirst();
    }

    LocalDate startOf(LocalDate day) {
        return switch (this) {
            case DAY -> day;
            case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case MONTH -> day.withDayOfMonth(1);
        };
    }
}
