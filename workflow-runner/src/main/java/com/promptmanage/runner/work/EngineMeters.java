package com.promptmanage.runner.work;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;

/** What operators see of the workers. */
final class EngineMeters {

    private final MeterRegistry registry;

    private final Counter ran;

    private final Counter claimed;

    private final Counter stale;

    EngineMeters(MeterRegistry registry) {
        this.registry = registry;
        this.ran = Counter.builder("workflow.node.attempts")
                .description("Attempts at nodes that were brought to the journal")
                .register(registry);
        this.claimed = Counter.builder("workflow.node.claims")
                .description("Node runs that were taken on because they were due, or their worker was lost")
                .register(registry);
        this.stale = Counter.builder("workflow.node.stale")
                .description("Results that were refused because the node was another's by then, or its execution over")
                .register(registry);
    }

    void watch(Supplier<Number> running) {
        Gauge.builder("workflow.nodes.running", running)
                .description("Nodes that this process works at")
                .register(registry);
    }

    void ran() {
        ran.increment();
    }

    void claimed(int count) {
        claimed.increment(count);
    }

    void stale() {
        stale.increment();
    }
}
