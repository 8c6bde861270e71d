package com.promptmanage.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.streams.meter.MeterCounts;
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
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.pricing.Catalogue;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.pricing.ModelPriceCodec;
import com.promptmanage.topics.pricing.PricePublisher;
import com.promptmanage.topics.pricing.PriceTier;
import com.promptmanage.topics.pricing.Rates;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A metering of its own on a broker of its own, with accounts that are healthy and one that is not. It knows what was sent, so that
 * it can tell that each rejected record is one of those, and that the healthy accounts have spent what they should.
 */
final class PoisonedMetering implements AutoCloseable {

    static final Account POISONED = Account.team("poisoned");

    static final int PARTITIONS = 4;

    static final int HEALTHY = 20;

    private final Instant now = Instant.now();

    private final EmbeddedKafka kafka;

    private final KafkaProducer<byte[], byte[]> producer;

    private final MeteringRuntime metering;

    private final Map<String, byte @Nullable []> sent = new HashMap<>();

    private final List<Future<RecordMetadata>> underWay = new ArrayList<>();

    private final List<byte @Nullable []> underWayValues = new ArrayList<>();

    /** The last of each partition of {@code usage.events}. */
    private final Map<Integer, Long> ends = new HashMap<>();

    private int healthyEvents;

    private PoisonedMetering(Path directory, EmbeddedKafka kafka) throws Exception {
        this.kafka = kafka;
        try (var admin = kafka.admin()) {
            new TopicProvisioner(admin, PARTITIONS, (short) 1).provision(Topics.ALL);
        }
        producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        kafka.bootstrapServers(),
                        "linger.ms",
                        "5",
                        "compression.type",
                        "lz4",
                        "max.request.size",
                        Integer.toString(16 << 20)),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        new PricePublisher(producer, PARTITIONS).publish(Catalogue.prices());
        for (int i = 0; i < HEALTHY; i++) {
            Account account = healthy(i);
            producer.send(new ProducerRecord<>(
                            Topics.BUDGETS.name(),
                            account.key(),
                            BudgetCodec.writeAll(account, List.of(budget(account)), now, "budgets")))
                    .get();
        }
        metering = new MeteringRuntime(
                StreamsSettings.defaults(kafka.bootstrapServers(), directory.resolve("state")), PARTITIONS);
        metering.start();
        Await.until(
                Duration.ofSeconds(30),
                () -> assertThat(metering.owner(POISONED)).isInstanceOf(Place.Here.class));
    }

    /** Returns when it meters. */
    static PoisonedMetering start(Path directory) throws Exception {
        return new PoisonedMetering(directory, EmbeddedKafka.start(directory.resolve("kafka")));
    }

    @Override
    public void close() {
        metering.close();
        producer.close();
        kafka.close();
    }

    Instant now() {
        return now;
    }

    MeterCounts counts() {
        return metering.counts();
    }

    /** How many records lie on {@code usage.events}. */
    long usageRecords() {
        return ends.values().stream().mapToLong(end -> end + 1).sum();
    }

    /** In every partition. */
    void price(String model, byte[] prices) throws Exception {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            producer.send(new ProducerRecord<>(Topics.PRICES.name(), partition, model.getBytes(UTF_8), prices))
                    .get();
        }
    }

    /** What is rejected by now, each of which was sent so. */
    List<ConsumerRecord<byte[], byte[]>> rejected() {
        List<ConsumerRecord<byte[], byte[]>> rejected = committed(Topics.USAGE_REJECTED);
        assertThat(rejected).allSatisfy(this::isWhatWasSent);
        return rejected;
    }

    void healthyEvents(int count) {
        for (int i = 0; i < count; i++) {
            healthyEvent();
        }
    }

    void healthyEvent() {
        UsageEvent event = event("healthy-" + healthyEvents, healthy(healthyEvents % HEALTHY));
        healthyEvents++;
        send(Topics.USAGE_EVENTS, event.account().key(), UsageEventCodec.write(event));
    }

    String poison(Topic topic, byte @Nullable [] key, byte @Nullable [] value) throws Exception {
        RecordMetadata metadata =
                producer.send(new ProducerRecord<>(topic.name(), key, value)).get();
        return confirmed(metadata, value);
    }

    void send(Topic topic, byte @Nullable [] key, byte @Nullable [] value) {
        underWay.add(producer.send(new ProducerRecord<>(topic.name(), key, value)));
        underWayValues.add(value);
    }

    /** Until everything that was sent is committed, that of the other topics too: they are read before later events. */
    void await(Duration patience) throws Exception {
        for (int i = 0; i < underWay.size(); i++) {
            confirmed(underWay.get(i).get(), underWayValues.get(i));
        }
        underWay.clear();
        underWayValues.clear();
        for (Map.Entry<Integer, Long> end : ends.entrySet()) {
            assertThat(metering.awaitCommitted(end.getKey(), end.getValue(), patience))
                    .as("partition %s is stuck: %s", end.getKey(), metering.lastFailure())
                    .isTrue();
        }
    }

    void assertHealthy() {
        assertThat(metering.lastFailure()).isNull();
        assertThat(metering.isReady()).isTrue();
        for (int i = 0; i < HEALTHY; i++) {
            int expected = (healthyEvents + HEALTHY - 1 - i) / HEALTHY;
            Spend spend = spend(healthy(i));
            assertThat(spend.events()).isEqualTo(expected);
            assertThat(spend.costNanoUsd()).isEqualTo(expected * 750_000L);
        }
        // Each has crossed its budget with its first event.
        assertThat(committed(Topics.BUDGET_ALERTS).stream()
                        .map(alert -> new String(alert.key(), UTF_8))
                        .filter(account -> account.startsWith("team:healthy")))
                .hasSize(HEALTHY)
                .doesNotHaveDuplicates();
    }

    Spend spend(Account account) {
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

    static String origin(ConsumerRecord<byte[], byte[]> rejected) {
        return "%s-%s@%s"
                .formatted(text(rejected, "pm-topic"), text(rejected, "pm-partition"), text(rejected, "pm-offset"));
    }

    static String text(ConsumerRecord<byte[], byte[]> rejected, String header) {
        Header found = rejected.headers().lastHeader(header);
        assertThat(found).as(header).isNotNull();
        return new String(requireNonNull(found).value(), UTF_8);
    }

    static Account healthy(int number) {
        return Account.team("healthy-" + number);
    }

    String plain(String id, String subject) {
        return "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/t\",\"type\":\"ping\",\"subject\":\"%s\",\"time\":\"%s\",\"data\":{\"x\":[1,null]}}"
                .formatted(id, subject, now);
    }

    UsageEvent event(String id, Account account) {
        return new UsageEvent(
                id,
                "/t",
                now,
                TokenUsage.of("u", account.id(), "gpt-4o-mini", TokenCounts.ofInputOutput(1_000, 1_000)));
    }

    byte[] prices(long nanoUsdPerMillion) {
        var price = new ModelPrice(
                "p1",
                "maker",
                "poisoned-model",
                List.of("poisoned-alias"),
                Instant.parse("2024-01-01T00:00:00Z"),
                null,
                List.of(PriceTier.standard(
                        Rates.of(Map.of(TokenKind.INPUT, nanoUsdPerMillion, TokenKind.OUTPUT, nanoUsdPerMillion)))));
        return ModelPriceCodec.writeAll("poisoned-model", List.of(price), now, "prices");
    }

    /** Crossed whole by one event. */
    static Budget budget(Account account) {
        return new Budget(
                "b",
                "the month",
                account,
                Dimension.ACCOUNT,
                "*",
                new Limit.Spend(NanoUsd.ofUsd("0.0001")),
                Period.of(Period.Unit.MONTH, ZoneOffset.UTC),
                Budget.DEFAULT_THRESHOLDS,
                Budget.Enforcement.ALERT_ONLY,
                Budget.FailMode.OPEN,
                1);
    }

    private void isWhatWasSent(ConsumerRecord<byte[], byte[]> rejected) {
        assertThat(text(rejected, "pm-reason")).isNotBlank();
        assertThat(text(rejected, "pm-detail")).isNotBlank().hasSizeLessThan(1000);
        byte[] original = sent.get(origin(rejected));
        if (rejected.headers().lastHeader("pm-cut") == null) {
            assertThat(rejected.value()).isEqualTo(original);
        } else {
            assertThat(original).startsWith(rejected.value());
        }
    }

    private String confirmed(RecordMetadata metadata, byte @Nullable [] value) {
        String origin = "%s-%d@%d".formatted(metadata.topic(), metadata.partition(), metadata.offset());
        sent.put(origin, value);
        if (metadata.topic().equals(Topics.USAGE_EVENTS.name())) {
            ends.merge(metadata.partition(), metadata.offset(), Math::max);
        }
        return origin;
    }

    private List<ConsumerRecord<byte[], byte[]>> committed(Topic topic) {
        var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var lasts = consumer.endOffsets(partitions);
            while (partitions.stream()
                    .anyMatch(partition -> consumer.position(partition) < requireNonNull(lasts.get(partition)))) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        return records;
    }
}
