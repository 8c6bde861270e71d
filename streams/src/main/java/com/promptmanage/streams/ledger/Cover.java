package com.promptmanage.streams.ledger;

import java.util.ArrayList;
import java.util.List;

/**
 * Covers a range of time with as few rows as there are: the account's whole months and days inside it, and quarters of an
 * hour at its edges.
 */
public final class Cover {

    /**
     * A run of buckets of one grain.
     *
     * @param from the first bucket
     * @param to the end, exclusive
     */
    public record Run(Grain grain, int from, int to) {}

    private Cover() {}

    /**
     * Covers whole quarters of an hour.
     *
     * @param fromQuarter the first
     * @param toQuarter the end, exclusive
     */
    public static List<Run> of(Buckets buckets, int fromQuarter, int toQuarter) {
        var runs = new ArrayList<Run>();
        int at = fromQuarter;
        while (at < toQuarter) {
            at = addNext(runs, buckets, at, toQuarter);
        }
        return runs;
    }

    private static int addNext(List<Run> runs, Buckets buckets, int at, int end) {
        int month = buckets.month(at);
        if (buckets.monthStart(month) == at) {
            int monthEnd = buckets.monthStart(month + 1);
            if (monthEnd <= end) {
                append(runs, Grain.MONTH, month);
                return monthEnd;
            }
        }
        int day = buckets.day(at);
        int nextDay = buckets.dayStart(day + 1);
        if (buckets.dayStart(day) == at && nextDay <= end) {
            append(runs, Grain.DAY, day);
            return nextDay;
        }
        int until = Math.min(nextDay, end);
        for (int quarter = at; quarter < until; quarter++) {
            append(runs, Grain.QUARTER_HOUR, quarter);
        }
        return Math.max(until, at + 1);
    }

    private static void append(List<Run> runs, Grain grain, int bucket) {
        Run last = runs.isEmpty() ? null : runs.getLast();
        if (last != null && last.grain() == grain && last.to() == bucket) {
            runs.set(runs.size() - 1, new Run(grain, last.from(), bucket + 1));
        } else {
            runs.add(new Run(grain, bucket, bucket + 1));
        }
    }
}
