package com.promptmanage.streams.read;

import com.promptmanage.topics.usage.TokenCounts;

/**
 * What a number of unique events used and cost.
 *
 * @param events how many
 * @param unpricedEvents how many of them have no price yet: their tokens count, their cost does not
 * @param costNanoUsd nanoUSD
 */
public record Spend(long events, long unpricedEvents, long costNanoUsd, TokenCounts tokens) {

    public static final Spend NONE = new Spend(0, 0, 0, TokenCounts.NONE);

    public Spend plus(Spend other) {
        return new Spend(
                Math.addExact(events, other.events),
                Math.addExact(unpricedEvents, other.unpricedEvents),
                Math.addExact(costNanoUsd, other.costNanoUsd),
                tokens.plus(other.tokens));
    }
}
