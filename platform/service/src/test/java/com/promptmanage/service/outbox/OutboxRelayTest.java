package com.promptmanage.service.outbox;

import static com.promptmanage.service.outbox.OutboxStand.SOMEONE;
import static com.promptmanage.service.outbox.OutboxStand.atOnce;
import static com.promptmanage.service.outbox.OutboxStand.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.MigratedDatabase;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.testkit.JavaProcess;
import com.promptmanage.topics.event.StructuredMode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

// A relay does its work without being spoken to.
@SuppressWarnings("try")
class OutboxRelayTest {

    private final OutboxStand stand = new OutboxStand();

    private final EmbeddedKafka kafka = stand.kafka();

    private final Database database = stand.database();

    private final String topic = stand.topic();

    @TempDir
    Path directory;

    @AfterEach
    void close() {
        stand.close();
    }

    @Test
    void takesWhatIsCommittedAndNothingElse() throws Exception {
        kafka.createTopics(4, topic);
        database.useTransaction(
                SOMEONE,
                handle -> Outbox.append(
                        handle,
                        List.of(
                                new OutboxRecord(topic, bytes("a"), bytes("1"), Map.of("kind", "first"), "a"),
                                OutboxRecord.of(topic, "a", bytes("2")),
                                OutboxRecord.tombstone(topic, "a"))));
        assertThatThrownBy(() -> database.useTransaction(SOMEONE, handle -> {
                    Outbox.append(handle, OutboxRecord.of(topic, "a", bytes("undone")));
                    throw new IllegalStateException("undo");
                }))
                .hasMessage("undo");

        try (var relay = stand.relay();
                var received = new Received(kafka.bootstrapServers(), topic)) {
            Await.until(() -> assertThat(received.poll().byKey())
                    .isEqualTo(Map.of("a", List.of(Optional.of("1"), Optional.of("2"), Optional.empty()))));
            assertThat(new String(
                            received.all()
                                    .getFirst()
                                    .headers()
                                    .lastHeader("kind")
                                    .value(),
                            StandardCharsets.UTF_8))
                    .isEqualTo("first");
            Await.until(() -> assertThat(stand.waiting()).isZero());
        }
    }

    /** So that the SDKs of CloudEvents can read them; what goes by other topics is not all such. */
    @Test
    void anAlertGoesWithTheHeaderOfACloudEventWhoeverPutItThere() {
        assertThat(row("budget.alerts").toRecord().headers()).isEqualTo(StructuredMode.headers());
        assertThat(row("accounts").toRecord().headers()).isEmpty();
    }

    @Test
    void keepsTheOrderInWhichTransactionsOfAKeyCommit() throws Exception {
        kafka.createTopics(4, topic);
        int keys = 5;
        int writers = 8;
        int each = 40;
        createCounters(keys);
        try (var one = stand.relay();
                var other = stand.relay();
                var received = new Received(kafka.bootstrapServers(), topic)) {
            List<CompletableFuture<Void>> running = IntStream.range(0, writers)
                    .mapToObj(writer -> atOnce(() -> count(keys, each, writer)))
                    .toList();
            for (var writer : running) {
                writer.get();
            }

            Await.until(() -> assertThat(received.poll().all()).hasSizeGreaterThanOrEqualTo(writers * each));
            var expected = received.byKey();
            expected.forEach((key, values) -> assertThat(values)
                    .as(key)
                    .isEqualTo(IntStream.rangeClosed(1, values.size())
                            .mapToObj(i -> Optional.of(Integer.toString(i)))
                            .toList()));
        }
    }

    @Test
    void aLaterTransactionOfAKeyWaitsForAnEarlierOneAndOneOfAnotherKeyDoesNot() throws Exception {
        kafka.createTopics(1, topic);
        var appended = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        try (var relay = stand.relay();
                var received = new Received(kafka.bootstrapServers(), topic)) {
            var slow = atOnce(() -> database.useTransaction(SOMEONE, handle -> {
                Outbox.append(handle, OutboxRecord.of(topic, "a", bytes("1")));
                appended.countDown();
                await(release);
            }));
            appended.await();
            var later = atOnce(() -> stand.append("2"));
            database.useTransaction(
                    SOMEONE, handle -> Outbox.append(handle, OutboxRecord.of(topic, "b", bytes("other key"))));
            database.useTransaction(
                    SOMEONE,
                    handle -> Outbox.append(
                            handle,
                            new OutboxRecord(topic, bytes("a"), bytes("other order"), Map.of(), "execution-7")));

            Await.until(() -> assertThat(received.poll().all()).hasSize(2));
            Thread.sleep(100);
            assertThat(later).isNotDone();
            release.countDown();
            slow.get();
            later.get();

            Await.until(() -> assertThat(received.poll().byKey().get("a"))
                    .containsExactly(Optional.of("other order"), Optional.of("1"), Optional.of("2")));
        }
    }

    @Test
    void losesNothingWhenRelaysAreKilledBetweenSendingAndDeleting() throws Exception {
        kafka.createTopics(4, topic);
        int keys = 20;
        int each = 1000;
        var random = new Random(7);
        var writing = atOnce(() -> {
            for (int i = 1; i <= each; i++) {
                var batch = new ArrayList<OutboxRecord>();
                for (int key = 0; key < keys; key++) {
                    batch.add(OutboxRecord.of(topic, "key-" + key, bytes(Integer.toString(i))));
                }
                database.useTransaction(SOMEONE, handle -> Outbox.append(handle, batch));
            }
        });

        int kills = 0;
        while (!writing.isDone() || kills < 3) {
            try (var process = process()) {
                process.awaitLine(RelayMain.READY, Duration.ofMinutes(3));
                Thread.sleep(300 + random.nextInt(700));
                process.kill();
                kills++;
            }
        }
        writing.get();

        try (var relay = stand.relay();
                var received = new Received(kafka.bootstrapServers(), topic)) {
            Await.until(Duration.ofMinutes(3), () -> assertThat(stand.waiting()).isZero());
            List<String> all =
                    IntStream.rangeClosed(1, each).mapToObj(Integer::toString).toList();
            Await.until(() -> assertThat(received.poll().all()).hasSizeGreaterThanOrEqualTo(keys * each));
            Await.until(() -> received.poll()
                    .firstByKey()
                    .forEach((key, values) -> assertThat(values).as(key).isEqualTo(all)));
            assertThat(received.firstByKey()).hasSize(keys);
            received.byKey()
                    .forEach((key, values) -> assertThat(values.getLast()).contains(Integer.toString(each)));
        }
    }

    @Test
    void waitsForKafkaAndForPostgres() throws Exception {
        try (EmbeddedKafka ownKafka = EmbeddedKafka.start(directory.resolve("kafka"));
                EmbeddedPostgres ownPostgres = EmbeddedPostgres.start(directory.resolve("postgres"));
                Database there =
                        Database.open(DatabaseSettings.of(ownPostgres.jdbcUrl(), MigratedDatabase.APP_PASSWORD))) {
            ownKafka.createTopics(1, topic);
            ownKafka.stop();
            there.useTransaction(
                    SOMEONE, handle -> Outbox.append(handle, OutboxRecord.of(topic, "a", bytes("kafka was away"))));
            try (var relay = OutboxRelay.start(
                    there,
                    Map.of(
                            "bootstrap.servers",
                            ownKafka.bootstrapServers(),
                            "max.block.ms",
                            500,
                            "request.timeout.ms",
                            1_000,
                            "delivery.timeout.ms",
                            1_000),
                    new SimpleMeterRegistry())) {
                Thread.sleep(1500);
                ownKafka.start();
                try (var received = new Received(ownKafka.bootstrapServers(), topic)) {
                    Await.until(
                            () -> assertThat(received.poll().byKey().get("a")).contains(Optional.of("kafka was away")));
                    beAwayForLongerThanADelivery(ownKafka, there, received);

                    ownPostgres.kill();
                    Thread.sleep(500);
                    ownPostgres.start();
                    Await.until(() -> assertThat(there.isReady()).isTrue());
                    there.useTransaction(
                            SOMEONE,
                            handle -> Outbox.append(handle, OutboxRecord.of(topic, "a", bytes("postgres was away"))));

                    Await.until(() ->
                            assertThat(received.poll().byKey().get("a")).contains(Optional.of("postgres was away")));
                }
            }
        }
    }

    /** A consumer may read some again after a broker has gone, so each is looked for where it came first. */
    private void beAwayForLongerThanADelivery(EmbeddedKafka ownKafka, Database there, Received received)
            throws Exception {
        List<String> values =
                IntStream.range(0, 1_500).mapToObj(Integer::toString).toList();
        ownKafka.stop();
        for (String value : values.subList(0, 10)) {
            there.useTransaction(SOMEONE, handle -> Outbox.append(handle, OutboxRecord.of(topic, "b", bytes(value))));
            Thread.sleep(50);
        }
        there.useTransaction(
                SOMEONE,
                handle -> Outbox.append(
                        handle,
                        values.subList(10, values.size()).stream()
                                .map(value -> OutboxRecord.of(topic, "b", bytes(value)))
                                .toList()));
        Thread.sleep(2_000);
        ownKafka.start();
        Await.until(
                Duration.ofMinutes(3),
                () -> assertThat(received.poll().firstByKey().get("b")).isEqualTo(values));
    }

    @Test
    void nothingBehindARecordThatKafkaDoesNotTakeIsSentBeforeIt() throws Exception {
        var lives = new CopyOnWriteArrayList<MockProducer<byte[], byte[]>>();
        database.useTransaction(
                SOMEONE,
                handle -> Outbox.append(
                        handle,
                        Stream.of("1", "2", "3")
                                .map(value -> OutboxRecord.of(topic, "a", bytes(value)))
                                .toList()));
        try (var relay = OutboxRelay.start(
                database,
                () -> {
                    var life = new MockProducer<>(
                            false, new RoundRobinPartitioner(), new ByteArraySerializer(), new ByteArraySerializer());
                    lives.add(life);
                    return life;
                },
                new SimpleMeterRegistry())) {
            Await.until(() -> assertThat(lives)
                    .singleElement()
                    .satisfies(life -> assertThat(values(life)).hasSize(3)));
            var first = lives.getFirst();
            assertThat(first.errorNext(new TopicAuthorizationException(topic))).isTrue();

            assertThat(first.closed())
                    .as("before the next could be taken from it")
                    .isTrue();
            first.completeNext();
            Await.until(() -> {
                assertThat(lives).hasSize(2);
                assertThat(values(lives.getLast())).containsExactly("1", "2", "3");
            });
            assertThat(stand.waiting()).isEqualTo(3);
            while (lives.getLast().completeNext()) {
                assertThat(lives).hasSize(2);
            }
            Await.until(() -> assertThat(stand.waiting()).isZero());
            assertThat(lives).hasSize(2);
        }
    }

    private static List<String> values(MockProducer<byte[], byte[]> producer) {
        return producer.history().stream()
                .map(sent -> new String(sent.value(), StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void anotherTakesOverWhenTheOneThatWorksEnds() throws Exception {
        kafka.createTopics(1, topic);
        try (var received = new Received(kafka.bootstrapServers(), topic)) {
            var first = stand.relay();
            try (var second = stand.relay()) {
                stand.append("1");
                Await.until(() -> assertThat(received.poll().all()).hasSize(1));
                // Who ends between the answer of Kafka and the row's end leaves it to the next, who sends it again.
                Await.until(() -> assertThat(stand.waiting()).isZero());

                first.close();
                stand.append("2");

                Await.until(() -> assertThat(received.poll().byKey().get("a"))
                        .containsExactly(Optional.of("1"), Optional.of("2")));
            }
        }
    }

    @Test
    void refusesAtOnceWhatKafkaWouldRefuse() {
        assertThatThrownBy(() -> OutboxRecord.of(topic, "a", new byte[OutboxRecord.VALUE_BYTES_MAX + 1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1,000,001 bytes is too large for topic " + topic);
    }

    private void createCounters(int keys) throws Exception {
        try (var owner = java.sql.DriverManager.getConnection(stand.url());
                var statement = owner.createStatement()) {
            statement.execute("""
                    CREATE TABLE counters (id int PRIMARY KEY, count int NOT NULL);
                    SELECT pm_protect('counters', 'pm_user() IS NOT NULL');
                    INSERT INTO counters SELECT i, 0 FROM generate_series(0, %d) AS i
                    """.formatted(keys - 1));
        }
    }

    /** Counts up under the row's lock, as services do: so the values of a key tell the order of its commits. */
    private void count(int keys, int times, int seed) {
        var random = new Random(seed);
        for (int i = 0; i < times; i++) {
            int key = random.nextInt(keys);
            database.useTransaction(SOMEONE, handle -> {
                int count = handle.createQuery("UPDATE counters SET count = count + 1 WHERE id = :id RETURNING count")
                        .bind("id", key)
                        .mapTo(Integer.class)
                        .one();
                Outbox.append(handle, OutboxRecord.of(topic, "key-" + key, bytes(Integer.toString(count))));
                // The number of the row is given out; another key's transaction may commit first.
                handle.execute("SELECT pg_sleep(?)", random.nextInt(5) / 1000.0);
            });
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private JavaProcess process() {
        return JavaProcess.start(RelayMain.class, List.of("-Xmx256m"), Map.of(), stand.url(), kafka.bootstrapServers());
    }

    private static OutboxRows.Row row(String topic) {
        return new OutboxRows.Row(1, topic, bytes("team:a"), bytes("{}"), Map.of(), Instant.EPOCH);
    }
}
