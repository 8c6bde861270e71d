package com.promptmanage.runner.budget;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.service.budget.Reservation;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.outbox.Outbox;
import com.promptmanage.service.outbox.OutboxRecord;
import com.promptmanage.service.outbox.OutboxRelay;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.topics.TopicProvisioner;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.Receipt;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where calls lie that were entered in the outbox of a database, with a relay and without one. */
class OutboxPlacesTest {

    private final EmbeddedKafka kafka = EmbeddedKafka.shared();

    private final Map<String, Object> settings = Map.of("bootstrap.servers", kafka.bootstrapServers());

    private final Database database = Database.open(MigratedDatabase.settings(MigratedDatabase.url()));

    private final Admin admin = kafka.admin();

    /** Nobody else's, so that its partition may be any. */
    private final Account account = Account.team("places-" + UUID.randomUUID());

    private final OutboxPlaces places = new OutboxPlaces(database, settings);

    private final List<Receipt> found = new CopyOnWriteArrayList<>();

    private final Reservation reservation = new Found(found);

    @BeforeEach
    void start() throws InterruptedException {
        new TopicProvisioner(admin, 4, (short) 1).provision(Topics.ALL);
    }

    @AfterEach
    void stop() {
        admin.close();
        database.close();
    }

    @Test
    void aCallThatAnyRelayBringsToTheTopicIsFoundBeforeTheEndOfItsPartitionAndNotSooner() throws Exception {
        append("used");
        places.ended(account, reservation);
        places.look(admin);
        places.look(admin);
        assertThat(found).as("it is on no topic yet").isEmpty();

        try (var relay = OutboxRelay.start(database, settings, new SimpleMeterRegistry())) {
            Await.until(() -> assertThat(inTheOutbox()).isZero());
            assertThat(relay.isAlive()).isTrue();
        }
        places.look(admin);

        ConsumerRecord<byte[], byte[]> event = onTheTopic("used");
        assertThat(found).singleElement().satisfies(receipt -> {
            assertThat(receipt.offsets()).containsOnlyKeys(event.partition());
            assertThat(receipt.offsets().get(event.partition())).isGreaterThanOrEqualTo(event.offset());
        });
        places.look(admin);
        assertThat(found).as("looked for once").hasSize(1);
    }

    @Test
    void whatComesIntoTheOutboxAfterTheCallHasEndedIsNotWaitedFor() throws Exception {
        append("before");
        places.ended(account, reservation);
        places.look(admin);
        append("after");
        places.look(admin);
        assertThat(found).isEmpty();

        // As a relay does that has brought it to the topic.
        database.useAsSystem(handle -> handle.execute("DELETE FROM outbox WHERE id = (SELECT min(id) FROM outbox)"));
        places.look(admin);

        assertThat(found).hasSize(1);
        assertThat(inTheOutbox()).isEqualTo(1);
    }

    @Test
    void itLooksByItselfAndAgainAfterWhatFails() throws Exception {
        try (var looking = OutboxPlaces.start(database, settings)) {
            looking.ended(account, new Found(found) {
                private boolean hasFailed;

                @Override
                public void recorded(Receipt recorded) {
                    if (!hasFailed) {
                        hasFailed = true;
                        throw new IllegalStateException("the first time");
                    }
                    super.recorded(recorded);
                }
            });
            Await.until(() -> assertThat(found).hasSize(1));

            looking.ended(account, reservation);
            Await.until(() -> assertThat(found).hasSize(2));
        }
    }

    private void append(String event) {
        database.useAsSystem(handle -> Outbox.append(
                handle, new OutboxRecord(Topics.USAGE_EVENTS.name(), account.key(), json(event), Map.of(), "exe_1")));
    }

    /** Other tests read what is on the topic. */
    private static byte[] json(String event) {
        return "{\"id\":\"%s\"}".formatted(event).getBytes(StandardCharsets.UTF_8);
    }

    private ConsumerRecord<byte[], byte[]> onTheTopic(String event) {
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = consumer.partitionsFor(Topics.USAGE_EVENTS.name()).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            consumer.assign(all);
            consumer.seekToBeginning(all);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    if (Arrays.equals(record.key(), account.key()) && Arrays.equals(record.value(), json(event))) {
                        return record;
                    }
                }
            }
        }
        throw new AssertionError(event + " is not on the topic");
    }

    private long inTheOutbox() {
        return database.asSystem(handle -> handle.createQuery("SELECT count(*) FROM outbox")
                .mapTo(Long.class)
                .one());
    }

    /** Writes down where it is told to lie. */
    private static class Found implements Reservation {

        private final List<Receipt> found;

        Found(List<Receipt> found) {
            this.found = found;
        }

        @Override
        public void end() {
            throw new UnsupportedOperationException("it has ended");
        }

        @Override
        public void recorded(Receipt recorded) {
            found.add(recorded);
        }
    }
}
