package com.promptmanage.streams.pricing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.streams.MeteringDriver;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.pricing.Catalogue;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.pricing.ModelPriceCodec;
import com.promptmanage.topics.pricing.PriceTier;
import com.promptmanage.topics.pricing.Rates;
import com.promptmanage.topics.settings.AccountSettings;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Prices from their topic to what an event costs, with the catalogue published. */
class PricesInForceTest {

    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    private static final Account ACME = Account.team("acme");

    private MeteringDriver metering;

    private int events;

    @BeforeEach
    void start() {
        metering = new MeteringDriver(NOW);
        Catalogue.prices().forEach(metering::price);
    }

    @AfterEach
    void stop() {
        metering.close();
    }

    /** Section 1.4 of the product's specification. */
    @ParameterizedTest
    @CsvSource({
        "gpt-4o-mini,       1000, 1000, 750000",
        "gpt-4o,            1000, 1000, 12500000",
        "gpt-4-turbo,       1000, 1000, 40000000",
        "gpt-4,             1000, 1000, 90000000",
        "gpt-3.5-turbo,     1000, 1000, 2000000",
        "claude-3-5-sonnet, 1000, 1000, 18000000",
        "claude-3.5-sonnet, 1000, 1000, 18000000",
        "gemini-1-5-pro,    1000, 1000, 6250000",
        "gemini-1.5-pro,    1000, 1000, 6250000",
        "gpt-4o-mini,       452,  387,  300000",
        "gpt-4o-mini,       187,  1342, 833250",
        "gpt-4o-mini,       0,    0,    0",
    })
    void callsCostWhatTheSpecificationSays(String model, long input, long output, long nanoUsd) {
        assertThat(cost(model, "", TokenCounts.ofInputOutput(input, output))).isEqualTo(nanoUsd);
    }

    @Test
    void anUnknownModelIsUnpricedAndNotChargedAsAnother() {
        JsonNode rated = rated("no-such-model", "", NOW, TokenCounts.ofInputOutput(1000, 1000));

        assertThat(rated.path("status").asText()).isEqualTo("unpriced");
        assertThat(rated.path("costNanoUsd").asLong()).isZero();
    }

    /** The sums of the public trace that the product is checked with, split unevenly: rates are whole nanoUSD per token. */
    @Test
    void aSumOfEventsIsTheCostOfTheirSum() {
        long sum = 0;
        long input = 22_361_870;
        long output = 4_088_665;
        for (int i = 1; i < 500; i++) {
            long someInput = (i * 7_919L) % 44_000;
            long someOutput = (i * 104_729L) % 8_000;
            sum += cost("gpt-4o-mini", "", TokenCounts.ofInputOutput(someInput, someOutput));
            input -= someInput;
            output -= someOutput;
        }
        sum += cost("gpt-4o-mini", "", TokenCounts.ofInputOutput(input, output));

        assertThat(sum).isEqualTo(5_807_479_500L);
    }

    @Test
    void everyKindOfTokenIsChargedAtItsOwnRate() {
        TokenCounts cached = TokenCounts.ofInputOutput(1_000, 100)
                .with(TokenKind.CACHE_READ, 10_000)
                .with(TokenKind.CACHE_WRITE_5M, 2_000)
                .with(TokenKind.CACHE_WRITE_1H, 500);
        assertThat(cost("claude-3-5-sonnet", "", cached))
                .isEqualTo(1_000 * 3_000L + 10_000 * 300L + 2_000 * 3_750L + 500 * 6_000L + 100 * 15_000L);

        TokenCounts reasoned = TokenCounts.ofInputOutput(1_000, 100).with(TokenKind.REASONING, 900);
        assertThat(cost("o1", "", reasoned)).isEqualTo(1_000 * 15_000L + 1_000 * 60_000L);
        assertThat(cost("gpt-4o-mini", "", reasoned))
                .as("without a rate of its own")
                .isEqualTo(1_000 * 150L + 1_000 * 600L);

        TokenCounts spoken = TokenCounts.ofInputOutput(1_000, 100)
                .with(TokenKind.INPUT_AUDIO, 10)
                .with(TokenKind.INPUT_IMAGE, 7)
                .with(TokenKind.OUTPUT_AUDIO, 20);
        assertThat(cost("gemini-live-2.5-flash-native-audio", "", spoken))
                .isEqualTo(1_000 * 500L + 100 * 2_000L + 10 * 3_000L + 7 * 3_000L + 20 * 12_000L);
    }

    @Test
    void aCallThatUsedAKindWithoutARateIsUnpriced() {
        TokenCounts audio = TokenCounts.NONE.with(TokenKind.INPUT_AUDIO, 1_000);
        assertThat(cost("gpt-4o-audio-preview", "", audio)).isEqualTo(100_000_000);
        assertThat(cost("gpt-4o-audio-preview", "", audio.with(TokenKind.INPUT, 1)))
                .isEqualTo(100_002_500);

        TokenCounts embedded = TokenCounts.ofInputOutput(1_000, 0);
        assertThat(cost("text-embedding-3-small", "", embedded)).isEqualTo(1_000 * 20L);
        assertThat(rated("text-embedding-3-small", "", NOW, embedded.with(TokenKind.OUTPUT, 1))
                        .path("status")
                        .asText())
                .isEqualTo("unpriced");
    }

    /** What counts is all that was sent, cached or not. */
    @Test
    void aLongContextBeginsAboveItsBoundaryOfAllInput() {
        TokenCounts atBoundary = TokenCounts.ofInputOutput(50_000, 10).with(TokenKind.CACHE_READ, 150_000);
        TokenCounts above = atBoundary.with(TokenKind.INPUT, 50_001);

        assertThat(cost("gemini-2.5-pro", "", atBoundary)).isEqualTo(50_000 * 1_250L + 150_000 * 125L + 10 * 10_000L);
        assertThat(cost("gemini-2.5-pro", "", above)).isEqualTo(50_001 * 2_500L + 150_000 * 250L + 10 * 15_000L);
    }

    @Test
    void aServiceTierIsTakenInAnyCaseAndTogetherWithTheSize() {
        TokenCounts small = TokenCounts.ofInputOutput(1_000, 0);
        TokenCounts large = TokenCounts.ofInputOutput(300_000, 0);

        assertThat(cost("gpt-5.4", "flex", small)).isEqualTo(1_000 * 1_250L);
        assertThat(cost("gpt-5.4", "Priority", small)).isEqualTo(1_000 * 5_000L);
        assertThat(cost("gpt-5.4", "", large)).isEqualTo(300_000 * 5_000L);
        assertThat(cost("gpt-5.4", "FLEX", large)).isEqualTo(300_000 * 2_500L);
        assertThat(cost("gpt-5.4", "default", small)).isEqualTo(1_000 * 2_500L);
    }

    @Test
    void anEventIsChargedAtThePriceThatWasInForceWhenItHappened() {
        Instant change = NOW.minus(Duration.ofDays(10));
        metering.price(price("v1", "m", Instant.EPOCH, "1"), price("v2", "m", change, "2"));

        assertThat(rated("m", "", change.minusMillis(1), input(1_000))
                        .path("priceId")
                        .asText())
                .isEqualTo("v1");
        assertThat(rated("m", "", change, input(1_000)).path("priceId").asText())
                .isEqualTo("v2");
        assertThat(rated("m", "", change, input(1_000)).path("costNanoUsd").asLong())
                .isEqualTo(2_000_000);
    }

    @Test
    void whatCostsZeroIsPriced() {
        metering.price(price("free", "gift", Instant.EPOCH, "0"));

        JsonNode rated = rated("gift", "", NOW, input(1_000));
        assertThat(rated.path("status").asText()).isEqualTo("rated");
        assertThat(rated.path("costNanoUsd").asLong()).isZero();
    }

    @Test
    void theAccountsOwnPriceComesFirstFromWhenItIsInForceAndForItsModelOnly() {
        Instant agreed = NOW.minus(Duration.ofDays(1));
        settings(price("agreed", "gpt-4o", agreed, "1"));

        assertThat(rated("gpt-4o", "", agreed, input(1_000)).path("priceId").asText())
                .isEqualTo("agreed");
        assertThat(rated("openai/gpt-4o", "priority", NOW, input(1_000))
                        .path("priceId")
                        .asText())
                .as("under every name, in every tier")
                .isEqualTo("agreed");
        assertThat(rated("gpt-4o", "", agreed.minusMillis(1), input(1_000))
                        .path("priceId")
                        .asText())
                .isEqualTo("list/gpt-4o/2023-01-01");
        assertThat(rated("gpt-4o-mini", "", NOW, input(1_000)).path("priceId").asText())
                .isEqualTo("list/gpt-4o-mini/2023-01-01");
    }

    @Test
    void anOwnPriceOfAnUnknownModelPricesWhatWaitedForIt() {
        rated("in-house", "", NOW, input(1_000));
        settings(price("own", "in-house", Instant.EPOCH, "3"));
        metering.advance(Duration.ofSeconds(1));

        assertThat(metering.rated()).singleElement().satisfies(rated -> {
            assertThat(rated.path("status").asText()).isEqualTo("rerated");
            assertThat(rated.path("costNanoUsd").asLong()).isEqualTo(3_000_000);
        });
    }

    @Test
    void whatNoSumCanHoldIsQuotedAsTheMostThatThereIs() {
        metering.price(price("dear", "dear", Instant.EPOCH, "9000000000"));
        TokenUsage call = TokenUsage.of("ann", "acme", "dear", input(TokenCounts.MAX));

        assertThat(metering.reads().quote(call, NOW.toEpochMilli())).hasValue(Long.MAX_VALUE);
    }

    /** What waits is looked at model by model, and each change of a price or an account may have a price for any of it. */
    @Test
    void theLastOfManyModelsGetsItsPriceThoughSomethingChangesAllTheTime() {
        for (char name = 'a'; name <= 'z'; name++) {
            rated("in-house-" + name, "", NOW, input(1_000));
        }
        metering.price(price("listed", "in-house-z", Instant.EPOCH, "3"));

        for (int i = 0; i < 40; i++) {
            settings(price("own", "of-another-model", Instant.EPOCH, "1"));
            metering.advance(Duration.ofMillis(10));
        }

        assertThat(metering.rated()).singleElement().satisfies(rated -> {
            assertThat(rated.path("status").asText()).isEqualTo("rerated");
            assertThat(rated.path("costNanoUsd").asLong()).isEqualTo(3_000_000);
        });
    }

    /** Taken as they stand, they would take the price away, or charge one kind at the rate of another, or end the thread. */
    @Test
    void aPriceRecordThatCannotBeReadIsRejectedAndThePriceBeforeItStays() {
        byte[] key = "gpt-4o-mini".getBytes(UTF_8);
        String good = new String(
                ModelPriceCodec.writeAll(
                        "gpt-4o-mini", List.of(price("v", "gpt-4o-mini", Instant.EPOCH, "9")), NOW, "e"),
                UTF_8);
        List<String> poisoned = List.of(
                "{}",
                good.replace(".v1", ".v2"),
                good.replace("\"prices\":", "\"price\":"),
                good.replace("1970-01-01T00:00:00Z", "+1000000000-12-31T23:59:59Z"),
                good.replace("\"input\":", "\"inputs\":"));
        poisoned.forEach(record -> metering.send(Topics.PRICES.name(), key, record.getBytes(UTF_8)));

        assertThat(metering.rejected()).hasSize(poisoned.size());
        assertThat(cost("gpt-4o-mini", "", TokenCounts.ofInputOutput(1_000, 1_000)))
                .isEqualTo(750_000);
    }

    @Test
    void anOwnPriceThatNoClockCanReachIsRejectedWithTheSettings() {
        metering.send(Topics.ACCOUNTS.name(), ACME.key(), """
                {"type":"com.promptmanage.account.settings.v1","data":{"account":"team:acme","timezone":"UTC",
                 "priceOverrides":[{"id":"i","provider":"p","model":"gpt-4o-mini",
                   "effectiveFrom":"-1000000000-01-01T00:00:00Z",
                   "tiers":[{"name":"standard","usdPerMillion":{"input":"1"}}]}]}}""".getBytes(UTF_8));

        assertThat(metering.rejected()).hasSize(1);
        assertThat(cost("gpt-4o-mini", "", TokenCounts.ofInputOutput(1_000, 1_000)))
                .isEqualTo(750_000);
    }

    private void settings(ModelPrice own) {
        metering.settings(new AccountSettings(ACME, ZoneOffset.UTC, List.of(), Set.of(), List.of(own)));
    }

    private long cost(String model, String serviceTier, TokenCounts tokens) {
        JsonNode rated = rated(model, serviceTier, NOW, tokens);
        assertThat(rated.path("status").asText()).isEqualTo("rated");
        return rated.path("costNanoUsd").asLong();
    }

    private JsonNode rated(String model, String serviceTier, Instant time, TokenCounts tokens) {
        TokenUsage usage = TokenUsage.builder("ann", model)
                .teamId("acme")
                .serviceTier(serviceTier.isEmpty() ? null : serviceTier)
                .tokens(tokens)
                .build();
        metering.send(new UsageEvent("e" + events++, "test", time, usage));
        List<JsonNode> rated = metering.rated();
        assertThat(rated).hasSize(1);
        return rated.getFirst();
    }

    private static TokenCounts input(long tokens) {
        return TokenCounts.ofInputOutput(tokens, 0);
    }

    private static ModelPrice price(String id, String model, Instant from, String usdPerMillion) {
        return new ModelPrice(
                id,
                "test",
                model,
                List.of(),
                from,
                null,
                List.of(PriceTier.standard(Rates.of(
                        Map.of(TokenKind.INPUT, NanoUsd.ofUsd(usdPerMillion).value())))));
    }
}
