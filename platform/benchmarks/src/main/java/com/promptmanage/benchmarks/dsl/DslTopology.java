package com.promptmanage.benchmarks.dsl;

import com.promptmanage.streams.pricing.CostOf;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.UsageEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.GlobalKTable;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;

/**
 * Deduplicates, prices, adds up by eight dimensions in windows of 15 minutes and a day of UTC, and watches a monthly budget
 * of each account. Less than the metering does: no months, no zones of accounts, no price that comes later.
 */
final class DslTopology {

    /** By the dimension's name, what an event is added up under. */
    static final Map<String, Function<Rated, String>> DIMENSIONS = dimensions();

    private static final Duration LATE = Duration.ofDays(2);

    private final Formats formats;

    private final String ratedTopic;

    private final String alertTopic;

    private DslTopology(Formats formats, String ratedTopic, String alertTopic) {
        this.formats = formats;
        this.ratedTopic = ratedTopic;
        this.alertTopic = alertTopic;
    }

    static Topology of(Formats formats, String ratedTopic, String alertTopic) {
        return new DslTopology(formats, ratedTopic, alertTopic).build();
    }

    /** The store of a dimension's days. */
    static String days(String dimension) {
        return dimension + "-days";
    }

    private static Map<String, Function<Rated, String>> dimensions() {
        var dimensions = new LinkedHashMap<String, Function<Rated, String>>();
        dimensions.put("account", rated -> "");
        dimensions.put("member", Rated::userId);
        dimensions.put("model", Rated::model);
        dimensions.put("provider", Rated::provider);
        dimensions.put("workflow", Rated::workflowId);
        dimensions.put("prompt", Rated::promptId);
        dimensions.put("api-key", Rated::apiKeyId);
        dimensions.put("execution-type", Rated::executionType);
        return dimensions;
    }

    private Topology build() {
        var builder = new StreamsBuilder();
        builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(FirstSeen.STORE), Serdes.String(), Serdes.Long()));
        builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(AlertOnce.STORE), Serdes.String(), Serdes.Integer()));
        GlobalKTable<String, List<ModelPrice>> prices = builder.globalTable(
                Topics.PRICES.name(),
                Consumed.with(Serdes.String(), formats.prices()),
                Materialized.<String, List<ModelPrice>>as(Stores.inMemoryKeyValueStore("prices")));
        KStream<String, Rated> rated = builder.stream(
                        Topics.USAGE_EVENTS.name(),
                        Consumed.with(Serdes.String(), formats.events())
                                .withTimestampExtractor((record, partitionTime) ->
                                        ((UsageEvent) record.value()).time().toEpochMilli()))
                .processValues(FirstSeen::new, FirstSeen.STORE)
                .join(prices, (account, event) -> event.usage().model(), DslTopology::rate);
        rated.to(ratedTopic, Produced.with(Serdes.String(), formats.rated()));
        DIMENSIONS.forEach((name, value) -> addUp(rated, name, value));
        watchBudgets(builder, rated);
        return builder.build();
    }

    private static Rated rate(UsageEvent event, List<ModelPrice> prices) {
        String provider = event.usage().provider();
        ModelPrice price = prices.stream()
                .filter(one -> one.provider().equals(provider))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the benchmark's models all have a price"));
        long[] tokens = new long[TokenKind.values().length];
        for (TokenKind kind : TokenKind.values()) {
            tokens[kind.index()] = event.usage().tokens().get(kind);
        }
        long[] rates =
                price.ratesFor("", event.usage().tokens().get(TokenKind.INPUT)).nanoUsdPerMillion();
        return Rated.of(
                event,
                event.usage().tokens().get(TokenKind.INPUT),
                event.usage().tokens().get(TokenKind.OUTPUT),
                CostOf.nanoUsd(tokens, rates));
    }

    private void addUp(KStream<String, Rated> rated, String dimension, Function<Rated, String> value) {
        var grouped = rated.groupBy(
                (account, event) -> event.account() + "|" + value.apply(event),
                Grouped.with("by-" + dimension, Serdes.String(), formats.rated()));
        grouped.windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofMinutes(15), LATE))
                .aggregate(() -> Sums.NONE, (key, event, sums) -> sums.plus(event), windows(dimension + "-quarters"));
        grouped.windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofDays(1), LATE))
                .aggregate(() -> Sums.NONE, (key, event, sums) -> sums.plus(event), windows(days(dimension)));
    }

    private Materialized<String, Sums, WindowStore<Bytes, byte[]>> windows(String store) {
        return Materialized.<String, Sums, WindowStore<Bytes, byte[]>>as(store)
                .withKeySerde(Serdes.String())
                .withValueSerde(formats.sums())
                .withRetention(Duration.ofDays(4));
    }

    private void watchBudgets(StreamsBuilder builder, KStream<String, Rated> rated) {
        GlobalKTable<String, List<Budget>> limits = builder.globalTable(
                Topics.BUDGETS.name(),
                Consumed.with(Serdes.String(), formats.budgets()),
                Materialized.<String, List<Budget>>as(Stores.inMemoryKeyValueStore("limits")));
        rated.groupBy(
                        (account, event) -> account + "|" + month(event),
                        Grouped.with("by-month", Serdes.String(), formats.rated()))
                .aggregate(
                        () -> Sums.NONE,
                        (key, event, sums) -> sums.plus(event),
                        Materialized.<String, Sums, KeyValueStore<Bytes, byte[]>>as("account-months")
                                .withKeySerde(Serdes.String())
                                .withValueSerde(formats.sums()))
                .toStream()
                .join(limits, (key, sums) -> key.substring(0, key.indexOf('|')), DslTopology::percent)
                .processValues(AlertOnce::new, AlertOnce.STORE)
                .to(alertTopic, Produced.with(Serdes.String(), Serdes.String()));
    }

    private static YearMonth month(Rated event) {
        return YearMonth.from(Instant.ofEpochMilli(event.timeMs()).atOffset(ZoneOffset.UTC));
    }

    private static Long percent(Sums sums, List<Budget> budgets) {
        if (!(budgets.getFirst().limit() instanceof Limit.Spend limit)) {
            throw new IllegalStateException("the benchmark's budgets limit spend");
        }
        return sums.costNanoUsd() * 100 / limit.amount();
    }
}
