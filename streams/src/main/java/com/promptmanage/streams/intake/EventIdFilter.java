package com.promptmanage.streams.intake;

/**
 * Answers "surely not" or "perhaps" for the ids of one segment: a Bloom filter in blocks of one cache line.
 *
 * <p>An id has one bit in each of the eight words of its block, so a look-up touches one line of memory. With 32 ids a
 * block (16 bits an id) about one absent id in a thousand gets a "perhaps".
 */
final class EventIdFilter {

    private static final int IDS_PER_BLOCK = 32;
    private static final int WORDS_PER_BLOCK = 8;

    /**
     * Where the first block begins. A large array starts on a region boundary under G1, with a header of two words: six
     * more, and each block is one line rather than the ends of two.
     */
    private static final int FIRST_WORD = 6;

    private final long[] words;
    private final long blocks;

    EventIdFilter(int idsMax) {
        blocks = Math.max(1, (idsMax + IDS_PER_BLOCK - 1L) / IDS_PER_BLOCK);
        words = new long[Math.toIntExact(FIRST_WORD + blocks * WORDS_PER_BLOCK)];
    }

    void add(long hi, long lo) {
        int at = firstWord(blocks, hi);
        words[at] |= 1L << lo;
        words[at + 1] |= 1L << (lo >>> 6);
        words[at + 2] |= 1L << (lo >>> 12);
        words[at + 3] |= 1L << (lo >>> 18);
        words[at + 4] |= 1L << (lo >>> 24);
        words[at + 5] |= 1L << (lo >>> 30);
        words[at + 6] |= 1L << (lo >>> 36);
        words[at + 7] |= 1L << (lo >>> 42);
    }

    boolean mayContain(long hi, long lo) {
        long[] w = words;
        int at = firstWord(blocks, hi);
        long all = (w[at] >>> lo)
                & (w[at + 1] >>> (lo >>> 6))
                & (w[at + 2] >>> (lo >>> 12))
                & (w[at + 3] >>> (lo >>> 18))
                & (w[at + 4] >>> (lo >>> 24))
                & (w[at + 5] >>> (lo >>> 30))
                & (w[at + 6] >>> (lo >>> 36))
                & (w[at + 7] >>> (lo >>> 42));
        return (all & 1) != 0;
    }

    /** 1 unless the first two of the eight bits rule the id out: all that a loop over many filters needs to touch. */
    static long firstTwoBits(long[] words, long blocks, long hi, long lo) {
        int at = firstWord(blocks, hi);
        return (words[at] >>> lo) & (words[at + 1] >>> (lo >>> 6)) & 1;
    }

    long[] words() {
        return words;
    }

    long blocks() {
        return blocks;
    }

    long heapBytes() {
        return (long) words.length * Long.BYTES;
    }

    /** The bits come from {@code lo} and the block from {@code hi}: ids added in order fill one block after the other. */
    private static int firstWord(long blocks, long hi) {
        return FIRST_WORD + (int) Math.unsignedMultiplyHigh(hi, blocks) * WORDS_PER_BLOCK;
    }
}
