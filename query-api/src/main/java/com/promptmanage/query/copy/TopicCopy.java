package com.promptmanage.query.copy;

import static java.util.Objects.requireNonNull;

import com.promptmanage.service.database.Database;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies a topic into tables, each committed record exactly once.
 *
 * <pre>
 *  topic ──▶ records since the offsets in PostgreSQL ──▶ one transaction: offsets move on, rows are written
 *                         ▲                                                   │
 *                         └──── whatever fails: read the offsets again ◀──────┘
 * </pre>
 *
 * <p>Of all processes on one database one copies a topic; the others wait for its lock, which its connection holds and which
 * ends with it. The lock only saves work. What keeps two from writing the same record is that a transaction moves each
 * offset on from where its process left it, and writes nothing if it is not there any more.
 *
 * <p>While PostgreSQL or Kafka is away it tries again and again, with pauses up to {@link #PAUSE_MAX}; nothing is lost for as
 * long as the topic keeps its records.
 *
 * <p>Threads: one of its own does everything.
 */
public final class TopicCopy implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(TopicCopy.class);

    private static final Duration PAUSE_MIN = Duration.ofMillis(200);

    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);

    private static final Duration TAKE_OVER_AFTER = Duration.ofMillis(500);

    private static final Duration POLL = Duration.ofMillis(250);

    /** How often the connection that holds the lock is looked at. */
    private static final Duration LOCK_CHECK = Duration.ofSeconds(2);

    private final String topic;

    private final Database database;

    private final Map<String, Object> consumerSettings;

    private final Target target;

    private final Counter copied;

    private final Counter failures;

    private final Counter missed;

    private final Thread thread;

    private final CountDownLatch closed = new CountDownLatch(1);

    private volatile boolean copying;

    private volatile long lagRecords;

    /** What becomes of records. */
    public interface Target {

        /**
         * Makes rows of records, in their order. Called outside of the transaction; may be called again with the same
         * records. A record that cannot be understood is left out and told of, for it will not get better.
         */
        Rows rowsOf(List<ConsumerRecord<byte[], byte[]>> records);
    }

    /** What is written for a batch of records. */
    public interface Rows {

        /** Writes within the transaction that moves the offsets on. */
        void writeTo(Handle handle) throws SQLException;
    }

    private TopicCopy(
            String topic,
            Database database,
            Map<String, Object> consumerSettings,
            Target target,
            MeterRegistry meters) {
        this.topic = topic;
        this.database = database;
        this.consumerSettings = consumerSettings;
        this.target = target;
        this.copied = Counter.builder("copy.records")
                .description("Records of a topic whose rows are committed")
                .tag("topic", topic)
                .register(meters);
        this.failures = Counter.builder("copy.failures")
                .description("Attempts that failed and are made again")
                .tag("topic", topic)
                .register(meters);
        this.missed = Counter.builder("copy.missed.records")
                .description("Records that the topic did not keep for long enough, by their offsets")
                .tag("topic", topic)
                .register(meters);
        Gauge.builder("copy.lag.records", this, copy -> copy.lagRecords)
                .description("Records of the topic that are not copied yet")
                .tag("topic", topic)
                .register(meters);
        this.thread = Thread.ofPlatform().name("copy-" + topic).daemon().unstarted(this::run);
    }

    /** @param kafkaSettings of the consumer, such as where the brokers are; what exactness depends on is not theirs to set */
    public static TopicCopy start(
            String topic, Database database, Map<String, Object> kafkaSettings, Target target, MeterRegistry meters) {
        var settings = new HashMap<String, Object>();
        settings.put("fetch.max.bytes", 16 << 20);
        settings.put("max.partition.fetch.bytes", 4 << 20);
        settings.put("max.poll.records", 200);
        settings.put("fetch.max.wait.ms", 100);
        settings.put("default.api.timeout.ms", 10_000);
        settings.put("request.timeout.ms", 8_000);
        settings.putAll(kafkaSettings);
        settings.put("isolation.level", "read_committed");
        settings.put("enable.auto.commit", false);
        settings.put("auto.offset.reset", "none");
        var copy = new TopicCopy(topic, database, settings, target, meters);
        copy.thread.start();
        return copy;
    }

    /** Whether this process is the one that copies, and its last attempt did not fail. */
    public boolean isCopying() {
        return copying;
    }

    /** For a check of readiness: false only if it was closed, or ended by an error that it cannot outlive. */
    public boolean isAlive() {
        return thread.isAlive();
    }

    /** Lets a running transaction end. */
    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private void run() {
        Duration pause = PAUSE_MIN;
        while (!isClosed()) {
            long copiedBefore = (long) copied.count();
            try (Connection lock = database.connect()) {
                if (awaitTurn(lock)) {
                    copyInOneLife(lock);
                }
            } catch (OvertakenException e) {
                LOGGER.atInfo().addKeyValue("topic", topic).log("another process copies this topic now");
            } catch (SQLException | ExecutionException | RuntimeException | StackOverflowError | LinkageError e) {
                failures.increment();
                LOGGER.atWarn()
                        .addKeyValue("topic", topic)
                        .addKeyValue("cause", e.toString())
                        .log("copying stands still and is tried again");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } finally {
                copying = false;
            }
            pause = copied.count() > copiedBefore ? PAUSE_MIN : min(pause.multipliedBy(2), PAUSE_MAX);
            if (isClosedWithin(pause)) {
                return;
            }
        }
    }

    /** Waits for the lock; false if it was closed meanwhile. */
    private boolean awaitTurn(Connection connection) throws SQLException {
        try (var statement = connection.prepareStatement("SELECT pg_try_advisory_lock(hashtextextended(?, 0))")) {
            statement.setString(1, "prompt-manage copy " + topic);
            do {
                try (var row = statement.executeQuery()) {
                    if (row.next() && row.getBoolean(1)) {
                        return true;
                    }
                }
            } while (!isClosedWithin(TAKE_OVER_AFTER));
            return false;
        }
    }

    /** Until something fails: then from the offsets on that PostgreSQL has. */
    private void copyInOneLife(Connection lock) throws SQLException, ExecutionException, InterruptedException {
        TopicDescription description = describe();
        var offsets = new CopiedOffsets(topic, uuid(description));
        List<TopicPartition> partitions = description.partitions().stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        try (var consumer =
                new KafkaConsumer<>(consumerSettings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            var next = seek(consumer, partitions, offsets);
            copying = true;
            long checkedNanos = System.nanoTime();
            while (!isClosed()) {
                try {
                    copy(consumer.poll(POLL), offsets, next);
                } catch (OffsetOutOfRangeException e) {
                    skipWhatIsGone(consumer, e.offsetOutOfRangePartitions(), offsets, next);
                }
                lagRecords = lag(consumer, partitions);
                if (System.nanoTime() - checkedNanos > LOCK_CHECK.toNanos()) {
                    if (!lock.isValid(2)) {
                        throw new SQLException("the connection that holds the lock is gone", "08006");
                    }
                    checkedNanos = System.nanoTime();
                }
            }
        }
    }

    private TopicDescription describe() throws ExecutionException, InterruptedException {
        var settings = new HashMap<>(consumerSettings);
        settings.keySet().retainAll(org.apache.kafka.clients.admin.AdminClientConfig.configNames());
        try (Admin admin = Admin.create(settings)) {
            return requireNonNull(
                    admin.describeTopics(Set.of(topic)).allTopicNames().get().get(topic));
        }
    }

    private Positions seek(
            KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, CopiedOffsets offsets) {
        Map<Integer, Long> known = offsets.read(database);
        List<TopicPartition> unknown = partitions.stream()
                .filter(partition -> !known.containsKey(partition.partition()))
                .toList();
        if (!unknown.isEmpty()) {
            var first = new HashMap<Integer, Long>();
            consumer.beginningOffsets(unknown).forEach((partition, offset) -> first.put(partition.partition(), offset));
            offsets.begin(database, first);
        }
        var next = new Positions(offsets.read(database));
        partitions.forEach(partition -> consumer.seek(partition, next.of(partition.partition())));
        return next;
    }

    private void copy(ConsumerRecords<byte[], byte[]> polled, CopiedOffsets offsets, Positions next)
            throws SQLException {
        if (polled.isEmpty()) {
            return;
        }
        var records = new ArrayList<ConsumerRecord<byte[], byte[]>>(polled.count());
        polled.forEach(records::add);
        Rows rows = target.rowsOf(records);
        var moved = new Positions(Map.of());
        records.forEach(record -> moved.put(record.partition(), record.offset() + 1));
        database.useAsSystem(handle -> {
            // First the offsets: who is too late finds out before any row is written, and waits for who is not.
            for (TopicPartition partition : polled.partitions()) {
                int number = partition.partition();
                offsets.move(handle, number, next.of(number), moved.of(number));
            }
            rows.writeTo(handle);
        });
        next.putAll(moved);
        copied.increment(records.size());
    }

    /** The topic does not keep records forever, and may lose its end in a disaster. Either is told of, and neither stops us. */
    private void skipWhatIsGone(
            KafkaConsumer<byte[], byte[]> consumer,
            Map<TopicPartition, Long> lost,
            CopiedOffsets offsets,
            Positions next) {
        var firsts = Positions.of(consumer.beginningOffsets(lost.keySet()));
        var ends = Positions.of(consumer.endOffsets(lost.keySet()));
        for (TopicPartition partition : lost.keySet()) {
            int number = partition.partition();
            long from = next.of(number);
            long to = Math.min(Math.max(from, firsts.of(number)), ends.of(number));
            LOGGER.atError()
                    .addKeyValue("topic", topic)
                    .addKeyValue("partition", number)
                    .addKeyValue("from", from)
                    .addKeyValue("to", to)
                    .log("records are gone that were not copied yet, or the topic was cut off");
            missed.increment((double) Math.max(0, to - from));
            database.useAsSystem(handle -> offsets.move(handle, number, from, to));
            next.put(number, to);
            consumer.seek(partition, to);
        }
    }

    private static long lag(KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
        return partitions.stream()
                .mapToLong(partition -> consumer.currentLag(partition).orElse(0))
                .sum();
    }

    private boolean isClosedWithin(Duration time) {
        try {
            return closed.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static UUID uuid(TopicDescription description) {
        return new UUID(
                description.topicId().getMostSignificantBits(),
                description.topicId().getLeastSignificantBits());
    }
}
