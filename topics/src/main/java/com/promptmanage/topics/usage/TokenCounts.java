package com.promptmanage.topics.usage;

import java.util.Arrays;

/** Token counts by {@link TokenKind}: of one call, where each is from 0 to 10¹², or of many added up. Immutable. */
public final class TokenCounts {

    /** The largest count of a kind in one event. Ten of them fit a {@code long} many times over. */
    public static final long MAX = 1_000_000_000_000L;

    public static final TokenCounts NONE = new TokenCounts(new long[TokenKind.COUNT]);

    private final long[] counts;

    private TokenCounts(long[] counts) {
        this.counts = counts;
    }

    /**
     * @param counts in the order of {@link TokenKind}
     * @throws IllegalArgumentException if a count is out of range
     */
    public static TokenCounts of(long[] counts) {
        if (counts.length != TokenKind.COUNT) {
            throw new IllegalArgumentException("expected %d counts, got %d".formatted(TokenKind.COUNT, counts.length));
        }
        for (TokenKind kind : TokenKind.values()) {
            long count = counts[kind.index()];
            if (count < 0 || count > MAX) {
                throw new IllegalArgumentException(
                        "tokens.%s must be an integer from 0 to 10^12, got %d".formatted(kind.field(), count));
            }
        }
        return new TokenCounts(counts.clone());
    }

    public static TokenCounts ofInputOutput(long input, long output) {
        return NONE.with(TokenKind.INPUT, input).with(TokenKind.OUTPUT, output);
    }

    public TokenCounts with(TokenKind kind, long count) {
        long[] changed = counts.clone();
        changed[kind.index()] = count;
        return of(changed);
    }

    /** The counts of many calls added up, in the order of {@link TokenKind}; not limited as those of one call are. */
    public static TokenCounts ofSums(long[] sums) {
        if (sums.length != TokenKind.COUNT) {
            throw new IllegalArgumentException("expected %d counts, got %d".formatted(TokenKind.COUNT, sums.length));
        }
        return new TokenCounts(sums.clone());
    }

    /** Both added up, exactly. */
    public TokenCounts plus(TokenCounts other) {
        long[] sums = counts.clone();
        for (int i = 0; i < sums.length; i++) {
            sums[i] = Math.addExact(sums[i], other.counts[i]);
        }
        return new TokenCounts(sums);
    }

    public long get(TokenKind kind) {
        return counts[kind.index()];
    }

    /** The sum of all kinds. */
    public long total() {
        long total = 0;
        for (long count : counts) {
            total += count;
        }
        return total;
    }

    /** The sum of what was sent to the model, cached or not. */
    public long totalInput() {
        long total = 0;
        for (TokenKind kind : TokenKind.values()) {
            total += kind.isInput() ? counts[kind.index()] : 0;
        }
        return total;
    }

    public long[] toArray() {
        return counts.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenCounts that && Arrays.equals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        var text = new StringBuilder("TokenCounts[");
        for (TokenKind kind : TokenKind.values()) {
            if (get(kind) != 0) {
                text.append(text.charAt(text.length() - 1) == '[' ? "" : ", ")
                        .append(kind.field())
                        .append('=')
                        .append(get(kind));
            }
        }
        return text.append(']').toString();
    }
}
