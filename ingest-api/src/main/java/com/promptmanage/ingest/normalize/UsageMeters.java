package com.promptmanage.ingest.normalize;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts in which shape usage comes and what its producers meant, so that a wrong guess can be seen. */
public final class UsageMeters {

    private static final String EVENTS = "ingest.usage.events";

    private final MeterRegistry registry;

    public UsageMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    public void count(NormalizedTokens tokens) {
        Counter.builder(EVENTS)
                .description("Usage events read, by the shape of their counts and what the input count meant")
                .tag("shape", tokens.shape().value())
                .tag("convention", tokens.convention().value())
                .register(registry)
                .increment();
    }
}
