package com.promptmanage.runner.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.topics.usage.TokenCounts;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListPricesTest {

    private final ListPrices prices = new ListPrices();

    /** The specification's own figures (1.4), exact instead of rounded to six places. */
    @ParameterizedTest
    @CsvSource({
        "gpt-4o-mini, 1000, 1000, 0.00075",
        "gpt-4o-mini-2024-07-18, 452, 387, 0.0003",
        "gpt-4o-mini, 187, 1342, 0.00083325",
        "claude-3.5-sonnet, 1000, 1000, 0.018",
        "gpt-4o-mini, 0, 0, 0.00"
    })
    void aCallCostsWhatTheListSays(String model, long input, long output, String usd) {
        assertThat(prices.cost(usage(model, input, output)).orElseThrow().toUsd())
                .isEqualTo(usd);
    }

    @Test
    void aModelThatIsNotListedHasNoPrice() {
        assertThat(prices.cost(usage("nobody-knows-me", 1000, 1000))).isEmpty();
    }

    private static CallUsage usage(String model, long input, long output) {
        return new CallUsage(
                "openai",
                model,
                TokenCounts.ofInputOutput(input, output),
                Instant.EPOCH,
                Duration.ZERO,
                null,
                null,
                false);
    }
}
