package com.promptmanage.streams.ledger;

import java.util.ArrayList;
import java.util.List;

/**
 * From when to when an account has rows, in quarters of an hour.
 *
 * @param firstQuarter the earliest with an event, ever; {@link Integer#MAX_VALUE} if there is none
 * @param lastQuarter the latest; {@link Integer#MIN_VALUE} if there is none
 * @param keptFromQuarter where rows begin: the start of a month of the account's zone. What happened before is in the
 *     rows of {@link Grain#PAST}, and in those of months that have not been added to them yet
 */
public record Extent(int firstQuarter, int lastQuarter, int keptFromQuarter) {

    /** Of {@link #keptFromQuarter}: nothing was dropped. */
    public static final int ALL_KEPT = Integer.MIN_VALUE;

    public static final Extent NOTHING = new Extent(Integer.MAX_VALUE, Integer.MIN_VALUE, ALL_KEPT);

    /**
     * The runs of rows to add up for a range of time. One that begins with the epoch holds all there ever was; of any
     * other, what was before rows are kept is not known.
     *
     * @param fromMs ms since the epoch; rounded down to a quarter of an hour
     * @param toMs end, exclusive; rounded up
     */
    public List<Cover.Run> cover(Buckets buckets, long fromMs, long toMs) {
        List<Cover.Run> kept = Cover.of(buckets, fromMs, toMs, Math.max(firstQuarter, keptFromQuarter), lastQuarter);
        boolean holdsThePast = fromMs <= 0 && toMs > Buckets.quarterStartMs(keptFromQuarter);
        if (!holdsThePast || firstQuarter >= keptFromQuarter) {
            return kept;
        }
        var all = new ArrayList<Cover.Run>();
        all.add(new Cover.Run(Grain.PAST, 0, 1, 1));
        all.add(new Cover.Run(Grain.MONTH, buckets.month(firstQuarter), buckets.month(keptFromQuarter), 1));
        all.addAll(kept);
        return all;
    }
}
