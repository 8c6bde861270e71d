package com.promptmanage.query.budget;

import com.promptmanage.topics.money.NanoUsd;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A monthly budget for someone who sets their first.
 *
 * <p>It is twice what the prompts that they tell of would cost on the dearest of their models, and at least what is usual for
 * so many prompts. Where the month is heading for more than that leaves room for, it is one and a quarter times as much as the
 * month: what was spent so far is seldom all that will be, so it never takes from the answers. Either is rounded up to whole
 * steps of five dollars, since a budget is a round figure.
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
        long dearest = promptCostsNanoUsd.stream().mapToLong(cost -> cost).max().orElse(0);
        long told = Math.multiplyExact(Math.min(dearest, 1_000 * DOLLAR), volume.promptsMax);
        long byVolume = roundUp(Math.max(2 * told, volume.usualUsd * DOLLAR));
        long projected = Math.min(projectedNanoUsd.orElse(0), Long.MAX_VALUE / 8);
        long bySpend = roundUp(projected / 4 * 5);
        return bySpend > byVolume
                ? new Recommendation(new NanoUsd(bySpend), Basis.SPEND, projected)
                : new Recommendation(new NanoUsd(byVolume), Basis.VOLUME, told);
    }

    private static long roundUp(long nanoUsd) {
        return Math.max(1, Math.ceilDiv(nanoUsd, STEP_NANO_USD)) * STEP_NANO_USD;
    }
}
