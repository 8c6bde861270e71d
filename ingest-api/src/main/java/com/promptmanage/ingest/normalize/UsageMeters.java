package com.promptmanage.ingest.normalize;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;

/** Counts in which shape usage comes and what its producers meant, so that a wrong guess can be seen. */
public final class UsageMeters {

    private static final String EVENTS = "ingest.usage.events";

    private final Map<UsageShape, Map<Convention, Counter>> counters = new EnumMap<>(UsageShape.class);

    public UsageMeters(MeterRegistry registry) {
        for (UsageShape shape : UsageShape.values()) {
            var byConvention = new EnumMap<Convention, Counter>(Convention.class);
            for (Convention convention : Convention.values()) {
                byConvention.put(
                        convention,
                        Counter.builder(EVENTS)
                                .description("Usage events read, by the shape of their counts and what the input count meant")
                                .tag("shape", shape.value())
                                .tag("convention", convention.value())
                                .register(registry));
            }
            counters.put(shape, byConvention);
        }
    }

    public void count(NormalizedTokens tokens) {
        counters.getOrDefault(tokens.shape(), Map.of()).get(tokens.convention()).increment();
    }
}
