package com.promptmanage.streams.ledger;

import com.promptmanage.streams.commit.CommitHookStore;
import com.promptmanage.streams.commit.Commits;
import com.promptmanage.topics.budget.Dimension;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.StampedLock;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.jspecify.annotations.Nullable;

/**
 * The state of one partition: the accounts' rows, and beside them what else must commit with them, each under the byte
 * of its section.
 *
 * <p>An event adds to quarter-hour rows in a small table of the changes since the last merge. At a merge, at the latest
 * inside the commit, the changes are added to the quarter, day and month rows; the changed rows go to the changelog
 * inside the commit, and to disk with it. Hot rows stay on the heap, two generations of them, and the rest are on disk
 * only.
 *
 * <p>Two kinds of callers: the task's thread, which sees its own uncommitted changes, and readers in any thread, which
 * see what is committed.
 */
public final class LedgerStore extends CommitHookStore {

    /** Is told, on the task's thread, after each commit that changed something. */
    public interface CommitWatcher {
        /**
         * A commit is on disk.
         *
         * @param accounts whose rows it changed
         */
        void committed(LedgerStore store, List<byte[]> accounts);
    }

    /** What the store must know of an account. */
    public interface Account {

        /** Of its time zone. */
        Buckets buckets();

        /** As {@link Extent} says it. */
        int keptFromQuarter();

        /** No row is of a later quarter than this one; {@link Integer#MIN_VALUE} if there is no row. */
        int rowsUpToQuarter();

        /** A row of this quarter is there now. */
        void hasRowOf(int quarter);
    }

    private static final byte[] POSITION_KEY = {'o'};

    /** Texts with a number; beyond it all numbers are given anew, with the next commit. */
    private static final int NAMES_MAX = 1 << 20;

    /** Beyond it they are given anew before the next record: a commit can be long in coming, and a tag's number must fit. */
    private static final int NAMES_BETWEEN_COMMITS_MAX = 2 << 20;

    /** As {@link #dimension} packs it. */
    private static final int TAG_MAX = (1 << 22) - 1;

    private final CommitWatcher watcher;

    private final StampedLock lock = new StampedLock();

    private final Names names = new Names();

    private final WorkingRows working;

    private Runnable beforeCommit = () -> {};

    private Runnable afterForgetting = () -> {};

    private long position = -1;

    private boolean positionChanged;

    /** Whose rows the running transaction has changed, as far as they are written. */
    private final List<byte[]> changedAccounts = new ArrayList<>();

    /**
     * @param hotRowsMax how many rows may stay on the heap, of about 200 bytes each
     */
    public LedgerStore(String name, Commits commits, int hotRowsMax, CommitWatcher watcher) {
        super(name, commits);
        this.watcher = watcher;
        working = new WorkingRows(names, hotRowsMax, this::newest);
    }

    // ---- the task's thread

    /** The numbers of texts, for {@link #add}. They are forgotten when the store closes. */
    public Names names() {
        return names;
    }

    /**
     * Tells who knows the accounts.
     *
     * @param accounts by number
     * @param beforeCommit runs at the start of each commit, before rows are written
     * @param afterForgetting runs between two records when all numbers of {@link #names} have lost their meaning
     */
    public void attach(IntFunction<? extends Account> accounts, Runnable beforeCommit, Runnable afterForgetting) {
        working.of(accounts);
        this.beforeCommit = beforeCommit;
        this.afterForgetting = afterForgetting;
        forwardAsThisProcessor();
    }

    /**
     * Adds amounts to a row.
     *
     * @param account number of the account
     * @param dimension as of {@link #dimension}
     * @param value number of the value
     * @param amounts as {@link Amounts} places them
     */
    public void add(int account, int dimension, int value, int quarter, long[] amounts) {
        working.add(account, dimension, value, quarter, amounts);
    }

    /**
     * The number of a dimension.
     *
     * @param tag the number of the tag's name, or {@link Names#EMPTY}; below 2^22
     */
    public static int dimension(Dimension.Kind kind, int tag) {
        if (tag > TAG_MAX) {
            // Its spend would be added to another tag's.
            throw new IllegalStateException("there are too many names for a tag to have the number " + tag);
        }
        return tag << 7 | kind.code();
    }

    /** The number of the tag's name in the number of a dimension; {@link Names#EMPTY} if it is no tag. */
    public static int tagOf(int dimension) {
        return dimension >>> 7;
    }

    /**
     * Gives all numbers of {@link #names} anew, in the middle of a transaction, if there are very many. To be called between two
     * records.
     */
    public void makeRoomForNames() {
        if (names.size() > NAMES_BETWEEN_COMMITS_MAX) {
            beforeCommit.run();
            writeRows();
            changedAccounts.addAll(working.takeChangedAccounts());
            forgetNames();
        }
    }

    private void forgetNames() {
        names.clear();
        working.forgetHot();
        afterForgetting.run();
    }

    /** The offset on {@code usage.events} that has been processed. */
    public void processed(long offset) {
        position = offset;
        positionChanged = true;
    }

    /**
     * Adds up one value's rows over a range, with all changes up to now.
     *
     * @param into receives the amounts
     */
    public void sum(int account, int dimension, int value, List<Cover.Run> runs, long[] into) {
        working.sum(account, dimension, value, runs, into);
    }

    /** Adds up the rows of each value over a range, with all changes up to now. Slow: for when a budget changes. */
    public Map<Bytes, long[]> sumEach(byte[] account, Dimension dimension, List<Cover.Run> runs) {
        writeRows();
        var sums = new TreeMap<Bytes, long[]>();
        for (Cover.Run run : runs) {
            byte[] prefix = RowKey.prefix(account, run.grain(), dimension);
            newestRows(RowKey.at(prefix, run.from()), RowKey.at(prefix, run.to()))
                    .forEach((key, row) -> {
                        byte[] value = Arrays.copyOfRange(key.get(), prefix.length + Integer.BYTES, key.get().length);
                        long[] sum = sums.computeIfAbsent(Bytes.wrap(value), none -> new long[Amounts.WIDTH]);
                        Amounts.addTo(row, sum, 0, run.sign());
                    });
        }
        return sums;
    }

    /** Every row between two keys, the end exclusive, with all that is logged up to now. */
    public NavigableMap<Bytes, byte[]> newestRows(byte[] from, byte[] to) {
        return newestRows(from, to, Integer.MAX_VALUE).rows();
    }

    /**
     * A part of a range.
     *
     * @param rows as they are now; there can be none although others follow, for deletions are not committed at once
     * @param next where the rest of the range begins, or null if this was all of it
     */
    public record Portion(
            NavigableMap<Bytes, byte[]> rows, @Nullable Bytes next) {}

    /** As {@link #newestRows(byte[], byte[])}, up to the so-manieth committed row. */
    public Portion newestRows(byte[] from, byte[] to, int committedMax) {
        var rows = new TreeMap<Bytes, byte[]>();
        scan(from, to, committedMax, (key, value) -> rows.put(Bytes.wrap(key), value));
        Bytes next = rows.size() < committedMax
                ? null
                : Bytes.wrap(after(rows.lastKey().get()));
        Bytes end = next == null ? Bytes.wrap(to) : next;
        uncommittedRows().forEach((key, value) -> {
            if (key.compareTo(Bytes.wrap(from)) >= 0 && key.compareTo(end) < 0) {
                if (value == null) {
                    rows.remove(key);
                } else {
                    rows.put(key, value);
                }
            }
        });
        return new Portion(rows, next);
    }

    /** The least key that is greater than a key. */
    public static byte[] after(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
    }

    /** The newest value under a key of another section than the rows'. */
    public byte @Nullable [] get(byte[] key) {
        return newest(key);
    }

    /** Writes under a key of another section than the rows'; null deletes. */
    public void put(byte[] key, byte @Nullable [] value) {
        log(key, value);
    }

    /** Takes rows that the heap does not have yet from here on, and forgets what it has: they were written past it. */
    void forgetHotRows() {
        working.forgetHot();
    }

    /** Writes a row past the heap, or deletes it. */
    void replaceRow(StoredKey key, byte @Nullable [] value) {
        log(key.key(), value);
        working.replace(key, value);
    }

    @Override
    protected void writeDirty() {
        beforeCommit.run();
        writeRows();
        if (positionChanged) {
            log(
                    POSITION_KEY,
                    ByteBuffer.allocate(1 + Long.BYTES)
                            .put((byte) 1)
                            .putLong(position)
                            .array());
            positionChanged = false;
        }
        changedAccounts.addAll(working.takeChangedAccounts());
    }

    @Override
    protected void writeCommitted(List<KeyValue<Bytes, byte[]>> batch) {
        long stamp = lock.writeLock();
        try {
            super.writeCommitted(batch);
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    @Override
    protected void onCommitted() {
        List<byte[]> accounts = List.copyOf(changedAccounts);
        changedAccounts.clear();
        watcher.committed(this, accounts);
        working.cool();
        if (names.size() > NAMES_MAX) {
            forgetNames();
        }
    }

    @Override
    protected void dropHeap() {
        names.clear();
        working.clear();
        changedAccounts.clear();
        position = -1;
        positionChanged = false;
        beforeCommit = () -> {};
        afterForgetting = () -> {};
    }

    /** Writes what the heap has gathered: at each commit, and before rows are read or changed past the heap. */
    void writeRows() {
        working.takeChanged(this::log);
    }

    // ---- any thread

    /** Runs reads so that all of them see the same commit. They may run twice. */
    public <T> T atOneCommit(Supplier<T> reads) {
        long stamp = lock.tryOptimisticRead();
        if (stamp != 0) {
            try {
                T answer = reads.get();
                if (lock.validate(stamp)) {
                    return answer;
                }
            } catch (RuntimeException e) {
                // Of two commits mixed, sums can be below zero.
                if (lock.validate(stamp)) {
                    throw e;
                }
            }
        }
        stamp = lock.readLock();
        try {
            return reads.get();
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** Passes each committed row between two keys, the end exclusive, in the order of keys. */
    public void scan(byte[] from, byte[] to, BiConsumer<byte[], byte[]> each) {
        scan(from, to, Integer.MAX_VALUE, each);
    }

    /** As {@link #scan(byte[], byte[], BiConsumer)}, but no more than so many. */
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

    public byte @Nullable [] committed(byte[] key) {
        return committedRows().get(Bytes.wrap(key));
    }

    /** The offset on {@code usage.events} up to which, inclusive, committed rows hold everything; −1 for none. */
    public long committedPosition() {
        byte[] stored = committed(POSITION_KEY);
        return stored == null ? -1 : ByteBuffer.wrap(stored, 1, Long.BYTES).getLong();
    }

    /** Takes the bucket, the value and the amounts of a row. */
    public interface RowReader {
        void row(int bucket, Bytes value, byte[] stored);
    }

    /** Passes each committed row of a dimension in a run of buckets, in their order. */
    public void scanRun(byte[] account, Dimension dimension, Cover.Run run, RowReader each) {
        byte[] prefix = RowKey.prefix(account, run.grain(), dimension);
        int valueStart = prefix.length + Integer.BYTES;
        scan(
                RowKey.at(prefix, run.from()),
                RowKey.at(prefix, run.to()),
                (key, stored) -> each.row(
                        RowKey.bucket(key, prefix.length),
                        Bytes.wrap(Arrays.copyOfRange(key, valueStart, key.length)),
                        stored));
    }

    /** Passes one value's committed rows in a run of buckets, in their order. */
    public void readRun(byte[] account, Dimension dimension, byte[] value, Cover.Run run, RowReader each) {
        byte[] prefix = RowKey.prefix(account, run.grain(), dimension);
        Bytes name = Bytes.wrap(value);
        for (int bucket = run.from(); bucket < run.to(); bucket++) {
            byte[] stored = committed(RowKey.at(prefix, bucket, value));
            if (stored != null) {
                each.row(bucket, name, stored);
            }
        }
    }

    /** Adds a stored row of a run to amounts, or takes it off. */
    public static void addStored(Cover.Run run, byte[] stored, long[] into) {
        Amounts.addTo(stored, into, 0, run.sign());
    }
}
