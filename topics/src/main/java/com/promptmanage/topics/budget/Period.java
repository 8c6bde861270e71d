package com.promptmanage.topics.budget;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A budget's recurring period: a unit of the calendar, where in it the period begins, and in whose zone. The window
 * that an event belongs to follows from the event's time alone, so that a new period needs no job.
 *
 * @param monthDay where in its unit the period begins: month and day for a year and a quarter (of the quarter, the month
 *     counts modulo three), the day alone for a month (clamped to the month's length)
 * @param weekday the day a week begins with
 * @param time the local time of day at which the period begins, on a quarter of an hour
 */
public record Period(Unit unit, ZoneId zone, MonthDay monthDay, DayOfWeek weekday, LocalTime time) {

    /** Units of the calendar. */
    public enum Unit {
        DAY,
        WEEK,
        MONTH,
        QUARTER,
        YEAR,
        /** One window that never ends. */
        TOTAL;

        /** The name in JSON. */
        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Optional<Unit> parse(String text) {
            return Arrays.stream(values())
                    .filter(unit -> unit.value().equals(text))
                    .findFirst();
        }
    }

    /** The window of {@link Unit#TOTAL}: from the epoch to a time that no event may have. */
    private static final Window ALL_TIME =
            new Window(0, Instant.parse("9999-01-01T00:00:00Z").toEpochMilli());

    private static final MonthDay FIRST = MonthDay.of(1, 1);

    public Period {
        if (time.getMinute() % 15 != 0 || time.getSecond() != 0 || time.getNano() != 0) {
            throw new IllegalArgumentException("a period begins on a quarter of an hour, not at " + time);
        }
    }

    /**
     * From {@code startMs} to before {@code endMs}, ms since the epoch.
     */
    public record Window(long startMs, long endMs) {

        public boolean contains(long epochMs) {
            return epochMs >= startMs && epochMs < endMs;
        }
    }

    /** The plain calendar unit: days from midnight, weeks from Monday, months from the first. */
    public static Period of(Unit unit, ZoneId zone) {
        return new Period(unit, zone, FIRST, DayOfWeek.MONDAY, LocalTime.MIDNIGHT);
    }

    /**
     * Reads an anchor: {@code HH:mm} for a day, {@code thursday} for a week, a day of the month such as {@code 15} for a
     * month, {@code MM-dd} for a quarter and a year; each but the first may be followed by a blank and {@code HH:mm}. The
     * time is on a quarter of an hour.
     *
     * @throws IllegalArgumentException if the anchor does not fit the unit
     */
    public static Period anchored(Unit unit, ZoneId zone, String anchor) {
        try {
            if (unit == Unit.DAY) {
                return new Period(unit, zone, FIRST, DayOfWeek.MONDAY, LocalTime.parse(anchor));
            }
            int blank = anchor.indexOf(' ');
            LocalTime time = blank < 0 ? LocalTime.MIDNIGHT : LocalTime.parse(anchor.substring(blank + 1));
            String day = blank < 0 ? anchor : anchor.substring(0, blank);
            return switch (unit) {
                case WEEK -> new Period(unit, zone, FIRST, DayOfWeek.valueOf(day.toUpperCase(Locale.ROOT)), time);
                case MONTH -> new Period(unit, zone, MonthDay.of(1, Integer.parseInt(day)), DayOfWeek.MONDAY, time);
                case QUARTER, YEAR -> new Period(unit, zone, MonthDay.parse("--" + day), DayOfWeek.MONDAY, time);
                case DAY, TOTAL -> throw new IllegalArgumentException("has no anchor");
            };
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "'%s' is not an anchor for a period of a %s: use %s"
                            .formatted(anchor, unit.value(), anchorForm(unit)),
                    e);
        }
    }

    /** What {@link #anchored} would read, or empty for the plain calendar unit. */
    public Optional<String> anchor() {
        String clock = time.equals(LocalTime.MIDNIGHT) ? "" : " " + time;
        return switch (unit) {
            case TOTAL -> Optional.empty();
            case DAY -> clock.isEmpty() ? Optional.empty() : Optional.of(time.toString());
            case WEEK ->
                weekday == DayOfWeek.MONDAY && clock.isEmpty()
                        ? Optional.empty()
                        : Optional.of(weekday.name().toLowerCase(Locale.ROOT) + clock);
            case MONTH ->
                monthDay.getDayOfMonth() == 1 && clock.isEmpty()
                        ? Optional.empty()
                        : Optional.of(monthDay.getDayOfMonth() + clock);
            case QUARTER, YEAR ->
                monthDay.equals(FIRST) && clock.isEmpty()
                        ? Optional.empty()
                        : Optional.of(monthDay.toString().substring(2) + clock);
        };
    }

    /** The one window that a time falls into. */
    public Window windowAt(long epochMs) {
        if (unit == Unit.TOTAL) {
            return ALL_TIME;
        }
        LocalDate day = Instant.ofEpochMilli(epochMs).atZone(zone).toLocalDate();
        // The window that begins on or before the day; one before where the time of day is later, or clocks jump over
        // midnight.
        LocalDate start = startOnOrBefore(day);
        while (startMs(start) > epochMs) {
            start = startOnOrBefore(start.minusDays(1));
        }
        LocalDate next = startAfter(start);
        if (startMs(next) <= epochMs) {
            start = next;
            next = startAfter(next);
        }
        return new Window(startMs(start), startMs(next));
    }

    /**
     * A time of day that a gap of the clock leaves out comes as much later as the gap is long; of one that comes twice, the first is
     * meant.
     */
    private long startMs(LocalDate date) {
        return LocalDateTime.of(date, time).atZone(zone).toInstant().toEpochMilli();
    }

    private LocalDate startOnOrBefore(LocalDate day) {
        return switch (unit) {
            case DAY, TOTAL -> day;
            case WEEK -> day.with(TemporalAdjusters.previousOrSame(weekday));
            case MONTH -> latest(day, 1);
            case QUARTER -> latest(day, 3);
            case YEAR -> latest(day, 12);
        };
    }

    private LocalDate startAfter(LocalDate start) {
        return switch (unit) {
            case DAY, TOTAL -> start.plusDays(1);
            case WEEK -> start.plusWeeks(1);
            case MONTH -> clamped(start.withDayOfMonth(1).plusMonths(1));
            case QUARTER -> clamped(start.withDayOfMonth(1).plusMonths(3));
            case YEAR -> clamped(start.withDayOfMonth(1).plusMonths(12));
        };
    }

    /** The last start on or before the day, where starts lie every so many months from the anchor's month. */
    private LocalDate latest(LocalDate day, int everyMonths) {
        int ahead = Math.floorMod(day.getMonthValue() - monthDay.getMonthValue(), everyMonths);
        LocalDate first = day.withDayOfMonth(1).minusMonths(ahead);
        LocalDate start = clamped(first);
        return start.isAfter(day) ? clamped(first.minusMonths(everyMonths)) : start;
    }

    private LocalDate clamped(LocalDate firstOfMonth) {
        return firstOfMonth.withDayOfMonth(Math.min(monthDay.getDayOfMonth(), firstOfMonth.lengthOfMonth()));
    }

    private static String anchorForm(Unit unit) {
        String clock = "HH:mm (mm is 00, 15, 30 or 45)";
        return switch (unit) {
            case DAY -> clock;
            case WEEK -> "a weekday such as thursday, optionally with " + clock;
            case MONTH -> "a day from 1 to 31, optionally with " + clock;
            case QUARTER, YEAR -> "MM-dd, optionally with " + clock;
            case TOTAL -> "none";
        };
    }
}
