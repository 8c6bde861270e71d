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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What must come out of a {@link Load}, whatever is done to the processes meanwhile. */
final class Audit implements AutoCloseable {

    static final int PARTITIONS = 4;

    private static final List<Integer> PERCENTS = List.of(75, 90, 100);

    private final String bootstrapServers;

    private final Load load;

    private final Instant now;

    private final Admin admin;

    private Audit(String bootstrapServers, Load load, Instant now) {
        this.bootstrapServers = bootstrapServers;
        this.load = load;
        this.now = now;
        this.admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers));
    }

    /** Makes the topics, and puts prices and budgets there. */
    static Audit prepared(String bootstrapServers, Load load, Instant now) throws Exception {
        var audit = new Audit(bootstrapServers, load, now);
        audit.prepare();
        return audit;
    }

    private void prepare() throws Exception {
        new TopicProvisioner(admin, PARTITIONS, (short) 1).provision(Topics.ALL);
        try (var producer = producer()) {
            new PricePublisher(producer, PARTITIONS).publish(Catalogue.prices());
            for (Account account : Load.accounts()) {
                producer.send(new ProducerRecord<>(
                                Topics.BUDGETS.name(),
                                account.key(),
                                BudgetCodec.writeAll(account, budgets(account), now, account.value())))
                        .get();
            }
        }
    }

    /** An alert, as a text that two of them share only if they are the same. */
    private static String alert(String budgetId, String value, long periodStartMs, int percent) {
        return "%s of %s from %s at %d %%".formatted(budgetId, value, Instant.ofEpochMilli(periodStartMs), percent);
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

    /** @param last the last offset by partition */
    void assertTotals(Path stateDirectory, Map<Integer, Long> last) throws Exception {
        // Nobody has to notice that it dies.
        var settings = StreamsSettings.defaults(bootstrapServers, stateDirectory);
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
            Place place = metering.owner(account);
            assertThat(place).isInstanceOf(Place.Here.class);
            var reads = ((Place.Here) place).reads();
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

    void assertRated() {
        List<JsonNode> rated = RatedTopic.events(bootstrapServers);

        // Sorted: to look each of a hundred thousand up among the others would take minutes.
        assertThat(rated.stream().map(event -> event.path("id").asText()).sorted())
                .as("every unique event is rated, once")
                .containsExactlyElementsOf(
                        load.unique().stream().map(UsageEvent::id).sorted().toList());
        assertThat(rated.stream()
                        .mapToLong(event -> event.path("costNanoUsd").longValue())
                        .sum())
                .isEqualTo(load.unique().size() * Load.EVENT_NANO_USD);
    }

    void assertAlerts() {
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
    void awaitMetered(long more) throws Exception {
        long before = metered();
        Await.until(() -> assertThat(metered()).isGreaterThanOrEqualTo(before + more));
    }

    private long metered() throws ExecutionException, InterruptedException {
        return positions().values().stream().mapToLong(offset -> offset).sum();
    }

    /** Of each partition, how far it is metered. */
    Map<Integer, Long> positions() throws ExecutionException, InterruptedException {
        String group = StreamsSettings.defaults("", Path.of("")).applicationId();
        var positions = new HashMap<Integer, Long>();
        admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get()
                .forEach((partition, offset) -> {
                    if (partition.topic().equals(Topics.USAGE_EVENTS.name())) {
                        positions.put(partition.partition(), offset.offset());
                    }
                });
        return positions;
    }

    KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "linger.ms", 5, "delivery.timeout.ms", 120_000),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @Override
    public void close() {
        admin.close();
    }
}
