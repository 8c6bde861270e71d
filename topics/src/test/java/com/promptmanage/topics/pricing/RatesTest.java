package com.promptmanage.topics.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.topics.usage.TokenKind;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RatesTest {

    @Test
    void aKindWithoutARateCostsWhatItIsAPartOf() {
        Rates rates = Rates.of(Map.of(TokenKind.INPUT, 3L, TokenKind.OUTPUT, 15L));

        assertThat(rates.nanoUsdPerMillion()).containsExactly(3, 3, 3, 3, 3, 3, 15, 15, 15, 15);
    }

    @Test
    void anHoursCacheWriteCostsWhatAFiveMinutesOneDoes() {
        Rates rates = Rates.of(Map.of(TokenKind.INPUT, 3L, TokenKind.CACHE_WRITE_5M, 4L));

        assertThat(rates.nanoUsdPerMillion(TokenKind.CACHE_WRITE_1H)).isEqualTo(4);
        assertThat(rates.nanoUsdPerMillion(TokenKind.CACHE_READ)).isEqualTo(3);
    }

    @Test
    void aFiveMinutesCacheWriteDoesNotCostWhatAnHoursDoes() {
        Rates rates = Rates.of(Map.of(TokenKind.INPUT, 3L, TokenKind.CACHE_WRITE_1H, 6L));

        assertThat(rates.nanoUsdPerMillion(TokenKind.CACHE_WRITE_5M)).isEqualTo(3);
    }

    @Test
    void everyKindCanHaveARateOfItsOwn() {
        Rates rates = Rates.of(Map.of(
                TokenKind.INPUT, 1L,
                TokenKind.CACHE_READ, 2L,
                TokenKind.CACHE_WRITE_5M, 3L,
                TokenKind.CACHE_WRITE_1H, 4L,
                TokenKind.INPUT_AUDIO, 5L,
                TokenKind.INPUT_IMAGE, 6L,
                TokenKind.OUTPUT, 7L,
                TokenKind.REASONING, 8L,
                TokenKind.OUTPUT_AUDIO, 9L,
                TokenKind.OUTPUT_IMAGE, 10L));

        assertThat(rates.nanoUsdPerMillion()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    }

    @Test
    void zeroIsARateAndIsPassedOn() {
        Rates rates = Rates.of(Map.of(TokenKind.INPUT, 0L, TokenKind.OUTPUT, 0L));

        assertThat(rates.nanoUsdPerMillion()).containsOnly(0);
        assertThat(Rates.cover(new long[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, rates.nanoUsdPerMillion()))
                .isTrue();
    }

    @Test
    void whatNothingFollowsForHasNoRateAndACallThatUsedItIsNotCovered() {
        long[] audioOnly = Rates.of(Map.of(TokenKind.INPUT_AUDIO, 100L, TokenKind.OUTPUT_AUDIO, 200L))
                .nanoUsdPerMillion();

        assertThat(audioOnly[TokenKind.INPUT.index()]).isEqualTo(Rates.NONE);
        assertThat(Rates.cover(tokens(TokenKind.INPUT_AUDIO), audioOnly)).isTrue();
        assertThat(Rates.cover(tokens(TokenKind.INPUT), audioOnly)).isFalse();
        assertThat(Rates.cover(tokens(TokenKind.REASONING), audioOnly)).isFalse();
        assertThat(Rates.cover(new long[TokenKind.COUNT], audioOnly))
                .as("a call without tokens costs nothing at any price")
                .isTrue();
    }

    @Test
    void noRateAtAllAndANegativeOneAreRefused() {
        assertThatThrownBy(() -> Rates.of(Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("use 0 for what is free");
        assertThatThrownBy(() -> Rates.of(Map.of(TokenKind.OUTPUT, -1L)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("output");
    }

    @Test
    void whoReadsTheRatesCannotChangeThem() {
        Rates rates = Rates.of(Map.of(TokenKind.INPUT, 3L));
        rates.nanoUsdPerMillion()[0] = 99;
        rates.told().clear();

        assertThat(rates).isEqualTo(Rates.of(Map.of(TokenKind.INPUT, 3L)));
        assertThat(rates.nanoUsdPerMillion(TokenKind.INPUT)).isEqualTo(3);
    }

    private static long[] tokens(TokenKind kind) {
        long[] tokens = new long[TokenKind.COUNT];
        tokens[kind.index()] = 1;
        return tokens;
    }
}
