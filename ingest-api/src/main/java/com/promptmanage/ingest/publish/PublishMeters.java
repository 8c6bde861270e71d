package com.promptmanage.ingest.publish;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.time.Duration;

/** What the publisher tells of itself. */
final class PublishMeters {

    private final MeterRegistry registry;

    private final Counter events;

    private final Timer requests;

    private final Counter failures;

    private final Counter replacements;

    PublishMeters(MeterRegistry registry) {
        this.registry = registry;
        this.events = Counter.builder("ingest.events.published")
                .description("Events that the broker has confirmed")
                .register(registry);
        this.requests = Timer.builder("ingest.publish")
                .description("From the first event of a request to the broker's confirmation of all")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofSeconds(5))
                .register(registry);
        this.replacements = Counter.builder("ingest.producer.replacements")
                .description("Producers that were broken for good and replaced")
                .register(registry);
        this.failures = Counter.builder("ingest.publish.failures")
                .description("Requests that were answered 503 because the broker did not confirm their events")
                .register(registry);
    }

    void published(int count, long nanos) {
        events.increment(count);
        requests.record(Duration.ofNanos(nanos));
    }

    void failed() {
        failures.increment();
    }

    void replaced() {
        replacements.increment();
    }

    void measure(KafkaClientMetrics client) {
        client.bindTo(registry);
    }
}
