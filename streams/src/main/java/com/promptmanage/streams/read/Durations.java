package com.promptmanage.streams.read;

import java.util.Arrays;
import java.util.OptionalLong;

/**
 * How long things took, counted in buckets that are the same for all time: so two of these can be added, and one taken off
 * another, and nothing depends on the order. Immutable.
 *
 * <p>Below 64 ms each millisecond has its bucket; above, each doubling is divided into 32. A bucket is told by its middle, so
 * what is told is at most a 64th (1.6 %) away from what was.
 */
public final class Durations {

    public static final Durations NONE = new Durations(new int[0], new long[0]);

    private static final int EXACT_BELOW = 64;

    private static final int PARTS = 32;

    private static final int PART_BITS = 5;

    /** The first doubling that is divided: from 64 to 127. */
    private static final int FIRST_DOUBLING = 6;

    /** In order, each with more than none in it. */
    private final int[] buckets;

    private final long[] counts;

    private Durations(int[] buckets, long[] counts) {
        this.buckets = buckets;
        this.counts = counts;
    }

    /** @param ms not below zero */
    public static Durations of(long ms) {
        return new Durations(new int[] {bucket(ms)}, new long[] {1});
    }

    /** Takes what {@link #forEach} gave. */
    public static Durations ofBuckets(int[] buckets, long[] counts) {
        return new Durations(buckets.clone(), counts.clone());
    }

    /** Takes a bucket and how many are in it. */
    public interface Each {
        void bucket(int bucket, long count);
    }

    public void forEach(Each each) {
        for (int i = 0; i < buckets.length; i++) {
            each.bucket(buckets[i], counts[i]);
        }
    }

    public int size() {
        return buckets.length;
    }

    /** How many durations. */
    public long count() {
        return Arrays.stream(counts).sum();
    }

    public Durations plus(Durations other) {
        return with(other, 1);
    }

    /** @throws IllegalArgumentException if the other is no part of this */
    public Durations minus(Durations other) {
        return with(other, -1);
    }

    /**
     * What so many of a thousand took at most, in ms; empty if there are none.
     *
     * @param permille from 1 to 1000: 500 for the median
     */
    public OptionalLong quantile(int permille) {
        long count = count();
        long wanted = Math.max(1, Math.ceilDiv(Math.multiplyExact(count, (long) permille), 1000));
        long seen = 0;
        for (int i = 0; i < buckets.length; i++) {
            seen += counts[i];
            if (seen >= wanted) {
                return OptionalLong.of(middle(buckets[i]));
            }
        }
        return OptionalLong.empty();
    }

    static int bucket(long ms) {
        if (ms < 0) {
            throw new IllegalArgumentException("took %d ms".formatted(ms));
        }
        if (ms < EXACT_BELOW) {
            return (int) ms;
        }
        int doubling = 63 - Long.numberOfLeadingZeros(ms);
        int part = (int) (ms >>> (doubling - PART_BITS)) & (PARTS - 1);
        return EXACT_BELOW + (doubling - FIRST_DOUBLING) * PARTS + part;
    }

    static long middle(int bucket) {
        if (bucket < EXACT_BELOW) {
            return bucket;
        }
        int doubling = FIRST_DOUBLING + (bucket - EXACT_BELOW) / PARTS;
        int part = (bucket - EXACT_BELOW) % PARTS;
        int widthBits = doubling - PART_BITS;
        return ((long) (PARTS + part) << widthBits) + ((1L << widthBits) >>> 1);
    }

    private Durations with(Durations other, int sign) {
        var merged = new int[buckets.length + other.buckets.length];
        var sums = new long[merged.length];
        int size = 0;
        int mine = 0;
        int theirs = 0;
        while (mine < buckets.length || theirs < other.buckets.length) {
            int next = Math.min(
                    mine < buckets.length ? buckets[mine] : Integer.MAX_VALUE,
                    theirs < other.buckets.length ? other.buckets[theirs] : Integer.MAX_VALUE);
            long sum = 0;
            if (mine < buckets.length && buckets[mine] == next) {
                sum += counts[mine++];
            }
            if (theirs < other.buckets.length && other.buckets[theirs] == next) {
                sum += sign * other.counts[theirs++];
            }
            if (sum < 0) {
                throw new IllegalArgumentException("more is taken off than there is");
            }
            if (sum > 0) {
                merged[size] = next;
                sums[size++] = sum;
            }
        }
        return new Durations(Arrays.copyOf(merged, size), Arrays.copyOf(sums, size));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Durations durations
                && Arrays.equals(buckets, durations.buckets)
                && Arrays.equals(counts, durations.counts);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(buckets) + Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        return "Durations[%d]".formatted(count());
    }
}
