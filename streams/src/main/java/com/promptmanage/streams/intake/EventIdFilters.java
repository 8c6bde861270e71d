package com.promptmanage.streams.intake;

import java.util.List;

/**
 * The filters of all segments, asked together.
 *
 * <p>Nearly every id is in none of them, and each answer lies in a line of memory that is in no cache. So a first, tight
 * loop touches one line of each filter without waiting for any, and only then are those asked in full that the two words
 * it looked at did not rule out. Asked one after the other, each would be waited for.
 */
final class EventIdFilters {

    /** Answers are bits of a long. */
    static final int FILTERS_MAX = Long.SIZE;

    private final EventIdFilter[] filters;
    private final long[][] words;
    private final long[] blocks;

    EventIdFilters(List<EventIdFilter> filters) {
        if (filters.size() > FILTERS_MAX) {
            throw new IllegalArgumentException("At most " + FILTERS_MAX + " filters, not " + filters.size());
        }
        this.filters = filters.toArray(EventIdFilter[]::new);
        words = new long[this.filters.length][];
        blocks = new long[this.filters.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = this.filters[i].words();
            blocks[i] = this.filters[i].blocks();
        }
    }

    /** Bit i is set if filter i says "perhaps". */
    long perhaps(long hi, long lo) {
        long notRuledOut = 0;
        for (int i = 0; i < blocks.length; i++) {
            notRuledOut |= EventIdFilter.firstTwoBits(words[i], blocks[i], hi, lo) << i;
        }
        long perhaps = 0;
        for (long rest = notRuledOut; rest != 0; rest &= rest - 1) {
            int i = Long.numberOfTrailingZeros(rest);
            if (filters[i].mayContain(hi, lo)) {
                perhaps |= 1L << i;
            }
        }
        return perhaps;
    }
}
