package com.promptmanage.topics.pricing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.topics.TopicProvisioner;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.usage.TokenKind;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PricePublisherTest {

    private static final int PARTITIONS = 3;

    @TempDir
    private static Path directory;

    /** One for all tests: each has models of its own. */
    private static EmbeddedKafka kafka;

    private KafkaProducer<byte[], byte[]> producer;

    private KafkaConsumer<byte[], byte[]> consumer;

    private PricePublisher publisher;

    @BeforeAll
    static void startKafka() throws Exception {
        kafka = EmbeddedKafka.start(directory);
        try (var admin = kafka.admin()) {
            var unused = new TopicProvisioner(admin, PARTITIONS, (short) 1).provision(List.of(Topics.PRICES));
        }
    }

    @AfterAll
    static void stopKafka() {
        kafka.close();
    }

    @BeforeEach
    void connect() {
        Map<String, Object> settings = Map.of("bootstrap.servers", kafka.bootstrapServers());
        producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        publisher = new PricePublisher(producer, PARTITIONS);
    }

    @AfterEach
    void disconnect() {
        consumer.close();
        producer.close();
    }

    @Test
    void theCatalogueIsInEveryPartitionFromBeforeTheEventsOfTheMomentAndIsNotWrittenTwice() throws Exception {
        List<ModelPrice> catalogue = Catalogue.prices();
        Set<String> models = catalogue.stream().map(ModelPrice::model).collect(Collectors.toSet());
        long beforeMs = System.currentTimeMillis();

        assertThat(publisher.publishChanges(catalogue, consumer)).isEqualTo(catalogue.size() * PARTITIONS);
        assertThat(publisher.publishChanges(catalogue, consumer)).isZero();

        for (int partition = 0; partition < PARTITIONS; partition++) {
            List<ConsumerRecord<byte[], byte[]>> records = records(partition, models);
            assertThat(records)
                    .flatExtracting(record -> ModelPriceCodec.readAll(record.value()))
                    .containsExactlyElementsOf(catalogue);
            assertThat(records)
                    .allSatisfy(record -> assertThat(record.timestamp()).isLessThan(beforeMs));
        }
    }

    @Test
    void aChangedPriceIsWrittenAndTheOthersAreNot() throws Exception {
        publisher.publish(List.of(price("same", 1), price("changed", 1)));

        assertThat(publisher.publishChanges(List.of(price("same", 1), price("changed", 2)), consumer))
                .isEqualTo(PARTITIONS);

        for (int partition = 0; partition < PARTITIONS; partition++) {
            assertThat(records(partition, Set.of("same"))).hasSize(1);
            assertThat(records(partition, Set.of("changed")))
                    .flatExtracting(record -> ModelPriceCodec.readAll(record.value()))
                    .containsExactly(price("changed", 1), price("changed", 2));
        }
    }

    @Test
    void publishingWithoutLookingWritesAgain() throws Exception {
        publisher.publish(List.of(price("again", 1)));
        publisher.publish(List.of(price("again", 1)));

        assertThat(records(0, Set.of("again"))).hasSize(2);
    }

    @Test
    void aPriceThatAPartitionHasLostIsWrittenThereOnly() throws Exception {
        publisher.publish(List.of(price("lost", 1)));
        producer.send(new ProducerRecord<>(Topics.PRICES.name(), 1, "lost".getBytes(UTF_8), null))
                .get();

        assertThat(publisher.publishChanges(List.of(price("lost", 1)), consumer))
                .isEqualTo(1);

        assertThat(records(0, Set.of("lost"))).hasSize(1);
        assertThat(records(1, Set.of("lost"))).hasSize(3);
        assertThat(records(1, Set.of("lost")).getLast().value()).isNotNull();
    }

    private List<ConsumerRecord<byte[], byte[]>> records(int partition, Set<String> models) {
        var one = new TopicPartition(Topics.PRICES.name(), partition);
        consumer.assign(List.of(one));
        consumer.seekToBeginning(List.of(one));
        long end = consumer.endOffsets(List.of(one)).getOrDefault(one, 0L);
        var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        Instant deadline = Instant.now().plusSeconds(180);
        while (consumer.position(one) < end && Instant.now().isBefore(deadline)) {
            consumer.poll(Duration.ofMillis(100)).forEach(records::add);
        }
        records.removeIf(record -> !models.contains(new String(record.key(), UTF_8)));
        return records;
    }

    private static ModelPrice price(String model, long inputNanoUsdPerMillion) {
        return new ModelPrice(
                "price of " + model,
                "p",
                model,
                List.of(),
                Instant.EPOCH,
                null,
                List.of(PriceTier.standard(Rates.of(Map.of(TokenKind.INPUT, inputNanoUsdPerMillion)))));
    }
}
