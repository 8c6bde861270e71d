package com.promptmanage.topics.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CallPricesTest {

    private static final ModelPrice PLAIN = price("gpt-4o", List.of("four"), 1);

    private static final ModelPrice DATED = price("gpt-4o-2024-05-13", List.of(), 2);

    @Test
    void theNameThatAnswersFindsItsOwnPriceFirst() {
        var prices = new CallPrices(List.of(PLAIN, DATED), Optional.empty());

        assertThat(prices.ownFor("gpt-4o")).hasValue(PLAIN);
        assertThat(prices.ownFor("gpt-4o-2024-05-13")).hasValue(DATED);
        assertThat(prices.ownFor("gpt-4o-2024-08-06")).hasValue(PLAIN);
        assertThat(prices.ownFor("Four")).hasValue(PLAIN);
        assertThat(prices.ownFor("gpt-4o-mini")).isEmpty();
    }

    @Test
    void aModelsOwnNameComesBeforeAnothersAlias() {
        var alias = price("gpt-4.1", List.of("gpt-4o"), 3);

        assertThat(new CallPrices(List.of(alias, PLAIN), Optional.empty()).ownFor("gpt-4o-2024-08-06"))
                .hasValue(PLAIN);
        assertThat(new CallPrices(List.of(alias), Optional.empty()).ownFor("gpt-4o"))
                .hasValue(alias);
    }

    @Test
    void theListsPriceIsOfTheNamesThatItHas() {
        var prices = new CallPrices(List.of(), Optional.of(PLAIN));

        assertThat(prices.listedFor("openai/gpt-4o-2024-08-06")).hasValue(PLAIN);
        assertThat(prices.listedFor("four")).hasValue(PLAIN);
        assertThat(prices.listedFor("gpt-5")).isEmpty();
        assertThat(prices.ownFor("gpt-4o")).isEmpty();
    }

    @Test
    void namesWithAndWithoutADateMayBeTheSame() {
        assertThat(CallPrices.mayBeTheSame("gpt-4o", "gpt-4o-2024-08-06")).isTrue();
        assertThat(CallPrices.mayBeTheSame("gpt-4o-2024-05-13", "gpt-4o-2024-08-06"))
                .isTrue();
        assertThat(CallPrices.mayBeTheSame("gpt-4o", "gpt-4o-mini")).isFalse();
    }

    @Test
    void theyAreReadAsTheyWereWritten() {
        var both = new CallPrices(List.of(PLAIN, DATED), Optional.of(PLAIN));
        var none = new CallPrices(List.of(), Optional.empty());

        assertThat(CallPricesCodec.read(written(both))).isEqualTo(both);
        assertThat(CallPricesCodec.read(written(none))).isEqualTo(none);
        assertThatThrownBy(() -> CallPricesCodec.read(EventJson.read("{}".getBytes(StandardCharsets.UTF_8))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("own");
    }

    /** Whoever tells it in passing must not fail by it: the call has been paid for. */
    @Test
    void aCostThatNoAmountCanHoldIsNotTold() {
        ModelPrice dear = price("dear", List.of(), Long.MAX_VALUE);

        assertThat(ListPrices.cost(dear, null, TokenCounts.ofInputOutput(1_000_000, 0)))
                .hasValue(new NanoUsd(Long.MAX_VALUE));
        assertThat(ListPrices.cost(dear, null, TokenCounts.ofInputOutput(1_000_001, 0)))
                .isEmpty();
    }

    private static ModelPrice price(String model, List<String> aliases, long inputRate) {
        return new ModelPrice(
                "price of " + model,
                "openai",
                model,
                aliases,
                Instant.EPOCH,
                null,
                List.of(PriceTier.standard(Rates.of(Map.of(TokenKind.INPUT, inputRate)))));
    }

    private static JsonNode written(CallPrices prices) {
        return EventJson.read(CallPricesCodec.write(prices).getBytes(StandardCharsets.UTF_8));
    }
}
