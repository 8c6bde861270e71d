package com.promptmanage.streams.commit;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * {@code BOOTSTRAP_SERVERS STATE_DIRECTORY FLUSH GATE}: counts the records of a topic by key, exactly-once, in a process of
 * its own. It gathers counts on the heap and brings them into a store: inside the commit, or by a punctuator.
 */
final class CombinerProcess {

    static final String TOPIC = "ticks";

    static final String STORE = "sums";

    /** What it prints when it counts. */
    static final String READY = "counting";

    /** When counts leave the heap. */
    enum Flush {
        /** By {@link CommitHookStore}. */
        IN_THE_COMMIT,
        /** By a punctuator, ten times a second; not while the file GATE is away, so that a test can come before it. */
        BY_A_PUNCTUATOR
    }

    private CombinerProcess() {}

    static String applicationId(Flush flush) {
        return "combiner-" + flush.name().replace('_', '-').toLowerCase(Locale.ROOT);
    }

    public static void main(String... args) throws InterruptedException {
        Flush flush = Flush.valueOf(args[2]);
        var properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId(flush));
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, args[1]);
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 50);
        properties.put(StreamsConfig.consumerPrefix("session.timeout.ms"), 1_000);
        properties.put(StreamsConfig.consumerPrefix("heartbeat.interval.ms"), 250);
        properties.put(StreamsConfig.producerPrefix("transaction.timeout.ms"), 5_000);
        properties.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        var commits = new Commits();
        try (var streams =
                new KafkaStreams(topology(flush, Path.of(args[3]), commits), properties, new Clients(commits))) {
            streams.start();
            while (streams.state() != KafkaStreams.State.RUNNING) {
                Thread.sleep(10);
            }
            System.out.println(READY);
            new CountDownLatch(1).await();
        }
    }

    private static Topology topology(Flush flush, Path gate, Commits commits) {
        var topology = new Topology();
        topology.addSource(
                "read", Serdes.String().deserializer(), Serdes.ByteArray().deserializer(), TOPIC);
        topology.addProcessor(
                "count",
                () -> flush == Flush.IN_THE_COMMIT ? new CountInTheCommit() : new CountByPunctuator(gate),
                "read");
        StoreBuilder<?> store = flush == Flush.IN_THE_COMMIT
                ? new CommitHookStoreBuilder<>(STORE, name -> new Sums(name, commits))
                : Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(STORE), Serdes.String(), Serdes.Long());
        topology.addStateStore(store, "count");
        return topology;
    }

    /** What everybody writes first: it looks right, and all its counts agree with each other. */
    private static final class CountByPunctuator implements Processor<String, byte[], Void, Void> {

        private final Path gate;

        private final Map<String, Long> gathered = new HashMap<>();

        private KeyValueStore<String, Long> sums;

        private CountByPunctuator(Path gate) {
            this.gate = gate;
        }

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            sums = context.getStateStore(STORE);
            context.schedule(Duration.ofMillis(100), PunctuationType.WALL_CLOCK_TIME, now -> flush());
        }

        @Override
        public void process(Record<String, byte[]> tick) {
            gathered.merge(tick.key(), 1L, Long::sum);
        }

        private void flush() {
            if (Files.exists(gate)) {
                gathered.forEach((key, more) -> {
                    Long before = sums.get(key);
                    sums.put(key, before == null ? more : before + more);
                });
                gathered.clear();
            }
        }
    }

    private static final class CountInTheCommit implements Processor<String, byte[], Void, Void> {

        private Sums sums;

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            sums = context.getStateStore(STORE);
        }

        @Override
        public void process(Record<String, byte[]> tick) {
            sums.add(tick.key());
        }
    }

    private static final class Sums extends CommitHookStore {

        private final Map<String, Long> gathered = new HashMap<>();

        Sums(String name, Commits commits) {
            super(name, commits);
        }

        void add(String key) {
            gathered.merge(key, 1L, Long::sum);
        }

        @Override
        protected void writeDirty() {
            gathered.forEach((key, more) -> {
                byte[] row = key.getBytes(StandardCharsets.UTF_8);
                byte[] before = newest(row);
                long sum = more + (before == null ? 0 : ByteBuffer.wrap(before).getLong());
                log(row, ByteBuffer.allocate(Long.BYTES).putLong(sum).array());
            });
            gathered.clear();
        }

        @Override
        protected void dropHeap() {
            gathered.clear();
        }
    }

    /** Ordinary clients, but for a producer that tells of commits. */
    private record Clients(Commits commits) implements KafkaClientSupplier {

        @Override
        public Admin getAdmin(Map<String, Object> config) {
            return Admin.create(config);
        }

        @Override
        public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
            return new CommitTellingProducer(config, requireNonNull(commits));
        }

        @Override
        public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
            return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        }

        @Override
        public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
            return getConsumer(config);
        }

        @Override
        public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
            return getConsumer(config);
        }
    }
}
