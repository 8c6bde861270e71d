package com.promptmanage.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.streams.answer.LedgerReads;
import com.promptmanage.streams.commit.Commits;
import com.promptmanage.streams.intake.EventIdSettings;
import com.promptmanage.streams.ledger.LedgerStore;
import com.promptmanage.streams.meter.MeterCounts;
import com.promptmanage.streams.meter.MeterStores;
import com.promptmanage.streams.meter.MeterSupplier;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.topics.Topic;
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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** The metering topology of one partition, driven by hand, with every record committed by itself. */
public final class MeteringDriver implements AutoCloseable {

    private final Path directory;

    private final TopologyTestDriver driver;

    private final Map<String, TestInputTopic<byte[], byte[]>> inputs = new HashMap<>();

    private final Map<String, TestOutputTopic<byte[], byte[]>> outputs = new HashMap<>();

    private final MeterCounts counts = new MeterCounts();

    private Instant now;

    public MeteringDriver(Instant now) {
        this.now = now;
        try {
            directory = Files.createTempDirectory("metering");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "metering-test");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        driver = new TopologyTestDriver(
                MeteringTopology.of(new MeterSupplier(
                        new Commits(),
                        counts,
                        EventIdSettings.DEFAULT,
                        2_000,
                        true,
                        StreamsSettings.RETENTION_MIN,
                        (store, accounts) -> {})),
                properties,
                now);
        MeterSupplier.READS.forEach(topic -> inputs.put(
                topic.name(),
                driver.createInputTopic(topic.name(), new ByteArraySerializer(), new ByteArraySerializer())));
        MeterSupplier.WRITES.forEach(topic -> outputs.put(
                topic.name(),
                driver.createOutputTopic(topic.name(), new ByteArrayDeserializer(), new ByteArrayDeserializer())));
    }

    public void advance(Duration time) {
        now = now.plus(time);
        driver.advanceWallClockTime(time);
    }

    public Instant now() {
        return now;
    }

    public void send(UsageEvent event) {
        send(Topics.USAGE_EVENTS.name(), event.account().key(), UsageEventCodec.write(event));
    }

    public void send(String topic, byte[] key, byte @Nullable [] value) {
        send(topic, key, value, now);
    }

    /** @param arrival the record's time, which the broker would have given it */
    public void send(String topic, byte[] key, byte @Nullable [] value, Instant arrival) {
        requireNonNull(inputs.get(topic), topic).pipeInput(key, value, arrival);
    }

    public void price(ModelPrice... versions) {
        String model = versions[0].model();
        send(
                Topics.PRICES.name(),
                model.getBytes(UTF_8),
                ModelPriceCodec.writeAll(model, List.of(versions), now, "prices"));
    }

    public void budgets(Account account, Budget... budgets) {
        send(Topics.BUDGETS.name(), account.key(), BudgetCodec.writeAll(account, List.of(budgets), now, "budgets"));
    }

    public void settings(AccountSettings settings) {
        send(Topics.ACCOUNTS.name(), settings.account().key(), AccountSettingsCodec.write(settings, now, "settings"));
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
        return (LedgerStore) driver.getStateStore(MeterStores.LEDGER);
    }

    public MeterCounts counts() {
        return counts;
    }

    /** The data of the alerts raised since the last call. */
    public List<JsonNode> alerts() {
        var alerts = new ArrayList<JsonNode>();
        for (byte[] alert : output(Topics.BUDGET_ALERTS).readValuesToList()) {
            alerts.add(EventJson.read(alert).path("data"));
        }
        return alerts;
    }

    /** The rated events written since the last call. */
    public List<JsonNode> rated() {
        var rated = new ArrayList<JsonNode>();
        for (byte[] record : output(Topics.USAGE_RATED).readValuesToList()) {
            EventJson.read(record).path("data").path("events").forEach(rated::add);
        }
        return rated;
    }

    /** The records rejected since the last call. */
    public List<TestRecord<byte[], byte[]>> rejected() {
        return output(Topics.USAGE_REJECTED).readRecordsToList();
    }

    private TestOutputTopic<byte[], byte[]> output(Topic topic) {
        return requireNonNull(outputs.get(topic.name()), topic.name());
    }

    public String description() {
        return MeteringTopology.of(new MeterSupplier(
                        new Commits(),
                        counts,
                        EventIdSettings.DEFAULT,
                        2_000,
                        true,
                        StreamsSettings.RETENTION_MIN,
                        (store, accounts) -> {}))
                .describe()
                .toString();
    }

    @Override
    public void close() {
        driver.close();
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
