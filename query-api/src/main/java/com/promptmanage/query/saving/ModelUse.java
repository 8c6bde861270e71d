package com.promptmanage.query.saving;

import com.promptmanage.streams.read.Spend;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.math.BigInteger;
import java.util.OptionalLong;

/**
 * What one model used and cost, and what share of it each kind of token had.
 *
 * <p>The ledger keeps what a model cost in all. How that falls to its kinds of token follows from the list's prices; what is
 * told is then that share of what was paid, so that a discount, or a dearer tier, is a discount on the saving too.
 */
final class ModelUse {

    /** So few tokens are in no model's tier for long contexts. */
    private static final long PORTION = 1_000;

    private final String model;

    private final Spend spend;

    private final Quote quote;

    /** What tokens of a model cost today, nanoUSD; empty if it has no price. */
    interface Quote {
        OptionalLong costNanoUsd(String model, TokenCounts tokens);
    }

    ModelUse(String model, Spend spend, Quote quote) {
        this.model = model;
        this.spend = spend;
        this.quote = quote;
    }

    String model() {
        return model;
    }

    Spend spend() {
        return spend;
    }

    long paidNanoUsd() {
        return spend.costNanoUsd();
    }

    long averageInputTokens() {
        return spend.events() == 0 ? 0 : spend.tokens().totalInput() / spend.events();
    }

    /** Whether the model has a price today. */
    boolean isPriced() {
        return quote.costNanoUsd(model, TokenCounts.NONE.with(TokenKind.INPUT, PORTION))
                .isPresent();
    }

    /** The list's price for some tokens as of another kind; a thousandth of it, so that nothing is rounded. */
    BigInteger listed(TokenKind priceOf, long tokens) {
        return listed(model, priceOf, tokens);
    }

    /** The list's price of all that was used. */
    BigInteger listed() {
        BigInteger all = BigInteger.ZERO;
        for (TokenKind kind : TokenKind.values()) {
            all = all.add(listed(kind, spend.tokens().get(kind)));
        }
        return all;
    }

    /** What was paid for a part of the use, nanoUSD: never more than all of it. */
    long paidFor(BigInteger listedPart) {
        BigInteger whole = listed();
        if (whole.signum() <= 0 || listedPart.signum() <= 0 || paidNanoUsd() <= 0) {
            return 0;
        }
        return BigInteger.valueOf(paidNanoUsd())
                .multiply(listedPart.min(whole))
                .divide(whole)
                .longValueExact();
    }

    /**
     * What the same tokens cost on another model, at most: by its list, and in its dearest tier if that is more.
     *
     * @return empty if it has no price for them
     */
    OptionalLong atMostOn(String other) {
        OptionalLong together = quote.costNanoUsd(other, spend.tokens());
        return together.isEmpty() ? together : OptionalLong.of(Math.max(together.getAsLong(), listedOn(other)));
    }

    private long listedOn(String other) {
        BigInteger all = BigInteger.ZERO;
        for (TokenKind kind : TokenKind.values()) {
            all = all.add(listed(other, kind, spend.tokens().get(kind)));
        }
        BigInteger nanoUsd = all.add(BigInteger.valueOf(PORTION - 1)).divide(BigInteger.valueOf(PORTION));
        return nanoUsd.bitLength() < Long.SIZE ? nanoUsd.longValue() : Long.MAX_VALUE;
    }

    private BigInteger listed(String of, TokenKind priceOf, long tokens) {
        if (tokens == 0) {
            return BigInteger.ZERO;
        }
        long portion =
                quote.costNanoUsd(of, TokenCounts.NONE.with(priceOf, PORTION)).orElse(0);
        return BigInteger.valueOf(portion).multiply(BigInteger.valueOf(tokens));
    }
}
