package com.promptmanage.topics.budget;

import com.promptmanage.topics.money.NanoUsd;

/** What a budget allows in one period: money or tokens. */
public sealed interface Limit {

    /** The amount in its own unit: nanoUSD or tokens. Always positive. */
    long amount();

    /** An amount of money. */
    record Spend(NanoUsd limit) implements Limit {
        public Spend {
            if (limit.value() <= 0) {
                throw new IllegalArgumentException("limitUsd must be above 0, got " + limit.toUsd());
            }
        }

        @Override
        public long amount() {
            return limit.value();
        }
    }

    /** A number of tokens of all kinds. */
    record Tokens(long limit) implements Limit {
        public Tokens {
            if (limit <= 0) {
                throw new IllegalArgumentException("limitTokens must be above 0, got " + limit);
            }
        }

        @Override
        public long amount() {
            return limit;
        }
    }
}
