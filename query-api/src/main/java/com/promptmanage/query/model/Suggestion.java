package com.promptmanage.query.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.promptmanage.query.spend.Ratio;
import com.promptmanage.topics.money.NanoUsd;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * A way to pay less for the same prompt, as it is answered.
 *
 * @param savingsPercentage of the call's cost for another model; of its input's cost for a shorter context
 * @param targetModel the model to use instead, if that is the advice
 * @param switchTo what to change in the request to follow the advice
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Suggestion(
        String type,
        String title,
        String description,
        String currentCost,
        long currentCostNanoUsd,
        String projectedCost,
        long projectedCostNanoUsd,
        String savings,
        long savingsNanoUsd,
        BigDecimal savingsPercentage,
        String difficulty,
        @Nullable String targetModel,
        @Nullable SwitchTo switchTo) {

    record SwitchTo(String model) {}

    static Suggestion modelSwitch(String model, String target, long currentNanoUsd, long projectedNanoUsd) {
        return new Suggestion(
                "model_switch",
                "Use " + target,
                "The same tokens on %s instead of %s. Compare a few answers first.".formatted(target, model),
                usd(currentNanoUsd),
                currentNanoUsd,
                usd(projectedNanoUsd),
                projectedNanoUsd,
                usd(currentNanoUsd - projectedNanoUsd),
                currentNanoUsd - projectedNanoUsd,
                Ratio.percent(currentNanoUsd - projectedNanoUsd, currentNanoUsd),
                "easy",
                target,
                new SwitchTo(target));
    }

    /** @param savingsNanoUsd the cost of the input that is left out */
    static Suggestion contextReduction(long currentNanoUsd, long savingsNanoUsd, int percentOfInput) {
        return new Suggestion(
                "context_reduction",
                "Shorten the context",
                "Leave out what the prompt does not need: %d%% fewer input tokens cost this much less."
                        .formatted(percentOfInput),
                usd(currentNanoUsd),
                currentNanoUsd,
                usd(currentNanoUsd - savingsNanoUsd),
                currentNanoUsd - savingsNanoUsd,
                usd(savingsNanoUsd),
                savingsNanoUsd,
                BigDecimal.valueOf(percentOfInput),
                "medium",
                null,
                null);
    }

    private static String usd(long nanoUsd) {
        return new NanoUsd(nanoUsd).toUsd();
    }
}
