package com.promptmanage.streams.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.streams.commit.CommitHookStoreBuilder;
import com.promptmanage.streams.commit.Commits;
import com.promptmanage.topics.budget.Dimension;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams may flush a store more often than it commits: all that came until the commit is in it. */
class SecondFlushTest {

    private static final String LEDGER = "ledger";

    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    private static final int QUARTER = Buckets.quarter(NOW.toEpochMilli());

    private static final byte[] MODEL = "gpt-4o".getBytes(UTF_8);

    /** Whose rows each commit was told to have changed. */
    private final List<Set<String>> told = new ArrayList<>();

    @TempDir
    Path directory;

    /** For each record: changes, a flush, and more changes, which the flush of the commit comes after. */
    private static final class FlushesBetween implements Processor<byte[], byte[], Void, Void> {

        private final Map<Integer, Known> accounts = new HashMap<>();

        private @Nullable LedgerStore ledger;

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            LedgerStore store = context.getStateStore(LEDGER);
            store.attach(account -> accounts.computeIfAbsent(account, none -> new Known()), () -> {}, () -> {});
            ledger = store;
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            LedgerStore store = requireNonNull(ledger);
            add(store, "before", 1);
            add(store, "both", 2);
            store.processed(7);
            store.flushCache();
            add(store, "both", 3);
            add(store, "after", 4);
            store.processed(8);
        }

        private static void add(LedgerStore store, String account, long events) {
            var amounts = new long[Amounts.WIDTH];
            amounts[Amounts.EVENTS] = events;
            Names names = store.names();
            store.add(
                    names.number(account.getBytes(UTF_8)),
                    LedgerStore.dimension(Dimension.Kind.MODEL, Names.EMPTY),
                    names.number(MODEL),
                    QUARTER,
                    amounts);
        }
    }

    private static final class Known implements LedgerStore.Account {

        private final Buckets buckets = new Buckets(ZoneOffset.UTC);

        private int rowsUpTo = Integer.MIN_VALUE;

        @Override
        public Buckets buckets() {
            return buckets;
        }

        @Override
        public int keptFromQuarter() {
            return Extent.ALL_KEPT;
        }

        @Override
        public int rowsUpToQuarter() {
            return rowsUpTo;
        }

        @Override
        public void hasRowOf(int quarter) {
            rowsUpTo = Math.max(rowsUpTo, quarter);
        }
    }

    @Test
    void whatChangesBetweenAFlushAndTheCommitIsWrittenAndTold() {
        try (var driver = new TopologyTestDriver(topology(), settings(), NOW)) {
            driver.createInputTopic("events", new ByteArraySerializer(), new ByteArraySerializer())
                    .pipeInput(new byte[] {1}, new byte[] {1});

            var ledger = (LedgerStore) driver.getStateStore(LEDGER);
            assertThat(committedEvents(ledger, "before")).isEqualTo(1);
            assertThat(committedEvents(ledger, "both")).isEqualTo(5);
            assertThat(committedEvents(ledger, "after")).isEqualTo(4);
            assertThat(ledger.committedPosition()).isEqualTo(8);
            assertThat(told).containsExactly(Set.of("before", "both", "after"));
        }
    }

    private static long committedEvents(LedgerStore ledger, String account) {
        var sum = new long[Amounts.WIDTH];
        var run = new Cover.Run(Grain.QUARTER_HOUR, QUARTER, QUARTER + 1, 1);
        ledger.readRun(
                account.getBytes(UTF_8),
                Dimension.MODEL,
                MODEL,
                run,
                (bucket, value, stored) -> LedgerStore.addStored(run, stored, sum));
        return sum[Amounts.EVENTS];
    }

    private Topology topology() {
        var ledger = new CommitHookStoreBuilder<>(
                LEDGER,
                name -> new LedgerStore(
                        name,
                        new Commits(),
                        64,
                        (store, accounts) -> told.add(accounts.stream()
                                .map(account -> new String(account, UTF_8))
                                .collect(Collectors.toSet()))));
        return new Topology()
                .addSource("read", new ByteArrayDeserializer(), new ByteArrayDeserializer(), "events")
                .addProcessor("count", FlushesBetween::new, "read")
                .addStateStore(ledger, "count");
    }

    private Properties settings() {
        var settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "second-flush-test");
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1");
        settings.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        return settings;
    }
}
