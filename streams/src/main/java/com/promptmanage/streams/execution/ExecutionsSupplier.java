package com.promptmanage.streams.execution;

import com.promptmanage.streams.commit.CommitHookStoreBuilder;
import com.promptmanage.streams.commit.Commits;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/** Makes what adds up the executions of each partition, and its store. */
public final class ExecutionsSupplier implements ProcessorSupplier<byte[], byte[], byte[], byte[]> {

    /** Where all of it is kept. */
    public static final String STORE = ExecutionStore.NAME;

    /** How long the changelog tells of a deleted row at least: state on disk that is older is of no use. */
    public static final Duration DELETIONS_KEPT = Duration.ofDays(3);

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

    private final ExecutionCounts counts;

    private final Duration retention;

    /** @param retention for how long executions are counted */
    public ExecutionsSupplier(Commits commits, ExecutionCounts counts, Duration retention) {
        this.commits = commits;
        this.counts = counts;
        this.retention = retention;
    }

    @Override
    public Processor<byte[], byte[], byte[], byte[]> get() {
        return new ExecutionCounter(counts, retention);
    }

    @Override
    public Set<StoreBuilder<?>> stores() {
        return Set.of(new CommitHookStoreBuilder<>(STORE, name -> new ExecutionStore(name, commits))
                .withLoggingEnabled(CHANGELOG));
    }
}
