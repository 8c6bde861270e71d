package com.promptmanage.topics.pricing;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The rates of a model under a condition.
 *
 * @param name for people, for example {@code Flex}
 * @param serviceTiers the provider's service tiers that it is for, in lower case; empty for any
 * @param inputTokensAbove more input tokens than this, of all kinds; −1 for any number
 */
public record PriceTier(String name, Set<String> serviceTiers, long inputTokensAbove, Rates rates) {

    public PriceTier {
        serviceTiers = serviceTiers.stream()
                .map(tier -> tier.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
        if (inputTokensAbove < -1) {
            throw new IllegalArgumentException("inputTokensAbove must be -1 or more, got " + inputTokensAbove);
        }
    }

    /** The tier that always applies. */
    public static PriceTier standard(Rates rates) {
        return new PriceTier("standard", Set.of(), -1, rates);
    }

    public boolean isStandard() {
        return serviceTiers.isEmpty() && inputTokensAbove < 0;
    }

    /**
     * Whether the tier applies to a call.
     *
     * @param serviceTier in lower case; empty if the call names none
     */
    public boolean applies(String serviceTier, long totalInputTokens) {
        return totalInputTokens > inputTokensAbove && (serviceTiers.isEmpty() || serviceTiers.contains(serviceTier));
    }
}
