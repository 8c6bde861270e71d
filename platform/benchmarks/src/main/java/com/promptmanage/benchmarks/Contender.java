package com.promptmanage.benchmarks;

/** One way of doing the work, run over the whole input from its start. */
public interface Contender {

    String name();

    /**
     * Does the work once, from nothing.
     *
     * @param round tells runs of one contender apart, for their names and directories
     */
    Outcome run(int round) throws Exception;

    /**
     * What came of a run.
     *
     * @param fault why the totals are not what they must be, or empty if they are
     * @param note what else there is to know, or empty
     */
    record Outcome(long events, Stopwatch.Times times, String fault, String note) {

        public Outcome withNote(String other) {
            return new Outcome(events, times, fault, other);
        }

        static Outcome failed(Stopwatch watch, String fault) {
            return new Outcome(0, watch.stop(), fault, "");
        }
    }
}
