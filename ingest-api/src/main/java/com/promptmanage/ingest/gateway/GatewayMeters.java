package com.promptmanage.ingest.gateway;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Tells how calls through the gateway end. */
final class GatewayMeters {

    private final MeterRegistry registry;

    /** To find one in the registry costs more than to count. */
    private final Map<Ended, Counter> calls = new ConcurrentHashMap<>();

    private record Ended(Provider provider, Outcome outcome) {}

    /** How a call ended. */
    enum Outcome {
        ANSWERED,
        REFUSED_BY_BUDGET,
        REFUSED_BY_RESERVATIONS,
        PROVIDER_ERROR,
        NOT_ANSWERED,
        BROKEN_OFF,
        CALLER_GONE
    }

    /** @param memoryHeld bytes that calls under way hold now */
    GatewayMeters(MeterRegistry registry, LongSupplier memoryHeld) {
        this.registry = registry;
        Gauge.builder("gateway.memory.held", memoryHeld, LongSupplier::getAsLong)
                .description("What the bodies of calls under way hold")
                .baseUnit("bytes")
                .strongReference(true)
                .register(registry);
    }

    void ended(Api api, Outcome outcome) {
        calls.computeIfAbsent(new Ended(api.provider(), outcome), this::counter).increment();
    }

    private Counter counter(Ended ended) {
        return Counter.builder("gateway.calls")
                .description("Calls through the gateway, by who was asked and how they ended")
                .tag("provider", ended.provider().value())
                .tag("outcome", ended.outcome().name().toLowerCase(Locale.ROOT))
                .register(registry);
    }

    void estimated(Api api) {
        Counter.builder("gateway.usage.estimated")
                .description("Calls whose usage was estimated, for the provider did not tell it to the end")
                .tag("provider", api.provider().value())
                .register(registry)
                .increment();
    }
}
