package com.promptmanage.streams.execution;

import com.promptmanage.streams.commit.CommitHookStore;
import com.promptmanage.streams.commit.Commits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.jspecify.annotations.Nullable;

/**
 * What executions have come to, in one partition. Changes are gathered on the heap and written once per commit; readers see
 * what is committed.
 */
public final class ExecutionStore extends CommitHookStore {

    static final String NAME = "executions";

    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    /** Since the last commit; a null value is a deletion. */
    private final NavigableMap<Bytes, byte @Nullable []> changed = new TreeMap<>();

    ExecutionStore(String name, Commits commits) {
        super(name, commits);
    }

    // ---- the task's thread

    byte @Nullable [] get(byte[] key) {
        Bytes row = Bytes.wrap(key);
        byte[] value = changed.get(row);
        return value != null || changed.containsKey(row) ? value : newest(key);
    }

    /** @param value null deletes */
    void put(byte[] key, byte @Nullable [] value) {
        changed.put(Bytes.wrap(key), value);
    }

    /** The newest rows whose keys begin so. */
    Map<Bytes, byte[]> beginningWith(byte[] prefix) {
        Bytes from = Bytes.wrap(prefix);
        Bytes to = Bytes.wrap(ExecutionKeys.after(prefix));
        NavigableMap<Bytes, byte @Nullable []> rows = new TreeMap<>();
        scan(prefix, to.get(), Integer.MAX_VALUE, (key, value) -> rows.put(Bytes.wrap(key), value));
        uncommittedRows().forEach((key, value) -> {
            if (key.compareTo(from) >= 0 && key.compareTo(to) < 0) {
                rows.put(key, value);
            }
        });
        rows.putAll(changed.subMap(from, true, to, false));
        NavigableMap<Bytes, byte[]> there = new TreeMap<>();
        rows.forEach((key, value) -> {
            if (value != null) {
                there.put(key, value);
            }
        });
        return there;
    }

    @Override
    protected void writeDirty() {
        changed.forEach((key, value) -> log(key.get(), value));
        changed.clear();
    }

    @Override
    protected void dropHeap() {
        changed.clear();
    }

    @Override
    protected void writeCommitted(List<KeyValue<Bytes, byte[]>> batch) {
        lock.writeLock().lock();
        try {
            super.writeCommitted(batch);
        } finally {
            lock.writeLock().unlock();
        }
    }

    // ---- any thread

    /** Runs reads so that all of them see the same commit. The next commit waits for them. */
    public <T> T atOneCommit(Supplier<T> reads) {
        lock.readLock().lock();
        try {
            return reads.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Passes each committed row between two keys, the end exclusive, in the order of keys, but no more than so many. */
    public void scan(byte[] from, byte[] to, int atMost, BiConsumer<byte[], byte[]> each) {
        Bytes end = Bytes.wrap(to);
        try (KeyValueIterator<Bytes, byte[]> rows = committedRows().range(Bytes.wrap(from), end)) {
            for (int passed = 0; passed < atMost && rows.hasNext(); passed++) {
                KeyValue<Bytes, byte[]> row = rows.next();
                if (!row.key.equals(end)) {
                    each.accept(row.key.get(), row.value);
                }
            }
        }
    }

    /** The first committed keys between two keys, the end exclusive. */
    public List<byte[]> keys(byte[] from, byte[] to, int atMost) {
        var keys = new ArrayList<byte[]>();
        scan(from, to, atMost, (key, value) -> keys.add(key));
        return keys;
    }
}
