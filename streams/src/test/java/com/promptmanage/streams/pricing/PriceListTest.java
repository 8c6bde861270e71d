package com.promptmanage.streams.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.pricing.Catalogue;
import com.promptmanage.topics.pricing.CatalogueNames;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.pricing.PriceTier;
import com.promptmanage.topics.pricing.Rates;
import com.promptmanage.topics.usage.TokenKind;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PriceListTest {

    private static final long NOW_MS = Instant.parse("2026-11-24T10:00:00Z").toEpochMilli();

    private final PriceList catalogue = PriceList.of(Catalogue.prices());

    /** The product's model ids, section 1.4 of its specification, and how gateways and clouds write such names. */
    @ParameterizedTest
    @CsvSource({
        "gpt-4o,                                     , gpt-4o",
        "gpt-4o-mini,                          openai, gpt-4o-mini",
        "GPT-4o-Mini,                          OpenAI, gpt-4o-mini",
        "openai/gpt-4o,                              , gpt-4o",
        "azure/gpt-4o,                          azure, gpt-4o",
        "gpt-4o-2024-08-06,                          , gpt-4o",
        "gpt-4o-2024-05-13,                          , gpt-4o-2024-05-13",
        "openai/gpt-4o-2024-05-13,             openai, gpt-4o-2024-05-13",
        "gpt-4,                                      , gpt-4",
        "gpt-3.5-turbo,                              , gpt-3.5-turbo",
        "gpt-3.5-turbo-0301,                         , gpt-3.5-turbo-0301",
        "chatgpt-4o-latest,                          , chatgpt-4o",
        "o3,                                         , o3",
        "o1,                                         , o1",
        "gpt-5,                                      , gpt-5",
        "gpt-5-chat-latest,                          , gpt-5-chat",
        "claude-3-5-sonnet,                          , claude-3-5-sonnet",
        "claude-3.5-sonnet,                          , claude-3-5-sonnet",
        "claude-3-5-sonnet-20240620,        anthropic, claude-3-5-sonnet",
        "claude-3-5-sonnet-20241022,                 , claude-3-5-sonnet",
        "claude-3-5-sonnet-latest,                   , claude-3-5-sonnet",
        "claude-3-5-sonnet-v2@20241022,              , claude-3-5-sonnet",
        "anthropic/claude-3.5-sonnet,                , claude-3-5-sonnet",
        "us.anthropic.claude-3-5-sonnet-20241022-v2:0, aws.bedrock, claude-3-5-sonnet",
        "claude-4-opus,                              , claude-opus-4",
        "claude-sonnet-4.5,                          , claude-sonnet-4-5",
        "claude-4-sonnet,                            , claude-sonnet-4",
        "claude-3-haiku,                             , claude-3-haiku",
        "claude-3-sonnet,                            , claude-3-sonnet",
        "claude-haiku-4-5@20251001,                  , claude-haiku-4-5",
        "gemini-3-pro,                               , gemini-3-pro-preview",
        "gemini-2-5-pro,                             , gemini-2.5-pro",
        "gemini-1-5-pro,                             , gemini-1-5-pro",
        "gemini-1.5-pro,                             , gemini-1-5-pro",
        "models/gemini-1.5-pro-latest,         google, gemini-1-5-pro",
        "publishers/google/models/gemini-2.5-flash,  , gemini-2.5-flash",
        "text-embedding-3-small,                     , text-embedding-3-small",
        "text-embedding-3-small,               openai, text-embedding-3-small",
        "azure/text-embedding-3-large,          azure, text-embedding-3-large",
        "text-embedding-ada-002-v2,            openai, text-embedding-ada-002",
        "models/gemini-embedding-001,                , gemini-embedding-001",
        "gemini-embedding-001,          gcp.vertex_ai, gemini-embedding-001",
    })
    void aModelIsFoundByEveryNameThatProducersUse(String name, @Nullable String provider, String model) {
        assertThat(priced(catalogue.find(name, provider)).price().model()).isEqualTo(model);
        assertThat(CatalogueNames.of(name, provider)).isEqualTo(model);
    }

    /** Unknown is unpriced: never another model's price, and never nothing. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt-4o-ultra",
                "gpt",
                "unknown-model",
                "mini",
                "text-embedding-3",
                "text-embedding-004",
                "ft:gpt-4o-mini-2024-07-18:acme::abc",
                "claude",
                "gpt-4o-mini-tts",
                " ",
                "/",
            })
    void anUnknownModelHasNoPrice(String name) {
        assertThat(catalogue.find(name, null)).isSameAs(PriceTimeline.NONE);
        assertThat(catalogue.find(name, "openai")).isSameAs(PriceTimeline.NONE);
        assertThat(PriceTimeline.NONE.at(NOW_MS, "", 0)).isNull();
    }

    @Test
    void everyNameInTheCatalogueLeadsToItsOwnModelWithOrWithoutItsProvider() {
        for (ModelPrice price : Catalogue.prices()) {
            var names = new ArrayList<>(price.aliases());
            names.add(price.model());
            names.forEach(name -> {
                assertThat(priced(catalogue.find(name, null)).price()).as(name).isEqualTo(price);
                assertThat(priced(catalogue.find(name, price.provider())).price())
                        .as(name)
                        .isEqualTo(price);
                assertThat(priced(catalogue.find(price.provider() + "/" + name, null))
                                .price())
                        .as(name)
                        .isEqualTo(price);
            });
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-2.5-pro, '',       200000, 1.25",
        "gemini-2.5-pro, '',       200001, 2.5",
        "gpt-5.4,        '',       272000, 2.5",
        "gpt-5.4,        '',       272001, 5",
        "gpt-5.4,        flex,     272000, 1.25",
        "gpt-5.4,        flex,     272001, 2.5",
        "gpt-5.4,        priority, 272000, 5",
        "gpt-5.4,        priority, 272001, 5",
        "gpt-5.6-sol,    fast,     272001, 20",
        "gpt-5.6-sol,    priority, 272001, 20",
        "gpt-5.6-sol,    flex,     272001, 5",
        "gpt-5.6-sol,    '',       272001, 10",
        "gpt-4o-mini,    default,  1000,   0.15",
        "gpt-4o-mini,    flex,     1000,   0.15",
        "claude-opus-5,  fast,     1000,   10",
    })
    void theTierOfACallIsChosenByServiceAndSize(String model, String serviceTier, long inputTokens, String usd) {
        long[] rates = priced(catalogue.find(model, null), NOW_MS, serviceTier, inputTokens)
                .rates();

        assertThat(rates[TokenKind.INPUT.index()]).isEqualTo(NanoUsd.ofUsd(usd).value());
    }

    @Test
    void thePriceInForceWhenTheCallWasMadeIsTaken() {
        Instant first = Instant.parse("2025-01-01T00:00:00Z");
        Instant second = Instant.parse("2026-01-01T00:00:00Z");
        PriceTimeline timeline = PriceList.of(List.of(price("p", "m", 2, second), price("p", "m", 1, first)))
                .find("m", null);

        assertThat(timeline.at(first.toEpochMilli() - 1, "", 0)).isNull();
        assertThat(input(timeline, first.toEpochMilli())).isEqualTo(1);
        assertThat(input(timeline, second.toEpochMilli() - 1)).isEqualTo(1);
        assertThat(input(timeline, second.toEpochMilli())).isEqualTo(2);
        assertThat(input(timeline, Long.MAX_VALUE)).isEqualTo(2);
    }

    @Test
    void ofTwoVersionsFromTheSameMomentTheLaterInTheListIsInForce() {
        PriceTimeline timeline = PriceList.of(
                        List.of(price("p", "m", 1, Instant.EPOCH), price("p", "m", 2, Instant.EPOCH)))
                .find("m", null);

        assertThat(input(timeline, 0)).isEqualTo(2);
    }

    @Test
    void anAliasMayComeWithALaterVersion() {
        PriceList list = PriceList.of(
                List.of(price("p", "m", 1, Instant.EPOCH), price("p", "m", 2, Instant.ofEpochMilli(10), "other-name")));

        assertThat(input(list.find("other-name", null), 5)).isEqualTo(1);
        assertThat(input(list.find("other-name", null), 10)).isEqualTo(2);
    }

    @Test
    void theSameModelAtTwoProvidersHasTwoPrices() {
        PriceList list = PriceList.of(
                List.of(price("groq", "llama", 1, Instant.EPOCH), price("together", "llama", 2, Instant.EPOCH)));

        assertThat(input(list.find("llama", "groq"), 0)).isEqualTo(1);
        assertThat(input(list.find("llama", "Together"), 0)).isEqualTo(2);
        assertThat(input(list.find("together/llama", null), 0)).isEqualTo(2);
        assertThat(input(list.find("openrouter/together/llama", null), 0)).isEqualTo(2);
        assertThat(input(list.find("llama", null), 0)).as("the first by name").isEqualTo(1);
        assertThat(input(list.find("llama", "elsewhere"), 0)).isEqualTo(1);
    }

    @Test
    void theProviderDecidesBetweenModelsOfTheSameAlias() {
        PriceList list = PriceList.of(List.of(
                price("groq", "a-llama", 1, Instant.EPOCH, "llama"),
                price("together", "b-llama", 2, Instant.EPOCH, "llama")));

        assertThat(input(list.find("llama", "together"), 0)).isEqualTo(2);
        assertThat(input(list.find("llama", "groq"), 0)).isEqualTo(1);
    }

    @Test
    void anExactNameIsBetterThanAnAliasAndAnAliasBetterThanANameWithoutItsDate() {
        var prices = new ArrayList<>(List.of(
                price("p", "a", 1, Instant.EPOCH, "model"),
                price("p", "model", 2, Instant.EPOCH),
                price("p", "z", 3, Instant.EPOCH, "model-2026-01-01")));
        for (int i = 0; i < 6; i++) {
            Collections.shuffle(prices, new Random(i));
            PriceList list = PriceList.of(prices);

            for (String provider : new @Nullable String[] {null, "p"}) {
                assertThat(input(list.find("model", provider), 0)).isEqualTo(2);
                assertThat(input(list.find("p/model", provider), 0)).isEqualTo(2);
                assertThat(input(list.find("model-2026-01-01", provider), 0)).isEqualTo(3);
                assertThat(input(list.find("model-2026-02-02", provider), 0)).isEqualTo(2);
            }
        }
    }

    @Test
    void newVersionsReplaceThoseBeforeWithTheirAliases() {
        var list = new PriceList();
        list.put("m", List.of(price("p", "m", 1, Instant.EPOCH, "old")));
        list.put("m", List.of(price("p", "m", 2, Instant.EPOCH, "new")));

        assertThat(input(list.find("m", null), 0)).isEqualTo(2);
        assertThat(input(list.find("new", null), 0)).isEqualTo(2);
        assertThat(list.find("old", null)).isSameAs(PriceTimeline.NONE);
    }

    @Test
    void aRemovedModelLeavesItsAliasToTheOtherThatClaimsIt() {
        PriceList list =
                PriceList.of(List.of(price("p", "a", 1, Instant.EPOCH, "x"), price("p", "b", 2, Instant.EPOCH, "x")));
        assertThat(input(list.find("x", null), 0)).isEqualTo(1);

        list.remove("a");
        assertThat(input(list.find("x", null), 0)).isEqualTo(2);

        list.put("b", List.of());
        assertThat(list.find("x", null)).isSameAs(PriceTimeline.NONE);
        assertThat(list.isEmpty()).isTrue();
    }

    @Test
    void theGenerationRisesWithEveryChangeAndOnlyThen() {
        var list = new PriceList();
        long atFirst = list.generation();
        list.remove("m");
        list.put("m", List.of());
        assertThat(list.generation()).as("nothing was there").isEqualTo(atFirst);

        list.put("m", List.of(price("p", "m", 1, Instant.EPOCH)));
        long put = list.generation();
        assertThat(put).isGreaterThan(atFirst);

        list.find("m", null);
        assertThat(list.generation()).isEqualTo(put);

        list.put("m", List.of(price("p", "m", 2, Instant.EPOCH)));
        long replaced = list.generation();
        assertThat(replaced).isGreaterThan(put);

        list.remove("m");
        assertThat(list.generation()).isGreaterThan(replaced);
    }

    /** What is done for each event: the price in force, and the cost. */
    @Test
    void pricingAnEventAllocatesNothing() {
        PriceTimeline timeline = catalogue.find("gpt-5.4", "openai");
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] tokens = {300_000, 5, 0, 0, 0, 0, 700, 30, 0, 0};
        long[] parts = new long[TokenKind.COUNT];
        long warm = priceMany(timeline, tokens, parts);

        long before = threads.getCurrentThreadAllocatedBytes();
        long sum = priceMany(timeline, tokens, parts);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(sum).isEqualTo(warm);
        assertThat(allocated).as("bytes for 100,000 events").isLessThan(100_000);
    }

    private static long priceMany(PriceTimeline timeline, long[] tokens, long[] parts) {
        long sum = 0;
        for (int i = 0; i < 100_000; i++) {
            PriceTimeline.Priced priced = timeline.at(NOW_MS, "flex", 300_005);
            if (priced != null && Rates.cover(tokens, priced.rates())) {
                sum += CostOf.nanoUsd(tokens, priced.rates(), parts);
            }
        }
        return sum;
    }

    private static PriceTimeline.Priced priced(PriceTimeline timeline) {
        return priced(timeline, NOW_MS, "", 0);
    }

    private static PriceTimeline.Priced priced(
            PriceTimeline timeline, long eventMs, String serviceTier, long inputTokens) {
        PriceTimeline.Priced priced = timeline.at(eventMs, serviceTier, inputTokens);
        if (priced == null) {
            throw new AssertionError("there is no price");
        }
        return priced;
    }

    private static long input(PriceTimeline timeline, long eventMs) {
        return priced(timeline, eventMs, "", 0).rates()[TokenKind.INPUT.index()];
    }

    private static ModelPrice price(
            String provider, String model, long inputNanoUsdPerMillion, Instant from, String... aliases) {
        return new ModelPrice(
                provider + " " + model + " " + from,
                provider,
                model,
                List.of(aliases),
                from,
                null,
                List.of(PriceTier.standard(Rates.of(Map.of(TokenKind.INPUT, inputNanoUsdPerMillion)))));
    }
}
