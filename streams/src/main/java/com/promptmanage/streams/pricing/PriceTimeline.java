package com.promptmanage.streams.pricing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.promptmanage.topics.pricing.ModelName;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.pricing.PriceTier;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every version of one model's price, in the order of time, ready to be asked for each event: that allocates nothing. Of
 * two versions from the same moment, the later in the list is in force.
 */
public final class PriceTimeline {

    /** The timeline of a model that has no price. */
    public static final PriceTimeline NONE = new PriceTimeline(List.of());

    private final Version[] versions;

    private final String model;

    private final String provider;

    private record Version(long fromMs, ModelPrice price, List<Tier> tiers) {}

    private record Tier(PriceTier tier, Priced priced) {}

    /** What a call is charged by. */
    public static final class Priced {

        private final ModelPrice price;

        private final byte[] id;

        private final long[] rates;

        private Priced(ModelPrice price, PriceTier tier) {
            this.price = price;
            this.id = price.id().getBytes(UTF_8);
            this.rates = tier.rates().nanoUsdPerMillion();
        }

        public ModelPrice price() {
            return price;
        }

        /** The price's id in UTF-8. Not to be changed. */
        public byte[] id() {
            return id;
        }

        /** NanoUSD per million tokens by {@code TokenKind.index()}. Not to be changed. */
        public long[] rates() {
            return rates;
        }
    }

    PriceTimeline(List<ModelPrice> prices) {
        versions = prices.stream()
                .sorted(Comparator.comparing(ModelPrice::effectiveFrom))
                .map(price -> new Version(
                        price.effectiveFrom().toEpochMilli(),
                        price,
                        price.tiers().stream()
                                .map(tier -> new Tier(tier, new Priced(price, tier)))
                                .toList()))
                .toArray(Version[]::new);
        model = versions.length == 0 ? "" : versions[versions.length - 1].price.model();
        provider = versions.length == 0 ? "" : versions[versions.length - 1].price.provider();
    }

    /** Whether the model is listed, be there a price in force or not. */
    public boolean isListed() {
        return versions.length > 0;
    }

    /** The model's own name, whichever of its names it was found by; empty if it is not listed. */
    public String model() {
        return model;
    }

    /** Who takes this price, as its last version spells it; empty if the model is not listed. */
    public String provider() {
        return provider;
    }

    /** Whether the price is this provider's: case, and a dot or a dash, do not matter. */
    public boolean isOf(String otherProvider) {
        return ModelName.key(otherProvider).equals(ModelName.key(provider));
    }

    /**
     * The price in force.
     *
     * @param eventMs when the call was made, ms since the epoch
     * @param serviceTier the provider's, in lower case; empty if the call names none
     * @return null if the model had no price then
     */
    public @Nullable Priced at(long eventMs, String serviceTier, long totalInputTokens) {
        for (int i = versions.length - 1; i >= 0; i--) {
            Version version = versions[i];
            if (version.fromMs <= eventMs) {
                List<Tier> tiers = version.tiers;
                for (int k = 0; k < tiers.size(); k++) {
                    if (tiers.get(k).tier.applies(serviceTier, totalInputTokens)) {
                        return tiers.get(k).priced;
                    }
                }
            }
        }
        return null;
    }
}
