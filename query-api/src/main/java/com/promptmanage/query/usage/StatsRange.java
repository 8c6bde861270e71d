package com.promptmanage.query.usage;

import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.budget.Period.Window;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/**
 * The range a statistic is about, and the one of equal length it is compared with.
 *
 * @param toMs exclusive, ms since the epoch, as are all ends
 * @param isCurrent whether it is the calendar period that now lies in, and all of it, so that it makes sense to ask where it is
 *     heading: of a part it would be told from the spend of a part
 */
public record StatsRange(
        ZoneId zone, long fromMs, long toMs, long previousFromMs, long previousToMs, boolean isCurrent) {

    /** As many days as one answer covers: the ledger keeps them, and every day is a point of the trend. */
    static final int DAYS_MAX = 400;

    private static final long QUARTER_MS = Duration.ofMinutes(15).toMillis();

    /**
     * The calendar period of the zone that contains a moment. It is compared with as much of the period before as has gone
     * by of this one.
     */
    public static StatsRange current(Period.Unit unit, ZoneId zone, Instant now) {
        Period period = Period.of(unit, zone);
        Window window = period.windowAt(now.toEpochMilli());
        Window before = period.windowAt(window.startMs() - 1);
        long elapsed = now.toEpochMilli() - window.startMs();
        return new StatsRange(
                zone,
                window.startMs(),
                window.endMs(),
                before.startMs(),
                Math.min(before.startMs() + elapsed, before.endMs()),
                true);
    }

    /** Whole days of the zone, both included; compared with as many days before. */
    public static StatsRange days(LocalDate first, LocalDate last, ZoneId zone) {
        long days = ChronoUnit.DAYS.between(first, last) + 1;
        return new StatsRange(
                zone,
                startMs(first, zone),
                startMs(last.plusDays(1), zone),
                startMs(first.minusDays(days), zone),
                startMs(first, zone),
                false);
    }

    /**
     * From one moment to before another, and what their quarters of an hour have besides: that is how finely spend is known. Compared
     * with as much time before.
     */
    static StatsRange between(long fromMs, long toMs, ZoneId zone) {
        long from = Math.floorDiv(fromMs, QUARTER_MS) * QUARTER_MS;
        long to = toMs <= fromMs ? from : Math.ceilDiv(toMs, QUARTER_MS) * QUARTER_MS;
        return new StatsRange(zone, from, to, from - (to - from), from, false);
    }

    /** Nothing of it before a moment: neither the range nor what it is compared with. */
    public StatsRange notBefore(long ms) {
        return ms <= previousFromMs
                ? this
                : new StatsRange(
                        zone,
                        Math.max(fromMs, ms),
                        Math.max(toMs, ms),
                        Math.max(previousFromMs, ms),
                        Math.max(previousToMs, ms),
                        isCurrent && ms <= fromMs);
    }

    /** When the day of its zone begins that it begins in: what is shown of it may be cut anywhere. */
    long firstDayMs() {
        return startMs(Instant.ofEpochMilli(fromMs).atZone(zone).toLocalDate(), zone);
    }

    static long startMs(LocalDate date, ZoneId zone) {
        return date.atStartOfDay(zone).toInstant().toEpochMilli();
    }
}
