package com.promptmanage.ingest.publish;

import com.promptmanage.service.http.Problem.Kind;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.service.operations.Check;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.usage.Receipt;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the events of a request and waits until the broker has every one of them.
 *
 * <p>The producer is idempotent, so its own retries make no doubles, and not transactional, for an open transaction on
 * its input would hold up the stream. So of a request that fails while the broker goes away some events may be published;
 * the sender sends it again, and their ids keep them from being counted twice.
 *
 * <p>Safe for use by many threads; each waits for its own events.
 */
public final class EventPublisher implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(EventPublisher.class);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private static final Duration CHECK_MAX = Duration.ofSeconds(2);

    private final PublishSettings settings;

    private final PublishMeters meters;

    private final Admin admin;

    private volatile Producer<byte[], byte[]> producer;

    public EventPublisher(PublishSettings settings, MeterRegistry registry) {
        this.settings = settings;
        this.meters = new PublishMeters(registry);
        this.admin = Admin.create(settings.adminConfig());
        this.producer = newProducer();
    }

    /**
     * Publishes all of them.
     *
     * @return where the last of them lies in each partition
     * @throws UnavailableException if the broker did not confirm each of them in time. Some may be published
     */
    public Receipt publish(List<OutgoingEvent> events) {
        long started = System.nanoTime();
        try {
            Receipt receipt = send(events, started);
            meters.published(events.size(), System.nanoTime() - started);
            return receipt;
        } catch (UnavailableException e) {
            meters.failed();
            throw e;
        }
    }

    private Receipt send(List<OutgoingEvent> events, long started) {
        var delivery = new Delivery(events.size());
        for (OutgoingEvent event : events) {
            if (delivery.hasFailed()
                    || System.nanoTime() - started > settings.sendMax().toNanos()) {
                break;
            }
            send(event, delivery);
        }
        try {
            long left = settings.answerMax().toNanos() - (System.nanoTime() - started);
            return delivery.await(left);
        } catch (ExecutionException e) {
            throw failure(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw failure(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(e);
        }
    }

    private void send(OutgoingEvent event, Delivery delivery) {
        Producer<byte[], byte[]> current = producer;
        try {
            // The delivery hears of what the future would tell.
            var unused =
                    current.send(new ProducerRecord<>(Topics.USAGE_EVENTS.name(), event.key(), event.json()), delivery);
        } catch (KafkaException | IllegalStateException e) {
            // What passes by itself comes through the callback; a producer that throws is broken for good.
            delivery.fail(e);
            renew(current);
        }
    }

    private synchronized void renew(Producer<byte[], byte[]> broken) {
        if (producer.equals(broken)) {
            LOGGER.atWarn().log("the producer is broken and is replaced");
            producer = newProducer();
            broken.close(Duration.ZERO);
        }
    }

    private static RuntimeException failure(Throwable cause) {
        if (cause instanceof RecordTooLargeException) {
            return new ProblemException(
                    Kind.BODY_TOO_LARGE, "An event is larger than the broker takes: send less data in each event");
        }
        return new UnavailableException(
                "The broker does not take events just now. Send the same request again: what has the same source and id is counted once",
                RETRY_AFTER,
                cause);
    }

    /** Whether the broker answers and has the topic. */
    public Check check() {
        return () -> {
            try {
                admin.describeTopics(List.of(Topics.USAGE_EVENTS.name()), new DescribeTopicsOptions().timeoutMs((int)
                                        CHECK_MAX.toMillis()))
                        .allTopicNames()
                        .get(CHECK_MAX.toMillis(), TimeUnit.MILLISECONDS);
                return Optional.empty();
            } catch (ExecutionException | TimeoutException e) {
                return Optional.of("the broker does not answer, or has no topic " + Topics.USAGE_EVENTS.name());
            }
        };
    }

    /** Waits a moment for what is on its way. */
    @Override
    public void close() {
        producer.close(settings.answerMax());
        admin.close(Duration.ZERO);
    }

    private Producer<byte[], byte[]> newProducer() {
        var created =
                new KafkaProducer<>(settings.producerConfig(), new ByteArraySerializer(), new ByteArraySerializer());
        meters.measure(created);
        return created;
    }
}
