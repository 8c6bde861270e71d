package com.promptmanage.streams.ledger;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/**
 * The numbers of an account's buckets: quarters of an hour since the epoch, and the local days and months that they are
 * part of. Offsets of all zones since 1972 are whole quarters, or change within a day that is kept whole by its quarters.
 *
 * <p>Not thread-safe: remembers the last quarter asked for.
 */
public final class Buckets {

    public static final long QUARTER_MS = 900_000;

    private final ZoneId zone;

    private int lastQuarter = Integer.MIN_VALUE;

    private int lastDay;

    private int lastMonth;

    public Buckets(ZoneId zone) {
        this.zone = zone;
    }

    public ZoneId zone() {
        return zone;
    }

    public static int quarter(long epochMs) {
        return (int) Math.floorDiv(epochMs, QUARTER_MS);
    }

    public static long quarterStartMs(int quarter) {
        return quarter * QUARTER_MS;
    }

    /** The local day, in days since 1970-01-01, that a quarter begins in. */
    public int day(int quarter) {
        look(quarter);
        return lastDay;
    }

    /** The local month, in months since year 0, that a quarter begins in. */
    public int month(int quarter) {
        look(quarter);
        return lastMonth;
    }

    /** The first quarter of a local day. */
    public int dayStart(int day) {
        return firstQuarter(LocalDate.ofEpochDay(day));
    }

    /** The first quarter of a local month. */
    public int monthStart(int month) {
        return firstQuarter(LocalDate.of(Math.floorDiv(month, 12), Math.floorMod(month, 12) + 1, 1));
    }

    /** The first quarter of the first local month that begins no earlier than a quarter. */
    public int monthStartFrom(int quarter) {
        int start = monthStart(month(quarter));
        return start >= quarter ? start : monthStart(month(quarter) + 1);
    }

    private int firstQuarter(LocalDate date) {
        long startMs = date.atStartOfDay(zone).toInstant().toEpochMilli();
        return (int) Math.ceilDiv(startMs, QUARTER_MS);
    }

    private void look(int quarter) {
        if (quarter != lastQuarter) {
            LocalDate date =
                    Instant.ofEpochMilli(quarterStartMs(quarter)).atZone(zone).toLocalDate();
            lastDay = (int) date.toEpochDay();
            lastMonth = date.getYear() * 12 + date.getMonthValue() - 1;
            lastQuarter = quarter;
        }
    }
}
