package com.promptmanage.topics.money;

import java.math.BigDecimal;

/**
 * An amount of money in nano-US-dollars (10⁻⁹ USD), the only unit in which costs are added.
 *
 * @param value nanoUSD; a {@code long} holds ±9.2 billion dollars
 */
public record NanoUsd(long value) implements Comparable<NanoUsd> {

    public static final NanoUsd ZERO = new NanoUsd(0);

    private static final int PLACES = 9;

    /**
     * Reads a decimal number of US dollars such as {@code 30.00}.
     *
     * @throws IllegalArgumentException if it is not a plain decimal number, has more than 9 places or does not fit
     */
    public static NanoUsd ofUsd(String usd) {
        // Length first: BigDecimal would expand "1e999999999" or a megabyte of digits before we could refuse it.
        if (usd.length() > 32 || usd.isEmpty() || !usd.chars().allMatch(NanoUsd::isPlainDecimal)) {
            throw new IllegalArgumentException("'%s' is not a decimal amount of USD such as \"30.00\""
                    .formatted(usd.substring(0, Math.min(usd.length(), 32))));
        }
        try {
            return new NanoUsd(new BigDecimal(usd).movePointRight(PLACES).longValueExact());
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException(
                    "'%s' is not an amount of USD with at most 9 decimal places, within ±9.2 billion".formatted(usd),
                    e);
        }
    }

    public NanoUsd plus(NanoUsd other) {
        return new NanoUsd(Math.addExact(value, other.value));
    }

    public NanoUsd minus(NanoUsd other) {
        return new NanoUsd(Math.subtractExact(value, other.value));
    }

    /** The exact decimal text, with at least two and at most nine places: {@code 30.00}, {@code 0.000833250}→{@code 0.00083325}. */
    public String toUsd() {
        BigDecimal exact = BigDecimal.valueOf(value, PLACES).stripTrailingZeros();
        return (exact.scale() < 2 ? exact.setScale(2) : exact).toPlainString();
    }

    @Override
    public int compareTo(NanoUsd other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return toUsd() + " USD";
    }

    private static boolean isPlainDecimal(int character) {
        return (character >= '0' && character <= '9') || character == '.' || character == '-';
    }
}
