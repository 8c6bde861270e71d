package com.promptmanage.benchmarks.dsl;

/** What the events of a window come to; cost in nanoUSD. */
record Sums(long events, long inputTokens, long outputTokens, long costNanoUsd) {

    static final Sums NONE = new Sums(0, 0, 0, 0);

    Sums plus(Rated event) {
        return new Sums(
                events + 1,
                inputTokens + event.inputTokens(),
                outputTokens + event.outputTokens(),
                Math.addExact(costNanoUsd, event.costNanoUsd()));
    }
}
