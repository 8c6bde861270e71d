package com.promptmanage.benchmarks;

/** Wall clock and processor time of one run, of this process and of all that it started. */
public final class Stopwatch {

    private final long startedNanos = System.nanoTime();

    private final double cpuBefore = CpuTime.seconds();

    private final ThreadTimes threads = ThreadTimes.now();

    private long firstNanos;

    /**
     * What a run took.
     *
     * @param seconds from the start to the last event's commit
     * @param steadySeconds from the first event's processing to there
     * @param cpuSeconds of all processes, from the start to there
     * @param threads what kinds of threads of this process used
     */
    public record Times(double seconds, double steadySeconds, double cpuSeconds, String threads) {}

    private Stopwatch() {}

    /** Starts now. */
    public static Stopwatch start() {
        return new Stopwatch();
    }

    /** The first event is being processed: what comes after is the steady part. */
    public synchronized void first() {
        if (firstNanos == 0) {
            firstNanos = System.nanoTime();
        }
    }

    /** The last event is committed. To be called while the threads that did the work live. */
    public Times stop() {
        long ended = System.nanoTime();
        double cpuSeconds = CpuTime.seconds() - cpuBefore;
        return new Times(
                (ended - startedNanos) / 1e9,
                (ended - (firstNanos == 0 ? startedNanos : firstNanos)) / 1e9,
                cpuSeconds,
                threads.since());
    }
}
