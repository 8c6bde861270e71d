package com.promptmanage.topics.pricing;

import com.promptmanage.topics.account.Account;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model costs from a moment on, until the next version of its price.
 *
 * @param id names this version on every event that was priced by it
 * @param aliases other names that producers use for the model
 * @param contextTokensMax how many tokens a call may have, if it is known
 * @param tiers the first that applies to a call is taken; the last applies always
 */
public record ModelPrice(
        String id,
        String provider,
        String model,
        List<String> aliases,
        Instant effectiveFrom,
        @Nullable Long contextTokensMax,
        List<PriceTier> tiers) {

    public ModelPrice {
        aliases = List.copyOf(aliases);
        tiers = List.copyOf(tiers);
        if (!Account.isId(id) || !Account.isId(model) || !Account.isId(provider)) {
            throw new IllegalArgumentException("id, provider and model must be 1 to 256 characters");
        }
        if (tiers.isEmpty() || !tiers.getLast().isStandard()) {
            throw new IllegalArgumentException("the last tier of %s must apply always".formatted(model));
        }
    }

    /** The rates for a call. */
    public Rates ratesFor(String serviceTier, long totalInputTokens) {
        for (PriceTier tier : tiers) {
            if (tier.applies(serviceTier, totalInputTokens)) {
                return tier.rates();
            }
        }
        throw new IllegalStateException("the last tier applies always");
    }
}
