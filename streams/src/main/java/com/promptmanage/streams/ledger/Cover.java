package com.promptmanage.streams.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Covers a range of time with few rows: the account's whole months and days inside it, and at its edges the days and
 * quarters of an hour that are in it, or the month or day less those that are not, whichever are fewer.
 *
 * <p>So what is read must be of one commit: a row that has taken an event in would miss it in the part that is taken off.
 */
public final class Cover {

    private final Buckets buckets;

    private final List<Run> added = new ArrayList<>();

    private final List<Run> takenOff = new ArrayList<>();

    /**
     * A run of buckets of one grain.
     *
     * @param from the first bucket
     * @param to the end, exclusive
     * @param sign 1 if they are added, −1 if they are taken off
     */
    public record Run(Grain grain, int from, int to, int sign) {}

    private Cover(Buckets buckets) {
        this.buckets = buckets;
    }

    /**
     * Covers whole quarters of an hour.
     *
     * @param fromQuarter the first
     * @param toQuarter the end, exclusive
     */
    public static List<Run> of(Buckets buckets, int fromQuarter, int toQuarter) {
        var cover = new Cover(buckets);
        cover.months(fromQuarter, toQuarter);
        return Stream.concat(cover.added.stream(), cover.takenOff.stream()).toList();
    }

    /**
     * Covers what has happened in a range. Outside of the quarters in which anything has happened, the range may as well
     * be longer, up to whole months.
     *
     * @param fromMs ms since the epoch; rounded down to a quarter of an hour
     * @param toMs end, exclusive; rounded up
     * @param firstQuarter the first in which there is anything
     * @param lastQuarter the last
     */
    public static List<Run> of(Buckets buckets, long fromMs, long toMs, int firstQuarter, int lastQuarter) {
        int fromQuarter = Math.clamp(Math.floorDiv(fromMs, Buckets.QUARTER_MS), Integer.MIN_VALUE, Integer.MAX_VALUE);
        int toQuarter = Math.clamp(Math.ceilDiv(toMs, Buckets.QUARTER_MS), Integer.MIN_VALUE, Integer.MAX_VALUE);
        if (fromQuarter > lastQuarter || toQuarter <= firstQuarter || firstQuarter > lastQuarter) {
            return List.of();
        }
        int from = fromQuarter > firstQuarter ? fromQuarter : buckets.monthStart(buckets.month(firstQuarter));
        int to = toQuarter <= lastQuarter ? toQuarter : buckets.monthStart(buckets.month(lastQuarter) + 1);
        return of(buckets, from, to);
    }

    private void months(int from, int to) {
        for (int at = from; at < to; ) {
            int month = buckets.month(at);
            int start = buckets.monthStart(month);
            int end = buckets.monthStart(month + 1);
            int until = Math.min(end, to);
            if (at == start && until == end) {
                append(added, Grain.MONTH, month, 1);
            } else if (daysIn(at, until) <= daysIn(start, at) + daysIn(until, end)) {
                days(at, until, 1);
            } else {
                append(added, Grain.MONTH, month, 1);
                days(start, at, -1);
                days(until, end, -1);
            }
            at = until;
        }
    }

    private int daysIn(int from, int to) {
        return from >= to ? 0 : buckets.day(to - 1) - buckets.day(from) + 1;
    }

    private void days(int from, int to, int sign) {
        for (int at = from; at < to; ) {
            int day = buckets.day(at);
            int start = buckets.dayStart(day);
            int end = buckets.dayStart(day + 1);
            int until = Math.min(end, to);
            if (at == start && until == end) {
                append(listOf(sign), Grain.DAY, day, sign);
            } else if (until - at <= at - start + end - until) {
                quarters(at, until, sign);
            } else {
                append(listOf(sign), Grain.DAY, day, sign);
                quarters(start, at, -sign);
                quarters(until, end, -sign);
            }
            at = until;
        }
    }

    private void quarters(int from, int to, int sign) {
        for (int quarter = from; quarter < to; quarter++) {
            append(listOf(sign), Grain.QUARTER_HOUR, quarter, sign);
        }
    }

    private List<Run> listOf(int sign) {
        return sign > 0 ? added : takenOff;
    }

    private static void append(List<Run> runs, Grain grain, int bucket, int sign) {
        Run last = runs.isEmpty() ? null : runs.getLast();
        if (last != null && last.grain() == grain && last.to() == bucket) {
            runs.set(runs.size() - 1, new Run(grain, last.from(), bucket + 1, sign));
        } else {
            runs.add(new Run(grain, bucket, bucket + 1, sign));
        }
    }
}
