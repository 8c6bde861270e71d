package com.promptmanage.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.streams.answer.LedgerReads;
import com.promptmanage.streams.commit.Commits;
import com.promptmanage.streams.intake.EventIdSettings;
import com.promptmanage.streams.ledger.LedgerStore;
import com.promptmanage.streams.ledger.Names;
import com.promptmanage.streams.meter.MeterCounts;
import com.promptmanage.streams.meter.MeterStores;
import com.promptmanage.streams.meter.MeterSupplier;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.BudgetCodec;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.pricing.ModelPriceCodec;
import com.promptmanage.topics.settings.AccountSettings;
import com.promptmanage.topics.settings.AccountSettingsCodec;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** The metering topology of one partition, driven by hand, with every record committed by itself. */
public final class MeteringDriver implements AutoCloseable {

    /** So few that rows come and go between the heap and the disk all the time. */
    private static final int HOT_ROWS_MAX = 64;

    private final MeterCounts counts = new MeterCounts();

    private final DrivenTopology topology;

    /** Events sent since it began, or began again. */
    private long events;

    public MeteringDriver(Instant now) {
        topology = new DrivenTopology(
                "metering-test",
                now,
                () -> MeteringTopology.of(new MeterSupplier(
                        new Commits(),
                        counts,
                        EventIdSettings.DEFAULT,
                        HOT_ROWS_MAX,
                        true,
                        StreamsSettings.RETENTION_MIN,
                        1,
                        (store, accounts) -> {})),
                MeterSupplier.READS,
                MeterSupplier.WRITES,
                List.of(MeterStores.LEDGER, MeterStores.EVENT_IDS));
    }

    public void advance(Duration time) {
        topology.advance(time);
    }

    public Instant now() {
        return topology.now();
    }

    /** Another process takes over: it has the state that is committed, and nothing else of this one. */
    public void restart() {
        topology.restart();
        events = 0;
    }

    /** Meets so many names as events may bring within one transaction, which here has one record. */
    public void meetNames(int count) {
        Names names = ledger().names();
        for (int i = 0; i < count; i++) {
            names.number(ByteBuffer.allocate(Integer.BYTES).putInt(i).array());
        }
    }

    /** Leaves a row in the state for who takes over, as an earlier version may have. */
    public void leave(byte[] key, byte[] value) {
        topology.leave(MeterStores.LEDGER, key, value);
    }

    /** @return the event's offset, which begins with 0 again after {@link #restart} */
    public long send(UsageEvent event) {
        send(Topics.USAGE_EVENTS.name(), event.account().key(), UsageEventCodec.write(event));
        return events - 1;
    }

    public void send(String topic, byte[] key, byte @Nullable [] value) {
        send(topic, key, value, now());
    }

    /** @param arrival the record's time, which the broker would have given it */
    public void send(String topic, byte[] key, byte @Nullable [] value, Instant arrival) {
        events += topic.equals(Topics.USAGE_EVENTS.name()) ? 1 : 0;
        topology.send(topic, key, value, arrival);
    }

    public void price(ModelPrice... versions) {
        String model = versions[0].model();
        send(
                Topics.PRICES.name(),
                model.getBytes(UTF_8),
                ModelPriceCodec.writeAll(model, List.of(versions), now(), "prices"));
    }

    public void budgets(Account account, Budget... budgets) {
        send(Topics.BUDGETS.name(), account.key(), BudgetCodec.writeAll(account, List.of(budgets), now(), "budgets"));
    }

    public void settings(AccountSettings settings) {
        send(Topics.ACCOUNTS.name(), settings.account().key(), AccountSettingsCodec.write(settings, now(), "settings"));
    }

    public AccountReads reads() {
        return new LedgerReads(ledger(), () -> 0);
    }

    /** How many keys the state holds in each of its sections. */
    public Map<Character, Integer> keysBySection() {
        var keys = new TreeMap<Character, Integer>();
        ledger().scan(new byte[] {0}, new byte[] {127}, (key, value) -> keys.merge((char) key[0], 1, Integer::sum));
        return keys;
    }

    private LedgerStore ledger() {
        return topology.store(MeterStores.LEDGER, LedgerStore.class);
    }

    public MeterCounts counts() {
        return counts;
    }

    /** The data of the alerts raised since the last call. */
    public List<JsonNode> alerts() {
        var alerts = new ArrayList<JsonNode>();
        for (var alert : topology.take(Topics.BUDGET_ALERTS)) {
            alerts.add(EventJson.read(alert.value()).path("data"));
        }
        return alerts;
    }

    /** The rated events written since the last call. */
    public List<JsonNode> rated() {
        var rated = new ArrayList<JsonNode>();
        for (var record : topology.take(Topics.USAGE_RATED)) {
            EventJson.read(record.value()).path("data").path("events").forEach(rated::add);
        }
        return rated;
    }

    /** The ids of the records of rated events since the last call of this or {@link #rated}. */
    public List<String> ratedIds() {
        return topology.take(Topics.USAGE_RATED).stream()
                .map(record -> EventJson.read(record.value()).path("id").textValue())
                .toList();
    }

    /** The records rejected since the last call. */
    public List<TestRecord<byte[], byte[]>> rejected() {
        return topology.take(Topics.USAGE_REJECTED);
    }

    public String description() {
        return topology.description();
    }

    @Override
    public void close() {
        topology.close();
    }
}
