package com.promptmanage.streams.ledger;

import org.jspecify.annotations.Nullable;

/** Rows that were used lately, on the heap in two generations: what is not asked for in one is gone with the next. */
final class HotRows {

    private static final int CAPACITY_MIN = 1024;

    private final int rowsMax;

    private RowTable hot = new RowTable(CAPACITY_MIN);

    private RowTable cooler = new RowTable(CAPACITY_MIN);

    HotRows(int rowsMax) {
        this.rowsMax = rowsMax;
    }

    /** Reads the stored row of a pair of numbers. */
    interface Disk {
        byte @Nullable [] read(long first, long second);
    }

    /** The rows of the newer generation. Their numbers hold until {@link #cool}. */
    RowTable table() {
        return hot;
    }

    /** The number of a row in {@link #table}, brought there from the older generation or from disk if need be. */
    int row(long first, long second, Disk disk) {
        int row = hot.find(first, second);
        if (row >= 0) {
            return row;
        }
        row = hot.findOrAdd(first, second);
        int cool = cooler.find(first, second);
        if (cool >= 0) {
            System.arraycopy(cooler.cells(), cooler.at(cool), hot.cells(), hot.at(row), Amounts.WIDTH);
        } else {
            byte[] stored = disk.read(first, second);
            if (stored != null) {
                Amounts.addTo(stored, hot.cells(), hot.at(row), 1);
            }
        }
        return row;
    }

    /** A row was written past the heap: where it is here, it becomes what was written; all 0 for a deleted one. */
    void replace(long first, long second, byte @Nullable [] written) {
        replace(hot, first, second, written);
        replace(cooler, first, second, written);
    }

    private static void replace(RowTable table, long first, long second, byte @Nullable [] written) {
        int row = table.find(first, second);
        if (row >= 0) {
            table.zero(row);
            if (written != null) {
                Amounts.addTo(written, table.cells(), table.at(row), 1);
            }
        }
    }

    /** Begins a new generation if the newer one has grown large. Marks must have been seen to. */
    void cool() {
        if (hot.size() > rowsMax / 2) {
            cooler = hot;
            hot = new RowTable(Math.max(CAPACITY_MIN, rowsMax / 4));
        }
    }

    void forget() {
        hot = new RowTable(CAPACITY_MIN);
        cooler = new RowTable(CAPACITY_MIN);
    }
}
