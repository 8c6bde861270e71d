package com.promptmanage.streams.ledger;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A hash map from pairs of numbers, without an object for each key. */
public final class NumberMap<V> {

    private long[] keys = new long[64];

    private @Nullable Object[] values = new Object[64];

    private int size;

    public @Nullable V get(int first, int second) {
        long key = (long) first << 32 | (second & 0xFFFFFFFFL);
        int mask = keys.length - 1;
        for (int slot = hash(key) & mask; values[slot] != null; slot = (slot + 1) & mask) {
            if (keys[slot] == key) {
                @SuppressWarnings("unchecked") // only put writes values
                V value = (V) values[slot];
                return value;
            }
        }
        return null;
    }

    /** Puts a value for a pair that has none. */
    public void put(int first, int second, V value) {
        if (size * 2 >= keys.length) {
            grow();
        }
        insert((long) first << 32 | (second & 0xFFFFFFFFL), value);
        size++;
    }

    public int size() {
        return size;
    }

    public void forEach(Consumer<V> each) {
        for (Object value : values) {
            if (value != null) {
                @SuppressWarnings("unchecked") // only put writes values
                V typed = (V) value;
                each.accept(typed);
            }
        }
    }

    public void clear() {
        if (size > 0) {
            Arrays.fill(values, null);
            size = 0;
        }
    }

    private void insert(long key, Object value) {
        int mask = keys.length - 1;
        int slot = hash(key) & mask;
        while (values[slot] != null) {
            slot = (slot + 1) & mask;
        }
        keys[slot] = key;
        values[slot] = value;
    }

    private void grow() {
        long[] oldKeys = keys;
        @Nullable Object[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = new Object[oldKeys.length * 2];
        for (int slot = 0; slot < oldKeys.length; slot++) {
            Object value = oldValues[slot];
            if (value != null) {
                insert(oldKeys[slot], value);
            }
        }
    }

    private static int hash(long key) {
        long mixed = key * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32 ^ mixed >>> 48);
    }
}
