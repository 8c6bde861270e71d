package com.promptmanage.streams;

import com.promptmanage.streams.answer.StoredExecutionReads;
import com.promptmanage.streams.commit.Commits;
import com.promptmanage.streams.commit.RocksDbForMisses;
import com.promptmanage.streams.execution.ExecutionCounts;
import com.promptmanage.streams.execution.ExecutionStore;
import com.promptmanage.streams.execution.ExecutionsSupplier;
import com.promptmanage.streams.read.Executions;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.state.HostInfo;
import org.apache.kafka.streams.state.QueryableStoreType;
import org.apache.kafka.streams.state.internals.StateStoreProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Adds up workflow executions in this process, and tells where each account's are to be asked. */
public final class ExecutionsRuntime implements Executions, AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(ExecutionsRuntime.class);

    private static final QueryableStoreType<ExecutionStore> STORES = new ExecutionStoreType();

    /** People look at it, no program waits for it: fewer commits than the metering makes. */
    private static final Duration COMMIT_INTERVAL_MIN = Duration.ofMillis(500);

    private static final Duration TRANSACTION_MIN = Duration.ofSeconds(10);

    private final StreamsSettings settings;

    private final int partitions;

    private final KafkaStreams streams;

    private final ExecutionCounts counts = new ExecutionCounts();

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /**
     * @param metering how the metering is run: this goes along with it, as an application of its own
     * @param partitions how many partitions the accounts are spread over
     */
    public ExecutionsRuntime(StreamsSettings metering, int partitions) {
        this.settings = metering;
        this.partitions = partitions;
        var commits = new Commits();
        streams = new KafkaStreams(
                ExecutionsTopology.of(new ExecutionsSupplier(commits, counts, metering.retention())),
                properties(metering),
                new MeteringClients(commits));
        streams.setUncaughtExceptionHandler(this::onThreadFailure);
        streams.setGlobalStateRestoreListener(new RestoreLog(counts.restored));
    }

    public void start() {
        streams.start();
    }

    /** What was seen in this process. */
    public ExecutionCounts counts() {
        return counts;
    }

    /** Whether every partition of this process can be asked. */
    public boolean isReady() {
        return streams.state() == KafkaStreams.State.RUNNING;
    }

    /** Why a thread last ended, if one did. */
    public @Nullable Throwable lastFailure() {
        return failure.get();
    }

    @Override
    public Place owner(Account account) {
        if (!streams.state().isRunningOrRebalancing()) {
            return new Place.Moving("what adds up executions is " + streams.state());
        }
        if (settings.host() == null) {
            // One process that nobody else asks: Streams keeps no map of hosts then.
            return here(Utils.toPositive(Utils.murmur2(account.key())) % partitions);
        }
        KeyQueryMetadata where =
                streams.queryMetadataForKey(ExecutionsSupplier.STORE, account.key(), new ByteArraySerializer());
        if (where == null || where.equals(KeyQueryMetadata.NOT_AVAILABLE)) {
            return new Place.Moving("partitions are being assigned");
        }
        HostInfo owner = where.activeHost();
        return owner.host().equals(settings.host()) && owner.port() == settings.port()
                ? here(where.partition())
                : new Place.Elsewhere(owner.host(), owner.port());
    }

    private Place here(int partition) {
        try {
            return new Place.Here(new StoredExecutionReads(
                    streams.store(StoreQueryParameters.fromNameAndType(ExecutionsSupplier.STORE, STORES)
                            .withPartition(partition))));
        } catch (InvalidStateStoreException e) {
            return new Place.Moving("partition %d is being restored".formatted(partition));
        }
    }

    /** Leaves the group, so that another process need not wait for a session to end. */
    @Override
    public void close() {
        streams.close(CloseOptions.groupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP)
                .withTimeout(Duration.ofSeconds(20)));
    }

    private StreamThreadExceptionResponse onThreadFailure(Throwable cause) {
        failure.set(cause);
        LOGGER.atError().setCause(cause).log("a thread that adds up executions failed and is replaced");
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }

    private static Properties properties(StreamsSettings settings) {
        var config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.applicationId() + "-executions");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        config.put(StreamsConfig.STATE_DIR_CONFIG, settings.stateDirectory().toString());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
                larger(settings.commitInterval(), COMMIT_INTERVAL_MIN).toMillis());
        config.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, settings.standbyReplicas());
        config.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, settings.replicationFactor());
        config.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        config.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, RocksDbForMisses.class);
        // Older state may hold rows whose deletion the changelog no longer has: it is restored from the beginning.
        config.put(
                StreamsConfig.STATE_CLEANUP_DIR_MAX_AGE_MS_CONFIG,
                ExecutionsSupplier.DELETIONS_KEPT.minusHours(1).toMillis());
        if (settings.host() != null) {
            config.put(StreamsConfig.APPLICATION_SERVER_CONFIG, settings.host() + ":" + settings.port());
        }
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), (int)
                settings.sessionTimeout().toMillis());
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), (int)
                settings.sessionTimeout().dividedBy(4).toMillis());
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        // A rejected record is as large as it came, with its reason.
        config.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), Topics.REJECTED_BYTES_MAX);
        config.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), (int)
                larger(settings.sessionTimeout().multipliedBy(6), TRANSACTION_MIN)
                        .toMillis());
        return config;
    }

    private static Duration larger(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    /** Makes Streams hand out our store as it is. */
    private static final class ExecutionStoreType implements QueryableStoreType<ExecutionStore> {

        @Override
        public boolean accepts(StateStore store) {
            return store instanceof ExecutionStore;
        }

        @Override
        public ExecutionStore create(StateStoreProvider provider, String name) {
            return provider.stores(name, this).stream()
                    .findFirst()
                    .orElseThrow(() -> new InvalidStateStoreException("the partition has just moved"));
        }
    }
}
