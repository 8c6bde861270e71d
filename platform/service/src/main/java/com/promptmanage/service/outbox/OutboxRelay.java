package com.promptmanage.service.outbox;

import com.promptmanage.service.database.Database;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the outbox to Kafka: reads in order, sends, and deletes what Kafka has acknowledged.
 *
 * <p>It gives up on no record while others wait behind it: a record's delivery has no time that could run out, and one that
 * Kafka refuses ends the producer before what is behind it is sent ({@link OrderedProducer}). So each relay sends in order,
 * and of several that send the same records each record's first arrival is in order too. It does so without transactions: the
 * outbox also holds usage events, and an open transaction on their topic makes every reader wait for its end.
 *
 * <p>Each record arrives at least once, and those of one key in order. Of all relays on one database one works; the others
 * wait for its lock, which its connection holds and which ends with it. What it sent and had not yet deleted when it died
 * is sent again by the next, from the first such record on: so a repetition never leaves an older record of a key as the
 * last.
 *
 * <p>One case remains that no lock can rule out: a relay whose process stands still while it holds records that are not
 * sent yet, for so long that the database gives its lock to another, and that then goes on. Readers for whom this matters
 * compare the version that the record carries.
 *
 * <p>A topic that is missing, or a broker that is away, stops the relay until it is back; nothing is dropped.
 *
 * <p>Threads: one of its own does everything.
 */
public final class OutboxRelay implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(OutboxRelay.class);

    /** Any number will do, as long as nobody else locks it. */
    private static final long LOCK = 0x70_6d_6f_75_74_62_6f_78L;

    private static final Duration TAKE_OVER_AFTER = Duration.ofMillis(500);

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(500);

    /** How often it makes sure that it still has its turn while Kafka does not answer. */
    private static final Duration LOOK_AT_TURN = Duration.ofSeconds(1);

    private static final Duration TURN_ANSWERS_WITHIN = Duration.ofSeconds(5);

    /** How often it says that Kafka does not answer. */
    private static final Duration SAY_EVERY = Duration.ofSeconds(20);

    private final Database database;

    private final Supplier<Producer<byte[], byte[]>> producers;

    private final Pace pace;

    private final Counter relayed;

    private final Counter failures;

    private final Timer delay;

    private final Thread thread;

    private volatile boolean closed;

    /**
     * How often it looks by itself: soon after there was something, for not every commit notifies; else rarely.
     *
     * @param whenBusy for as long as {@code busyFor} after there was something
     */
    record Pace(Duration whenBusy, Duration whenIdle, Duration busyFor) {

        static final Pace USUAL = new Pace(Duration.ofMillis(10), Duration.ofMillis(250), Duration.ofSeconds(1));
    }

    private OutboxRelay(
            Database database, Supplier<Producer<byte[], byte[]>> producers, Pace pace, MeterRegistry meters) {
        this.database = database;
        this.producers = producers;
        this.pace = pace;
        this.relayed = Counter.builder("outbox.relayed")
                .description("Records that Kafka acknowledged")
                .register(meters);
        this.failures = Counter.builder("outbox.failures")
                .description("Rounds that failed and are tried again, and waits of 20 s for Kafka")
                .register(meters);
        this.delay = Timer.builder("outbox.delay")
                .description("From the append to the acknowledgement")
                .publishPercentiles(0.5, 0.99)
                .register(meters);
        this.thread = Thread.ofPlatform().name("outbox-relay").daemon().unstarted(this::run);
    }

    public static OutboxRelay start(Database database, String bootstrapServers, MeterRegistry meters) {
        return start(database, Map.of("bootstrap.servers", bootstrapServers), meters);
    }

    /** @param kafkaSettings of the producer, such as for authentication; what the order depends on is not theirs to set */
    public static OutboxRelay start(Database database, Map<String, Object> kafkaSettings, MeterRegistry meters) {
        return start(database, producers(kafkaSettings), meters);
    }

    static Supplier<Producer<byte[], byte[]>> producers(Map<String, Object> kafkaSettings) {
        var settings = new HashMap<String, Object>();
        settings.put("linger.ms", 0);
        settings.put("batch.size", 256 << 10);
        settings.put("compression.type", "lz4");
        settings.put("max.block.ms", 5_000);
        settings.put("request.timeout.ms", 10_000);
        settings.putAll(kafkaSettings);
        // Of two batches of a partition the one whose time runs out must not let the other pass.
        settings.put("delivery.timeout.ms", Integer.MAX_VALUE);
        settings.put("acks", "all");
        settings.put("enable.idempotence", true);
        // A broker takes any number as the first of a producer that it does not know: of two requests under way to a
        // partition that has no leader yet, the later could be the first to find one.
        settings.put("max.in.flight.requests.per.connection", 1);
        return () -> new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** @param producers a new one for each life */
    static OutboxRelay start(Database database, Supplier<Producer<byte[], byte[]>> producers, MeterRegistry meters) {
        return start(database, producers, Pace.USUAL, meters);
    }

    static OutboxRelay start(
            Database database, Supplier<Producer<byte[], byte[]>> producers, Pace pace, MeterRegistry meters) {
        var relay = new OutboxRelay(database, producers, pace, meters);
        relay.thread.start();
        return relay;
    }

    /** For a check of readiness: false only if the relay was closed, or ended by an error that it cannot outlive. */
    public boolean isAlive() {
        return thread.isAlive();
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closed) {
            try (Connection connection = database.connect()) {
                workAsSystem(connection);
                awaitTurn(connection);
                relayInOneLife(connection);
            } catch (InterruptException e) {
                // Kafka's own form of InterruptedException, with the flag set again.
                return;
            } catch (SQLException | ExecutionException | RuntimeException | StackOverflowError | LinkageError e) {
                if (!closed) {
                    failures.increment();
                    LOGGER.atWarn().addKeyValue("cause", e.toString()).log("outbox is not relayed for now");
                    pause(PAUSE_AFTER_FAILURE);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void workAsSystem(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("SET ROLE pm_system");
        }
    }

    private static void awaitTurn(Connection connection) throws SQLException, InterruptedException {
        try (var statement = connection.prepareStatement("SELECT pg_try_advisory_lock(?)")) {
            statement.setLong(1, LOCK);
            while (true) {
                try (var row = statement.executeQuery()) {
                    if (row.next() && row.getBoolean(1)) {
                        return;
                    }
                }
                Thread.sleep(TAKE_OVER_AFTER);
            }
        }
    }

    /** Until something fails: then with a new producer, for the old one may still be trying. */
    private void relayInOneLife(Connection connection) throws SQLException, ExecutionException, InterruptedException {
        try (var producer = new OrderedProducer(producers.get());
                var statement = connection.createStatement()) {
            statement.execute("LISTEN " + Outbox.CHANNEL);
            var rows = new OutboxRows(connection);
            long lastBusyNanos = System.nanoTime();
            while (!closed) {
                List<OutboxRows.Row> batch = rows.oldest();
                if (batch.isEmpty()) {
                    boolean busy =
                            System.nanoTime() - lastBusyNanos < pace.busyFor().toNanos();
                    awaitNews(connection, busy ? pace.whenBusy() : pace.whenIdle());
                } else {
                    relay(connection, producer, rows, batch);
                    lastBusyNanos = System.nanoTime();
                }
            }
        }
    }

    private void relay(Connection connection, OrderedProducer producer, OutboxRows rows, List<OutboxRows.Row> batch)
            throws SQLException, ExecutionException, InterruptedException {
        var sent = new LinkedHashMap<OutboxRows.Row, Future<?>>();
        Set<OutboxRows.Order> refused = new HashSet<>();
        for (OutboxRows.Row row : batch) {
            // A producer that does not know the topic in time refuses a record, and may take the next: that one waits.
            if (!refused.contains(row.order()) && !producer.hasEnded()) {
                Future<?> answer = producer.send(row);
                sent.put(row, answer);
                if (answer.isDone() && answer.state() != Future.State.SUCCESS) {
                    refused.add(row.order());
                }
            }
        }
        awaitAnswers(connection, producer, sent.values());
        var acknowledged = new ArrayList<Long>(batch.size());
        Set<OutboxRows.Order> stuck = new HashSet<>();
        sent.forEach((row, answer) -> {
            if (answer.state() != Future.State.SUCCESS) {
                stuck.add(row.order());
            } else if (!stuck.contains(row.order())) {
                // What came after a record that failed is sent again after it, lest the older one be the last.
                acknowledged.add(row.id());
            }
        });
        rows.delete(acknowledged);
        measure(batch, acknowledged.size());
        Exception failure = producer.failure();
        if (failure != null) {
            throw new ExecutionException(failure);
        }
    }

    /** However long it takes, but no longer than it is this relay's turn. */
    private void awaitAnswers(Connection connection, OrderedProducer producer, Collection<Future<?>> answers)
            throws SQLException, InterruptedException {
        long saidNanos = System.nanoTime();
        for (Future<?> answer : answers) {
            while (!isThere(answer) && !producer.hasEnded()) {
                if (!connection.isValid((int) TURN_ANSWERS_WITHIN.toSeconds())) {
                    throw new SQLException("the turn to relay has ended with its connection");
                }
                if (System.nanoTime() - saidNanos >= SAY_EVERY.toNanos()) {
                    saidNanos = System.nanoTime();
                    failures.increment();
                    LOGGER.warn("the outbox waits for Kafka, which does not take its records for now");
                }
            }
        }
    }

    /** Waits a little for it. */
    private static boolean isThere(Future<?> answer) throws InterruptedException {
        try {
            answer.get(LOOK_AT_TURN.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException e) {
            // It is an answer too, and read with the others.
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    private void measure(List<OutboxRows.Row> batch, int acknowledged) {
        relayed.increment(acknowledged);
        Instant now = Instant.now();
        for (OutboxRows.Row row : batch) {
            Duration took = Duration.between(row.createdAt(), now);
            delay.record(took.isNegative() ? Duration.ZERO : took);
        }
    }

    private void awaitNews(Connection connection, Duration atMost) throws SQLException, InterruptedException {
        // It does not heed interrupts; closing waits for the rest of one look.
        connection.unwrap(PGConnection.class).getNotifications((int) atMost.toMillis());
        if (Thread.interrupted()) {
            throw new InterruptedException("closed");
        }
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
