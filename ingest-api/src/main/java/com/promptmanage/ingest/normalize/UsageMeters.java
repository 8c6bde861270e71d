package com.promptmanage.ingest.normalize;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts in which shape usage comes and what its producers meant, so that a wrong guess can be seen. */
public final class UsageMeters {

    private static final String EVENTS = "ingest.usage.events";

    private final MeterRegistry registry;

    /** To find one in the registry costs more than to read most events. */
    private final Map<Told, Counter> counters = new ConcurrentHashMap<>();

    private record Told(UsageShape shape, Convention convention) {}

    public UsageMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    public void count(NormalizedTokens tokens) {
        counters.computeIfAbsent(new Told(tokens.shape(), tokens.convention()), this::counter)
                .increment();
    }

    private Counter counter(Told told) {
        return Counter.builder(EVENTS)
                .description("Usage events read, by the shape of their counts and what the input count meant")
                .tag("shape", told.shape().value())
                .tag("convention", told.convention().value())
                .register(registry);
    }
}
