package com.promptmanage.query.saving;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.saving.ModelUse.Quote;
import com.promptmanage.streams.pricing.CostOf;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.topics.pricing.Rates;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SavingsTest {

    /** nanoUSD per million tokens. */
    private static final long DOLLAR = 1_000_000_000;

    private static final Map<String, Rates> PRICES = Map.of(
            "gpt-4o", Rates.of(Map.of(TokenKind.INPUT, 5 * DOLLAR / 2, TokenKind.OUTPUT, 10 * DOLLAR)),
            "gpt-4o-mini", Rates.of(Map.of(TokenKind.INPUT, 150_000_000L, TokenKind.OUTPUT, 600_000_000L)),
            "gpt-4-turbo", Rates.of(Map.of(TokenKind.INPUT, 10 * DOLLAR, TokenKind.OUTPUT, 30 * DOLLAR)),
            "claude",
                    Rates.of(Map.of(
                            TokenKind.INPUT,
                            3 * DOLLAR,
                            TokenKind.CACHE_READ,
                            3 * DOLLAR / 10,
                            TokenKind.CACHE_WRITE_5M,
                            15 * DOLLAR / 4,
                            TokenKind.OUTPUT,
                            15 * DOLLAR)));

    /** Twice as dear above 200,000 input tokens. */
    private static final String TIERED = "long";

    private static final Quote QUOTE = SavingsTest::quote;

    @Test
    void theSameTokensOnACheaperModelAreASaving() {
        Savings savings = of(use("gpt-4-turbo", 1_000, TokenCounts.ofInputOutput(1_000_000, 1_000_000)));

        assertThat(savings.savings())
                .containsExactly(new Saving.ModelSwitch("gpt-4-turbo", "gpt-4o-mini", 1_000, 40 * DOLLAR, 750_000_000));
        assertThat(savings.savedNanoUsd()).isEqualTo(40 * DOLLAR - 750_000_000);
        assertThat(of(use("gpt-4o-mini", 1_000, TokenCounts.ofInputOutput(1_000_000, 1_000_000)))
                        .savings())
                .isEmpty();
    }

    @Test
    void aThirdOfLongInputIsASavingOfWhatWasPaidForIt() {
        TokenCounts tokens = TokenCounts.ofInputOutput(5_000_000, 1_000_000);

        assertThat(of(use("claude", 1_000, tokens)).savings())
                .contains(new Saving.ContextReduction("claude", 1_000, 30 * DOLLAR, 5_000, 45 * DOLLAR / 10));
        assertThat(of(new SpendEntry("claude", 0, new Spend(1_000, 0, 15 * DOLLAR, tokens)))
                        .savings())
                .as("at half the list's price, half the saving")
                .contains(new Saving.ContextReduction("claude", 1_000, 15 * DOLLAR, 5_000, 225 * DOLLAR / 100));
        assertThat(of(use("claude", 1_250, tokens)).savings()).isEmpty();
    }

    @Test
    void howMuchInputIsTheSameAgainIsNotMadeUp() {
        Savings savings = of(use("claude", 1_000, TokenCounts.ofInputOutput(5_000_000, 1_000_000)));

        assertThat(savings.savings().getLast())
                .isEqualTo(new Saving.UnusedCache("claude", 1_000, 30 * DOLLAR, 5_000, 135 * DOLLAR / 100));
        assertThat(savings.savings().getLast().savedNanoUsd()).isEmpty();
        assertThat(savings.savedNanoUsd()).isEqualTo(45 * DOLLAR / 10);
    }

    @Test
    void peopleReadDollarsAndCentsRoundedAsTheAmountBesideThem() {
        assertThat(SavingsJson.description(new Saving.UnusedCache("claude", 10, DOLLAR, 5_000, 1_234_487_426_000L)))
                .endsWith("each tenth of them from the cache saves $1,234.49.");
        assertThat(SavingsJson.description(new Saving.UnusedCache("claude", 10, DOLLAR, 5_000, 1_234_484_999_999L)))
                .endsWith("saves $1,234.48.");
        assertThat(SavingsJson.description(new Saving.UnusedCache("claude", 10, DOLLAR, 5_000, 4_999_999)))
                .endsWith("saves less than a cent.");
    }

    @Test
    void aPercentageHasItsSignBesideIt() {
        assertThat(SavingsJson.description(new Saving.ContextReduction("gpt-4o", 10, DOLLAR, 5_000, 9_999_999)))
                .contains("what %d%% of those".formatted(Savings.REDUCTION_PERCENT));
    }

    @Test
    void aCacheThatIsWrittenMoreThanReadCostsMoreThanNone() {
        TokenCounts tokens = TokenCounts.NONE
                .with(TokenKind.CACHE_WRITE_5M, 4_000_000)
                .with(TokenKind.CACHE_READ, 1_000_000)
                .with(TokenKind.OUTPUT, 10);

        assertThat(of(use("claude", 10_000, tokens)).savings())
                .as("four times 0.75 more for writing, once 2.70 less for reading")
                .containsExactly(new Saving.WastedCache(
                        "claude", 10_000, quote("claude", tokens).orElseThrow(), 4_000_000, 1_000_000, 300_000_000));
        assertThat(of(use("claude", 10_000, tokens.with(TokenKind.CACHE_READ, 2_000_000)))
                        .savings())
                .isEmpty();
    }

    @Test
    void promptsThatSendMuchAreNamed() {
        SpendEntry long1 = use("claude", 10, TokenCounts.ofInputOutput(41_000, 0));
        SpendEntry long2 = use("claude", 10, TokenCounts.ofInputOutput(42_000, 0));
        SpendEntry few = use("claude", 11, TokenCounts.ofInputOutput(44_000, 0));

        assertThat(Savings.of(List.of(), List.of(long1, few, long2), QUOTE).longPrompts())
                .containsExactly(long2, long1);
    }

    @Test
    void noSavingIsMoreThanWhatWasPaidAndNoneComesFromATier() {
        var random = new Random(3);
        int found = 0;
        for (int i = 0; i < 2_000; i++) {
            var models = new HashMap<String, SpendEntry>();
            for (String model : List.of("gpt-4o", "gpt-4-turbo", "claude", TIERED, "of-no-price")) {
                long[] tokens = new long[TokenKind.COUNT];
                for (int kind = 0; kind < tokens.length; kind++) {
                    tokens[kind] = random.nextInt(3) == 0 ? random.nextLong(1_000_000_000L) : 0;
                }
                long events = random.nextLong(1, 100_000);
                models.put(
                        model,
                        new SpendEntry(
                                model,
                                0,
                                new Spend(events, 0, random.nextLong(DOLLAR * 1_000), TokenCounts.of(tokens))));
            }

            Savings savings = Savings.of(List.copyOf(models.values()), List.of(), QUOTE);

            assertThat(savings.savings()).allSatisfy(saving -> {
                assertThat(saving.savedNanoUsd().orElse(0)).isBetween(0L, saving.paidNanoUsd());
                assertThat(saving.model()).isNotEqualTo("of-no-price");
            });
            assertThat(savings.savedNanoUsd()).isBetween(0L, savings.spend().costNanoUsd());
            found += savings.savings().size();
        }
        assertThat(found).isPositive();
    }

    private static Savings of(SpendEntry... models) {
        return Savings.of(List.of(models), List.of(), QUOTE);
    }

    private static SpendEntry use(String model, long events, TokenCounts tokens) {
        return new SpendEntry(
                model, 0, new Spend(events, 0, quote(model, tokens).orElseThrow(), tokens));
    }

    private static OptionalLong quote(String model, TokenCounts tokens) {
        if (model.equals(TIERED)) {
            long each = tokens.totalInput() > 200_000 ? 2_000 : 1_000;
            return OptionalLong.of(tokens.total() * each);
        }
        Rates rates = PRICES.get(model);
        return rates == null
                ? OptionalLong.empty()
                : OptionalLong.of(CostOf.nanoUsd(tokens.toArray(), rates.nanoUsdPerMillion()));
    }
}
