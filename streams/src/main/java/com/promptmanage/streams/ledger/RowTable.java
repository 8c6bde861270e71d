package com.promptmanage.streams.ledger;

import java.util.Arrays;

/**
 * Rows on the heap: a hash table from two longs to {@link Amounts}, without an object for each row. Rows are numbered in
 * the order in which they came. A row's key stands before its amounts: what is found is then in the processor's cache.
 */
final class RowTable {

    /** The longs of a row's key. */
    private static final int KEY = 2;

    private static final int ROW = KEY + Amounts.WIDTH;

    private long[] cells;

    private boolean[] marks;

    /** Open addressing: the row's number plus one, or 0. */
    private int[] slots;

    private int count;

    RowTable(int capacity) {
        cells = new long[capacity * ROW];
        marks = new boolean[capacity];
        slots = new int[Integer.highestOneBit(capacity) * 4];
    }

    int size() {
        return count;
    }

    /** The number of the row, or −1. */
    int find(long first, long second) {
        int mask = slots.length - 1;
        for (int slot = hash(first, second) & mask; slots[slot] != 0; slot = (slot + 1) & mask) {
            int row = slots[slot] - 1;
            if (is(row, first, second)) {
                return row;
            }
        }
        return -1;
    }

    /** The number of the row, which is new and all 0 if it was not there. */
    int findOrAdd(long first, long second) {
        int mask = slots.length - 1;
        int slot = hash(first, second) & mask;
        while (slots[slot] != 0) {
            int row = slots[slot] - 1;
            if (is(row, first, second)) {
                return row;
            }
            slot = (slot + 1) & mask;
        }
        if (count == marks.length) {
            grow();
            return findOrAdd(first, second);
        }
        int row = count++;
        cells[row * ROW] = first;
        cells[row * ROW + 1] = second;
        marks[row] = false;
        zero(row);
        slots[slot] = row + 1;
        return row;
    }

    long first(int row) {
        return cells[row * ROW];
    }

    long second(int row) {
        return cells[row * ROW + 1];
    }

    /** All rows; a row's amounts begin at {@link #at}. */
    long[] cells() {
        return cells;
    }

    int at(int row) {
        return row * ROW + KEY;
    }

    boolean isMarked(int row) {
        return marks[row];
    }

    void mark(int row, boolean mark) {
        marks[row] = mark;
    }

    /** Makes all amounts of a row 0. */
    void zero(int row) {
        Arrays.fill(cells, row * ROW + KEY, (row + 1) * ROW, 0);
    }

    void clear() {
        if (count * 8 > slots.length) {
            Arrays.fill(slots, 0);
        } else {
            int mask = slots.length - 1;
            for (int row = 0; row < count; row++) {
                int slot = hash(first(row), second(row)) & mask;
                while (slots[slot] != 0) {
                    slots[slot] = 0;
                    slot = (slot + 1) & mask;
                }
            }
        }
        count = 0;
    }

    private void grow() {
        int capacity = marks.length * 2;
        cells = Arrays.copyOf(cells, capacity * ROW);
        marks = Arrays.copyOf(marks, capacity);
        slots = new int[slots.length * 2];
        int mask = slots.length - 1;
        for (int row = 0; row < count; row++) {
            int slot = hash(first(row), second(row)) & mask;
            while (slots[slot] != 0) {
                slot = (slot + 1) & mask;
            }
            slots[slot] = row + 1;
        }
    }

    private boolean is(int row, long first, long second) {
        return cells[row * ROW] == first && cells[row * ROW + 1] == second;
    }

    private static int hash(long first, long second) {
        long mixed = (first * 0x9E3779B97F4A7C15L) ^ (second * 0xC2B2AE3D27D4EB4FL);
        mixed ^= mixed >>> 29;
        mixed *= 0xBF58476D1CE4E5B9L;
        return (int) (mixed >>> 32);
    }
}
