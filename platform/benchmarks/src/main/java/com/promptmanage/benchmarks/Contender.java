package com.promptmanage.benchmarks;

/** One way of doing the work, run over the whole input from its start. */
interface Contender {

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
     * @param seconds from the start to the last event's commit
     * @param steadySeconds from the first event's processing to there
     * @param fault why the totals are not what they must be, or empty if they are
     */
    record Outcome(long events, double seconds, double steadySeconds, String fault) {}
}
