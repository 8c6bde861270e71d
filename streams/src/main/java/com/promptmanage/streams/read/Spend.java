package com.promptmanage.streams.read;

import com.promptmanage.topics.usage.TokenKind;
import java.util.Arrays;

/**
 * What a number of unique events used and cost.
 *
 * @param events how many
 * @param unpricedEvents how many of them have no price yet: their tokens count, their cost does not
 * @param costNanoUsd nanoUSD
 * @param tokens by {@link TokenKind#index()}; not to be changed
 */
public record Spend(long events, long unpricedEvents, long costNanoUsd, long[] tokens) {

    public static final Spend NONE = new Spend(0, 0, 0, new long[TokenKind.COUNT]);

    public Spend {
        if (tokens.length != TokenKind.COUNT) {
            throw new IllegalArgumentException("expected %d counts, got %d".formatted(TokenKind.COUNT, tokens.length));
        }
    }

    public long totalTokens() {
        return Arrays.stream(tokens).sum();
    }

    public Spend plus(Spend other) {
        long[] sum = tokens.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] = Math.addExact(sum[i], other.tokens[i]);
        }
        return new Spend(
                Math.addExact(events, other.events),
                Math.addExact(unpricedEvents, other.unpricedEvents),
                Math.addExact(costNanoUsd, other.costNanoUsd),
                sum);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Spend that
                && events == that.events
                && unpricedEvents == that.unpricedEvents
                && costNanoUsd == that.costNanoUsd
                && Arrays.equals(tokens, that.tokens);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(new long[] {events, unpricedEvents, costNanoUsd, Arrays.hashCode(tokens)});
    }

    @Override
    public String toString() {
        return "Spend[events=%d, unpriced=%d, nanoUsd=%d, tokens=%s]"
                .formatted(events, unpricedEvents, costNanoUsd, Arrays.toString(tokens));
    }
}
