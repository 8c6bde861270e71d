package com.promptmanage.topics.pricing;

import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.usage.TokenKind;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * What each kind of token costs, in nanoUSD per million tokens: 0.15 USD per million is 150,000,000. Immutable.
 *
 * <p>A kind that has no rate of its own costs what the kind that it is a part of costs: cached and audio and image input
 * what input costs, an hour's cache write what a five minutes' one costs, reasoning and audio and image output what output
 * costs. A kind for which nothing follows has {@link #NONE}: a call that used it has no price. A rate of zero is a rate.
 */
public final class Rates {

    /** Stands for a rate that is not known. */
    public static final long NONE = -1;

    private final Map<TokenKind, Long> told;

    private final long[] nanoUsdPerMillion;

    private Rates(Map<TokenKind, Long> told) {
        this.told = told;
        this.nanoUsdPerMillion = new long[TokenKind.COUNT];
        for (TokenKind kind : TokenKind.values()) {
            nanoUsdPerMillion[kind.index()] = resolve(kind, told);
        }
    }

    /**
     * Rates as a price list tells them.
     *
     * @param told nanoUSD per million tokens
     * @throws IllegalArgumentException if a rate is negative, or neither input nor output nor anything else has one
     */
    public static Rates of(Map<TokenKind, Long> told) {
        if (told.isEmpty()) {
            throw new IllegalArgumentException("a price needs at least one rate: use 0 for what is free");
        }
        told.forEach((kind, rate) -> {
            if (rate < 0) {
                throw new IllegalArgumentException(
                        "the rate of %s must not be negative: %s".formatted(kind.field(), new NanoUsd(rate)));
            }
        });
        return new Rates(new EnumMap<>(told));
    }

    /** By {@link TokenKind#index()}, every kind resolved. */
    public long[] nanoUsdPerMillion() {
        return nanoUsdPerMillion.clone();
    }

    public long nanoUsdPerMillion(TokenKind kind) {
        return nanoUsdPerMillion[kind.index()];
    }

    /** Whether every kind that a call used has a rate. */
    public static boolean cover(long[] tokens, long[] nanoUsdPerMillion) {
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] != 0 && nanoUsdPerMillion[i] == NONE) {
                return false;
            }
        }
        return true;
    }

    /** The rates as told, without those that follow from others. */
    public Map<TokenKind, Long> told() {
        return new EnumMap<>(told);
    }

    private static long resolve(TokenKind kind, Map<TokenKind, Long> told) {
        Long rate = told.get(kind);
        if (rate != null) {
            return rate;
        }
        return switch (kind) {
            case INPUT, OUTPUT -> NONE;
            case CACHE_READ, CACHE_WRITE_5M, INPUT_AUDIO, INPUT_IMAGE -> resolve(TokenKind.INPUT, told);
            case CACHE_WRITE_1H -> resolve(TokenKind.CACHE_WRITE_5M, told);
            case REASONING, OUTPUT_AUDIO, OUTPUT_IMAGE -> resolve(TokenKind.OUTPUT, told);
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Rates that && told.equals(that.told);
    }

    @Override
    public int hashCode() {
        return told.hashCode();
    }

    @Override
    public String toString() {
        return "Rates" + Arrays.toString(nanoUsdPerMillion);
    }
}
