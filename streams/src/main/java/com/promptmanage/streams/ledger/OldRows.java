package com.promptmanage.streams.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.promptmanage.topics.budget.Dimension;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of an account's rows from before it keeps any: days and quarters of an hour are deleted, and months are
 * added to the past of their value, so that what was ever spent stays exact.
 *
 * <p>Nobody asks for a row from before {@link Extent#keptFromQuarter} but for whole months, and a month leaves its row in
 * the commit in which it joins the past. So rows may go a few at a time, in any order, over many commits.
 */
public final class OldRows {

    private static final byte[] NO_TAG = {};

    private final LedgerStore ledger;

    private final byte[] end;

    private byte[] next;

    private boolean isDone;

    public OldRows(LedgerStore ledger, byte[] account) {
        this.ledger = ledger;
        next = RowKey.allOf(account);
        end = RowKey.afterAllOf(account);
    }

    /** Whether all rows were gone over. */
    public boolean isDone() {
        return isDone;
    }

    /**
     * Deletes rows, as of the account's zone and keeping of the moment.
     *
     * @param atMost how many rows and gaps between them it may look at
     * @return how many it looked at
     */
    public int drop(LedgerStore.Account account, int atMost) {
        ledger.writeRows();
        int looked = 0;
        while (!isDone && looked < atMost) {
            byte[] first = first(next, end);
            looked++;
            if (first == null) {
                isDone = true;
            } else {
                looked += dropOfPrefix(new StoredKey(first), account, Math.max(1, atMost - looked));
            }
        }
        return looked;
    }

    /** Rows of one prefix lie in the order of their buckets. */
    private int dropOfPrefix(StoredKey first, LedgerStore.Account account, int atMost) {
        byte[] prefix = first.prefix();
        int kept = keptFrom(first.grain(), account);
        List<StoredKey> due = new ArrayList<>();
        if (first.bucket() < kept) {
            ledger.scan(first.key(), RowKey.at(prefix, kept), atMost, (key, row) -> due.add(new StoredKey(key)));
        }
        due.forEach(this::drop);
        next = due.size() < atMost
                ? RowKey.at(prefix, Integer.MAX_VALUE)
                : LedgerStore.after(due.getLast().key());
        return due.size();
    }

    private void drop(StoredKey key) {
        if (key.grain() == Grain.MONTH) {
            byte[] month = ledger.get(key.key());
            if (month != null) {
                addToPast(key, month);
            }
        }
        ledger.replaceRow(key, null);
    }

    private void addToPast(StoredKey key, byte[] month) {
        long[] sums = new long[Amounts.WIDTH];
        Amounts.addTo(month, sums, 0, 1);
        addToPast(ledger, RowKey.of(key.account(), Grain.PAST, key.dimension(), key.tag(), 0, key.value()), sums);
    }

    private static void addToPast(LedgerStore ledger, byte[] pastKey, long[] sums) {
        byte[] past = ledger.get(pastKey);
        if (past != null) {
            Amounts.addTo(past, sums, 0, 1);
        }
        ledger.replaceRow(new StoredKey(pastKey), Amounts.encode(sums, 0, Amounts.scratch()));
    }

    private static int keptFrom(Grain grain, LedgerStore.Account account) {
        int quarter = account.keptFromQuarter();
        return switch (grain) {
            case QUARTER_HOUR -> Math.max(0, quarter);
            case DAY -> quarter == Extent.ALL_KEPT ? 0 : account.buckets().day(quarter);
            case MONTH -> quarter == Extent.ALL_KEPT ? 0 : account.buckets().month(quarter);
            case PAST -> 0;
        };
    }

    private byte @Nullable [] first(byte[] from, byte[] to) {
        var found = new ArrayList<byte[]>();
        ledger.scan(from, to, 1, (key, row) -> found.add(key));
        return found.isEmpty() ? null : found.getFirst();
    }

    /**
     * Makes an account's day and month rows anew from its quarters: its zone has changed.
     *
     * @param account still of the old zone
     * @param zone the new one
     * @return from which quarter on rows are kept now, the start of a month of the new zone
     */
    public static int rebuild(LedgerStore ledger, byte[] name, LedgerStore.Account account, Buckets zone) {
        ledger.writeRows();
        int keptBefore = account.keptFromQuarter();
        int keptNow = keptBefore == Extent.ALL_KEPT ? keptBefore : zone.monthStartFrom(keptBefore);
        for (Dimension dimension : dimensionsWithRows(ledger, name)) {
            var sums = new TreeMap<Bytes, long[]>();
            byte[] past = RowKey.at(RowKey.prefix(name, Grain.PAST, dimension), 0);
            byte[] oldMonths = RowKey.prefix(name, Grain.MONTH, dimension);
            ledger.newestRows(RowKey.at(oldMonths, 0), RowKey.at(oldMonths, Integer.MAX_VALUE))
                    .forEach((key, row) -> {
                        if (RowKey.bucket(key.get(), oldMonths.length) < keptFrom(Grain.MONTH, account)) {
                            add(row, sums, past, valueOf(key, oldMonths));
                        }
                        ledger.put(key.get(), null);
                    });
            byte[] oldDays = RowKey.prefix(name, Grain.DAY, dimension);
            ledger.newestRows(RowKey.at(oldDays, 0), RowKey.at(oldDays, Integer.MAX_VALUE))
                    .keySet()
                    .forEach(key -> ledger.put(key.get(), null));
            byte[] quarters = RowKey.prefix(name, Grain.QUARTER_HOUR, dimension);
            ledger.newestRows(RowKey.at(quarters, Math.max(0, keptBefore)), RowKey.at(quarters, Integer.MAX_VALUE))
                    .forEach((key, row) -> {
                        int quarter = RowKey.bucket(key.get(), quarters.length);
                        byte[] value = valueOf(key, quarters);
                        if (quarter < keptNow) {
                            add(row, sums, past, value);
                        } else {
                            add(row, sums, RowKey.at(oldDays, zone.day(quarter)), value);
                            add(row, sums, RowKey.at(oldMonths, zone.month(quarter)), value);
                        }
                    });
            sums.forEach((key, cells) -> {
                if (new StoredKey(key.get()).grain() == Grain.PAST) {
                    addToPast(ledger, key.get(), cells);
                } else {
                    ledger.put(key.get(), Amounts.encode(cells, 0, Amounts.scratch()));
                }
            });
        }
        // What the heap holds of the account is of the old zone.
        ledger.forgetHotRows();
        return keptNow;
    }

    /** Those of tags too that spend is not seen by any more: it may be seen by them again. */
    private static List<Dimension> dimensionsWithRows(LedgerStore ledger, byte[] account) {
        var dimensions = new ArrayList<Dimension>();
        for (Dimension.Kind kind : Dimension.Kind.values()) {
            if (kind != Dimension.Kind.TAG) {
                dimensions.add(new Dimension(kind, null));
            }
        }
        // What has rows of quarters or days has some of months, but for what is in the past already.
        byte[] end = RowKey.prefix(account, Grain.MONTH, Dimension.Kind.TAG.code(), NO_TAG);
        Bytes next = Bytes.wrap(end.clone());
        end[end.length - 1]++;
        while (next != null) {
            LedgerStore.Portion portion = ledger.newestRows(next.get(), end, 1);
            next = portion.next();
            if (!portion.rows().isEmpty()) {
                byte[] tag = new StoredKey(portion.rows().firstKey().get()).tag();
                dimensions.add(Dimension.ofTag(new String(tag, UTF_8)));
                byte[] rows = RowKey.prefix(account, Grain.MONTH, Dimension.Kind.TAG.code(), tag);
                // The name ends with a zero: what follows all rows of the tag.
                rows[rows.length - 1] = 1;
                next = Bytes.wrap(rows);
            }
        }
        return dimensions;
    }

    private static byte[] valueOf(Bytes key, byte[] prefix) {
        return Arrays.copyOfRange(key.get(), prefix.length + Integer.BYTES, key.get().length);
    }

    private static void add(byte[] row, Map<Bytes, long[]> sums, byte[] beforeValue, byte[] value) {
        byte[] key = Arrays.copyOf(beforeValue, beforeValue.length + value.length);
        System.arraycopy(value, 0, key, beforeValue.length, value.length);
        Amounts.addTo(row, sums.computeIfAbsent(Bytes.wrap(key), none -> new long[Amounts.WIDTH]), 0, 1);
    }
}
