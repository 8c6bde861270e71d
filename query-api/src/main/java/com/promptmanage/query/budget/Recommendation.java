package com.promptmanage.query.budget;

import com.promptmanage.topics.money.NanoUsd;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A monthly budget for someone who sets their first.
 *
 * <p>What they already spend tells most: one and a quarter times what the month is heading for. Without that it is twice
 * what their prompts would cost on the dearest of their models, and at least what is usual for so many prompts. Either is
 * rounded up to whole steps of five dollars, since a budget is a round figure.
 *
 * @param basis which of the two it was
 * @param expectedNanoUsd what the month is expected to cost, nanoUSD
 */
record Recommendation(NanoUsd monthly, Basis basis, long expectedNanoUsd) {

    private static final long DOLLAR = 1_000_000_000;

    private static final long STEP_NANO_USD = 5 * DOLLAR;

    /** Where the recommendation comes from. */
    enum Basis {
        SPEND,
        VOLUME
    }

    /** How many prompts a month someone expects to send. */
    enum Volume {
        UP_TO_50("1-50", 50, 10),
        UP_TO_200("50-200", 200, 30),
        UP_TO_500("200-500", 500, 75),
        MORE("500+", 2_000, 150);

        private final String code;

        private final int promptsMax;

        private final long usualUsd;

        Volume(String code, int promptsMax, long usualUsd) {
            this.code = code;
            this.promptsMax = promptsMax;
            this.usualUsd = usualUsd;
        }

        /** As it is written in a request. */
        String code() {
            return code;
        }

        static Optional<Volume> parse(String code) {
            return Arrays.stream(values())
                    .filter(volume -> volume.code.equals(code))
                    .findFirst();
        }
    }

    /**
     * @param projectedNanoUsd what the month is heading for, if enough of it has gone by with spend in it
     * @param promptCostsNanoUsd what a typical prompt costs on each of the models that have a price
     */
    static Recommendation of(OptionalLong projectedNanoUsd, Volume volume, List<Long> promptCostsNanoUsd) {
        if (projectedNanoUsd.isPresent() && projectedNanoUsd.getAsLong() > 0) {
            long expected = Math.min(projectedNanoUsd.getAsLong(), Long.MAX_VALUE / 8);
            return new Recommendation(new NanoUsd(roundUp(expected / 4 * 5)), Basis.SPEND, expected);
        }
        long dearest = promptCostsNanoUsd.stream().mapToLong(cost -> cost).max().orElse(0);
        long expected = Math.multiplyExact(Math.min(dearest, 1_000 * DOLLAR), volume.promptsMax);
        return new Recommendation(
                new NanoUsd(roundUp(Math.max(2 * expected, volume.usualUsd * DOLLAR))), Basis.VOLUME, expected);
    }

    private static long roundUp(long nanoUsd) {
        return Math.max(1, Math.ceilDiv(nanoUsd, STEP_NANO_USD)) * STEP_NANO_USD;
    }
}
