package com.promptmanage.topics.pricing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.usage.TokenKind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelPriceCodecTest {

    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    private static final String PRICE = """
            {"id":"i","provider":"p","model":"m","effectiveFrom":"2026-01-01T00:00:00Z",
             "tiers":[{"name":"standard","usdPerMillion":{"input":"0.15"}}]}""";

    @Test
    void everyPriceOfTheCatalogueIsReadAsItWasWritten() {
        for (ModelPrice price : Catalogue.prices()) {
            byte[] record = ModelPriceCodec.writeAll(price.model(), List.of(price), NOW, "e");

            assertThat(ModelPriceCodec.readAll(record)).containsExactly(price);
        }
    }

    @Test
    void allVersionsOfAModelAreOneRecord() {
        ModelPrice before = price("v1", Instant.parse("2025-01-01T00:00:00Z"), 150_000_000);
        ModelPrice after = price("v2", Instant.parse("2026-01-01T00:00:00Z"), 1);

        byte[] record = ModelPriceCodec.writeAll("m", List.of(before, after), NOW, "e");

        assertThat(ModelPriceCodec.readAll(record)).containsExactly(before, after);
    }

    @Test
    void theRecordIsACloudEventWithDecimalUsd() {
        byte[] record = ModelPriceCodec.writeAll("m", List.of(price("v1", NOW, 2_500_000)), NOW, "e");

        JsonNode event = EventJson.read(record);
        assertThat(event.path("specversion").textValue()).isEqualTo("1.0");
        assertThat(event.path("type").textValue()).isEqualTo("com.promptmanage.model.prices.v1");
        assertThat(event.path("subject").textValue()).isEqualTo("m");
        assertThat(event.at("/data/prices/0/tiers/1/usdPerMillion/input").textValue())
                .isEqualTo("0.0025");
    }

    @Test
    void ratesThatFollowFromOthersAreNotWrittenSoThatTheyGoOnFollowing() {
        byte[] record = ModelPriceCodec.writeAll("m", List.of(price("v1", NOW, 7)), NOW, "e");

        assertThat(ModelPriceCodec.readAll(record)
                        .getFirst()
                        .tiers()
                        .getLast()
                        .rates()
                        .told())
                .containsOnlyKeys(TokenKind.INPUT);
    }

    @Test
    void noVersionsIsARecordThatTakesTheModelsPriceAway() {
        assertThat(ModelPriceCodec.readAll(ModelPriceCodec.writeAll("m", List.of(), NOW, "e")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "[]                                                            | not a JSON object",
                "{}                                                            | type is missing",
                "{\"type\":\"com.promptmanage.model.prices.v2\",\"data\":{\"prices\":[]}} | type is",
            })
    void whatIsNotSuchARecordIsRefused(String json, String message) {
        assertThatThrownBy(() -> ModelPriceCodec.readAll(json.getBytes(UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aRecordWithoutAListIsNotTakenForAnEmptyOne() {
        for (String data : List.of("{}", "{\"price\":[]}", "{\"prices\":{}}", "null")) {
            assertThatThrownBy(() -> ModelPriceCodec.readAll(record(data)))
                    .as(data)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("prices must be an array");
        }
    }

    @Test
    void pricesOfTwoModelsAreNotOneRecord() {
        String two = "{\"prices\":[%s,%s]}".formatted(PRICE, PRICE.replace("\"m\"", "\"n\""));

        assertThatThrownBy(() -> ModelPriceCodec.readAll(record(two)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one model");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"input\":\"0.15\"           | \"cache_read\":\"0.1\"      | usdPerMillion.cache_read",
                "\"input\":\"0.15\"           | \"input\":0.15              | input must be a text",
                "\"input\":\"0.15\"           | \"input\":\"-1\"            | must not be negative",
                "\"input\":\"0.15\"           | \"input\":\"0.0000000001\"  | 9 decimal places",
                "\"input\":\"0.15\"           | \"input\":\"1e9\"           | not a decimal amount",
                "\"input\":\"0.15\"           | \"input\":null              | at least one rate",
                "2026-01-01T00:00:00Z         | yesterday                   | effectiveFrom",
                "2026-01-01T00:00:00Z         | +1000000000-12-31T23:59:59Z | effectiveFrom",
                "\"name\":\"standard\"        | \"title\":\"standard\"      | name is missing",
                "\"name\":\"standard\"        | \"name\":\"a\",\"inputTokensAbove\":5 | last tier",
                "\"name\":\"standard\"        | \"name\":\"a\",\"inputTokensAbove\":1.5 | inputTokensAbove",
                "\"name\":\"standard\"        | \"name\":\"a\",\"serviceTiers\":\"flex\" | serviceTiers must be an array",
                "\"model\":\"m\"              | \"model\":\"m\",\"aliases\":[1] | aliases must hold texts",
                "\"tiers\"                    | \"levels\"                  | tiers must be an array",
            })
    void aFaultInAPriceIsNamed(String whole, String faulty, String message) {
        assertThat(ModelPriceCodec.read(EventJson.read(PRICE.getBytes(UTF_8))).model())
                .isEqualTo("m");
        String price = PRICE.replace(whole, faulty);
        assertThat(price).isNotEqualTo(PRICE);

        assertThatThrownBy(() -> ModelPriceCodec.read(EventJson.read(price.getBytes(UTF_8))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static byte[] record(String data) {
        return "{\"type\":\"%s\",\"data\":%s}"
                .formatted(ModelPriceCodec.TYPE, data)
                .getBytes(UTF_8);
    }

    private static ModelPrice price(String id, Instant from, long inputNanoUsdPerMillion) {
        Rates rates = Rates.of(Map.of(TokenKind.INPUT, inputNanoUsdPerMillion));
        return new ModelPrice(
                id,
                "p",
                "m",
                List.of("alias"),
                from,
                128_000L,
                List.of(new PriceTier("flex", Set.of("flex", "slow"), 200_000, rates), PriceTier.standard(rates)));
    }
}
