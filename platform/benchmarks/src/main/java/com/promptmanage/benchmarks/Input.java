package com.promptmanage.benchmarks;

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
import com.promptmanage.topics.pricing.PricePublisher;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * The events as they lie on {@code usage.events} for every contender, with prices and a budget for each team.
 *
 * @param bytes of all values together
 * @param tokensWithRepeats of all events, those that come twice counted twice
 * @param ends the offset after the last event of each partition
 * @param expected what the unique events add up to, by account
 */
public record Input(
        int events, long bytes, long tokensWithRepeats, List<Long> ends, Map<Account, Workload.Totals> expected) {

    public static final int PARTITIONS = 4;

    private static final long SEED = 20_261_124L;

    /** Events of the last six hours. */
    static Input write(String bootstrapServers, int events, int users) throws InterruptedException, ExecutionException {
        return write(bootstrapServers, events, users, Duration.ofHours(6), 0);
    }

    /**
     * Writes everything and waits until the broker has it.
     *
     * @param span how long it took to happen, up to now
     * @param number tells inputs to one broker apart
     */
    static Input write(String bootstrapServers, int events, int users, Duration span, int number)
            throws InterruptedException, ExecutionException {
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers));
                var producer = new KafkaProducer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers", bootstrapServers,
                                "compression.type", "lz4",
                                "linger.ms", "20",
                                "batch.size", "262144"),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            if (new TopicProvisioner(admin, PARTITIONS, (short) 1).provision(Topics.ALL) != PARTITIONS) {
                throw new IllegalStateException("the broker is not a new one");
            }
            new PricePublisher(producer, PARTITIONS).publish(Catalogue.prices());
            for (int team = 0; team < Workload.TEAMS; team++) {
                Account account = Account.team("team-%03d".formatted(team));
                var unused = producer.send(new ProducerRecord<>(
                        Topics.BUDGETS.name(),
                        account.key(),
                        BudgetCodec.writeAll(account, List.of(budget(account)), Instant.now(), "benchmark")));
            }
            var workload = new Workload(SEED + number, events, users, Instant.now(), span);
            var failure = new AtomicReference<@Nullable Exception>();
            long bytes = 0;
            long tokens = 0;
            for (int i = 0; i < events; i++) {
                UsageEvent event = workload.next();
                byte[] value = UsageEventCodec.write(event);
                bytes += value.length;
                tokens += event.usage().tokens().total();
                var unused = producer.send(
                        new ProducerRecord<>(
                                Topics.USAGE_EVENTS.name(), event.account().key(), value),
                        (metadata, e) -> {
                            if (e != null) {
                                failure.set(e);
                            }
                        });
            }
            producer.flush();
            if (failure.get() != null) {
                throw new IllegalStateException("not all events could be written", failure.get());
            }
            return new Input(events, bytes, tokens, ends(admin), workload.expected());
        }
    }

    /** What all accounts together must come to. */
    public Workload.Totals total() {
        return expected.values().stream().reduce(Workload.Totals.NONE, Workload.Totals::plus);
    }

    private static List<Long> ends(Admin admin) throws InterruptedException, ExecutionException {
        var asked = new HashMap<TopicPartition, OffsetSpec>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            asked.put(new TopicPartition(Topics.USAGE_EVENTS.name(), partition), OffsetSpec.latest());
        }
        Long[] ends = new Long[PARTITIONS];
        admin.listOffsets(asked).all().get().forEach((partition, end) -> ends[partition.partition()] = end.offset());
        return List.of(ends);
    }

    private static Budget budget(Account account) {
        return new Budget(
                "month",
                "the month",
                account,
                Dimension.ACCOUNT,
                "*",
                new Limit.Spend(NanoUsd.ofUsd("25.00")),
                Period.of(Period.Unit.MONTH, ZoneOffset.UTC),
                Budget.DEFAULT_THRESHOLDS,
                Budget.Enforcement.ALERT_ONLY,
                Budget.FailMode.OPEN,
                1);
    }
}
