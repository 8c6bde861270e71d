package com.promptmanage.streams.ledger;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The rows that the task is at work on. An event adds to quarter-hour rows in a small table of the changes since the last
 * merge; a merge adds the changes to the quarter, day and month rows, which stay on the heap while they are hot.
 */
final class WorkingRows {

    private static final byte[] NO_TAG = {};

    /** Rows changed between two commits, to begin with. */
    private static final int CHANGES = 1 << 12;

    private static final long MARK = 1L << 63;

    /** All between the mark, and the grain and bucket: a kind in 7 bits, and a tag's number. */
    private static final int DIMENSION_MASK = (1 << 29) - 1;

    /** More rows than that the cells' array cannot hold. */
    private static final int ROW_BITS = 28;

    private static final int ROW_MASK = (1 << ROW_BITS) - 1;

    /** For rows of which it is known that they are not there: to ask the disk costs more than all else of a row. */
    private static final HotRows.Disk NOTHING = (first, second) -> null;

    private final Names names;

    private final HotRows.Disk disk;

    private final RowTable changes = new RowTable(CHANGES);

    private final HotRows hot;

    private final BitSet changedAccounts = new BitSet();

    private final byte[] scratch = Amounts.scratch();

    private long[] order = new long[CHANGES];

    private IntFunction<? extends LedgerStore.Account> accounts = account -> {
        throw new IllegalStateException("no processor has told the accounts");
    };

    /**
     * @param hotRowsMax how many rows may stay on the heap
     * @param stored the newest stored row under a key, or null
     */
    WorkingRows(Names names, int hotRowsMax, Function<byte[], byte @Nullable []> stored) {
        this.names = names;
        hot = new HotRows(hotRowsMax);
        disk = (first, second) -> stored.apply(key(first, second));
    }

    /** Tells who knows the accounts, by number. */
    void of(IntFunction<? extends LedgerStore.Account> newAccounts) {
        accounts = newAccounts;
    }

    /** As {@link LedgerStore#add}. */
    void add(int account, int dimension, int value, int quarter, long[] amounts) {
        int row = changes.findOrAdd(pack(account, value), pack(Grain.QUARTER_HOUR, dimension, quarter));
        long[] cells = changes.cells();
        int at = changes.at(row);
        for (int i = 0; i < Amounts.WIDTH; i++) {
            cells[at + i] += amounts[i];
        }
    }

    /** As {@link LedgerStore#sum}. */
    void sum(int account, int dimension, int value, List<Cover.Run> runs, long[] into) {
        merge();
        for (Cover.Run run : runs) {
            for (int bucket = run.from(); bucket < run.to(); bucket++) {
                int row = hot.row(pack(account, value), pack(run.grain(), dimension, bucket), disk);
                long[] cells = hot.table().cells();
                int at = hot.table().at(row);
                for (int i = 0; i < Amounts.WIDTH; i++) {
                    into[i] += run.sign() * cells[at + i];
                }
            }
        }
    }

    /** A row was written past the heap, or deleted. */
    void replace(StoredKey key, byte @Nullable [] value) {
        int account = names.find(key.account());
        int name = names.find(key.value());
        int tag = names.find(key.tag());
        if (account >= 0 && name >= 0 && tag >= 0) {
            hot.replace(pack(account, name), pack(key.grain(), tag << 7 | key.dimension(), key.bucket()), value);
        }
    }

    /** Passes each row that has changed since the last call, as it is stored; rows that are stored together one after the other. */
    void takeChanged(BiConsumer<byte[], byte[]> each) {
        merge();
        RowTable table = hot.table();
        int changed = 0;
        for (int row = 0; row < table.size(); row++) {
            if (table.isMarked(row)) {
                table.mark(row, false);
                if (changed == order.length) {
                    order = Arrays.copyOf(order, changed * 2);
                }
                order[changed++] = place(table.first(row), table.second(row)) << ROW_BITS | row;
            }
        }
        Arrays.sort(order, 0, changed);
        for (int i = 0; i < changed; i++) {
            int row = (int) order[i] & ROW_MASK;
            each.accept(
                    key(table.first(row), table.second(row)), Amounts.encode(table.cells(), table.at(row), scratch));
        }
    }

    /**
     * Roughly where a row is stored, in 35 bits. RocksDB finds a row's place from that of the row before, if it is near:
     * so a commit's rows cost half of what they do in the order in which they came.
     */
    private static long place(long first, long second) {
        long account = (first >>> 32) & 0xFFFF;
        long grain = (second >>> 32) & 3;
        long kind = dimension(second) & 0x7F;
        return account << 19 | grain << 17 | kind << 10 | (second & 0x3FF);
    }

    /** The names of the accounts whose rows have changed since the last call. */
    List<byte[]> takeChangedAccounts() {
        List<byte[]> changed = changedAccounts.stream().mapToObj(names::text).toList();
        changedAccounts.clear();
        return changed;
    }

    /** Lets go of rows that were not asked for lately. All changes must have been taken. */
    void cool() {
        hot.cool();
    }

    /** Forgets the rows that are as they are stored. All changes must have been taken. */
    void forgetHot() {
        hot.forget();
    }

    /** Forgets everything, changes too. */
    void clear() {
        changes.clear();
        changedAccounts.clear();
        hot.forget();
    }

    private void merge() {
        for (int change = 0; change < changes.size(); change++) {
            long first = changes.first(change);
            long second = changes.second(change);
            int account = (int) (first >>> 32);
            merge(first, dimension(second), (int) second, accounts.apply(account), changes.at(change));
            changedAccounts.set(account);
        }
        for (int change = 0; change < changes.size(); change++) {
            accounts.apply((int) (changes.first(change) >>> 32)).hasRowOf((int) changes.second(change));
        }
        changes.clear();
    }

    private void merge(long first, int dimension, int quarter, LedgerStore.Account account, int from) {
        if (quarter < account.keptFromQuarter()) {
            addToHot(first, pack(Grain.PAST, dimension, 0), from, disk);
            return;
        }
        Buckets buckets = account.buckets();
        int day = buckets.day(quarter);
        int month = buckets.month(quarter);
        int last = account.rowsUpToQuarter();
        boolean isFirst = last == Integer.MIN_VALUE;
        boolean isLater = quarter > last;
        addToHot(first, pack(Grain.QUARTER_HOUR, dimension, quarter), from, isLater ? NOTHING : disk);
        addToHot(
                first,
                pack(Grain.DAY, dimension, day),
                from,
                isFirst || (isLater && day > buckets.day(last)) ? NOTHING : disk);
        addToHot(
                first,
                pack(Grain.MONTH, dimension, month),
                from,
                isFirst || (isLater && month > buckets.month(last)) ? NOTHING : disk);
    }

    private void addToHot(long first, long second, int from, HotRows.Disk stored) {
        int row = hot.row(first, second, stored);
        RowTable table = hot.table();
        long[] source = changes.cells();
        long[] target = table.cells();
        int at = table.at(row);
        for (int i = 0; i < Amounts.WIDTH; i++) {
            target[at + i] += source[from + i];
        }
        table.mark(row, true);
    }

    private byte[] key(long first, long second) {
        int dimension = dimension(second);
        int tag = dimension >>> 7;
        return RowKey.of(
                names.text((int) (first >>> 32)),
                Grain.ofNumber((int) (second >>> 32) & 3),
                (byte) (dimension & 0x7F),
                tag == Names.EMPTY ? NO_TAG : names.text(tag),
                (int) second,
                names.text((int) first));
    }

    private static long pack(int account, int value) {
        return (long) account << 32 | value;
    }

    private static long pack(Grain grain, int dimension, int bucket) {
        return MARK | (long) dimension << 34 | (long) grain.number() << 32 | (bucket & 0xFFFFFFFFL);
    }

    private static int dimension(long second) {
        return (int) (second >>> 34) & DIMENSION_MASK;
    }
}
