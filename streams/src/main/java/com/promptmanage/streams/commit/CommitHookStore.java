package com.promptmanage.streams.commit;

import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;
import org.jspecify.annotations.Nullable;

/**
 * A store that gathers changes on the heap and writes them once per commit, inside the commit, to a RocksDB store and
 * its changelog.
 *
 * <p>Kafka Streams 4.3 has no public hook that runs before every commit. It does flush every store that is a {@link
 * CachedStateStore}, an internal interface, before it sends the offsets of the transaction: in the running task, when a
 * partition is revoked, and when the task closes cleanly. A punctuator runs at none of these reliably, and what it has
 * not written when the process dies is lost although the offsets say it was processed. This is the only class that
 * touches the internals, and the Kafka version is pinned; look here first when it moves.
 *
 * <p>What a subclass can rely on:
 *
 * <ul>
 *   <li>{@link #writeDirty()} runs on the task's thread, after the last record of the transaction, never on a standby.
 *   <li>A transaction that is aborted never reaches {@link #writeDirty()}, or its writes are undone: the task is closed
 *       (so {@link #dropHeap()} runs), its directory wiped, and the rows restored from the committed changelog.
 *   <li>{@link #init} may be called only to ask for the committed offsets, or on a standby. Work that needs the rows
 *       belongs to the first use, not there.
 *   <li>The same object may be opened again after {@link #close()}.
 * </ul>
 */
public abstract class CommitHookStore implements StateStore, CachedStateStore<Object, Object> {

    private final KeyValueStore<Bytes, byte[]> rows;
    private @Nullable InternalProcessorContext<?, ?> context;

    protected CommitHookStore(String name) {
        rows = Stores.persistentKeyValueStore(name).get();
    }

    /** Writes every change since the last call with {@link #log}. Called for each commit, changed or not. */
    protected abstract void writeDirty();

    /**
     * Forgets everything on the heap: what was not written belongs to a transaction that is no more, and what was
     * written can be read from {@link #rows()} again. Called at every close, more than once too, and when the task
     * changes between active and standby.
     */
    protected abstract void dropHeap();

    /** The rows on disk. Reading is free to all; writing is {@link #log}'s, else the changelog would not know. */
    protected final KeyValueStore<Bytes, byte[]> rows() {
        return rows;
    }

    /**
     * Puts a row, or deletes it, on disk and in the changelog.
     *
     * @param value null deletes
     */
    protected final void log(byte[] key, byte @Nullable [] value) {
        InternalProcessorContext<?, ?> task = context();
        Bytes row = Bytes.wrap(key);
        rows.put(row, value);
        task.logChange(name(), row, value, task.currentSystemTimeMs(), new RecordHeaders(), rows.getPosition());
    }

    /** The task's wall clock: read once per record by Streams, and set by hand in tests. */
    protected final long systemTimeMs() {
        return context().currentSystemTimeMs();
    }

    /** The directory that only this task writes to; it goes when Streams wipes the task's state. */
    protected final Path taskDirectory() {
        return context().stateDir().toPath();
    }

    private InternalProcessorContext<?, ?> context() {
        InternalProcessorContext<?, ?> task = context;
        if (task == null) {
            throw new IllegalStateException("Store " + name() + " is used before init");
        }
        return task;
    }

    @Override
    public final void flushCache() {
        writeDirty();
    }

    /** A recycled task keeps its open rows, but they may have been restored past what the heap knows. */
    @Override
    public final void clearCache() {
        dropHeap();
    }

    @Override
    public final boolean setFlushListener(CacheFlushListener<Object, Object> listener, boolean sendOldValues) {
        return false;
    }

    @Override
    public final String name() {
        return rows.name();
    }

    @Override
    public final void init(StateStoreContext stateStoreContext, StateStore root) {
        context = (InternalProcessorContext<?, ?>) stateStoreContext;
        rows.init(stateStoreContext, root);
    }

    @Override
    public final void commit(Map<TopicPartition, Long> changelogOffsets) {
        rows.commit(changelogOffsets);
    }

    @Override
    public final @Nullable Long committedOffset(TopicPartition partition) {
        return rows.committedOffset(partition);
    }

    @Override
    @SuppressWarnings("deprecation") // New stores must say true until the method is gone; RocksDB's own does.
    public final boolean managesOffsets() {
        return rows.managesOffsets();
    }

    @Override
    public final Position getPosition() {
        return rows.getPosition();
    }

    @Override
    public final boolean persistent() {
        return true;
    }

    @Override
    public final boolean isOpen() {
        return rows.isOpen();
    }

    @Override
    public final void close() {
        try {
            dropHeap();
        } finally {
            rows.close();
        }
    }
}
