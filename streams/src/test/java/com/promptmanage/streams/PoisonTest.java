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
import com.promptmanage.testkit.Damage;
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
import com.promptmanage.topics.budget.Severity;
import com.promptmanage.topics.budget.Threshold;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.pricing.Catalogue;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.pricing.ModelPriceCodec;
import com.promptmanage.topics.pricing.PricePublisher;
import com.promptmanage.topics.pricing.PriceTier;
import com.promptmanage.topics.pricing.Rates;
import com.promptmanage.topics.settings.AccountSettings;
import com.promptmanage.topics.settings.AccountSettingsCodec;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever lies on the topics that feed the metering: what cannot be counted is on {@code usage.rejected} with its reason,
 * what can be is counted exactly, and no thread ends. {@code -Dfuzz.times=100} does a hundred times as much.
 */
class PoisonTest {

    private static final int PARTITIONS = 4;

    private static final int TIMES = Integer.getInteger("fuzz.times", 1);

    private static final int HEALTHY = 20;

    private final Instant now = Instant.now();

    private static final Account POISONED = Account.team("poisoned");

    @TempDir
    private Path directory;

    private EmbeddedKafka kafka;

    private KafkaProducer<byte[], byte[]> producer;

    private final Map<String, byte @Nullable []> sent = new HashMap<>();

    private final List<Future<RecordMetadata>> underWay = new ArrayList<>();

    private final List<byte @Nullable []> underWayValues = new ArrayList<>();

    /** The last of each partition of {@code usage.events}. */
    private final Map<Integer, Long> ends = new HashMap<>();

    private int healthyEvents;

    @BeforeEach
    void start() throws Exception {
        kafka = EmbeddedKafka.start(directory.resolve("kafka"));
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
    }

    @AfterEach
    void stop() {
        producer.close();
        kafka.close();
    }

    @Test
    void whateverLiesOnTheTopicsIsCountedOrRejectedAndTheThreadsLive() throws Exception {
        try (var metering = run()) {
            var damage = new Damage(20_261_124);
            for (int i = 0; i < 2_500 * TIMES; i++) {
                noise(damage);
                if (i % 5 == 0) {
                    healthyEvent();
                }
            }
            for (int i = 0; i < 20_000 * TIMES; i++) {
                damagedEvent(damage);
                if (i % 10 == 0) {
                    healthyEvent();
                }
            }
            for (int i = 0; i < 1_500 * TIMES; i++) {
                damagedReference(damage);
                if (i % 10 == 0) {
                    healthyEvent();
                    unpricedEvent(i);
                }
            }
            for (int i = 0; i < 20; i++) {
                healthyEvent();
            }
            await(metering);

            List<ConsumerRecord<byte[], byte[]>> rejected = committed(Topics.USAGE_REJECTED);
            assertThat(rejected).hasSizeGreaterThan(15_000 * TIMES).allSatisfy(this::isWhatWasSent);
            assertThat(rejected.stream().filter(one -> text(one, "pm-topic").equals(Topics.USAGE_EVENTS.name())))
                    .hasSize((int)
                            (ends.values().stream().mapToLong(end -> end + 1).sum()
                                    - metering.counts().accepted.sum()
                                    - metering.counts().duplicates.sum()));
            assertHealthy(metering);
        }
    }

    /** Each would have ended the thread again and again, or lost what is right, if it were taken for what it claims to be. */
    @Test
    void eachKnownPoisonIsRejected() throws Exception {
        try (var metering = run()) {
            String event = new String(UsageEventCodec.write(event("poison", POISONED)), UTF_8);
            var poisons = new ArrayList<String>();
            for (String subject : List.of(
                    "team:", "user:", "team:" + "x".repeat(257), "user:a\u0085b", "user:\\ud800", "team:\\u0000")) {
                poisons.add(poison(
                        Topics.USAGE_EVENTS,
                        subject.replace("\\ud800", "?")
                                .replace("\\u0000", "\u0000")
                                .getBytes(UTF_8),
                        plain("p", subject).getBytes(UTF_8)));
            }
            for (String edit : List.of(
                    "\"specversion\":\"1.0\"=>\"specversion\":1.0",
                    "token.usage.v1=>usage.correction.v1",
                    "token.usage.v1=>token.usage.correction.v1",
                    "token.usage.v1=>token.usage.v2",
                    "\"tokens\"=>\"tags\":{\"a\":\"\\u0000\"},\"tokens\"",
                    "\"tokens\"=>\"workflowId\":\"" + "w".repeat(257) + "\",\"tokens\"",
                    "\"tokens\"=>\"padding\":\"" + "p".repeat(900_000) + "\",\"tokens\"",
                    "\"tokens\"=>\"padding\":\"" + "p".repeat(5_000_000) + "\",\"tokens\"",
                    "\"time\":\"=>\"time\":\"" + "9".repeat(900_000),
                    "\"tokens\":{=>\"tokens\":{\"inputs\":1,")) {
                String[] parts = edit.split("=>", 2);
                assertThat(event).contains(parts[0]);
                poisons.add(poison(
                        Topics.USAGE_EVENTS,
                        POISONED.key(),
                        event.replace(parts[0], parts[1]).getBytes(UTF_8)));
            }
            String budgets =
                    new String(BudgetCodec.writeAll(healthy(0), List.of(budget(healthy(0))), now, "budgets"), UTF_8);
            for (String edit : List.of(
                    "\"budgets\":[=>\"budgetz\":[",
                    "account.budgets.v1=>account.budgets.v2",
                    "\"data\"=>\"date\"",
                    "the month=>" + "m".repeat(300_000),
                    "\"data\"=>\"padding\":\"" + "p".repeat(1_040_000) + "\",\"data\"")) {
                String[] parts = edit.split("=>", 2);
                assertThat(budgets).contains(parts[0]);
                poisons.add(poison(
                        Topics.BUDGETS,
                        healthy(0).key(),
                        budgets.replace(parts[0], parts[1]).getBytes(UTF_8)));
            }
            poisons.add(poison(Topics.BUDGETS, healthy(1).key(), budgets.getBytes(UTF_8)));
            poisons.add(poison(Topics.BUDGETS, new byte[] {'t', 'e', 'a', 'm', ':', (byte) 0xff}, null));
            poisons.add(poison(Topics.PRICES, "another".getBytes(UTF_8), prices(1)));
            poisons.add(poison(Topics.USAGE_EVENTS, null, event.getBytes(UTF_8)));
            poisons.add(poison(Topics.USAGE_EVENTS, POISONED.key(), null));
            poisons.add(poison(Topics.ACCOUNTS, healthy(0).key(), "{}".getBytes(UTF_8)));
            healthyEvents(20);
            await(metering);

            List<ConsumerRecord<byte[], byte[]>> rejected = committed(Topics.USAGE_REJECTED);
            assertThat(rejected).allSatisfy(this::isWhatWasSent);
            assertThat(rejected.stream().map(PoisonTest::origin)).containsExactlyInAnyOrderElementsOf(poisons);
            assertHealthy(metering);
        }
    }

    /** An event that waits for its price is not lost, and holds up nothing, if the price that comes is beyond all sums. */
    @Test
    void aPriceThatNoSumCanHoldLeavesItsEventsUnpriced() throws Exception {
        try (var metering = run()) {
            var usage = TokenUsage.of(
                    "u", "poisoned", "poisoned-model", TokenCounts.ofInputOutput(TokenCounts.MAX, TokenCounts.MAX));
            send(Topics.USAGE_EVENTS, POISONED.key(), UsageEventCodec.write(new UsageEvent("dear", "/t", now, usage)));
            await(metering);
            for (int partition = 0; partition < PARTITIONS; partition++) {
                producer.send(new ProducerRecord<>(
                                Topics.PRICES.name(),
                                partition,
                                "poisoned-model".getBytes(UTF_8),
                                prices(9_000_000_000_000_000_000L)))
                        .get();
            }
            // Long enough for the event to be looked at again.
            Thread.sleep(500);
            healthyEvents(20);
            await(metering);

            assertThat(spend(metering, POISONED).unpricedEvents()).isEqualTo(1);
            assertThat(metering.counts().rerated.sum()).isZero();
            assertHealthy(metering);
        }
    }

    private void noise(Damage damage) {
        Topic topic = damage.oneOf(List.of(Topics.USAGE_EVENTS, Topics.BUDGETS, Topics.PRICES, Topics.ACCOUNTS));
        byte[] key = switch (damage.below(4)) {
            // A compacted topic has no records without a key.
            case 0 -> topic.equals(Topics.USAGE_EVENTS) ? null : damage.noise(3);
            case 1 -> damage.noise(40);
            case 2 -> healthy(damage.below(HEALTHY)).key();
            default -> POISONED.key();
        };
        // Nothing at all is a message of its own on a compacted topic: that there is nothing any more.
        byte[] value = damage.noise(800);
        send(topic, key, damage.below(50) == 0 && topic.equals(Topics.USAGE_EVENTS) ? null : value);
    }

    private void damagedEvent(Damage damage) {
        Account account = Account.team("poisoned-" + damage.below(8));
        String event = switch (damage.below(3)) {
            case 0 -> plain("d" + damage.below(1_000_000), account.value());
            default -> new String(UsageEventCodec.write(event("d" + damage.below(1_000_000), account)), UTF_8);
        };
        byte[] value = damage.edited(event);
        // The key that the damage asks for, so that it is not for the key alone that a record is refused.
        String text = new String(value, UTF_8);
        int subject = text.indexOf("\"subject\":\"");
        int end = subject < 0 ? -1 : text.indexOf('"', subject + 11);
        boolean follow = end > 0 && damage.below(2) == 0;
        send(Topics.USAGE_EVENTS, follow ? text.substring(subject + 11, end).getBytes(UTF_8) : account.key(), value);
    }

    private void damagedReference(Damage damage) {
        Account account = Account.team("poisoned-" + damage.below(8));
        switch (damage.below(3)) {
            case 0 ->
                send(
                        Topics.BUDGETS,
                        account.key(),
                        damage.edited(new String(
                                BudgetCodec.writeAll(account, List.of(budget(account), odd(account)), now, "b"),
                                UTF_8)));
            case 1 ->
                send(Topics.PRICES, "poisoned-model".getBytes(UTF_8), damage.edited(new String(prices(3), UTF_8)));
            default -> {
                var settings = new AccountSettings(
                        account,
                        ZoneId.of("Asia/Kolkata"),
                        List.of("feature"),
                        Set.of("/t"),
                        ModelPriceCodec.readAll(prices(5)));
                send(
                        Topics.ACCOUNTS,
                        account.key(),
                        damage.edited(new String(AccountSettingsCodec.write(settings, now, "a"), UTF_8)));
            }
        }
    }

    private void unpricedEvent(int number) {
        var usage = TokenUsage.of(
                "u",
                "poisoned-" + number % 8,
                "poisoned-model",
                TokenCounts.ofInputOutput(TokenCounts.MAX, number).with(TokenKind.REASONING, 7));
        var event = new UsageEvent("unpriced-" + number, "/t", now, usage);
        send(Topics.USAGE_EVENTS, event.account().key(), UsageEventCodec.write(event));
    }

    private void healthyEvents(int count) {
        for (int i = 0; i < count; i++) {
            healthyEvent();
        }
    }

    private void healthyEvent() {
        UsageEvent event = event("healthy-" + healthyEvents, healthy(healthyEvents % HEALTHY));
        healthyEvents++;
        send(Topics.USAGE_EVENTS, event.account().key(), UsageEventCodec.write(event));
    }

    private void assertHealthy(MeteringRuntime metering) {
        assertThat(metering.lastFailure()).isNull();
        assertThat(metering.isReady()).isTrue();
        for (int i = 0; i < HEALTHY; i++) {
            int expected = (healthyEvents + HEALTHY - 1 - i) / HEALTHY;
            Spend spend = spend(metering, healthy(i));
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

    private static String origin(ConsumerRecord<byte[], byte[]> rejected) {
        return "%s-%s@%s"
                .formatted(text(rejected, "pm-topic"), text(rejected, "pm-partition"), text(rejected, "pm-offset"));
    }

    private static String text(ConsumerRecord<byte[], byte[]> rejected, String header) {
        Header found = rejected.headers().lastHeader(header);
        assertThat(found).as(header).isNotNull();
        return new String(requireNonNull(found).value(), UTF_8);
    }

    private String poison(Topic topic, byte @Nullable [] key, byte @Nullable [] value) throws Exception {
        RecordMetadata metadata =
                producer.send(new ProducerRecord<>(topic.name(), key, value)).get();
        return confirmed(metadata, value);
    }

    private void send(Topic topic, byte @Nullable [] key, byte @Nullable [] value) {
        underWay.add(producer.send(new ProducerRecord<>(topic.name(), key, value)));
        underWayValues.add(value);
    }

    private String confirmed(RecordMetadata metadata, byte @Nullable [] value) {
        String origin = "%s-%d@%d".formatted(metadata.topic(), metadata.partition(), metadata.offset());
        sent.put(origin, value);
        if (metadata.topic().equals(Topics.USAGE_EVENTS.name())) {
            ends.merge(metadata.partition(), metadata.offset(), Math::max);
        }
        return origin;
    }

    /** Until everything that was sent is committed, that of the other topics too: they are read before later events. */
    private void await(MeteringRuntime metering) throws Exception {
        for (int i = 0; i < underWay.size(); i++) {
            confirmed(underWay.get(i).get(), underWayValues.get(i));
        }
        underWay.clear();
        underWayValues.clear();
        for (Map.Entry<Integer, Long> end : ends.entrySet()) {
            assertThat(metering.awaitCommitted(end.getKey(), end.getValue(), Duration.ofMinutes(TIMES)))
                    .as("partition %s is stuck: %s", end.getKey(), metering.lastFailure())
                    .isTrue();
        }
    }

    private MeteringRuntime run() throws Exception {
        var metering = new MeteringRuntime(
                StreamsSettings.defaults(kafka.bootstrapServers(), directory.resolve("state")), PARTITIONS);
        metering.start();
        Await.until(
                Duration.ofSeconds(30),
                () -> assertThat(metering.owner(POISONED)).isInstanceOf(Place.Here.class));
        return metering;
    }

    private Spend spend(MeteringRuntime metering, Account account) {
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

    private static Account healthy(int number) {
        return Account.team("healthy-" + number);
    }

    private String plain(String id, String subject) {
        return "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/t\",\"type\":\"ping\",\"subject\":\"%s\",\"time\":\"%s\",\"data\":{\"x\":[1,null]}}"
                .formatted(id, subject, now);
    }

    private UsageEvent event(String id, Account account) {
        return new UsageEvent(
                id,
                "/t",
                now,
                TokenUsage.of("u", account.id(), "gpt-4o-mini", TokenCounts.ofInputOutput(1_000, 1_000)));
    }

    private byte[] prices(long nanoUsdPerMillion) {
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
    private static Budget budget(Account account) {
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

    private static Budget odd(Account account) {
        return new Budget(
                "odd",
                "the tag's quarter",
                account,
                Dimension.ofTag("feature"),
                "search",
                new Limit.Tokens(1_000_000),
                Period.anchored(Period.Unit.QUARTER, ZoneId.of("America/St_Johns"), "02-29 23:45"),
                List.of(
                        new Threshold.Percent(12_345, Severity.INFO),
                        new Threshold.Amount(77, Severity.WARNING),
                        new Threshold.Forecast(100_000, Severity.CRITICAL)),
                Budget.Enforcement.BLOCK,
                Budget.FailMode.CLOSED,
                3);
    }
}
