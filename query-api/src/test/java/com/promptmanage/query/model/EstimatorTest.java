package com.promptmanage.query.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.model.Estimator.Estimate;
import com.promptmanage.query.model.Estimator.Prompt;
import com.promptmanage.query.saving.CheaperModel;
import com.promptmanage.service.token.TokenCounter;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EstimatorTest {

    private final Estimator estimator = new Estimator(new TokenCounter());

    @Test
    void anEmptyPromptIsZeroes() {
        Estimate estimate = estimate("", "a context that is not sent by itself", "gpt-4o-mini");

        assertThat(estimate.tokens()).isEqualTo(TokenCounts.NONE);
        assertThat(estimate.costNanoUsd()).hasValue(0);
        assertThat(estimate.suggestions()).isEmpty();
    }

    /** 0.15 and 0.60 USD per million: 11 tokens in, ⌈8.8⌉ = 9 out. */
    @Test
    void thePriceIsThatOfTheInputAndOfFourFifthsAsMuchOutput() {
        Estimate estimate = estimate("Tell me how many tokens there are in this text.", "", "gpt-4o-mini");

        assertThat(estimate.tokens()).isEqualTo(TokenCounts.ofInputOutput(11, 9));
        assertThat(estimate.costNanoUsd()).hasValue(11 * 150 + 9 * 600);
        assertThat(estimate.inputCostNanoUsd()).hasValue(11 * 150);
    }

    @Test
    void theOutputIsNeverGuessedAboveWhatTheCallerAllows() {
        Estimate estimate = estimator.estimate(
                new Prompt("Tell me how many tokens there are in this text.", "", "gpt-4o-mini", OptionalLong.of(5)),
                EstimatorTest::quote);

        assertThat(estimate.tokens().get(TokenKind.OUTPUT)).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-4o-mini, o200k_base, false",
        "gpt-5, o200k_base, false",
        "o3, o200k_base, false",
        "gpt-4.1-mini, o200k_base, false",
        "gpt-4, cl100k_base, false",
        "gpt-4-turbo, cl100k_base, false",
        "gpt-3.5-turbo, cl100k_base, false",
        "claude-3-5-sonnet, cl100k_base, true",
        "gemini-1-5-pro, cl100k_base, true",
    })
    void eachModelIsCountedWithItsOwnVocabularyOrSaysThatItIsNot(String model, String vocabulary, boolean approximate) {
        TokenCounter.Counted counted = new TokenCounter().count("Hello, world", model);

        assertThat(counted).isEqualTo(new TokenCounter.Counted(3, approximate, vocabulary));
    }

    @Test
    void aDearOldModelComesWithACheaperOneToSwitchTo() {
        Estimate estimate = estimate("Tell me how many tokens there are in this text.", "", "gpt-4");

        assertThat(estimate.suggestions()).singleElement().satisfies(suggestion -> {
            assertThat(suggestion.type()).isEqualTo("model_switch");
            assertThat(suggestion.targetModel()).isEqualTo("gpt-4o-mini");
            assertThat(suggestion.switchTo()).isEqualTo(new Suggestion.SwitchTo("gpt-4o-mini"));
            assertThat(suggestion.currentCostNanoUsd()).isEqualTo(11 * 30_000 + 9 * 60_000);
            assertThat(suggestion.projectedCostNanoUsd()).isEqualTo(11 * 150 + 9 * 600);
            assertThat(suggestion.savingsNanoUsd())
                    .isEqualTo(suggestion.currentCostNanoUsd() - suggestion.projectedCostNanoUsd());
            assertThat(suggestion.difficulty()).isEqualTo("easy");
        });
    }

    /** As what is told of a month of their calls: the one does not contradict the other. */
    @ParameterizedTest
    @CsvSource({"gpt-4o, gpt-4o-mini", "gpt-4-turbo, gpt-4o-mini", "gpt-4o-mini, ", "claude-3-opus, "})
    void whatTheSavingsSwitchIsSwitchedBeforeTheCall(String model, @Nullable String target) {
        assertThat(estimate("Tell me how many tokens there are in this text.", "", model)
                        .suggestions())
                .extracting(Suggestion::targetModel)
                .isEqualTo(target == null ? List.of() : List.of(target));
        assertThat(CheaperModel.of(model)).isEqualTo(Optional.ofNullable(target));
    }

    @Test
    void aLongContextIsWorthShortening() {
        String context = "word ".repeat(401);

        Estimate estimate = estimate("Say it in one sentence.", context, "gpt-4o-mini");

        long removed = estimate.tokens().totalInput() * 30 / 100;
        assertThat(estimate.suggestions()).singleElement().satisfies(suggestion -> {
            assertThat(suggestion.type()).isEqualTo("context_reduction");
            assertThat(suggestion.savingsNanoUsd()).isEqualTo(removed * 150);
            assertThat(suggestion.savingsPercentage()).isEqualByComparingTo("30");
            assertThat(suggestion.description()).contains(" 30% fewer input tokens ");
            assertThat(suggestion.difficulty()).isEqualTo("medium");
            assertThat(suggestion.targetModel()).isNull();
        });
        assertThat(estimate("Say it in one sentence.", "word ".repeat(400), "gpt-4o-mini")
                        .suggestions())
                .as("2,000 characters are not more than 2,000")
                .isEmpty();
    }

    @Test
    void aShorterContextCountsWhenThereIsMuchInputBesides() {
        String text = "word ".repeat(2_000);

        assertThat(estimate(text, "a".repeat(501), "gpt-4o-mini").suggestions()).hasSize(1);
        assertThat(estimate(text, "a".repeat(500), "gpt-4o-mini").suggestions()).isEmpty();
    }

    @Test
    void aModelWithoutAPriceHasTokensAndNoCost() {
        Estimate estimate = estimate("Hello, world", "", "of-no-price");

        assertThat(estimate.tokens().totalInput()).isEqualTo(3);
        assertThat(estimate.costNanoUsd()).isEmpty();
    }

    /** That it is counted in pieces hardly changes the count. */
    @Test
    void aMebibyteOfOneLetterIsCounted() {
        long tokens = new TokenCounter().count("x".repeat(1 << 20), "gpt-4o").tokens();

        assertThat(tokens).isBetween(130_000L, 140_000L);
    }

    @Test
    void aCutNeverFallsInsideACharacter() {
        var counter = new TokenCounter();
        String emoji = "😀".repeat(1_000);

        assertThat(counter.count(emoji, "gpt-4o").tokens()).isBetween(1_000L, 1_010L);
    }

    private Estimate estimate(String text, String context, String model) {
        return estimator.estimate(new Prompt(text, context, model, OptionalLong.empty()), EstimatorTest::quote);
    }

    private static OptionalLong quote(String model, TokenCounts tokens) {
        return switch (model) {
            case "gpt-4o-mini" -> price(tokens, 150, 600);
            case "gpt-4o" -> price(tokens, 2_500, 10_000);
            case "claude-3-opus" -> price(tokens, 15_000, 75_000);
            case "gpt-4" -> price(tokens, 30_000, 60_000);
            case "gpt-4-turbo" -> price(tokens, 10_000, 30_000);
            default -> OptionalLong.empty();
        };
    }

    private static OptionalLong price(TokenCounts tokens, long inputNanoUsd, long outputNanoUsd) {
        return OptionalLong.of(
                tokens.get(TokenKind.INPUT) * inputNanoUsd + tokens.get(TokenKind.OUTPUT) * outputNanoUsd);
    }
}
