package com.promptmanage.runner.trigger;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.journal.Runs.NewRun;
import com.promptmanage.runner.journal.Runs.TriggeredBy;
import com.promptmanage.runner.journal.StoredJson;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.event.EventJson;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs workflows for events of their account: alerts and usage. Each event runs a workflow once, however often it is read: its id
 * is the execution's key. Several processes share the topics.
 *
 * <p>Threads: one of its own.
 */
public final class EventTriggers implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(EventTriggers.class);

    private static final Duration GOODBYE_MAX = Duration.ofSeconds(2);

    private static final Duration POLL = Duration.ofMillis(500);

    /**
     * What is there is fetched four times a second, or sooner if it is much: to fetch each event when it comes, and to write down that
     * it was read, would keep the broker busy for nothing.
     */
    private static final int FETCH_WAIT_MS = 250;

    private static final int FETCH_BYTES = 256 << 10;

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private static final int ATTEMPTS = 3;

    private final Map<String, Object> settings;

    private final EventFilters filters;

    private final Runs runs;

    private final Thread thread;

    private volatile boolean closed;

    private EventTriggers(Map<String, Object> settings, EventFilters filters, Runs runs) {
        this.settings = settings;
        this.filters = filters;
        this.runs = runs;
        this.thread = Thread.ofPlatform().name("workflow-events").daemon().unstarted(this::run);
    }

    /** @param kafkaSettings of the consumer, {@code bootstrap.servers} at least */
    public static EventTriggers start(Map<String, Object> kafkaSettings, EventFilters filters, Runs runs) {
        var settings = new HashMap<String, Object>();
        settings.put("group.id", "workflow-triggers");
        // What happened before the first workflow waited for it is no reason to run it.
        settings.put("auto.offset.reset", "latest");
        settings.put("fetch.min.bytes", FETCH_BYTES);
        settings.put("fetch.max.wait.ms", FETCH_WAIT_MS);
        settings.putAll(kafkaSettings);
        settings.put("enable.auto.commit", false);
        // Alerts of a transaction that was given up never were.
        settings.put("isolation.level", "read_committed");
        var triggers = new EventTriggers(settings, filters, runs);
        triggers.thread.start();
        return triggers;
    }

    public boolean isAlive() {
        return thread.isAlive();
    }

    @Override
    public void close() {
        closed = true;
        try {
            // Interrupted, it could not say goodbye to the broker. It looks up twice a second unless the broker or the
            // database is away.
            if (!thread.join(GOODBYE_MAX)) {
                thread.interrupt();
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closed) {
            try (var consumer =
                    new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                consumer.subscribe(
                        List.of(Topics.BUDGET_ALERTS.name(), Topics.USAGE_EVENTS.name()), new Beginnings(consumer));
                while (!closed) {
                    var records = consumer.poll(POLL);
                    records.forEach(this::see);
                    if (!records.isEmpty()) {
                        // After the executions are there: what is read again after a crash finds them by their keys.
                        consumer.commitSync();
                    }
                }
            } catch (InterruptException | WakeupException e) {
                return;
            } catch (KafkaException | UnavailableException e) {
                LOGGER.atWarn().addKeyValue("cause", e.toString()).log("events trigger nothing for now");
                pause();
            } catch (RuntimeException | StackOverflowError | LinkageError e) {
                LOGGER.atError().setCause(e).log("events trigger nothing for now");
                pause();
            }
        }
    }

    /**
     * Writes down where a partition begins that nobody has read before. Otherwise what comes while the first events cannot be seen
     * to would be behind whoever begins anew.
     */
    private record Beginnings(KafkaConsumer<byte[], byte[]> consumer) implements ConsumerRebalanceListener {

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            Map<TopicPartition, OffsetAndMetadata> known = consumer.committed(Set.copyOf(partitions));
            var unread = new HashMap<TopicPartition, OffsetAndMetadata>();
            for (TopicPartition partition : partitions) {
                if (known.get(partition) == null) {
                    unread.put(partition, new OffsetAndMetadata(consumer.position(partition)));
                }
            }
            if (!unread.isEmpty()) {
                consumer.commitSync(unread);
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}
    }

    private void see(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null || record.value() == null) {
            return;
        }
        List<EventFilters.Wanted> wanted = filters.of(new String(record.key(), StandardCharsets.UTF_8));
        if (wanted.isEmpty()) {
            return;
        }
        JsonNode event;
        try {
            event = EventJson.read(record.value());
        } catch (IllegalArgumentException e) {
            // Whoever meters it tells of it.
            return;
        }
        List<EventFilters.Wanted> matching =
                wanted.stream().filter(one -> one.matches(event)).toList();
        if (!matching.isEmpty() && !isByEvent(event)) {
            matching.forEach(one -> enqueue(one.workflowId(), event));
        }
    }

    /** What an execution does that an event has begun begins no other: two that wait for each other would never end. */
    private boolean isByEvent(JsonNode event) {
        String execution = event.at("/data/executionId").asText();
        return Account.isId(execution) && runs.isByEvent(execution);
    }

    /** An event that cannot be used for this workflow must not hold up everyone's. */
    private void enqueue(String workflowId, JsonNode event) {
        var run = new NewRun(
                workflowId,
                null,
                null,
                TriggeredBy.EVENT,
                StoredJson.write(event.path("data")),
                dedupeKey(event),
                false,
                null);
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            try {
                runs.enqueue(run);
                return;
            } catch (ProblemException e) {
                LOGGER.atInfo()
                        .addKeyValue("workflowId", workflowId)
                        .addKeyValue("cause", e.getMessage())
                        .log("an event triggers nothing");
                return;
            } catch (UnavailableException e) {
                throw e;
            } catch (RuntimeException | StackOverflowError | LinkageError e) {
                LOGGER.atError()
                        .setCause(e)
                        .addKeyValue("workflowId", workflowId)
                        .addKeyValue("attempt", attempt)
                        .log("an event cannot trigger a workflow");
            }
        }
    }

    /** Of one length: what producers call their events is longer than an index takes, and may be no text for a database. */
    private static String dedupeKey(JsonNode event) {
        String source = event.path("source").asText();
        String whole =
                "%d:%s:%s".formatted(source.length(), source, event.path("id").asText());
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(whole.getBytes(StandardCharsets.UTF_8));
            return "event:" + HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_AFTER_FAILURE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
