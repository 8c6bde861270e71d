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
 * @param effectiveFrom from the year 1 to 9999, so that it is a time that JSON and a {@code long} of milliseconds can hold
 * @param contextTokensMax how many tokens a call may have, if it is known
 * @param tiers the first that applies to a call is taken; the last applies always, and only the last
 */
public record ModelPrice(
        String id,
        String provider,
        String model,
        List<String> aliases,
        Instant effectiveFrom,
        @Nullable Long contextTokensMax,
        List<PriceTier> tiers) {

    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999999Z");

    public ModelPrice {
        aliases = List.copyOf(aliases);
        tiers = List.copyOf(tiers);
        if (!Account.isId(id) || !Account.isId(model) || !Account.isId(provider)) {
            throw new IllegalArgumentException("id, provider and model must be 1 to 256 characters");
        }
        if (!aliases.stream().allMatch(Account::isId)) {
            throw new IllegalArgumentException("each alias of %s must be 1 to 256 characters".formatted(model));
        }
        if (!isEffectiveTime(effectiveFrom)) {
            throw new IllegalArgumentException(
                    "effectiveFrom of %s must be in the years 1 to 9999, got %s".formatted(model, effectiveFrom));
        }
        if (contextTokensMax != null && contextTokensMax <= 0) {
            throw new IllegalArgumentException(
                    "contextTokensMax of %s must be above 0, got %d".formatted(model, contextTokensMax));
        }
        if (tiers.isEmpty() || !tiers.getLast().isStandard()) {
            throw new IllegalArgumentException("the last tier of %s must apply always".formatted(model));
        }
        for (PriceTier tier : tiers.subList(0, tiers.size() - 1)) {
            if (tier.isStandard()) {
                throw new IllegalArgumentException(
                        "tier '%s' of %s applies always: those after it would never be taken, put it last"
                                .formatted(tier.name(), model));
            }
        }
    }

    /** Whether a price may begin at a time. */
    public static boolean isEffectiveTime(Instant time) {
        return !time.isBefore(EARLIEST) && !time.isAfter(LATEST);
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
