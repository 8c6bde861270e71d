package com.promptmanage.ingest.publish;

import com.promptmanage.ingest.publish.PublishSettings.Load;
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
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;

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

    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private static final Duration CHECK_MAX = Duration.ofSeconds(2);

    private static final List<String> WRITES = List.of(Topics.USAGE_EVENTS.name(), Topics.PLAIN_EVENTS.name());

    private final PublishSettings settings;

    private final PublishMeters meters;

    private final BrokerClients clients;

    /** Returns at once, also while the broker cannot be reached or its name is not known. */
    public EventPublisher(PublishSettings settings, Load load, MeterRegistry registry) {
        this.settings = settings;
        this.meters = new PublishMeters(registry);
        this.clients = new BrokerClients(settings, load, meters);
    }

    /**
     * Publishes all of them.
     *
     * @return where the last of those that are counted lies in each partition
     * @throws UnavailableException if the broker did not confirm each of them in time. Some may be published
     */
    public Receipt publish(List<OutgoingEvent> events) {
        long started = System.nanoTime();
        try {
            Receipt receipt = send(events, started);
            meters.published(
                    (int) events.stream().filter(OutgoingEvent::isCounted).count(), System.nanoTime() - started);
            return receipt;
        } catch (UnavailableException e) {
            meters.failed();
            throw e;
        }
    }

    private Receipt send(List<OutgoingEvent> events, long started) {
        var delivery = new Delivery(events.size());
        for (OutgoingEvent event : events) {
            if (System.nanoTime() - started > settings.sendMax().toNanos()) {
                delivery.fail(new TimeoutException("the events could not be handed over in time"));
            }
            if (delivery.hasFailed()) {
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
        Producer<byte[], byte[]> producer = clients.producer();
        if (producer == null) {
            delivery.fail(new IllegalStateException("the broker's name is not known yet"));
            return;
        }
        try {
            // The delivery hears of what the future would tell.
            var unused = producer.send(new ProducerRecord<>(event.topic(), event.key(), event.json()), delivery);
        } catch (InterruptException e) {
            // This thread is to stop; nothing is wrong with the producer, which many others use.
            delivery.fail(e);
        } catch (KafkaException | IllegalStateException e) {
            // What passes by itself comes through the callback; a producer that throws is broken for good.
            delivery.fail(e);
            clients.replace(producer);
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

    /** Whether the broker answers and has the topics. */
    public Check check() {
        return () -> {
            Admin admin = clients.admin();
            if (admin == null || clients.producer() == null) {
                return Optional.of("the broker's name is not known yet");
            }
            try {
                admin.describeTopics(WRITES, new DescribeTopicsOptions().timeoutMs((int) CHECK_MAX.toMillis()))
                        .allTopicNames()
                        .get(CHECK_MAX.toMillis(), TimeUnit.MILLISECONDS);
                return Optional.empty();
            } catch (ExecutionException | TimeoutException e) {
                return Optional.of("the broker does not answer, or has not the topics " + WRITES);
            }
        };
    }

    /** Waits a moment for what is on its way. */
    @Override
    public void close() {
        clients.close();
    }
}
