package com.promptmanage.query.saving;

import java.util.OptionalLong;

/** A way to have spent less on one model in a range. Amounts are nanoUSD. */
public sealed interface Saving {

    String model();

    /** How many calls it is about. */
    long runs();

    /** What was paid for them. */
    long paidNanoUsd();

    /** How much less it would have been; empty where the ledger cannot know. */
    OptionalLong savedNanoUsd();

    /** The same tokens on another model. */
    record ModelSwitch(String model, String target, long runs, long paidNanoUsd, long projectedNanoUsd)
            implements Saving {

        @Override
        public OptionalLong savedNanoUsd() {
            return OptionalLong.of(paidNanoUsd - projectedNanoUsd);
        }
    }

    /**
     * A part of the uncached input left out of calls that send much of it.
     *
     * @param saved what that part cost
     */
    record ContextReduction(String model, long runs, long paidNanoUsd, long averageInputTokens, long saved)
            implements Saving {

        @Override
        public OptionalLong savedNanoUsd() {
            return OptionalLong.of(saved);
        }
    }

    /**
     * No cache where what is written to it is read too seldom to pay for the writing.
     *
     * @param lost what writing cost more than plain input, less what reading cost less
     */
    record WastedCache(String model, long runs, long paidNanoUsd, long writtenTokens, long readTokens, long lost)
            implements Saving {

        @Override
        public OptionalLong savedNanoUsd() {
            return OptionalLong.of(lost);
        }
    }

    /**
     * A cache where much input is sent and hardly any of it comes from one. How much of it is the same again, the ledger does
     * not know.
     *
     * @param perTenth what is saved for each tenth of the uncached input that comes from the cache
     */
    record UnusedCache(String model, long runs, long paidNanoUsd, long averageInputTokens, long perTenth)
            implements Saving {

        @Override
        public OptionalLong savedNanoUsd() {
            return OptionalLong.empty();
        }
    }
}
