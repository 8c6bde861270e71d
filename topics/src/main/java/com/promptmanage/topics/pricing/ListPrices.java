package com.promptmanage.topics.pricing;

import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.usage.TokenCounts;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a call costs at list price: for whoever wants to tell it at once. What is charged is the ledger's to say, which knows each
 * account's own prices.
 */
public final class ListPrices {

    private static final Pattern DATE = Pattern.compile("[-@](20\\d{2}-\\d{2}-\\d{2}|20\\d{6})$");

    private static final String LATEST = "-latest";

    /** A rate is for a million tokens. */
    private static final int RATE_PLACES = 6;

    private final Map<String, ModelPrice> prices = new HashMap<>();

    public ListPrices() {
        for (ModelPrice price : Catalogue.prices()) {
            price.aliases().forEach(alias -> prices.putIfAbsent(key(alias), price));
        }
        // A model's own name comes before another's alias.
        Catalogue.prices().forEach(price -> prices.put(key(price.model()), price));
    }

    /**
     * Rounded once, half-even. Empty for a model that is not listed: that is no price, not none to pay.
     *
     * @param serviceTier that the call was served in; null for the usual one
     */
    public Optional<NanoUsd> cost(String model, @Nullable String serviceTier, TokenCounts counts) {
        return find(model).flatMap(price -> cost(price, serviceTier, counts));
    }

    /**
     * What a call costs by a price, rounded once, half-even. Empty if it used a kind of token that the price has no rate for, or if
     * no amount can be as large.
     *
     * @param serviceTier that the call was served in; null for the usual one
     */
    public static Optional<NanoUsd> cost(ModelPrice price, @Nullable String serviceTier, TokenCounts counts) {
        String tier = serviceTier == null ? "" : serviceTier.toLowerCase(Locale.ROOT);
        Rates rates = price.ratesFor(tier, counts.totalInput());
        long[] tokens = counts.toArray();
        long[] perMillion = rates.nanoUsdPerMillion();
        if (!Rates.cover(tokens, perMillion)) {
            return Optional.empty();
        }
        BigDecimal sum = BigDecimal.ZERO;
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] != 0) {
                sum = sum.add(BigDecimal.valueOf(tokens[i]).multiply(BigDecimal.valueOf(perMillion[i])));
            }
        }
        BigInteger nanoUsd = sum.movePointLeft(RATE_PLACES)
                .setScale(0, RoundingMode.HALF_EVEN)
                .toBigIntegerExact();
        return nanoUsd.bitLength() < Long.SIZE ? Optional.of(new NanoUsd(nanoUsd.longValueExact())) : Optional.empty();
    }

    /** By a name of the model, with or without a date. */
    public Optional<ModelPrice> find(String model) {
        String name = model.toLowerCase(Locale.ROOT).strip();
        @Nullable ModelPrice price = prices.get(key(name));
        if (price == null) {
            name = DATE.matcher(name).replaceFirst("");
            price = prices.get(key(name));
        }
        if (price == null && name.endsWith(LATEST)) {
            price = prices.get(key(name.substring(0, name.length() - LATEST.length())));
        }
        return Optional.ofNullable(price);
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT).replace('.', '-').replace('@', '-');
    }
}
