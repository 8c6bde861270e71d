package com.promptmanage.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.Metering.Place;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.streams.read.SpendQuery.Step;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.topics.Topic;
import com.promptmanage.topics.TopicProvisioner;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.BudgetCodec;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.pricing.Catalogue;
import com.promptmanage.topics.pricing.PricePublisher;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A broker of its own with all topics and the catalogue's prices, for meterings that run at it, and what they have committed. */
final class MeteredBroker implements AutoCloseable {

    static final int PARTITIONS = 4;

    private final EmbeddedKafka kafka;

    private final KafkaProducer<byte[], byte[]> producer;

    private MeteredBroker(EmbeddedKafka kafka, Map<String, Object> producerSettings) throws Exception {
        this.kafka = kafka;
        try (var admin = kafka.admin()) {
            assertThat(new TopicProvisioner(admin, PARTITIONS, (short) 1).provision(Topics.ALL))
                    .isEqualTo(PARTITIONS);
        }
        var settings = new HashMap<String, Object>(producerSettings);
        settings.put("bootstrap.servers", kafka.bootstrapServers());
        settings.put("linger.ms", "5");
        producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        new PricePublisher(producer, PARTITIONS).publish(Catalogue.prices());
    }

    /** @param producerSettings by Kafka's names, besides the usual ones */
    static MeteredBroker start(Path directory, Map<String, Object> producerSettings) throws Exception {
        return new MeteredBroker(EmbeddedKafka.start(directory), producerSettings);
    }

    String bootstrapServers() {
        return kafka.bootstrapServers();
    }

    KafkaProducer<byte[], byte[]> producer() {
        return producer;
    }

    StreamsSettings settings(Path state) {
        return StreamsSettings.defaults(kafka.bootstrapServers(), state);
    }

    /** Returns when it answers for the account. */
    static MeteringRuntime run(StreamsSettings settings, Account account) throws Exception {
        var metering = new MeteringRuntime(settings, PARTITIONS);
        metering.start();
        Await.until(
                Duration.ofMinutes(3), () -> assertThat(metering.owner(account)).isInstanceOf(Place.Here.class));
        return metering;
    }

    /** All that an account has. */
    void budget(Account account, Budget budget, Instant now) throws Exception {
        producer.send(new ProducerRecord<>(
                        Topics.BUDGETS.name(),
                        account.key(),
                        BudgetCodec.writeAll(account, List.of(budget), now, "budgets")))
                .get();
    }

    void price(int partition, String model, byte[] prices) throws Exception {
        producer.send(new ProducerRecord<>(Topics.PRICES.name(), partition, model.getBytes(UTF_8), prices))
                .get();
    }

    List<ConsumerRecord<byte[], byte[]>> committed(Topic topic) throws Exception {
        var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        try (var consumer = consumer("read_committed");
                var ofAll = consumer("read_uncommitted")) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            // A commit is marked in each partition after the broker has said that it is made, and can be read from
            // then.
            var ends = ofAll.endOffsets(partitions);
            Await.until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
                assertThat(partitions)
                        .allMatch(partition -> consumer.position(partition) >= requireNonNull(ends.get(partition)));
            });
        }
        return records;
    }

    private KafkaConsumer<byte[], byte[]> consumer(String isolation) {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "isolation.level", isolation),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    /** What an account has spent in the day before a moment and the day after it. */
    static Spend spend(MeteringRuntime metering, Account account, Instant now) {
        AccountReads reads = ((Place.Here) metering.owner(account)).reads();
        return reads
                .spend(new SpendQuery(
                        account,
                        Dimension.ACCOUNT,
                        null,
                        now.minus(Duration.ofDays(1)).toEpochMilli(),
                        now.plus(Duration.ofDays(1)).toEpochMilli(),
                        ZoneOffset.UTC,
                        Step.WHOLE))
                .stream()
                .map(SpendEntry::spend)
                .reduce(Spend.NONE, Spend::plus);
    }

    @Override
    public void close() {
        producer.close();
        kafka.close();
    }
}
