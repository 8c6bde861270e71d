package com.promptmanage.local.fault;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.local.RatedTopic;
import com.promptmanage.streams.MeteringRuntime;
import com.promptmanage.streams.StreamsSettings;
import com.promptmanage.streams.read.Metering.Place;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.streams.read.SpendQuery.Step;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.FreePorts;
import com.promptmanage.testkit.JavaProcess;
import com.promptmanage.testkit.KafkaBrokerMain;
import com.promptmanage.topics.TopicProvisioner;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.BudgetCodec;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.budget.Period.Unit;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.pricing.Catalogue;
import com.promptmanage.topics.pricing.PricePublisher;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.UsageEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metering is killed five times in the middle of load, and the broker once: nothing is lost and nothing counts twice. */
class KilledMeteringTest {

    private static final int PARTITIONS = 4;

    private static final int PER_SECOND = 1_000;

    private static final int KILLS = 5;

    private static final Duration STARTS_WITHIN = Duration.ofSeconds(60);

    private static final List<Integer> PERCENTS = List.of(75, 90, 100);

    @TempDir
    Path directory;

    private final Instant now = Instant.now();

    private final Load load = new Load(now, new SplittableRandom(4));

    /** An alert, as a text that two of them share only if they are the same. */
    private static String alert(String budgetId, String value, long periodStartMs, int percent) {
        return "%s of %s from %s at %d %%".formatted(budgetId, value, Instant.ofEpochMilli(periodStartMs), percent);
    }

    @Test
    void everyEventCountsOnceAndEveryThresholdIsToldOnce() throws Exception {
        int port = FreePorts.one();
        try (var broker = new Restartable(() -> broker(port));
                var metering = new Restartable(() -> metering(port))) {
            broker.start();
            String bootstrapServers = "127.0.0.1:" + port;
            provision(bootstrapServers);
            try (var producer = producer(bootstrapServers);
                    var beside = Executors.newVirtualThreadPerTaskExecutor()) {
                new PricePublisher(producer, PARTITIONS).publish(Catalogue.prices());
                for (Account account : Load.accounts()) {
                    producer.send(new ProducerRecord<>(
                                    Topics.BUDGETS.name(),
                                    account.key(),
                                    BudgetCodec.writeAll(account, budgets(account), now, account.value())))
                            .get();
                }
                metering.start();
                var enough = new AtomicBoolean();
                var sending = beside.submit(() -> load.send(producer, PER_SECOND, enough::get));
                for (int kill = 1; kill <= KILLS; kill++) {
                    awaitMetered(bootstrapServers, PER_SECOND);
                    metering.kill();
                    assertThat(sending.isDone())
                            .as("kill %d comes in the middle of load", kill)
                            .isFalse();
                    if (kill == KILLS / 2) {
                        broker.kill();
                        broker.start();
                    }
                    metering.start();
                }
                awaitMetered(bootstrapServers, PER_SECOND);
                enough.set(true);
                Map<Integer, Long> last = sending.get();
                metering.end();
                assertTotals(bootstrapServers, last);
            }
            assertRated(bootstrapServers);
            assertAlerts(bootstrapServers);
        }
    }

    /** The whole team in all time, each team with another limit, so that some are reached all the time; each member each day. */
    private static List<Budget> budgets(Account account) {
        int number = Load.accounts().indexOf(account);
        return List.of(
                budget(account, "team-" + account.id(), Dimension.ACCOUNT, 150L * (number + 1), Unit.TOTAL),
                budget(account, "member-" + account.id(), Dimension.MEMBER, 30 + 5L * number, Unit.DAY));
    }

    private static Budget budget(Account account, String id, Dimension dimension, long limitEvents, Unit unit) {
        return new Budget(
                id,
                id,
                account,
                dimension,
                Budget.EACH,
                new Limit.Spend(new NanoUsd(limitEvents * Load.EVENT_NANO_USD)),
                Period.of(unit, ZoneOffset.UTC),
                Budget.DEFAULT_THRESHOLDS,
                Budget.Enforcement.ALERT_ONLY,
                Budget.FailMode.OPEN,
                1);
    }

    private void assertTotals(String bootstrapServers, Map<Integer, Long> last) throws Exception {
        var settings = MeteringProcess.settings(bootstrapServers, directory.resolve("state"));
        try (var metering = new MeteringRuntime(settings, PARTITIONS)) {
            metering.start();
            for (var offset : last.entrySet()) {
                assertThat(metering.awaitCommitted(offset.getKey(), offset.getValue(), Duration.ofMinutes(1)))
                        .as("partition %d is metered up to the last event", offset.getKey())
                        .isTrue();
            }
            Map<Account, Long> events =
                    load.unique().stream().collect(Collectors.groupingBy(UsageEvent::account, Collectors.counting()));
            var shown = new HashMap<Account, Spend>();
            var expected = new HashMap<Account, Spend>();
            for (Account account : Load.accounts()) {
                shown.put(account, spend(metering, account));
                expected.put(account, spendOf(events.getOrDefault(account, 0L)));
            }
            assertThat(shown).isEqualTo(expected);
        }
    }

    private Spend spend(MeteringRuntime metering, Account account) throws Exception {
        var total = new Spend[1];
        Await.until(() -> {
            assertThat(metering.owner(account)).isInstanceOf(Place.Here.class);
            var reads = ((Place.Here) metering.owner(account)).reads();
            total[0] = reads
                    .spend(new SpendQuery(
                            account,
                            Dimension.ACCOUNT,
                            null,
                            now.minus(Duration.ofDays(5)).toEpochMilli(),
                            now.plus(Duration.ofDays(1)).toEpochMilli(),
                            ZoneOffset.UTC,
                            Step.WHOLE))
                    .stream()
                    .map(entry -> entry.spend())
                    .reduce(Spend.NONE, Spend::plus);
        });
        return total[0];
    }

    private static Spend spendOf(long events) {
        return new Spend(
                events, 0, events * Load.EVENT_NANO_USD, TokenCounts.ofInputOutput(events * 1_000, events * 500));
    }

    private void assertRated(String bootstrapServers) {
        List<JsonNode> rated = RatedTopic.events(bootstrapServers);

        assertThat(rated.stream().map(event -> event.path("id").asText()))
                .as("every unique event is rated, once")
                .containsExactlyInAnyOrderElementsOf(
                        load.unique().stream().map(UsageEvent::id).toList());
        assertThat(rated.stream()
                        .mapToLong(event -> event.path("costNanoUsd").longValue())
                        .sum())
                .isEqualTo(load.unique().size() * Load.EVENT_NANO_USD);
    }

    private void assertAlerts(String bootstrapServers) {
        List<String> told = RatedTopic.records(bootstrapServers, Topics.BUDGET_ALERTS.name()).stream()
                .map(record -> record.path("data"))
                .map(data -> alert(
                        EventJson.text(data, "budgetId"),
                        EventJson.text(data, "value"),
                        Instant.parse(EventJson.text(data, "periodStart")).toEpochMilli(),
                        data.path("threshold").intValue()))
                .toList();

        assertThat(told).as("every threshold once").containsExactlyInAnyOrderElementsOf(expectedAlerts());
    }

    /** One event is far less than the distance between two thresholds, so none is jumped over. */
    private Set<String> expectedAlerts() {
        record Counter(Budget budget, String value, Period.Window window) {}
        var spent = new HashMap<Counter, Long>();
        for (UsageEvent event : load.unique()) {
            for (Budget budget : budgets(event.account())) {
                String value = budget.dimension().equals(Dimension.MEMBER)
                        ? event.usage().userId()
                        : event.account().value();
                var window = budget.period().windowAt(event.time().toEpochMilli());
                spent.merge(new Counter(budget, value, window), Load.EVENT_NANO_USD, Long::sum);
            }
        }
        var alerts = new TreeSet<String>();
        spent.forEach((counter, nanoUsd) -> PERCENTS.stream()
                .filter(percent -> nanoUsd * 100 >= counter.budget().limit().amount() * percent)
                .forEach(percent -> alerts.add(alert(
                        counter.budget().id(), counter.value(), counter.window().startMs(), percent))));
        assertThat(alerts.size()).as("enough to tell").isGreaterThan(100);
        return alerts;
    }

    /** Waits until so many more records are metered, in committed transactions. */
    private static void awaitMetered(String bootstrapServers, long more) throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            long before = metered(admin);
            Await.until(() -> assertThat(metered(admin)).isGreaterThanOrEqualTo(before + more));
        }
    }

    private static long metered(Admin admin) throws ExecutionException, InterruptedException {
        String group = StreamsSettings.defaults("", Path.of("")).applicationId();
        return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().entrySet().stream()
                .filter(entry -> entry.getKey().topic().equals(Topics.USAGE_EVENTS.name()))
                .mapToLong(entry -> entry.getValue().offset())
                .sum();
    }

    private static void provision(String bootstrapServers) throws InterruptedException {
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            new TopicProvisioner(admin, PARTITIONS, (short) 1).provision(Topics.ALL);
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(String bootstrapServers) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "linger.ms", 5, "delivery.timeout.ms", 120_000),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private JavaProcess broker(int port) throws InterruptedException {
        var process = JavaProcess.start(
                KafkaBrokerMain.class,
                List.of("-Xmx512m", "-XX:+UseSerialGC"),
                Map.of(),
                directory.resolve("kafka").toString(),
                Integer.toString(port));
        process.awaitLine(KafkaBrokerMain.READY, STARTS_WITHIN);
        return process;
    }

    private JavaProcess metering(int port) throws InterruptedException {
        var process = JavaProcess.start(
                MeteringProcess.class,
                List.of("-Xmx512m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"),
                Map.of(),
                "127.0.0.1:" + port,
                directory.resolve("state").toString(),
                Integer.toString(PARTITIONS));
        process.awaitLine(MeteringProcess.READY, STARTS_WITHIN);
        return process;
    }

    /** A process that is started again after it was killed. */
    private static final class Restartable implements AutoCloseable {

        private final Starter starter;

        private final List<JavaProcess> lives = new ArrayList<>();

        interface Starter {
            JavaProcess start() throws InterruptedException;
        }

        Restartable(Starter starter) {
            this.starter = starter;
        }

        void start() throws InterruptedException {
            lives.add(starter.start());
        }

        void kill() throws InterruptedException {
            lives.getLast().kill();
        }

        void end() throws InterruptedException {
            lives.getLast().end();
        }

        @Override
        public void close() {
            lives.forEach(JavaProcess::close);
        }
    }
}
