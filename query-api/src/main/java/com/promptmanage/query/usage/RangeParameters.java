package com.promptmanage.query.usage;

import com.promptmanage.query.request.DateRange;
import com.promptmanage.service.http.Faults;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.budget.Period.Unit;
import io.javalin.http.Context;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code period}, or {@code startDate} and {@code endDate}, which win over it. A date is a whole day of the zone, the
 * last one included; a time is a moment, the end excluded.
 */
public final class RangeParameters {

    private static final Set<Unit> PERIODS = EnumSet.of(Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.YEAR);

    /** No event is older or newer than what these years hold, and every date in them is also a number of ms. */
    private static final int YEAR_MIN = 1970;

    private static final int YEAR_MAX = 2999;

    private static final String DATE_REMEDY = "Send a date such as 2026-11-30 or a time such as 2026-11-30T12:00:00Z.";

    /** What one of the two dates says. */
    private sealed interface Edge {
        record Day(LocalDate date) implements Edge {}

        record Moment(long epochMs) implements Edge {}
    }

    private RangeParameters() {}

    /** Empty if there are faults. */
    public static Optional<StatsRange> read(Context ctx, ZoneId zone, Instant now, Faults faults) {
        @Nullable String start = ctx.queryParam("startDate");
        @Nullable String end = ctx.queryParam("endDate");
        if (start == null && end == null) {
            return period(ctx.queryParam("period"), faults).map(unit -> StatsRange.current(unit, zone, now));
        }
        if (start == null) {
            faults.add("startDate", "is missing, though there is an endDate", DATE_REMEDY);
            return Optional.empty();
        }
        Optional<Edge> first = edge("startDate", start, faults);
        Optional<Edge> last =
                end == null ? Optional.of(new Edge.Day(now.atZone(zone).toLocalDate())) : edge("endDate", end, faults);
        return first.isEmpty() || last.isEmpty() ? Optional.empty() : range(first.get(), last.get(), zone, faults);
    }

    private static Optional<Unit> period(@Nullable String period, Faults faults) {
        Optional<Unit> unit =
                Period.Unit.parse(period == null ? "month" : period).filter(PERIODS::contains);
        if (unit.isEmpty()) {
            faults.add("period", "is not known", "Use one of day, week, month, year, or startDate and endDate.");
        }
        return unit;
    }

    private static Optional<StatsRange> range(Edge first, Edge last, ZoneId zone, Faults faults) {
        StatsRange range = first instanceof Edge.Day(var from) && last instanceof Edge.Day(var to) && !to.isBefore(from)
                ? StatsRange.days(from, to, zone)
                : StatsRange.between(startMs(first, zone), endMs(last, zone), zone);
        if (range.toMs() <= range.fromMs()) {
            faults.add("endDate", "is not after startDate", "Send a later one.");
            return Optional.empty();
        }
        if (DateRange.isLonger(
                Instant.ofEpochMilli(range.fromMs()), Instant.ofEpochMilli(range.toMs()), StatsRange.DAYS_MAX, zone)) {
            faults.add(
                    "startDate",
                    "is more than %d days before endDate".formatted(StatsRange.DAYS_MAX),
                    "Ask for a shorter range, or export the history.");
            return Optional.empty();
        }
        return Optional.of(range);
    }

    private static long startMs(Edge edge, ZoneId zone) {
        return switch (edge) {
            case Edge.Day(var date) -> StatsRange.startMs(date, zone);
            case Edge.Moment(var epochMs) -> epochMs;
        };
    }

    private static long endMs(Edge edge, ZoneId zone) {
        return switch (edge) {
            case Edge.Day(var date) -> StatsRange.startMs(date.plusDays(1), zone);
            case Edge.Moment(var epochMs) -> epochMs;
        };
    }

    private static Optional<Edge> edge(String name, String text, Faults faults) {
        try {
            Edge edge;
            int year;
            if (text.indexOf('T') < 0) {
                LocalDate date = LocalDate.parse(text);
                year = date.getYear();
                edge = new Edge.Day(date);
            } else {
                OffsetDateTime time = OffsetDateTime.parse(text);
                year = time.getYear();
                edge = new Edge.Moment(time.toInstant().toEpochMilli());
            }
            if (year >= YEAR_MIN && year <= YEAR_MAX) {
                return Optional.of(edge);
            }
            faults.add(name, "is in the year " + year, "Send one from %d to %d.".formatted(YEAR_MIN, YEAR_MAX));
        } catch (DateTimeException | ArithmeticException e) {
            faults.add(name, "is neither a date nor a time", DATE_REMEDY);
        }
        return Optional.empty();
    }
}
