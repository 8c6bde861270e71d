package com.promptmanage.streams.answer;

import com.promptmanage.streams.ledger.Amounts;
import com.promptmanage.streams.ledger.Cover;
import com.promptmanage.streams.ledger.LedgerStore;
import com.promptmanage.topics.budget.Dimension;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Adds up an account's committed rows, by value, for several steps of time at once. Days of another zone than the account's share
 * rows: the quarters of an hour that are taken off at the end of one are those that the next begins with. So each row is read once,
 * and rows that lie next to each other in one go, whichever steps they are of: to find a place on disk costs more than tens of rows.
 */
final class StepSums {

    private static final Comparator<Share> AS_ROWS_LIE = Comparator.comparing(
                    (Share share) -> share.run().grain())
            .thenComparingInt(share -> share.run().from());

    private final LedgerStore ledger;

    private final byte[] account;

    private final Dimension dimension;

    private final byte @Nullable [] value;

    /** @param value one value of the dimension, or null for each */
    StepSums(LedgerStore ledger, byte[] account, Dimension dimension, byte @Nullable [] value) {
        this.ledger = ledger;
        this.account = account;
        this.dimension = dimension;
        this.value = value;
    }

    /** A run of rows that a step adds or takes off. */
    private record Share(Cover.Run run, Map<Bytes, long[]> sums) {}

    /** As {@link #of}, of one step. */
    Map<Bytes, long[]> ofOne(List<Cover.Run> runs) {
        return of(List.of(runs)).getFirst();
    }

    /**
     * The amounts of each step's values, those left out of which all are 0.
     *
     * @param steps the runs of rows of each
     */
    List<Map<Bytes, long[]>> of(List<List<Cover.Run>> steps) {
        var sums = new ArrayList<Map<Bytes, long[]>>(steps.size());
        var shares = new ArrayList<Share>();
        for (List<Cover.Run> runs : steps) {
            var step = new HashMap<Bytes, long[]>();
            sums.add(step);
            runs.forEach(run -> shares.add(new Share(run, step)));
        }
        shares.sort(AS_ROWS_LIE);
        for (int first = 0; first < shares.size(); ) {
            Cover.Run stretch = shares.get(first).run();
            int end = first + 1;
            while (end < shares.size() && touches(stretch, shares.get(end).run())) {
                stretch = new Cover.Run(
                        stretch.grain(),
                        stretch.from(),
                        Math.max(stretch.to(), shares.get(end).run().to()),
                        1);
                end++;
            }
            read(stretch, shares.subList(first, end));
            first = end;
        }
        sums.forEach(step -> step.values().removeIf(StepSums::isNothing));
        return sums;
    }

    private static boolean touches(Cover.Run stretch, Cover.Run next) {
        return stretch.grain() == next.grain() && next.from() <= stretch.to();
    }

    private void read(Cover.Run stretch, List<Share> shares) {
        var reader = new Distribution(shares);
        if (value == null) {
            ledger.scanRun(account, dimension, stretch, reader);
        } else {
            ledger.readRun(account, dimension, value, stretch, reader);
        }
    }

    private static boolean isNothing(long[] amounts) {
        for (long amount : amounts) {
            if (amount != 0) {
                return false;
            }
        }
        return true;
    }

    /** Gives each row to the shares that its bucket is in. Rows come in the order of their buckets, as the shares do. */
    private static final class Distribution implements LedgerStore.RowReader {

        private final List<Share> shares;

        /** All before it end before the present bucket. */
        private int first;

        private Distribution(List<Share> shares) {
            this.shares = shares;
        }

        @Override
        public void row(int bucket, Bytes value, byte[] stored) {
            while (shares.get(first).run().to() <= bucket) {
                first++;
            }
            for (int i = first; i < shares.size() && shares.get(i).run().from() <= bucket; i++) {
                Share share = shares.get(i);
                if (bucket < share.run().to()) {
                    long[] sum = share.sums().computeIfAbsent(value, none -> new long[Amounts.WIDTH]);
                    LedgerStore.addStored(share.run(), stored, sum);
                }
            }
        }
    }
}
