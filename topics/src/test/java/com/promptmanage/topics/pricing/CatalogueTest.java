package com.promptmanage.topics.pricing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogueTest {

    private static final Map<String, ModelPrice> PRICES =
            Catalogue.prices().stream().collect(Collectors.toMap(ModelPrice::model, price -> price));

    /** The product's price list: section 1.4 of its specification. */
    @ParameterizedTest
    @CsvSource({
        "gpt-4o-mini,       OpenAI,    0.15,  0.60,  128000",
        "gpt-4o,            OpenAI,    2.50,  10.00, 128000",
        "gpt-4-turbo,       OpenAI,    10.00, 30.00, 128000",
        "gpt-4,             OpenAI,    30.00, 60.00,",
        "gpt-3.5-turbo,     OpenAI,    0.50,  1.50,",
        "claude-3-5-sonnet, Anthropic, 3.00,  15.00, 200000",
        "gemini-1-5-pro,    Google,    1.25,  5.00,  1000000",
    })
    void theProductsOwnPricesAreAsItsListSays(
            String model, String provider, String input, String output, @Nullable Long contextTokensMax) {
        ModelPrice price = price(model);

        assertThat(price.provider()).isEqualTo(provider.toLowerCase(Locale.ROOT));
        assertThat(price.contextTokensMax()).isEqualTo(contextTokensMax);
        assertThat(told(price, "standard"))
                .containsEntry(TokenKind.INPUT, usd(input))
                .containsEntry(TokenKind.OUTPUT, usd(output));
    }

    /** Of every shape of line one: rates and conditions in the columns' order. */
    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            # model                             , tier                  , input, read, write5m, write1h, output, reasoning, audioIn, audioOut, image
            claude-3-5-sonnet                   , standard              , 3    , 0.3 , 3.75  , 6   , 15   , -    , -  , -  , -
            claude-3-haiku                      , standard              , 0.25 , -   , -     , -   , 1.25 , -    , -  , -  , -
            claude-opus-4-8                     , fast                  , 10   , 1   , 12.5  , 20  , 50   , -    , -  , -  , -
            claude-opus-4-8                     , standard              , 5    , 0.5 , 6.25  , 10  , 25   , -    , -  , -  , -
            gemini-2.5-flash                    , standard              , 0.3  , 0.03, -     , -   , 2.5  , 2.5  , 1  , -  , -
            gemini-2.5-pro                      , large context         , 2.5  , 0.25, -     , -   , 15   , 15   , -  , -  , -
            gemini-2.5-pro                      , standard              , 1.25 , 0.125, -    , -   , 10   , 10   , -  , -  , -
            gemini-live-2.5-flash-native-audio  , standard              , 0.5  , -   , -     , -   , 2    , -    , 3  , 12 , 3
            gpt-4o                              , fast                  , 4.25 , 2.125, -    , -   , 17   , -    , -  , -  , -
            gpt-4o-2024-05-13                   , standard              , 5    , -   , -     , -   , 15   , -    , -  , -  , -
            gpt-4o-audio-preview                , standard              , 2.5  , -   , -     , -   , 10   , -    , 100, 200, -
            gpt-4o-realtime-preview             , standard              , 5    , 2.5 , -     , -   , 20   , -    , 100, 200, -
            gpt-4o-mini                         , standard              , 0.15 , 0.075, -    , -   , 0.6  , -    , -  , -  , -
            gpt-4o-mini                         , fast                  , 0.25 , 0.125, -    , -   , 1    , -    , -  , -  , -
            gpt-5-nano                          , flex                  , 0.025, 0.0025, -   , -   , 0.2  , 0.2  , -  , -  , -
            gpt-5.4                             , flex and large context, 2.5  , 0.25, -     , -   , 11.25, 11.25, -  , -  , -
            gpt-5.4                             , flex                  , 1.25 , 0.13, -     , -   , 7.5  , 7.5  , -  , -  , -
            gpt-5.6-luna                        , fast and large context, 0.8  , 0.08, 1     , -   , 3.6  , 3.6  , -  , -  , -
            gpt-5.6-luna                        , flex                  , 0.1  , 0.01, 0.125 , -   , 0.6  , 0.6  , -  , -  , -
            o4-mini                             , flex                  , 0.55 , 0.138, -    , -   , 2.2  , 2.2  , -  , -  , -
            gemini-embedding-001                , standard              , 0.15 , -   , -     , -   , -    , -    , -  , -  , -
            text-embedding-3-large              , standard              , 0.13 , -   , -     , -   , -    , -    , -  , -  , -
            text-embedding-3-small              , standard              , 0.02 , -   , -     , -   , -    , -    , -  , -  , -
            text-embedding-ada-002              , standard              , 0.1  , -   , -     , -   , -    , -    , -  , -  , -
            """)
    void theFiguresOfALineBelongToTheKindsOfItsColumns(
            String model,
            String tier,
            @Nullable String input,
            @Nullable String read,
            @Nullable String write5m,
            @Nullable String write1h,
            @Nullable String output,
            @Nullable String reasoning,
            @Nullable String audioIn,
            @Nullable String audioOut,
            @Nullable String image) {
        var expected = new HashMap<TokenKind, Long>();
        put(expected, TokenKind.INPUT, input);
        put(expected, TokenKind.CACHE_READ, read);
        put(expected, TokenKind.CACHE_WRITE_5M, write5m);
        put(expected, TokenKind.CACHE_WRITE_1H, write1h);
        put(expected, TokenKind.OUTPUT, output);
        put(expected, TokenKind.REASONING, reasoning);
        put(expected, TokenKind.INPUT_AUDIO, audioIn);
        put(expected, TokenKind.OUTPUT_AUDIO, audioOut);
        put(expected, TokenKind.INPUT_IMAGE, image);

        assertThat(told(price(model), tier)).isEqualTo(expected);
    }

    @Test
    void theTiersOfAModelStandWithTheMostParticularFirst() {
        assertThat(price("gpt-5.6-sol").tiers())
                .extracting(PriceTier::name)
                .containsExactly(
                        "fast and large context",
                        "flex and large context",
                        "fast",
                        "flex",
                        "large context",
                        "standard");
        assertThat(price("gpt-5.6-sol").tiers())
                .extracting(PriceTier::inputTokensAbove)
                .containsExactly(272_000L, 272_000L, -1L, -1L, 272_000L, -1L);
        assertThat(tier(price("gemini-2.5-pro"), "large context").inputTokensAbove())
                .isEqualTo(200_000);
        assertThat(tier(price("gpt-4o"), "fast").serviceTiers()).containsExactlyInAnyOrder("fast", "priority");
        assertThat(tier(price("claude-opus-5"), "fast").serviceTiers()).containsExactly("fast");
    }

    @Test
    void noTierStandsBehindOneThatTakesAllItsCalls() {
        for (ModelPrice price : PRICES.values()) {
            for (int i = 0; i < price.tiers().size(); i++) {
                PriceTier tier = price.tiers().get(i);
                String serviceTier = tier.serviceTiers().stream().findFirst().orElse("");

                assertThat(price.ratesFor(serviceTier, tier.inputTokensAbove() + 1))
                        .as("%s, tier %s", price.model(), tier.name())
                        .isSameAs(tier.rates());
            }
        }
    }

    @Test
    void noNameBelongsToTwoModels() {
        var owners = new HashMap<String, String>();
        for (ModelPrice price : PRICES.values()) {
            for (String name : names(price)) {
                String owner = owners.putIfAbsent(name, price.model());

                assertThat(owner).as(name).isIn(null, price.model());
            }
        }
    }

    @Test
    void everyVersionHasAnIdOfItsOwn() {
        assertThat(Catalogue.prices()).extracting(ModelPrice::id).doesNotHaveDuplicates();
    }

    @Test
    void pricesReachBackFurtherThanAnEventThatIsStillCounted() {
        assertThat(PRICES.values())
                .extracting(ModelPrice::effectiveFrom)
                .containsOnly(Instant.parse("2023-01-01T00:00:00Z"));
    }

    /** Relations that a slip of a column or of a digit would break. */
    @Test
    void figuresAreInTheOrderThatPriceListsKeep() {
        for (ModelPrice price : PRICES.values()) {
            for (PriceTier tier : price.tiers()) {
                Rates rates = tier.rates();
                String where = price.model() + ", " + tier.name();
                long input = rates.nanoUsdPerMillion(TokenKind.INPUT);
                long output = rates.nanoUsdPerMillion(TokenKind.OUTPUT);
                if (price.model().contains("embedding")) {
                    assertThat(output).as(where).isEqualTo(Rates.NONE);
                } else {
                    assertThat(output).as(where).isGreaterThanOrEqualTo(input);
                }
                assertThat(rates.nanoUsdPerMillion(TokenKind.CACHE_READ))
                        .as(where)
                        .isLessThanOrEqualTo(input);
                assertThat(rates.nanoUsdPerMillion(TokenKind.CACHE_WRITE_5M))
                        .as(where)
                        .isGreaterThanOrEqualTo(input);
                assertThat(rates.nanoUsdPerMillion(TokenKind.REASONING))
                        .as(where)
                        .isEqualTo(output);

                long standard = price.tiers().getLast().rates().nanoUsdPerMillion(TokenKind.OUTPUT);
                if (tier.serviceTiers().contains("fast") || tier.name().equals("large context")) {
                    assertThat(output).as(where).isGreaterThan(standard);
                } else if (!tier.isStandard()) {
                    assertThat(output).as(where).isLessThan(standard);
                }
            }
        }
    }

    /** Nothing comes out of it that has tokens: a call that is said to have some has no price, not none to pay. */
    @ParameterizedTest
    @CsvSource({
        "text-embedding-3-small,    1_000_000, 0.02",
        "text-embedding-3-large,    1_000_000, 0.13",
        "text-embedding-ada-002,    1_000_000, 0.1",
        "text-embedding-ada-002-v2, 1_000_000, 0.1",
        "gemini-embedding-001,      1_000_000, 0.15",
        "text-embedding-3-small,    8,         0.00000016",
    })
    void anEmbeddingCostsWhatGoesIn(String model, String input, String usd) {
        var prices = new ListPrices();
        long tokens = Long.parseLong(input.replace("_", ""));

        assertThat(prices.cost(model, null, TokenCounts.ofInputOutput(tokens, 0)))
                .hasValue(NanoUsd.ofUsd(usd));
        assertThat(prices.cost(model, null, TokenCounts.ofInputOutput(tokens, 1)))
                .isEmpty();
    }

    /** Each call of theirs has text in it too. */
    @ParameterizedTest
    @CsvSource({"gpt-4o-audio-preview, 0.011275", "gpt-4o-realtime-preview, 0.01155"})
    void aCallWithSoundIsPricedWithItsText(String model, String usd) {
        TokenCounts counts = TokenCounts.ofInputOutput(70, 10)
                .with(TokenKind.INPUT_AUDIO, 30)
                .with(TokenKind.OUTPUT_AUDIO, 40);

        assertThat(new ListPrices().cost(model, null, counts)).hasValue(NanoUsd.ofUsd(usd));
    }

    private static ModelPrice price(String model) {
        return requireNonNull(PRICES.get(model), model);
    }

    private static PriceTier tier(ModelPrice price, String name) {
        return price.tiers().stream()
                .filter(tier -> tier.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Map<TokenKind, Long> told(ModelPrice price, String tier) {
        return tier(price, tier).rates().told();
    }

    private static List<String> names(ModelPrice price) {
        return Stream.concat(Stream.of(price.model()), price.aliases().stream())
                .map(name -> name.toLowerCase(Locale.ROOT).replace('.', '-'))
                .toList();
    }

    private static void put(Map<TokenKind, Long> rates, TokenKind kind, @Nullable String usd) {
        if (usd != null) {
            rates.put(kind, usd(usd));
        }
    }

    private static long usd(String usd) {
        return NanoUsd.ofUsd(usd).value();
    }
}
