package com.promptmanage.runner.call;

import com.promptmanage.topics.usage.TokenCounts;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one call to a model used: becomes one event of usage.
 *
 * @param model as the provider answered it; decides the price
 * @param tokens disjoint
 * @param endedAt decides the price's version and the period that is charged
 * @param serviceTier as the provider answered it, if it did
 * @param providerRequestId by which the provider can find the call; null if it gave none
 * @param simulated whether no model was asked
 * @param estimated whether we counted the tokens, since the provider did not tell
 */
public record CallUsage(
        String provider,
        String model,
        TokenCounts tokens,
        Instant endedAt,
        Duration took,
        @Nullable String serviceTier,
        @Nullable String providerRequestId,
        boolean simulated,
        boolean estimated) {

    /** As the provider told it. */
    public CallUsage(
            String provider,
            String model,
            TokenCounts tokens,
            Instant endedAt,
            Duration took,
            @Nullable String serviceTier,
            @Nullable String providerRequestId,
            boolean simulated) {
        this(provider, model, tokens, endedAt, took, serviceTier, providerRequestId, simulated, false);
    }
}
