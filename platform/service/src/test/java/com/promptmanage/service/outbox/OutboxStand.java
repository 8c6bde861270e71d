package com.promptmanage.service.outbox;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.MigratedDatabase;
import com.promptmanage.service.database.Scope;
import com.promptmanage.testkit.EmbeddedKafka;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** An outbox in a database of its own, the name of a topic that nobody else uses, and relays from the one to the other. */
final class OutboxStand implements AutoCloseable {

    static final Scope SOMEONE = new Scope.Tenant("usr_1", Set.of("user:usr_1"));

    /** Longer than a machine with much to do takes for what another waits for. */
    private static final Duration WAITS_MAX = Duration.ofMinutes(2);

    private static final AtomicInteger TOPICS = new AtomicInteger();

    private final EmbeddedKafka kafka = EmbeddedKafka.shared();

    private final String url = MigratedDatabase.url();

    private final Database database = Database.open(DatabaseSettings.of(url, MigratedDatabase.APP_PASSWORD)
            .patient(WAITS_MAX)
            .withConnectionsMax(16));

    private final String topic = "outbox-test-" + TOPICS.incrementAndGet();

    EmbeddedKafka kafka() {
        return kafka;
    }

    String url() {
        return url;
    }

    Database database() {
        return database;
    }

    String topic() {
        return topic;
    }

    void append(String value) {
        database.useTransaction(SOMEONE, handle -> Outbox.append(handle, OutboxRecord.of(topic, "a", bytes(value))));
    }

    long waiting() {
        return database.asSystem(handle -> handle.createQuery("SELECT count(*) FROM outbox")
                .mapTo(Long.class)
                .one());
    }

    OutboxRelay relay() {
        return OutboxRelay.start(database, kafka.bootstrapServers(), new SimpleMeterRegistry());
    }

    OutboxRelay relay(OutboxRelay.Pace pace) {
        return OutboxRelay.start(
                database,
                OutboxRelay.producers(Map.of("bootstrap.servers", kafka.bootstrapServers())),
                pace,
                new SimpleMeterRegistry());
    }

    /** On a thread of its own: the common pool has one thread on a small machine. */
    static CompletableFuture<Void> atOnce(Runnable work) {
        return CompletableFuture.runAsync(work, task -> Thread.ofVirtual().start(task));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        database.close();
    }
}
