package com.promptmanage.streams.pricing;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/**
 * The cost of a call: the sum of tokens times rates, exact, rounded once to nanoUSD, half-even.
 *
 * <p>Rates are in nanoUSD per million tokens, so the exact sum is in millionths of a nanoUSD. It can need 90 bits.
 */
public final class CostOf {

    private static final long MILLION = 1_000_000;

    private static final BigInteger BIG_MILLION = BigInteger.valueOf(MILLION);

    private CostOf() {}

    /**
     * The cost in nanoUSD.
     *
     * @param tokens by {@code TokenKind.index()}, none negative
     * @param rates nanoUSD per million tokens, likewise; those of kinds without tokens do not matter
     * @throws ArithmeticException if it does not fit a {@code long}
     * @throws IllegalArgumentException if a kind with tokens has no rate: what has no price must not become a credit
     */
    public static long nanoUsd(long[] tokens, long[] rates) {
        long exact = 0;
        for (int i = 0; i < tokens.length; i++) {
            long count = tokens[i];
            if (count != 0) {
                long part = count * rates[i];
                exact += part;
                // A product that does not fit, a sum that does not fit, or a rate that is none.
                if (Math.multiplyHigh(count, rates[i]) != 0 || part < 0 || exact < 0) {
                    return rounded(bigSum(tokens, rates, tokens.length));
                }
            }
        }
        return rounded(exact);
    }

    /**
     * The cost in nanoUSD, and how it is made up: each kind's part is what the rounded sum grows by when the kind is added,
     * so that the parts add up to the cost to the last digit.
     *
     * @param parts receives the part of each kind, nanoUSD; of no meaning if this throws
     * @throws ArithmeticException if the cost does not fit a {@code long}
     * @throws IllegalArgumentException if a kind with tokens has no rate
     */
    public static long nanoUsd(long[] tokens, long[] rates, long[] parts) {
        long exact = 0;
        long before = 0;
        for (int i = 0; i < tokens.length; i++) {
            long now = before;
            if (tokens[i] != 0) {
                long part = tokens[i] * rates[i];
                exact += part;
                if (Math.multiplyHigh(tokens[i], rates[i]) != 0 || part < 0 || exact < 0) {
                    return bigParts(tokens, rates, parts);
                }
                now = rounded(exact);
            }
            parts[i] = now - before;
            before = now;
        }
        return before;
    }

    private static long bigParts(long[] tokens, long[] rates, long[] parts) {
        long before = 0;
        for (int i = 0; i < tokens.length; i++) {
            long now = rounded(bigSum(tokens, rates, i + 1));
            parts[i] = now - before;
            before = now;
        }
        return before;
    }

    private static long rounded(long exact) {
        long whole = exact / MILLION;
        long rest = exact % MILLION;
        boolean up = rest * 2 > MILLION || (rest * 2 == MILLION && (whole & 1) == 1);
        return up ? whole + 1 : whole;
    }

    private static long rounded(BigInteger exact) {
        return new BigDecimal(exact)
                .divide(new BigDecimal(BIG_MILLION), 0, RoundingMode.HALF_EVEN)
                .longValueExact();
    }

    private static BigInteger bigSum(long[] tokens, long[] rates, int kinds) {
        BigInteger sum = BigInteger.ZERO;
        for (int i = 0; i < kinds; i++) {
            if (tokens[i] != 0 && (tokens[i] < 0 || rates[i] < 0)) {
                throw new IllegalArgumentException(
                        "%d tokens of kind %d at a rate of %d nanoUSD per million have no cost"
                                .formatted(tokens[i], i, rates[i]));
            }
            sum = sum.add(BigInteger.valueOf(tokens[i]).multiply(BigInteger.valueOf(rates[i])));
        }
        return sum;
    }
}
