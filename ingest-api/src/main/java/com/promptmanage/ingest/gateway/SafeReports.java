package com.promptmanage.ingest.gateway;

import com.promptmanage.ingest.publish.EventPublisher;
import com.promptmanage.ingest.publish.OutgoingEvent;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.service.operations.Check;
import com.promptmanage.service.outbox.Outbox;
import com.promptmanage.service.outbox.OutboxRecord;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.usage.Receipt;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts on record what calls used that have been paid for already, so none can be refused any more.
 *
 * <p>The broker's word is enough. If it does not come in time, the event goes into the outbox, whose relay takes it to the broker
 * later; it has the same id, so if the broker has it after all, it counts once. If the database is away too, it stays here in
 * memory until one of the two is back: only a process that dies just then loses it. Since that may happen, no further call is let
 * through while the broker is known to be away: see {@link #isTaking}.
 *
 * <p>Safe for use by several threads.
 */
final class SafeReports implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(SafeReports.class);

    private static final Duration AGAIN_AFTER = Duration.ofSeconds(1);

    private final EventPublisher publisher;

    private final Check brokerCheck;

    private final Database database;

    private final ConcurrentLinkedQueue<OutgoingEvent> waiting = new ConcurrentLinkedQueue<>();

    private final AtomicLong lastLookNanos = new AtomicLong(System.nanoTime());

    private final Thread retrying;

    private volatile boolean isAway;

    SafeReports(EventPublisher publisher, Database database, MeterRegistry registry) {
        this.publisher = publisher;
        this.brokerCheck = publisher.check();
        this.database = database;
        Gauge.builder("gateway.reports.waiting", waiting, ConcurrentLinkedQueue::size)
                .description("Events of calls that neither the broker nor the database has taken yet")
                .register(registry);
        this.retrying = Thread.ofVirtual().name("gateway-reports").start(this::retryNowAndThen);
    }

    /** Whether a call that is made now can be put on record. Asks the broker no more than once a second while it is away. */
    boolean isTaking() {
        if (!isAway) {
            return true;
        }
        long now = System.nanoTime();
        long last = lastLookNanos.get();
        if (now - last >= AGAIN_AFTER.toNanos() && lastLookNanos.compareAndSet(last, now)) {
            isAway = isBrokerAway();
        }
        return !isAway;
    }

    /**
     * Returns when the events of a call are with the broker, or with the database, or, if both are away, here. Each of the two is
     * waited for once, however many events they are.
     *
     * @return where they lie on the topic; empty if the broker has not said that it has them
     */
    Optional<Receipt> report(List<OutgoingEvent> events) {
        try {
            Receipt receipt = publisher.publish(events);
            isAway = false;
            return Optional.of(receipt);
        } catch (UnavailableException | ProblemException e) {
            isAway = true;
            lastLookNanos.set(System.nanoTime());
            if (!keep(events)) {
                waiting.addAll(events);
                LOGGER.atError()
                        .log("neither the broker nor the database takes what a call has used: it waits in memory");
            }
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        retrying.interrupt();
        try {
            retrying.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        retry();
        if (!waiting.isEmpty()) {
            LOGGER.atError().addKeyValue("events", waiting.size()).log("what these calls have used is lost");
        }
    }

    private boolean isBrokerAway() {
        try {
            return brokerCheck.problem().isPresent();
        } catch (Exception e) {
            return true;
        }
    }

    private boolean keep(List<OutgoingEvent> events) {
        List<OutboxRecord> records = events.stream()
                .map(event -> OutboxRecord.of(
                        Topics.USAGE_EVENTS.name(), new String(event.key(), StandardCharsets.UTF_8), event.json()))
                .toList();
        try {
            database.useAsSystem(handle -> Outbox.append(handle, records));
            return true;
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            LOGGER.atWarn().addKeyValue("cause", e.toString()).log("cannot put an event into the outbox");
            return false;
        }
    }

    private void retryNowAndThen() {
        while (true) {
            try {
                Thread.sleep(AGAIN_AFTER);
            } catch (InterruptedException e) {
                return;
            }
            retry();
        }
    }

    private void retry() {
        for (OutgoingEvent event = waiting.peek(); event != null; event = waiting.peek()) {
            if (!keep(List.of(event)) && !publish(event)) {
                return;
            }
            waiting.poll();
        }
    }

    private boolean publish(OutgoingEvent event) {
        try {
            publisher.publish(List.of(event));
            return true;
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            return false;
        }
    }
}
