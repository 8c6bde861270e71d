package com.promptmanage.query.anomaly;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds hours in which far more was spent than the account spends at that hour of the day.
 *
 * <p>What is usual is the median of the same hour on the four weeks of days before, and how far it usually lies from that is
 * the median of those distances: neither moves for a few days that were unusual themselves. An hour is told of if it is
 *
 * <ul>
 *   <li>further above the median than nine times that distance, which is six standard deviations of what is spread normally,
 *   <li>three times as dear as the median, and as the middle one of all hours with spend, so that a night's first run, as dear
 *       as any by day, is no news,
 *   <li>a dollar above the median, below which nobody wants to be woken,
 * </ul>
 *
 * and if the account has spent something on two weeks of days before: who is new has no habits. Only whole numbers are compared.
 */
final class UnusualHours {

    static final int HISTORY_DAYS = 28;

    static final int DAYS_MIN = 14;

    static final int DISTANCES = 9;

    static final int TIMES = 3;

    /** nanoUSD. */
    static final long FLOOR = 1_000_000_000;

    private static final int HOURS = 24;

    private UnusualHours() {}

    /**
     * @param startMs when it began, ms since the epoch
     * @param spent nanoUSD; of an hour that is not over, so far
     * @param usual the median of the hour, nanoUSD
     * @param days on how many of the days before there was spend
     */
    record Unusual(long startMs, long spent, long usual, int days) {}

    /**
     * @param hours nanoUSD by the start of each hour of the zone, those without spend left out
     * @param fromMs the first hour that is judged; the history of each is before its day
     */
    static List<Unusual> find(Map<Long, Long> hours, ZoneId zone, long fromMs) {
        var byDay = new TreeMap<LocalDate, long[]>();
        hours.forEach((startMs, spent) -> {
            ZonedDateTime start = Instant.ofEpochMilli(startMs).atZone(zone);
            // Where clocks are set back, an hour comes twice, and is one of the history.
            byDay.computeIfAbsent(start.toLocalDate(), none -> new long[HOURS])[start.getHour()] += spent;
        });
        var found = new ArrayList<Unusual>();
        new TreeMap<>(hours).tailMap(fromMs).forEach((startMs, spent) -> {
            ZonedDateTime start = Instant.ofEpochMilli(startMs).atZone(zone);
            LocalDate day = start.toLocalDate();
            Map<LocalDate, long[]> before = byDay.subMap(day.minusDays(HISTORY_DAYS), day);
            if (spent >= FLOOR && before.size() >= DAYS_MIN && isUnusual(spent, start.getHour(), before)) {
                found.add(new Unusual(startMs, spent, median(sameHour(before, start.getHour())), before.size()));
            }
        });
        return found;
    }

    private static boolean isUnusual(long spent, int hour, Map<LocalDate, long[]> before) {
        long[] same = sameHour(before, hour);
        long usual = median(same);
        long above = spent - usual;
        long distance =
                median(Arrays.stream(same).map(one -> Math.abs(one - usual)).toArray());
        long anyHour = median(before.values().stream()
                .flatMapToLong(Arrays::stream)
                .filter(one -> one != 0)
                .toArray());
        return above >= FLOOR && above / DISTANCES > distance && spent / TIMES >= Math.max(usual, anyHour);
    }

    /** Of each of the days, also those without spend. */
    private static long[] sameHour(Map<LocalDate, long[]> days, int hour) {
        long[] same = new long[HISTORY_DAYS];
        int next = 0;
        for (long[] day : days.values()) {
            same[next++] = day[hour];
        }
        return same;
    }

    /** The lower of two middle ones; 0 of none. */
    static long median(long[] amounts) {
        long[] sorted = amounts.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? 0 : sorted[(sorted.length - 1) / 2];
    }
}
