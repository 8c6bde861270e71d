package com.promptmanage.runner.budget;

import com.promptmanage.service.budget.Reservation;
import com.promptmanage.service.budget.Reservations;
import com.promptmanage.service.database.Database;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.Receipt;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out where on {@code usage.events} calls lie that were entered in the outbox, whichever process relays that: once no record is
 * left in it of those that were in it when a call had ended, the call lies before the end that its partition has then.
 *
 * <p>Threads: one of its own, which looks while there is a call to find, and else waits for one.
 */
final class OutboxPlaces implements OutboxReservation.Ends, AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(OutboxPlaces.class);

    private static final Duration PAUSE = Duration.ofMillis(100);

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private static final int KAFKA_ANSWERS_WITHIN_MS = 5_000;

    private final Database database;

    private final Map<String, Object> kafkaSettings;

    private final LinkedBlockingQueue<Ended> coming = new LinkedBlockingQueue<>();

    private final Thread thread;

    private volatile boolean closed;

    /** The thread's own: those that have ended since it looked last. */
    private final List<Ended> unseen = new ArrayList<>();

    /** Likewise: those that the outbox may hold, in the order in which they were seen. */
    private final Queue<Waiting> waiting = new ArrayDeque<>();

    private record Ended(Account account, Reservation reservation, long atNanos) {

        private boolean isFreeAnyway(long nowNanos) {
            return nowNanos - atNanos > Reservations.SETTLING_MAX.toNanos();
        }
    }

    /** @param lastId of what was in the outbox when it had ended: what it has entered itself is not behind that */
    private record Waiting(Ended call, long lastId) {}

    /** What is in the outbox; nothing, if the last comes before the first. */
    private record Held(long firstId, long lastId) {}

    /** It looks for nothing by itself yet. */
    OutboxPlaces(Database database, Map<String, Object> kafkaSettings) {
        this.database = database;
        this.kafkaSettings = new HashMap<>(kafkaSettings);
        this.kafkaSettings.put("request.timeout.ms", KAFKA_ANSWERS_WITHIN_MS);
        this.kafkaSettings.put("default.api.timeout.ms", KAFKA_ANSWERS_WITHIN_MS);
        this.thread = Thread.ofPlatform().name("ended-calls").daemon().unstarted(this::run);
    }

    /** @param kafkaSettings {@code bootstrap.servers} at least */
    static OutboxPlaces start(Database database, Map<String, Object> kafkaSettings) {
        var places = new OutboxPlaces(database, kafkaSettings);
        places.thread.start();
        return places;
    }

    @Override
    public void ended(Account account, Reservation ended) {
        coming.add(new Ended(account, ended, System.nanoTime()));
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
            try {
                // Kafka need not be there before the first call has ended.
                awaitCall();
                lookForAll();
            } catch (InterruptedException | InterruptException e) {
                return;
            } catch (RuntimeException | ExecutionException | StackOverflowError | LinkageError e) {
                if (!closed) {
                    LOGGER.atWarn()
                            .addKeyValue("cause", e.toString())
                            .log("calls that have ended stay reserved for now");
                    pauseAfterFailure();
                }
            }
        }
    }

    private void awaitCall() throws InterruptedException {
        if (unseen.isEmpty() && waiting.isEmpty()) {
            unseen.add(coming.take());
        }
    }

    /** Until something fails: then with a new connection to the broker. */
    private void lookForAll() throws InterruptedException, ExecutionException {
        Admin admin = Admin.create(kafkaSettings);
        try {
            while (!closed) {
                awaitCall();
                look(admin);
                Thread.sleep(PAUSE);
            }
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    private static void pauseAfterFailure() {
        try {
            Thread.sleep(PAUSE_AFTER_FAILURE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Once, at all that have ended. By the thread alone, once there is one. */
    void look(Admin admin) throws InterruptedException, ExecutionException {
        coming.drainTo(unseen);
        long now = System.nanoTime();
        unseen.removeIf(call -> call.isFreeAnyway(now));
        waiting.removeIf(one -> one.call().isFreeAnyway(now));
        Held held = held();
        unseen.forEach(call -> waiting.add(new Waiting(call, held.lastId())));
        unseen.clear();
        List<Ended> there = waiting.stream()
                .takeWhile(one -> one.lastId() < held.firstId())
                .map(Waiting::call)
                .toList();
        if (!there.isEmpty()) {
            place(admin, there);
            there.forEach(placed -> waiting.remove());
        }
    }

    private Held held() {
        return database.asSystem(handle -> handle.createQuery("""
                        SELECT coalesce(min(id), 9223372036854775807) AS first_id, coalesce(max(id), 0) AS last_id
                        FROM outbox
                        """)
                .map((row, ctx) -> new Held(row.getLong("first_id"), row.getLong("last_id")))
                .one());
    }

    /** The end of a partition is asked for after the outbox was. */
    private static void place(Admin admin, List<Ended> calls) throws InterruptedException, ExecutionException {
        String topic = Topics.USAGE_EVENTS.name();
        int partitions = admin.describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .values()
                .iterator()
                .next()
                .partitions()
                .size();
        Map<TopicPartition, List<Ended>> byPartition = calls.stream()
                .collect(Collectors.groupingBy(call -> new TopicPartition(topic, partition(call, partitions))));
        Map<TopicPartition, OffsetSpec> asked =
                byPartition.keySet().stream().collect(Collectors.toMap(one -> one, one -> OffsetSpec.latest()));
        Map<TopicPartition, ListOffsetsResultInfo> ends =
                admin.listOffsets(asked).all().get();
        ends.forEach((partition, end) -> {
            var last = new Receipt(Map.of(partition.partition(), end.offset() - 1));
            byPartition
                    .getOrDefault(partition, List.of())
                    .forEach(call -> call.reservation().recorded(last));
        });
    }

    /** As Kafka's own producers choose it. */
    private static int partition(Ended call, int partitions) {
        return Utils.toPositive(Utils.murmur2(call.account().key())) % partitions;
    }
}
