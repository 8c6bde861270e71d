package com.promptmanage.streams;

import com.promptmanage.streams.answer.LedgerReads;
import com.promptmanage.streams.commit.Commits;
import com.promptmanage.streams.commit.RocksDbForMisses;
import com.promptmanage.streams.intake.EventIdSettings;
import com.promptmanage.streams.ledger.LedgerStore;
import com.promptmanage.streams.meter.MeterCounts;
import com.promptmanage.streams.meter.MeterStores;
import com.promptmanage.streams.meter.MeterSupplier;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.Metering;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
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

/** Runs the metering in this process, and tells where each account's state is to be asked. */
public final class MeteringRuntime implements Metering, AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(MeteringRuntime.class);

    private static final QueryableStoreType<LedgerStore> LEDGER = new LedgerStoreType();

    private static final Duration TRANSACTION_MIN = Duration.ofSeconds(10);

    private final StreamsSettings settings;

    private final int partitions;

    private final KafkaStreams streams;

    private final MeterCounts counts = new MeterCounts();

    private final List<CommitListener> listeners = new CopyOnWriteArrayList<>();

    /** The reading sides of the ledgers that this process owns. */
    private final Map<LedgerStore, AccountReads> reads = new ConcurrentHashMap<>();

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition committed = lock.newCondition();

    /**
     * @param partitions how many partitions the accounts are spread over, as {@code TopicProvisioner} found or made them
     */
    public MeteringRuntime(StreamsSettings settings, int partitions) {
        this.settings = settings;
        this.partitions = partitions;
        var commits = new Commits();
        var meter = new MeterSupplier(
                commits,
                counts,
                new EventIdSettings(settings.deduplicationWindow(), settings.recentIdsMax()),
                settings.hotRowsMax(),
                settings.writesRated(),
                settings.retention(),
                this::tellCommitted);
        streams = new KafkaStreams(MeteringTopology.of(meter), properties(settings), new MeteringClients(commits));
        streams.setUncaughtExceptionHandler(this::onThreadFailure);
        streams.setGlobalStateRestoreListener(new RestoreLog(counts.restored));
    }

    public void start() {
        streams.start();
    }

    /** What the meters of this process have seen. */
    public MeterCounts counts() {
        return counts;
    }

    /** Whether every partition of this process can be asked. */
    public boolean isReady() {
        return streams.state() == KafkaStreams.State.RUNNING;
    }

    /** For people: what the application is doing. */
    public String state() {
        return streams.state().name();
    }

    /** Why a thread last ended, if one did. */
    public @Nullable Throwable lastFailure() {
        return failure.get();
    }

    @Override
    public Place owner(Account account) {
        return place(account, false);
    }

    @Override
    public Place ownerOrStandby(Account account) {
        return place(account, true);
    }

    private Place place(Account account, boolean standbyWillDo) {
        if (!streams.state().isRunningOrRebalancing()) {
            return new Place.Moving("the metering is " + streams.state());
        }
        if (settings.host() == null) {
            // One process that nobody else asks: Streams keeps no map of hosts then.
            return here(partitionOf(account));
        }
        KeyQueryMetadata where =
                streams.queryMetadataForKey(MeterStores.LEDGER, account.key(), new ByteArraySerializer());
        if (where == null || where.equals(KeyQueryMetadata.NOT_AVAILABLE)) {
            return new Place.Moving("partitions are being assigned");
        }
        HostInfo owner = where.activeHost();
        if (owner.host().equals(settings.host()) && owner.port() == settings.port()) {
            return here(where.partition());
        }
        LedgerStore standby = standbyWillDo ? store(where.partition(), true) : null;
        return standby == null
                ? new Place.Elsewhere(owner.host(), owner.port())
                : new Place.Here(readsOf(standby, where.partition(), false));
    }

    private Place here(int partition) {
        LedgerStore ledger = store(partition, false);
        return ledger == null
                ? new Place.Moving("partition %d is being restored".formatted(partition))
                : new Place.Here(readsOf(ledger, partition, true));
    }

    private @Nullable LedgerStore store(int partition, boolean standbyWillDo) {
        var query =
                StoreQueryParameters.fromNameAndType(MeterStores.LEDGER, LEDGER).withPartition(partition);
        try {
            return streams.store(standbyWillDo ? query.enableStaleStores() : query);
        } catch (InvalidStateStoreException e) {
            return null;
        }
    }

    private AccountReads readsOf(LedgerStore ledger, int partition, boolean active) {
        if (!active) {
            return new LedgerReads(ledger, () -> lag(partition));
        }
        reads.keySet().removeIf(store -> !store.isOpen());
        return reads.computeIfAbsent(ledger, store -> new LedgerReads(store, () -> 0));
    }

    private long lag(int partition) {
        var lags = streams.allLocalStorePartitionLags().get(MeterStores.LEDGER);
        var lag = lags == null ? null : lags.get(partition);
        return lag == null ? Long.MAX_VALUE : lag.offsetLag();
    }

    @Override
    public int partitionOf(Account account) {
        return Utils.toPositive(Utils.murmur2(account.key())) % partitions;
    }

    @Override
    public boolean awaitCommitted(int partition, long offset, Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (true) {
                LedgerStore ledger = store(partition, false);
                if (ledger != null && ledger.committedPosition() >= offset) {
                    return true;
                }
                if (left <= 0) {
                    return false;
                }
                // A partition that is just being taken over commits nothing: look again before long.
                long waited = Math.min(left, Duration.ofMillis(100).toNanos());
                left -= waited - Math.max(0, committed.awaitNanos(waited));
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Collection<AccountReads> local() {
        var local = new ArrayList<AccountReads>();
        for (int partition = 0; partition < partitions; partition++) {
            LedgerStore ledger = store(partition, false);
            if (ledger != null) {
                local.add(readsOf(ledger, partition, true));
            }
        }
        return local;
    }

    @Override
    public void onCommit(CommitListener listener) {
        listeners.add(listener);
    }

    /** Leaves the group, so that another process, or the next life of this one, need not wait for a session to end. */
    @Override
    public void close() {
        streams.close(CloseOptions.groupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP)
                .withTimeout(Duration.ofSeconds(20)));
    }

    private void tellCommitted(LedgerStore ledger, List<byte[]> accounts) {
        lock.lock();
        try {
            committed.signalAll();
        } finally {
            lock.unlock();
        }
        if (!accounts.isEmpty() && !listeners.isEmpty()) {
            List<Account> changed = accounts.stream()
                    .map(name -> new Account(new String(name, StandardCharsets.UTF_8)))
                    .toList();
            int partition = partitionOf(changed.getFirst());
            listeners.forEach(listener -> listener.committed(partition, changed));
        }
    }

    private StreamThreadExceptionResponse onThreadFailure(Throwable cause) {
        failure.set(cause);
        LOGGER.atError().setCause(cause).log("a stream thread failed and is replaced");
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }

    private static Properties properties(StreamsSettings settings) {
        Map<String, Object> config = new HashMap<>();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.applicationId());
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        config.put(StreamsConfig.STATE_DIR_CONFIG, settings.stateDirectory().toString());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
                settings.commitInterval().toMillis());
        config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.threads());
        config.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, settings.standbyReplicas());
        config.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, settings.replicationFactor());
        config.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        config.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, RocksDbForMisses.class);
        config.put(
                StreamsConfig.STATE_CLEANUP_DELAY_MS_CONFIG,
                Duration.ofMinutes(10).toMillis());
        // Older state may hold rows whose deletion the changelog no longer has: it is restored from the beginning.
        config.put(
                StreamsConfig.STATE_CLEANUP_DIR_MAX_AGE_MS_CONFIG,
                MeterSupplier.DELETIONS_KEPT.minusHours(1).toMillis());
        if (settings.host() != null) {
            config.put(StreamsConfig.APPLICATION_SERVER_CONFIG, settings.host() + ":" + settings.port());
        }
        // The consumer sees to it that a start reads the prices before the events.
        config.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2000);
        config.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 4 << 20);
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), (int)
                settings.sessionTimeout().toMillis());
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), (int)
                settings.sessionTimeout().dividedBy(4).toMillis());
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        // A rejected record is as large as it came, with its reason.
        config.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), Topics.REJECTED_BYTES_MAX);
        config.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 10);
        config.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 256 << 10);
        config.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 128L << 20);
        config.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), (int)
                transactionTimeout(settings).toMillis());
        var properties = new Properties();
        properties.putAll(config);
        return properties;
    }

    /**
     * After which the broker ends the transaction of a process that stands still. Nobody reads past an open one, so not too
     * long; but reading back ids after a partition has moved may take longer than the ten seconds that Streams allows.
     */
    private static Duration transactionTimeout(StreamsSettings settings) {
        Duration sixSessions = settings.sessionTimeout().multipliedBy(6);
        return sixSessions.compareTo(TRANSACTION_MIN) < 0 ? TRANSACTION_MIN : sixSessions;
    }

    /** Makes Streams hand out our store as it is. */
    private static final class LedgerStoreType implements QueryableStoreType<LedgerStore> {

        @Override
        public boolean accepts(StateStore store) {
            return store instanceof LedgerStore;
        }

        @Override
        public LedgerStore create(StateStoreProvider provider, String name) {
            return provider.stores(name, this).stream()
                    .findFirst()
                    .orElseThrow(() -> new InvalidStateStoreException("the partition has just moved"));
        }
    }
}
