package com.promptmanage.query.alert;

import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.alert.BudgetAlert;
import com.promptmanage.topics.alert.BudgetAlertCodec;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.money.NanoUsd;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;

/** A topic of its own with alerts such as the metering raises: in transactions, one after the other. */
final class AlertTopic implements AutoCloseable {

    static final int PARTITIONS = 4;

    private final String name = "budget.alerts-" + UUID.randomUUID();

    private final Producer<byte[], byte[]> producer;

    AlertTopic(EmbeddedKafka kafka) throws InterruptedException {
        kafka.createTopics(PARTITIONS, name);
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", name, "linger.ms", 0),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
    }

    String name() {
        return name;
    }

    static int partitionOf(Account account) {
        return Utils.toPositive(Utils.murmur2(account.key())) % PARTITIONS;
    }

    static BudgetAlert alert(String id, Account account) {
        return alert(id, account, Dimension.ACCOUNT, account.value());
    }

    static BudgetAlert alert(String id, Account account, Dimension dimension, String value) {
        var budget = new Budget(
                "budget-of-" + account.id(),
                "the month",
                account,
                dimension,
                "*",
                new Limit.Spend(NanoUsd.ofUsd("3.00")),
                Period.of(Period.Unit.MONTH, ZoneOffset.UTC),
                Budget.DEFAULT_THRESHOLDS,
                Budget.Enforcement.ALERT_ONLY,
                Budget.FailMode.OPEN,
                1);
        return new BudgetAlert(
                id,
                budget,
                value,
                Budget.DEFAULT_THRESHOLDS.getFirst(),
                Instant.parse("2026-11-01T00:00:00Z"),
                Instant.parse("2026-12-01T00:00:00Z"),
                2_250_000_001L,
                2_250_000_001L,
                Instant.parse("2026-11-24T12:00:00Z"),
                false);
    }

    void raise(BudgetAlert... alerts) throws Exception {
        producer.beginTransaction();
        send(List.of(alerts));
        producer.commitTransaction();
    }

    void raiseAndAbort(BudgetAlert alert) throws Exception {
        producer.beginTransaction();
        send(List.of(alert));
        producer.abortTransaction();
    }

    private void send(List<BudgetAlert> alerts) throws Exception {
        for (BudgetAlert alert : alerts) {
            producer.send(new ProducerRecord<>(name, alert.account().key(), BudgetAlertCodec.write(alert)))
                    .get();
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
