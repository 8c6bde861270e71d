package com.promptmanage.query.model;

import com.promptmanage.query.saving.CheaperModel;
import com.promptmanage.query.spend.Ratio;
import com.promptmanage.service.token.TokenCounter;
import com.promptmanage.topics.usage.TokenCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Says what a prompt would use and cost before it is sent, and how it could cost less. */
final class Estimator {

    /** The output is guessed at four fifths of the input. */
    private static final int OUTPUT_NUMERATOR = 4;

    private static final int OUTPUT_DENOMINATOR = 5;

    /** A change of model is worth a word from this saving on, in percent of the cost, exclusive. */
    private static final int SWITCH_SAVING_PERCENT = 50;

    /** A context is long from here on by itself; or, with this many input tokens in all, from the shorter length on. */
    private static final int CONTEXT_CHARS_LONG = 2_000;

    private static final int CONTEXT_CHARS_CONSIDERABLE = 500;

    private static final int INPUT_TOKENS_MANY = 2_000;

    private static final int REDUCTION_PERCENT = 30;

    private final TokenCounter counter;

    Estimator(TokenCounter counter) {
        this.counter = counter;
    }

    /** What tokens of a model cost, nanoUSD. */
    interface Quote {
        /** Empty if the model has no price. */
        OptionalLong costNanoUsd(String model, TokenCounts tokens);
    }

    /** @param contextText what is sent before the text; may be empty */
    record Prompt(String text, String contextText, String model, OptionalLong outputTokensMax) {}

    record Estimate(
            TokenCounts tokens,
            OptionalLong inputCostNanoUsd,
            OptionalLong costNanoUsd,
            boolean isApproximate,
            String vocabulary,
            List<Suggestion> suggestions) {}

    Estimate estimate(Prompt prompt, Quote quote) {
        String whole = prompt.contextText().isEmpty() ? prompt.text() : prompt.contextText() + "\n" + prompt.text();
        TokenCounter.Counted input = counter.count(prompt.text().isEmpty() ? "" : whole, prompt.model());
        long guess = Math.ceilDiv(input.tokens() * OUTPUT_NUMERATOR, OUTPUT_DENOMINATOR);
        TokenCounts tokens = TokenCounts.ofInputOutput(
                input.tokens(), Math.min(guess, prompt.outputTokensMax().orElse(guess)));
        OptionalLong cost = quote.costNanoUsd(prompt.model(), tokens);
        return new Estimate(
                tokens,
                quote.costNanoUsd(prompt.model(), TokenCounts.ofInputOutput(input.tokens(), 0)),
                cost,
                input.isApproximate(),
                input.vocabulary(),
                cost.isEmpty() || input.tokens() == 0
                        ? List.of()
                        : suggestions(prompt, quote, tokens, cost.getAsLong()));
    }

    private static List<Suggestion> suggestions(Prompt prompt, Quote quote, TokenCounts tokens, long costNanoUsd) {
        var suggestions = new ArrayList<Suggestion>();
        CheaperModel.of(prompt.model())
                .ifPresent(target -> quote.costNanoUsd(target, tokens).ifPresent(cheaper -> {
                    if (isWorthASwitch(costNanoUsd, cheaper)) {
                        suggestions.add(Suggestion.modelSwitch(prompt.model(), target, costNanoUsd, cheaper));
                    }
                }));
        if (isContextLong(prompt.contextText().length(), tokens.totalInput())) {
            long removed = tokens.totalInput() * REDUCTION_PERCENT / 100;
            quote.costNanoUsd(prompt.model(), TokenCounts.ofInputOutput(removed, 0))
                    .ifPresent(saved -> {
                        if (saved > 0) {
                            suggestions.add(Suggestion.contextReduction(costNanoUsd, saved, REDUCTION_PERCENT));
                        }
                    });
        }
        return List.copyOf(suggestions);
    }

    private static boolean isWorthASwitch(long costNanoUsd, long cheaperNanoUsd) {
        return costNanoUsd > 0
                && Ratio.percent(costNanoUsd - cheaperNanoUsd, costNanoUsd)
                                .compareTo(java.math.BigDecimal.valueOf(SWITCH_SAVING_PERCENT))
                        > 0;
    }

    private static boolean isContextLong(int contextChars, long inputTokens) {
        return contextChars > CONTEXT_CHARS_LONG
                || (inputTokens > INPUT_TOKENS_MANY && contextChars > CONTEXT_CHARS_CONSIDERABLE);
    }
}
