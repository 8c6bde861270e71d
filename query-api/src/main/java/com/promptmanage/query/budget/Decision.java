package com.promptmanage.query.budget;

import com.promptmanage.topics.budget.Budget.Enforcement;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whether a call may be made, before it is made.
 *
 * @param costNanoUsd the most that the call can cost, nanoUSD; empty if its model has no price
 * @param tokens the most that it can use
 */
record Decision(OptionalLong costNanoUsd, long tokens, List<Applied> budgets, Optional<Denial> denial) {

    /** A budget that the call would count toward. */
    record Applied(Progress progress, boolean wouldExceed) {

        boolean isBlocking() {
            return wouldExceed && progress.budget().enforcement() == Enforcement.BLOCK;
        }
    }

    /** Why the call may not be made. */
    sealed interface Denial {

        /** Of the budgets that stand in the way, the one with the least left. */
        record OverBudget(Progress progress) implements Denial {}

        /** One prompt may not have so many tokens, whatever is left. */
        record PromptTooLong(long inputTokens, long inputTokensMax) implements Denial {}
    }

    /**
     * Decides. Every budget that the call counts toward is looked at, never only the first.
     *
     * <p>A call that is known to cost nothing may be made also when nothing is left. A call without a known price is not
     * free: no one can say whether it fits, so it may be made while something is left, and not when all is spent.
     */
    static Decision on(
            List<Progress> covering,
            OptionalLong costNanoUsd,
            long inputTokens,
            long outputTokensMax,
            OptionalLong inputTokensMax) {
        long tokens = inputTokens + outputTokensMax;
        List<Applied> applied = covering.stream()
                .map(progress -> new Applied(progress, exceeds(progress, costNanoUsd, tokens)))
                .toList();
        return new Decision(costNanoUsd, tokens, applied, denial(applied, inputTokens, inputTokensMax));
    }

    boolean isAllowed() {
        return denial.isEmpty();
    }

    private static boolean exceeds(Progress progress, OptionalLong costNanoUsd, long tokens) {
        if (progress.isOfTokens()) {
            return progress.wouldExceed(tokens);
        }
        return costNanoUsd.isPresent() ? progress.wouldExceed(costNanoUsd.getAsLong()) : progress.isExceeded();
    }

    private static Optional<Denial> denial(List<Applied> applied, long inputTokens, OptionalLong inputTokensMax) {
        if (inputTokensMax.isPresent() && inputTokens > inputTokensMax.getAsLong()) {
            return Optional.of(new Denial.PromptTooLong(inputTokens, inputTokensMax.getAsLong()));
        }
        return applied.stream()
                .filter(Applied::isBlocking)
                .map(Applied::progress)
                .min(Comparator.comparing(Progress::isOfTokens)
                        .thenComparingLong(Progress::remaining)
                        .thenComparing(progress -> progress.budget().id()))
                .map(Denial.OverBudget::new);
    }
}
