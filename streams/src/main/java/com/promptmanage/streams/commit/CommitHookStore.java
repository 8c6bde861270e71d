package com.promptmanage.streams.commit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.ProcessorNode;
import org.apache.kafka.streams.processor.internals.RecordCollector;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;
import org.apache.kafka.streams.state.internals.OffsetCheckpoint;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store that gathers changes on the heap and writes them once per commit: inside the commit to its changelog, and when
 * the transaction is committed to a RocksDB store, which therefore holds committed rows only.
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

    private static final Logger LOGGER = LoggerFactory.getLogger(CommitHookStore.class);

    private static final long TOUCHED_EVERY_MS = Duration.ofMinutes(5).toMillis();

    private final KeyValueStore<Bytes, byte[]> rows;
    private final Commits commits;

    private final AtomicLong openings = new AtomicLong();

    private long touchedMs;

    /**
     * What the running transaction has sent to the changelog. It reaches the disk when the transaction is committed, so
     * that readers in other threads see nothing that may yet vanish.
     */
    private final Map<Bytes, byte @Nullable []> uncommitted = new LinkedHashMap<>();

    private boolean awaitsCommit;
    private @Nullable InternalProcessorContext<?, ?> context;

    private @Nullable ProcessorNode<?, ?, ?, ?> processor;

    protected CommitHookStore(String name, Commits commits) {
        rows = Stores.persistentKeyValueStore(name).get();
        this.commits = commits;
    }

    /** Writes every change since the last call with {@link #log}. Called for each commit, changed or not. */
    protected abstract void writeDirty();

    /**
     * Forgets everything on the heap: what was not written belongs to a transaction that is no more, and what was
     * written can be read from {@link #committedRows()} again. Called at every close, more than once too, and when the task
     * changes between active and standby.
     */
    protected abstract void dropHeap();

    /** Called when what was logged is committed and on disk, on the task's thread. */
    protected void onCommitted() {}

    /** The committed rows, on disk. Free to all threads to read; to write, {@link #log}. */
    protected final KeyValueStore<Bytes, byte[]> committedRows() {
        return rows;
    }

    /** What the running transaction has logged so far; a null value is a deletion. For the task's thread only. */
    protected final Map<Bytes, byte @Nullable []> uncommittedRows() {
        return Collections.unmodifiableMap(uncommitted);
    }

    /** The newest row, logged in the running transaction or committed. For the task's thread only. */
    protected final byte @Nullable [] newest(byte[] key) {
        Bytes row = Bytes.wrap(key);
        if (!uncommitted.isEmpty()) {
            byte[] logged = uncommitted.get(row);
            if (logged != null || uncommitted.containsKey(row)) {
                return logged;
            }
        }
        return rows.get(row);
    }

    /**
     * Puts a row, or deletes it: in the changelog now, on disk with the commit.
     *
     * @param value null deletes
     */
    protected final void log(byte[] key, byte @Nullable [] value) {
        InternalProcessorContext<?, ?> task = context();
        Bytes row = Bytes.wrap(key);
        uncommitted.put(row, value);
        if (!awaitsCommit) {
            awaitsCommit = true;
            commits.await(this);
        }
        task.logChange(name(), row, value, task.currentSystemTimeMs(), new RecordHeaders(), rows.getPosition());
    }

    /**
     * Takes what the last transaction logged to disk: it is committed. Called by {@link Commits}, and before the first
     * record of the next transaction by those who run without such a producer.
     */
    public final void settle() {
        awaitsCommit = false;
        if (uncommitted.isEmpty()) {
            return;
        }
        var batch = new ArrayList<KeyValue<Bytes, byte[]>>(uncommitted.size());
        uncommitted.forEach((key, value) -> batch.add(KeyValue.pair(key, value)));
        writeCommitted(batch);
        uncommitted.clear();
        noteOffset();
        onCommitted();
    }

    /**
     * Notes how far the rows have come in the changelog. RocksDB takes rows and offset to disk together, the offset after
     * the rows: what a killed process leaves may know more than the offset says, never less, and to restore a row twice
     * does no harm.
     */
    private void noteOffset() {
        InternalProcessorContext<?, ?> task = context();
        var changelog =
                new TopicPartition(task.changelogFor(name()), task.taskId().partition());
        Long written =
                ((RecordCollector.Supplier) task).recordCollector().offsets().get(changelog);
        if (written != null) {
            rows.commit(Map.of(changelog, written));
        }
        touch();
    }

    /** By the age of the directory, Streams tells at a start whether the changelog has forgotten deletions since. */
    private void touch() {
        long nowMs = System.currentTimeMillis();
        if (nowMs - touchedMs < TOUCHED_EVERY_MS) {
            return;
        }
        touchedMs = nowMs;
        if (!taskDirectory().toFile().setLastModified(nowMs)) {
            LOGGER.atWarn().addKeyValue("directory", taskDirectory()).log("cannot renew the age of a state directory");
        }
    }

    /** Writes a commit's rows to disk. A subclass may hold off its readers meanwhile. */
    protected void writeCommitted(List<KeyValue<Bytes, byte[]>> batch) {
        rows.putAll(batch);
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
        InternalProcessorContext<?, ?> task = context();
        ProcessorNode<?, ?, ?, ?> before = task.currentNode();
        task.setCurrentNode(processor);
        try {
            writeDirty();
        } finally {
            task.setCurrentNode(before);
        }
    }

    /**
     * What {@link #writeDirty} forwards goes to the children of the processor that is being initialised. To be called from
     * its {@code init}; nothing else may be forwarded from a commit.
     */
    protected final void forwardAsThisProcessor() {
        processor = context().currentNode();
    }

    /** A recycled task keeps its open rows, but they may have been restored past what the heap knows. */
    @Override
    public final void clearCache() {
        forget();
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
        openings.incrementAndGet();
        rows.init(new CommittedRowsContext(stateStoreContext), root);
    }

    /** Streams calls this after the transaction, to note how far the disk has come. */
    @Override
    public final void commit(Map<TopicPartition, Long> changelogOffsets) {
        settle();
        rows.commit(changelogOffsets);
        touch();
    }

    /** Without an offset, Streams would take what lies there for damaged, and wipe the other stores of the task too. */
    @Override
    public final Long committedOffset(TopicPartition partition) {
        Long committed = rows.committedOffset(partition);
        return committed == null ? OffsetCheckpoint.OFFSET_UNKNOWN : committed;
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

    /** How often it has been opened, this time included; 0 while it is closed. After an opening it may have to be restored. */
    public final long opening() {
        return rows.isOpen() ? openings.get() : 0;
    }

    @Override
    public final void close() {
        try {
            forget();
        } finally {
            rows.close();
        }
    }

    private void forget() {
        uncommitted.clear();
        awaitsCommit = false;
        processor = null;
        dropHeap();
    }
}
