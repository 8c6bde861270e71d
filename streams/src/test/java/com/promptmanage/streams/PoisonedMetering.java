package com.promptmanage.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.streams.meter.MeterCounts;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.topics.Topic;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.pricing.ModelPriceCodec;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A metering of its own on a broker of its own, with accounts that are healthy and one that is not. It knows what was sent, so that
 * it can tell that each rejected record is one of those, and that the healthy accounts have spent what they should.
 */
final class PoisonedMetering implements AutoCloseable {

    static final Account POISONED = Account.team("poisoned");

    static final int PARTITIONS = MeteredBroker.PARTITIONS;

    static final int HEALTHY = 20;

    private final Instant now = Instant.now();

    private final MeteredBroker broker;

    private final MeteringRuntime metering;

    private final Map<String, byte @Nullable []> sent = new HashMap<>();

    private final List<Future<RecordMetadata>> underWay = new ArrayList<>();

    private final List<byte @Nullable []> underWayValues = new ArrayList<>();

    /** The last of each partition of {@code usage.events}. */
    private final Map<Integer, Long> ends = new HashMap<>();

    private int healthyEvents;

    private PoisonedMetering(Path directory, MeteredBroker broker) throws Exception {
        this.broker = broker;
        for (int i = 0; i < HEALTHY; i++) {
            Account account = healthy(i);
            broker.budget(account, budget(account), now);
        }
        metering = MeteredBroker.run(broker.settings(directory.resolve("state")), POISONED);
    }

    /** Returns when it meters. */
    static PoisonedMetering start(Path directory) throws Exception {
        return new PoisonedMetering(
                directory,
                MeteredBroker.start(
                        directory.resolve("kafka"),
                        Map.of("compression.type", "lz4", "max.request.size", Integer.toString(16 << 20))));
    }

    @Override
    public void close() {
        metering.close();
        broker.close();
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
            broker.price(partition, model, prices);
        }
    }

    /** What is rejected by now, each of which was sent so. */
    List<ConsumerRecord<byte[], byte[]>> rejected() throws Exception {
        List<ConsumerRecord<byte[], byte[]>> rejected = broker.committed(Topics.USAGE_REJECTED);
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
        RecordMetadata metadata = broker.producer()
                .send(new ProducerRecord<>(topic.name(), key, value))
                .get();
        return confirmed(metadata, value);
    }

    /** Of an account, on a partition that is not its own. */
    String misplaced(Topic topic, Account account, byte[] value) throws Exception {
        int partition = (metering.partitionOf(account) + 1) % PARTITIONS;
        RecordMetadata metadata = broker.producer()
                .send(new ProducerRecord<>(topic.name(), partition, account.key(), value))
                .get();
        return confirmed(metadata, value);
    }

    void send(Topic topic, byte @Nullable [] key, byte @Nullable [] value) {
        underWay.add(broker.producer().send(new ProducerRecord<>(topic.name(), key, value)));
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

    void assertHealthy() throws Exception {
        assertThat(metering.lastFailure()).isNull();
        assertThat(metering.isReady()).isTrue();
        for (int i = 0; i < HEALTHY; i++) {
            int expected = (healthyEvents + HEALTHY - 1 - i) / HEALTHY;
            Spend spend = spend(healthy(i));
            assertThat(spend.events()).isEqualTo(expected);
            assertThat(spend.costNanoUsd()).isEqualTo(expected * 750_000L);
        }
        // Each has crossed its budget with its first event.
        assertThat(broker.committed(Topics.BUDGET_ALERTS).stream()
                        .map(alert -> new String(alert.key(), UTF_8))
                        .filter(account -> account.startsWith("team:healthy")))
                .hasSize(HEALTHY)
                .doesNotHaveDuplicates();
    }

    Spend spend(Account account) {
        return MeteredBroker.spend(metering, account, now);
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
        return AcmeUsage.monthly(account, "0.0001", 1);
    }

    private void isWhatWasSent(ConsumerRecord<byte[], byte[]> rejected) {
        assertThat(text(rejected, "pm-reason")).isNotBlank();
        assertThat(text(rejected, "pm-detail")).isNotBlank().hasSizeLessThan(1000);
        byte[] original = sent.get(origin(rejected));
        if (original == null || rejected.headers().lastHeader("pm-cut") == null) {
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
}
