package com.promptmanage.streams.meter;

import com.promptmanage.streams.commit.CommitHookStoreBuilder;
import com.promptmanage.streams.commit.Commits;
import com.promptmanage.streams.intake.EventIdSettings;
import com.promptmanage.streams.intake.EventIdStore;
import com.promptmanage.streams.ledger.LedgerStore;
import com.promptmanage.streams.ledger.LedgerStore.CommitWatcher;
import com.promptmanage.topics.Topic;
import com.promptmanage.topics.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/** Makes the meter of each partition, and the stores that it works on. */
public final class MeterSupplier implements ProcessorSupplier<byte[], byte[], byte[], byte[]> {

    /** What the meter reads. Their partitions line up. */
    public static final List<Topic> READS =
            List.of(Topics.USAGE_EVENTS, Topics.BUDGETS, Topics.ACCOUNTS, Topics.PRICES);

    /** What the meter writes. */
    public static final List<Topic> WRITES = List.of(Topics.USAGE_RATED, Topics.BUDGET_ALERTS, Topics.USAGE_REJECTED);

    /** How long a changelog tells of a deleted row at least: state on disk that is older is of no use. */
    public static final Duration DELETIONS_KEPT = Duration.ofDays(3);

    /** Rows are written once a commit and read at each restore: small segments compact soon. */
    private static final Map<String, String> CHANGELOG = Map.of(
            "cleanup.policy",
            "compact",
            "segment.bytes",
            Integer.toString(64 << 20),
            "min.cleanable.dirty.ratio",
            "0.2",
            "delete.retention.ms",
            Long.toString(DELETIONS_KEPT.toMillis()));

    private final Commits commits;

    private final MeterCounts counts;

    private final EventIdSettings eventIds;

    private final int hotRowsMax;

    private final boolean writesRated;

    private final Duration retention;

    private final int partitions;

    private final CommitWatcher watcher;

    /**
     * @param hotRowsMax rows of a partition that may stay on the heap, of about 200 bytes each
     * @param writesRated whether unique events are written to {@code usage.rated}; without it there is no history
     * @param retention how late an event may be, and how long an event waits for its price
     * @param partitions how many the accounts are spread over
     */
    public MeterSupplier(
            Commits commits,
            MeterCounts counts,
            EventIdSettings eventIds,
            int hotRowsMax,
            boolean writesRated,
            Duration retention,
            int partitions,
            CommitWatcher watcher) {
        this.commits = commits;
        this.counts = counts;
        this.eventIds = eventIds;
        this.hotRowsMax = hotRowsMax;
        this.writesRated = writesRated;
        this.retention = retention;
        this.partitions = partitions;
        this.watcher = watcher;
    }

    @Override
    public Processor<byte[], byte[], byte[], byte[]> get() {
        return new Meter(counts, writesRated, retention, partitions);
    }

    @Override
    public Set<StoreBuilder<?>> stores() {
        return Set.of(
                new CommitHookStoreBuilder<>(
                                MeterStores.LEDGER, name -> new LedgerStore(name, commits, hotRowsMax, watcher))
                        .withLoggingEnabled(CHANGELOG),
                EventIdStore.builder(MeterStores.EVENT_IDS, commits, eventIds).withLoggingEnabled(CHANGELOG));
    }

    /** The name of the node that writes a topic. */
    public static String sink(Topic topic) {
        return "write-" + topic.name();
    }
}
