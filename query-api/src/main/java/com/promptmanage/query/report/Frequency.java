package com.promptmanage.query.report;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How long a report's periods are: days, weeks from Monday, months. */
enum Frequency {
    DAILY,
    WEEKLY,
    MONTHLY;

    /** The name in JSON. */
    String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Frequency> parse(String code) {
        return Arrays.stream(values())
                .filter(frequency -> frequency.code().equals(code))
                .findFirst();
    }

    /** The first day of the period that a day is in. */
    LocalDate startOf(LocalDate day) {
        return switch (this) {
            case DAILY -> day;
            case WEEKLY -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case MONTHLY -> day.withDayOfMonth(1);
        };
    }

    /** The first day after the period that begins on this one. */
    LocalDate endOf(LocalDate start) {
        return switch (this) {
            case DAILY -> start.plusDays(1);
            case WEEKLY -> start.plusWeeks(1);
            case MONTHLY -> start.plusMonths(1);
        };
    }

    /** When the report of a period is to be sent: at that time on the day after it, or when clocks go on if they skip it. */
    Instant due(LocalDate start, LocalTime at, ZoneId zone) {
        return endOf(start).atTime(at).atZone(zone).toInstant();
    }
}
