package com.promptmanage.benchmarks.dsl;

import com.promptmanage.benchmarks.Contender;
import com.promptmanage.benchmarks.Input;
import com.promptmanage.benchmarks.Leftovers;
import com.promptmanage.benchmarks.Stopwatch;
import com.promptmanage.benchmarks.Workload.Totals;
import com.promptmanage.topics.account.Account;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyWindowStore;
import org.jspecify.annotations.Nullable;

/** The DSL topology in this process, exactly-once, as it comes or tuned. */
public final class DslMetering implements Contender {

    private static final Duration PATIENCE = Duration.ofMinutes(20);

    private static final Duration LOOK_EVERY = Duration.ofMillis(250);

    /** Dimensions of which each account's values add up to the account's total. */
    private static final List<String> CHECKED = List.of("account", "member", "model", "workflow");

    private final String bootstrapServers;

    private final Path directory;

    private final Input input;

    private final boolean tuned;

    private final Totals expected;

    public DslMetering(String bootstrapServers, Path directory, Input input, boolean tuned) {
        this.bootstrapServers = bootstrapServers;
        this.directory = directory;
        this.input = input;
        this.tuned = tuned;
        expected = input.total();
    }

    @Override
    public String name() {
        return tuned ? "(b) Streams DSL, tuned" : "(b) Streams DSL, defaults";
    }

    @Override
    public Outcome run(int round) throws Exception {
        String run = "dsl-%s-%d".formatted(tuned ? "tuned" : "defaults", round);
        Outcome outcome = run(run);
        Leftovers left = Leftovers.countAndRemove(bootstrapServers, run, directory.resolve(run));
        return outcome.withNote(left.perEvent(input.events()));
    }

    private Outcome run(String run) throws InterruptedException, ExecutionException {
        String ratedTopic = run + "-rated";
        String alertTopic = run + "-alerts";
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(List.of(
                            new NewTopic(ratedTopic, Input.PARTITIONS, (short) 1),
                            new NewTopic(alertTopic, Input.PARTITIONS, (short) 1)))
                    .all()
                    .get();
        }
        var watch = Stopwatch.start();
        Formats formats = tuned ? Formats.binary() : Formats.json();
        var failure = new AtomicReference<@Nullable Throwable>();
        try (var streams = new KafkaStreams(DslTopology.of(formats, ratedTopic, alertTopic), settings(run))) {
            streams.setUncaughtExceptionHandler(cause -> {
                failure.set(cause);
                return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
            });
            streams.start();
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            long seen = 0;
            while (seen < expected.events() && System.nanoTime() < deadline && failure.get() == null) {
                Thread.sleep(LOOK_EVERY);
                seen = sum(streams, "account").values().stream()
                        .mapToLong(Totals::events)
                        .sum();
                if (seen > 0) {
                    watch.first();
                }
            }
            while (!fault(streams).isEmpty() && System.nanoTime() < deadline && failure.get() == null) {
                Thread.sleep(LOOK_EVERY);
            }
            Stopwatch.Times times = watch.stop();
            return new Outcome(
                    input.events(), times, failure.get() == null ? fault(streams) : "it failed: " + failure.get(), "");
        }
    }

    private Properties settings(String run) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, run);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, directory.resolve(run).toString());
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        if (tuned) {
            settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000);
            settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 512L << 20);
            settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);
            settings.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 5000);
            settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5000);
            settings.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 4 << 20);
            settings.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
            settings.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 100);
            settings.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 512 << 10);
            settings.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 256L << 20);
        }
        var properties = new Properties();
        properties.putAll(settings);
        return properties;
    }

    private String fault(KafkaStreams streams) {
        for (String dimension : CHECKED) {
            Map<String, Totals> found = sum(streams, dimension);
            for (Map.Entry<Account, Totals> account : input.expected().entrySet()) {
                Totals one = found.getOrDefault(account.getKey().value(), Totals.NONE);
                if (!one.equals(account.getValue())) {
                    return "%s by %s: expected %s, found %s"
                            .formatted(account.getKey(), dimension, account.getValue(), one);
                }
            }
        }
        return "";
    }

    /** By account, the sum over the days and values of a dimension. */
    private static Map<String, Totals> sum(KafkaStreams streams, String dimension) {
        var sums = new HashMap<String, Totals>();
        try {
            ReadOnlyWindowStore<String, Sums> days = streams.store(StoreQueryParameters.fromNameAndType(
                    DslTopology.days(dimension), QueryableStoreTypes.windowStore()));
            try (KeyValueIterator<Windowed<String>, Sums> rows =
                    days.fetchAll(Instant.EPOCH, Instant.now().plus(Duration.ofDays(2)))) {
                rows.forEachRemaining(row -> sums.merge(
                        row.key.key().substring(0, row.key.key().indexOf('|')), totals(row.value), Totals::plus));
            }
            return sums;
        } catch (InvalidStateStoreException e) {
            return Map.of();
        }
    }

    private static Totals totals(Sums sums) {
        return new Totals(sums.events(), sums.inputTokens() + sums.outputTokens(), sums.costNanoUsd());
    }
}
