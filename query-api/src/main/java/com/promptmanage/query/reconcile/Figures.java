package com.promptmanage.query.reconcile;

import com.promptmanage.streams.read.Spend;
import com.promptmanage.topics.money.NanoUsd;

/**
 * What one place says was used and spent, or by how much two differ.
 *
 * @param cost USD, exactly
 */
record Figures(long events, long unpricedEvents, long tokens, String cost, long costNanoUsd) {

    static final Figures NONE = of(0, 0, 0, 0);

    static Figures of(long events, long unpricedEvents, long tokens, long costNanoUsd) {
        return new Figures(events, unpricedEvents, tokens, new NanoUsd(costNanoUsd).toUsd(), costNanoUsd);
    }

    static Figures of(Spend spend) {
        return of(spend.events(), spend.unpricedEvents(), spend.tokens().total(), spend.costNanoUsd());
    }

    Figures minus(Figures other) {
        return of(
                Math.subtractExact(events, other.events),
                Math.subtractExact(unpricedEvents, other.unpricedEvents),
                Math.subtractExact(tokens, other.tokens),
                Math.subtractExact(costNanoUsd, other.costNanoUsd));
    }
}
