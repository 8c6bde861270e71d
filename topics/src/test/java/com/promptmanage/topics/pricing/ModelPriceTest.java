package com.promptmanage.topics.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.topics.usage.TokenKind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ModelPriceTest {

    private static final PriceTier FLEX_AND_LARGE = tier("flex and large", Set.of("flex"), 200_000, 4);

    private static final PriceTier FLEX = tier("flex", Set.of("flex"), -1, 3);

    private static final PriceTier LARGE = tier("large", Set.of(), 200_000, 2);

    private static final PriceTier STANDARD = tier("standard", Set.of(), -1, 1);

    @Test
    void theFirstTierThatAppliesIsTaken() {
        ModelPrice price = price(FLEX_AND_LARGE, FLEX, LARGE, STANDARD);

        assertThat(input(price, "flex", 200_001)).isEqualTo(4);
        assertThat(input(price, "flex", 200_000)).isEqualTo(3);
        assertThat(input(price, "", 200_001)).isEqualTo(2);
        assertThat(input(price, "", 200_000)).isEqualTo(1);
        assertThat(input(price, "priority", 200_001))
                .as("a tier of which nothing is said")
                .isEqualTo(2);
    }

    @Test
    void theOrderOfTheTiersDecidesBetweenSeveralThatApply() {
        assertThat(input(price(FLEX, LARGE, STANDARD), "flex", 200_001)).isEqualTo(3);
        assertThat(input(price(LARGE, FLEX, STANDARD), "flex", 200_001)).isEqualTo(2);
    }

    @Test
    void aCallWithoutInputIsPricedByTheStandardTier() {
        assertThat(input(price(LARGE, STANDARD), "", 0)).isEqualTo(1);
    }

    @Test
    void aTierAboveZeroInputTokensDoesNotApplyToNone() {
        PriceTier any = tier("any input", Set.of(), 0, 9);

        assertThat(input(price(any, STANDARD), "", 0)).isEqualTo(1);
        assertThat(input(price(any, STANDARD), "", 1)).isEqualTo(9);
    }

    @Test
    void serviceTiersAreHeldInLowerCase() {
        assertThat(tier("fast", Set.of("Fast", "PRIORITY"), -1, 1).serviceTiers())
                .containsExactlyInAnyOrder("fast", "priority");
    }

    @Test
    void aPriceThatDoesNotApplyAlwaysIsRefused() {
        assertThatThrownBy(() -> price(FLEX))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("last tier");
        assertThatThrownBy(() -> price())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("last tier");
    }

    @Test
    void aTierThatCanNeverBeTakenIsRefused() {
        assertThatThrownBy(() -> price(STANDARD, FLEX, STANDARD))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("never be taken");
    }

    @Test
    void aTimeThatNoClockTellsIsRefused() {
        assertThatThrownBy(() -> price(Instant.MAX, null, "m"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("effectiveFrom");
        assertThatThrownBy(() -> price(Instant.MIN, null, "m")).isInstanceOf(IllegalArgumentException.class);
        assertThat(price(Instant.parse("9999-12-31T23:59:59Z"), null, "m").effectiveFrom())
                .isNotNull();
    }

    @Test
    void namesAndContextAreChecked() {
        assertThatThrownBy(() -> price(Instant.EPOCH, 0L, "m")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> price(Instant.EPOCH, null, "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ModelPrice("id", "p", "m", List.of(""), Instant.EPOCH, null, List.of(STANDARD)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("alias");
        assertThatThrownBy(() -> tier("below", Set.of(), -2, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static long input(ModelPrice price, String serviceTier, long totalInputTokens) {
        return price.ratesFor(serviceTier, totalInputTokens).nanoUsdPerMillion(TokenKind.INPUT);
    }

    private static ModelPrice price(PriceTier... tiers) {
        return new ModelPrice("id", "p", "m", List.of(), Instant.EPOCH, null, List.of(tiers));
    }

    private static ModelPrice price(Instant effectiveFrom, @Nullable Long contextTokensMax, String model) {
        return new ModelPrice("id", "p", model, List.of(), effectiveFrom, contextTokensMax, List.of(STANDARD));
    }

    private static PriceTier tier(String name, Set<String> serviceTiers, long inputTokensAbove, long rate) {
        return new PriceTier(name, serviceTiers, inputTokensAbove, Rates.of(Map.of(TokenKind.INPUT, rate)));
    }
}
