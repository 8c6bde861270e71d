package com.promptmanage.streams;

import com.promptmanage.streams.AccountStores.Owner;
import com.promptmanage.streams.answer.LedgerReads;
import com.promptmanage.streams.commit.Commits;
import com.promptmanage.streams.intake.EventIdSettings;
import com.promptmanage.streams.ledger.LedgerStore;
import com.promptmanage.streams.meter.MeterCounts;
import com.promptmanage.streams.meter.MeterStores;
import com.promptmanage.streams.meter.MeterSupplier;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.Metering;
import com.promptmanage.topics.account.Account;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the metering in this process, and tells where each account's state is to be asked. */
public final class MeteringRuntime implements Metering, AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(MeteringRuntime.class);

    private final RunningApplication application;

    private final AccountStores<LedgerStore> stores;

    private final int partitions;

    private final MeterCounts counts = new MeterCounts();

    private final List<CommitListener> listeners = new CopyOnWriteArrayList<>();

    /** The reading sides of the ledgers that this process owns. */
    private final Map<LedgerStore, AccountReads> reads = new ConcurrentHashMap<>();

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition committed = lock.newCondition();

    /**
     * @param partitions how many partitions the accounts are spread over, as {@code TopicProvisioner} found or made them
     */
    public MeteringRuntime(StreamsSettings settings, int partitions) {
        this.partitions = partitions;
        var commits = new Commits();
        var meter = new MeterSupplier(
                commits,
                counts,
                new EventIdSettings(settings.deduplicationWindow(), settings.recentIdsMax()),
                settings.hotRowsMax(),
                settings.writesRated(),
                settings.retention(),
                partitions,
                this::tellCommitted);
        application = new RunningApplication(
                "metering", MeteringTopology.of(meter), properties(settings), commits, counts.restored);
        stores = new AccountStores<>(application, settings, partitions, MeterStores.LEDGER, LedgerStore.class);
    }

    public void start() {
        application.start();
    }

    /** What the meters of this process have seen. */
    public MeterCounts counts() {
        return counts;
    }

    /** Whether every partition of this process can be asked. */
    public boolean isReady() {
        return application.isReady();
    }

    /** For people: what the application is doing. */
    public String state() {
        return application.streams().state().name();
    }

    /** Why a thread last ended, if one did. */
    public @Nullable Throwable lastFailure() {
        return application.lastFailure();
    }

    @Override
    public Place owner(Account account) {
        return place(account, false);
    }

    @Override
    public Place ownerOrStandby(Account account) {
        return place(account, true);
    }

    private Place place(Account account, boolean copyWillDo) {
        return switch (stores.owner(account)) {
            case Owner.Here here -> here(here.partition());
            case Owner.Elsewhere elsewhere -> {
                LedgerStore copy = copyWillDo ? stores.ownedOrCopied(elsewhere.partition()) : null;
                yield copy == null
                        ? new Place.Elsewhere(elsewhere.host(), elsewhere.port())
                        : new Place.Here(readsOf(copy, elsewhere.partition(), false));
            }
            case Owner.Nobody nobody -> new Place.Moving(nobody.reason());
        };
    }

    private Place here(int partition) {
        LedgerStore ledger = stores.owned(partition);
        return ledger == null
                ? new Place.Moving(AccountStores.isRestored(partition))
                : new Place.Here(readsOf(ledger, partition, true));
    }

    private AccountReads readsOf(LedgerStore ledger, int partition, boolean active) {
        if (!active) {
            return new LedgerReads(ledger, () -> lag(partition));
        }
        AccountReads known = reads.get(ledger);
        if (known != null) {
            return known;
        }
        reads.keySet().removeIf(store -> !store.isOpen());
        return reads.computeIfAbsent(ledger, store -> new LedgerReads(store, () -> 0));
    }

    private long lag(int partition) {
        var lags = application.streams().allLocalStorePartitionLags().get(MeterStores.LEDGER);
        var lag = lags == null ? null : lags.get(partition);
        return lag == null ? Long.MAX_VALUE : lag.offsetLag();
    }

    @Override
    public int partitionOf(Account account) {
        return stores.partitionOf(account);
    }

    @Override
    public boolean awaitCommitted(int partition, long offset, Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (true) {
                LedgerStore ledger = stores.owned(partition);
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
            LedgerStore ledger = stores.owned(partition);
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

    @Override
    public void close() {
        application.close();
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
            listeners.forEach(listener -> tell(listener, partition, changed));
        }
    }

    /** The commit is made: what others make of it ends no thread, and keeps no store from hearing of it. */
    private static void tell(CommitListener listener, int partition, List<Account> changed) {
        try {
            listener.committed(partition, changed);
        } catch (RuntimeException e) {
            LOGGER.atError()
                    .addKeyValue("partition", partition)
                    .setCause(e)
                    .log("a listener to commits failed: it misses this one");
        }
    }

    private static Properties properties(StreamsSettings settings) {
        Properties config = ApplicationSettings.of(
                settings, settings.applicationId(), settings.commitInterval(), MeterSupplier.DELETIONS_KEPT);
        config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.threads());
        config.put(
                StreamsConfig.STATE_CLEANUP_DELAY_MS_CONFIG,
                Duration.ofMinutes(10).toMillis());
        // The consumer sees to it that a start reads the prices before the events.
        config.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2000);
        config.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 4 << 20);
        config.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 10);
        config.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 256 << 10);
        config.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 128L << 20);
        return config;
    }
}
