package com.promptmanage.ingest.gateway;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Tells how calls through the gateway end. */
final class GatewayMeters {

    private final MeterRegistry registry;

    /** How a call ended. */
    enum Outcome {
        ANSWERED,
        REFUSED_BY_BUDGET,
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
        Counter.builder("gateway.calls")
                .description("Calls through the gateway, by who was asked and how they ended")
                .tag("provider", api.provider().value())
                .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .register(registry)
                .increment();
    }

    void estimated(Api api) {
        Counter.builder("gateway.usage.estimated")
                .description("Calls whose usage was estimated, for the provider did not tell it to the end")
                .tag("provider", api.provider().value())
                .register(registry)
                .increment();
    }
}
