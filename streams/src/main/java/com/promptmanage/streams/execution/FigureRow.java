package com.promptmanage.streams.execution;

import com.promptmanage.streams.read.Durations;
import com.promptmanage.streams.read.RunFigures;

/** Figures as they are stored: of the executions of a quarter of an hour, or of one node's runs in them. */
public final class FigureRow {

    private static final byte VERSION = 1;

    private FigureRow() {}

    static byte[] encode(RunFigures figures) {
        var writer = new Packed.Writer(VERSION);
        writer.number(RunFigures.STATES.size());
        RunFigures.STATES.forEach(state -> writer.number(figures.in(state)));
        writer.number(figures.tokens()).number(figures.costNanoUsd()).number(figures.totalMs());
        writer.number(figures.durations().size());
        figures.durations().forEach((bucket, count) -> writer.number(bucket).number(count));
        return writer.bytes();
    }

    /** @throws IllegalStateException if it was written by a later version of this program */
    public static RunFigures decode(byte[] stored) {
        var reader = new Packed.Reader(stored, VERSION);
        // Fewer than there are now, if it was written before there were so many.
        long[] byState = new long[reader.count()];
        for (int state = 0; state < byState.length; state++) {
            byState[state] = reader.number();
        }
        long tokens = reader.number();
        long costNanoUsd = reader.number();
        long totalMs = reader.number();
        int[] buckets = new int[reader.count()];
        long[] counts = new long[buckets.length];
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = reader.count();
            counts[i] = reader.number();
        }
        return RunFigures.of(byState, tokens, costNanoUsd, totalMs, Durations.ofBuckets(buckets, counts));
    }
}
