package com.promptmanage.streams.read;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a number of executions, or of runs of one node, came to: how many are in each state, what they used and cost, and how long
 * those took that are over. Immutable.
 */
public final class RunFigures {

    /** The states of executions and of nodes by their names, in the order in which they are stored: append only. */
    public static final List<String> STATES = List.of(
            "queued",
            "running",
            "paused_budget",
            "paused",
            "completed",
            "failed",
            "cancelled",
            "timeout",
            "skipped",
            "retrying");

    public static final RunFigures NONE = new RunFigures(new long[STATES.size()], 0, 0, 0, Durations.NONE);

    private final long[] byState;

    private final long tokens;

    private final long costNanoUsd;

    private final long totalMs;

    private final Durations durations;

    private RunFigures(long[] byState, long tokens, long costNanoUsd, long totalMs, Durations durations) {
        this.byState = byState;
        this.tokens = tokens;
        this.costNanoUsd = costNanoUsd;
        this.totalMs = totalMs;
        this.durations = durations;
    }

    /**
     * @param byState in the order of {@link #STATES}
     * @param totalMs the sum of the durations, which are known one by one only about
     */
    public static RunFigures of(long[] byState, long tokens, long costNanoUsd, long totalMs, Durations durations) {
        return new RunFigures(Arrays.copyOf(byState, STATES.size()), tokens, costNanoUsd, totalMs, durations);
    }

    /** @param ms how long it took; empty if it is not over */
    public static RunFigures ofOne(String state, long tokens, long costNanoUsd, OptionalLong ms) {
        long[] byState = new long[STATES.size()];
        byState[STATES.indexOf(state)] = 1;
        return new RunFigures(
                byState,
                tokens,
                costNanoUsd,
                ms.orElse(0),
                ms.isPresent() ? Durations.of(ms.getAsLong()) : Durations.NONE);
    }

    /** How many are in a state. */
    public long in(String state) {
        return byState[STATES.indexOf(state)];
    }

    /** How many there are. */
    public long runs() {
        return Arrays.stream(byState).sum();
    }

    public long tokens() {
        return tokens;
    }

    /** At list price, nanoUSD. */
    public long costNanoUsd() {
        return costNanoUsd;
    }

    /** The sum of what those took that are over, ms; exact. */
    public long totalMs() {
        return totalMs;
    }

    public Durations durations() {
        return durations;
    }

    /** @throws ArithmeticException if a sum does not fit */
    public RunFigures plus(RunFigures other) {
        long[] sums = new long[STATES.size()];
        Arrays.setAll(sums, state -> Math.addExact(byState[state], other.byState[state]));
        return new RunFigures(
                sums,
                Math.addExact(tokens, other.tokens),
                Math.addExact(costNanoUsd, other.costNanoUsd),
                Math.addExact(totalMs, other.totalMs),
                durations.plus(other.durations));
    }

    /** @throws IllegalArgumentException if the other is no part of this */
    public RunFigures minus(RunFigures other) {
        long[] rest = new long[STATES.size()];
        Arrays.setAll(rest, state -> byState[state] - other.byState[state]);
        if (Arrays.stream(rest).anyMatch(count -> count < 0)) {
            throw new IllegalArgumentException("more is taken off than there is");
        }
        return new RunFigures(
                rest,
                tokens - other.tokens,
                costNanoUsd - other.costNanoUsd,
                totalMs - other.totalMs,
                durations.minus(other.durations));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RunFigures figures
                && Arrays.equals(byState, figures.byState)
                && tokens == figures.tokens
                && costNanoUsd == figures.costNanoUsd
                && totalMs == figures.totalMs
                && durations.equals(figures.durations);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(byState) * 31 + Long.hashCode(tokens + costNanoUsd);
    }

    @Override
    public String toString() {
        return "RunFigures[%s, %d tokens, %d nanoUSD, %d ms, %s]"
                .formatted(Arrays.toString(byState), tokens, costNanoUsd, totalMs, durations);
    }
}
