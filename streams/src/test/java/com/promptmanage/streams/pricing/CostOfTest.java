package com.promptmanage.streams.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.pricing.Rates;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CostOfTest {

    private static final long MILLION = 1_000_000;

    /** The last column of the product's price list, section 1.4 of its specification, and the vectors below it. */
    @ParameterizedTest
    @CsvSource({
        "0.15,  0.60,  1000, 1000, 0.000750",
        "2.50,  10.00, 1000, 1000, 0.012500",
        "10.00, 30.00, 1000, 1000, 0.040000",
        "30.00, 60.00, 1000, 1000, 0.090000",
        "0.50,  1.50,  1000, 1000, 0.002000",
        "3.00,  15.00, 1000, 1000, 0.018000",
        "1.25,  5.00,  1000, 1000, 0.006250",
        "0.15,  0.60,  452,  387,  0.000300",
        "0.15,  0.60,  187,  1342, 0.000833250",
        "0.15,  0.60,  0,    0,    0",
    })
    void costsAreAsTheSpecificationSays(
            String inputUsd, String outputUsd, long inputTokens, long outputTokens, String expectedUsd) {
        long[] rates = Rates.of(Map.of(
                        TokenKind.INPUT,
                        NanoUsd.ofUsd(inputUsd).value(),
                        TokenKind.OUTPUT,
                        NanoUsd.ofUsd(outputUsd).value()))
                .nanoUsdPerMillion();
        long[] tokens = TokenCounts.ofInputOutput(inputTokens, outputTokens).toArray();

        assertThat(CostOf.nanoUsd(tokens, rates))
                .isEqualTo(NanoUsd.ofUsd(expectedUsd).value());
    }

    /** Half a nanoUSD goes to the even neighbour. */
    @ParameterizedTest
    @CsvSource({
        "1, 500000, 0",
        "3, 500000, 2",
        "5, 500000, 2",
        "7, 500000, 4",
        "1, 499999, 0",
        "1, 500001, 1",
        "3, 499999, 1",
        "3, 500001, 2",
        "1, 1499999, 1",
        "1, 1500000, 2",
        "1, 2500000, 2",
        "1, 2500001, 3",
    })
    void halfIsRoundedToEven(long tokens, long nanoUsdPerMillion, long expected) {
        assertThat(CostOf.nanoUsd(of(tokens, 0), of(nanoUsdPerMillion, 0))).isEqualTo(expected);
    }

    @Test
    void theSumIsRoundedNotItsParts() {
        assertThat(CostOf.nanoUsd(of(1, 1), of(500_000, 500_000)))
                .as("two halves are one")
                .isEqualTo(1);
        assertThat(CostOf.nanoUsd(of(1, 1), of(499_999, 499_999))).isEqualTo(1);
        assertThat(CostOf.nanoUsd(of(1, 1), of(250_000, 250_000))).isZero();
    }

    @Test
    void everyKindIsChargedAtItsOwnRate() {
        long[] tokens = new long[TokenKind.COUNT];
        long[] rates = new long[TokenKind.COUNT];
        for (TokenKind kind : TokenKind.values()) {
            tokens[kind.index()] = MILLION;
            rates[kind.index()] = (long) Math.pow(10, kind.index());
        }
        long[] parts = new long[TokenKind.COUNT];

        assertThat(CostOf.nanoUsd(tokens, rates, parts)).isEqualTo(1_111_111_111);
        assertThat(parts).isEqualTo(rates);
    }

    @Test
    void theRateOfAKindWithoutTokensDoesNotMatter() {
        assertThat(CostOf.nanoUsd(of(2, 0), of(MILLION, Rates.NONE))).isEqualTo(2);
        assertThat(CostOf.nanoUsd(of(2, 0), of(MILLION, Long.MAX_VALUE))).isEqualTo(2);
    }

    @Test
    void tokensWithoutARateHaveNoCost() {
        assertThatThrownBy(() -> CostOf.nanoUsd(of(2, 1), of(MILLION, Rates.NONE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("have no cost");
        assertThatThrownBy(() -> CostOf.nanoUsd(of(1_000_000_000, 1), of(Long.MAX_VALUE / 4, Rates.NONE)))
                .as("a large credit must not hide in a larger sum")
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void theLargestCostThatFitsIsExactAndOneMoreIsRefused() {
        assertThat(CostOf.nanoUsd(of(MILLION, 0), of(Long.MAX_VALUE, 0))).isEqualTo(Long.MAX_VALUE);
        assertThat(CostOf.nanoUsd(of(MILLION, 499_999), of(Long.MAX_VALUE, 1)))
                .as("under half a nanoUSD above")
                .isEqualTo(Long.MAX_VALUE);
        assertThatThrownBy(() -> CostOf.nanoUsd(of(MILLION, 500_000), of(Long.MAX_VALUE, 1)))
                .as("half a nanoUSD above an odd number")
                .isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> CostOf.nanoUsd(filled(TokenCounts.MAX), filled(Long.MAX_VALUE)))
                .isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() ->
                        CostOf.nanoUsd(filled(TokenCounts.MAX), filled(Long.MAX_VALUE), new long[TokenKind.COUNT]))
                .isInstanceOf(ArithmeticException.class);
    }

    /** Around 2⁶³ the sum leaves a {@code long}: one product, or several that fit each. */
    @ParameterizedTest
    @CsvSource({
        "1,          9223372036854775807, 0,          0",
        "1,          9223372036854775807, 1,          1",
        "1,          9223372036854775807, 1,          9223372036854775807",
        "2,          4611686018427387904, 0,          0",
        "4294967296, 2147483648,          0,          0",
        "4294967296, 4294967296,          0,          0",
        "4294967295, 4294967297,          1,          1",
        "3,          6148914691236517205, 1,          9223372036854775807",
    })
    void sumsBeyondALongAreExact(long oneTokens, long oneRate, long otherTokens, long otherRate) {
        long[] tokens = of(oneTokens, otherTokens);
        long[] rates = of(oneRate, otherRate);

        assertThat(CostOf.nanoUsd(tokens, rates))
                .isEqualTo(oracle(tokens, rates).longValueExact());
    }

    /** Both forms against exact decimals, over sizes from one digit to far beyond what fits. */
    @Test
    void randomCallsCostWhatExactDecimalsSay() {
        var random = new SplittableRandom(20_261_124);
        int fitting = 0;
        int beyond = 0;
        int beyondLongSum = 0;
        for (int i = 0; i < 200_000; i++) {
            long[] tokens = new long[TokenKind.COUNT];
            long[] rates = new long[TokenKind.COUNT];
            for (int kind = 0; kind < TokenKind.COUNT; kind++) {
                if (random.nextInt(3) > 0) {
                    tokens[kind] = Math.min(TokenCounts.MAX, random.nextLong() >>> random.nextInt(24, 64));
                    rates[kind] = random.nextLong() >>> random.nextInt(1, 64);
                }
            }
            BigInteger expected = oracle(tokens, rates);
            long[] parts = new long[TokenKind.COUNT];
            Arrays.fill(parts, -7);
            if (expected.bitLength() < Long.SIZE) {
                fitting++;
                beyondLongSum += exactSum(tokens, rates).bitLength() < Long.SIZE ? 0 : 1;
                assertThat(CostOf.nanoUsd(tokens, rates)).isEqualTo(expected.longValueExact());
                assertThat(CostOf.nanoUsd(tokens, rates, parts)).isEqualTo(expected.longValueExact());
                assertPartsAddUp(parts, tokens, rates, expected.longValueExact());
            } else {
                beyond++;
                assertThatThrownBy(() -> CostOf.nanoUsd(tokens, rates)).isInstanceOf(ArithmeticException.class);
                assertThatThrownBy(() -> CostOf.nanoUsd(tokens, rates, parts)).isInstanceOf(ArithmeticException.class);
            }
        }
        assertThat(fitting).isGreaterThan(100_000);
        assertThat(beyond).isGreaterThan(1_000);
        assertThat(beyondLongSum).as("in 128 bits, and fits").isGreaterThan(1_000);
    }

    /** The sizes of real calls, where every part is small and roundings show. */
    @Test
    void partsAddUpToTheCostToTheLastDigit() {
        var random = new SplittableRandom(7);
        for (int i = 0; i < 100_000; i++) {
            long[] tokens = new long[TokenKind.COUNT];
            long[] rates = new long[TokenKind.COUNT];
            for (int kind = 0; kind < TokenKind.COUNT; kind++) {
                tokens[kind] = random.nextInt(4);
                rates[kind] = random.nextInt(8) * 250_000L;
            }
            long[] parts = new long[TokenKind.COUNT];
            long cost = CostOf.nanoUsd(tokens, rates, parts);

            assertThat(cost).isEqualTo(oracle(tokens, rates).longValueExact());
            assertPartsAddUp(parts, tokens, rates, cost);
        }
    }

    private static void assertPartsAddUp(long[] parts, long[] tokens, long[] rates, long cost) {
        BigInteger sum = BigInteger.ZERO;
        for (int kind = 0; kind < parts.length; kind++) {
            BigInteger exact = BigInteger.valueOf(tokens[kind]).multiply(BigInteger.valueOf(rates[kind]));
            BigInteger off = BigInteger.valueOf(parts[kind])
                    .multiply(BigInteger.valueOf(MILLION))
                    .subtract(exact)
                    .abs();
            assertThat(off)
                    .as("less than one nanoUSD from exact, or none")
                    .isLessThanOrEqualTo(BigInteger.valueOf(MILLION));
            assertThat(parts[kind]).isNotNegative();
            if (tokens[kind] == 0 || rates[kind] == 0) {
                assertThat(parts[kind]).as("nothing for what costs nothing").isZero();
            }
            sum = sum.add(BigInteger.valueOf(parts[kind]));
        }
        assertThat(sum).isEqualTo(BigInteger.valueOf(cost));
    }

    private static BigInteger oracle(long[] tokens, long[] rates) {
        return new BigDecimal(exactSum(tokens, rates))
                .movePointLeft(6)
                .setScale(0, RoundingMode.HALF_EVEN)
                .toBigIntegerExact();
    }

    private static BigInteger exactSum(long[] tokens, long[] rates) {
        BigInteger sum = BigInteger.ZERO;
        for (int kind = 0; kind < tokens.length; kind++) {
            sum = sum.add(BigInteger.valueOf(tokens[kind]).multiply(BigInteger.valueOf(rates[kind])));
        }
        return sum;
    }

    private static long[] of(long input, long output) {
        long[] values = new long[TokenKind.COUNT];
        values[TokenKind.INPUT.index()] = input;
        values[TokenKind.OUTPUT.index()] = output;
        return values;
    }

    private static long[] filled(long value) {
        long[] values = new long[TokenKind.COUNT];
        Arrays.fill(values, value);
        return values;
    }
}
