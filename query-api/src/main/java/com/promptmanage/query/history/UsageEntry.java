package com.promptmanage.query.history;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonRawValue;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One event of the history, as the API tells it.
 *
 * @param number places events of one moment in an order
 * @param id of the event, as its sender gave it; unique together with the source
 * @param tags a JSON object
 * @param costNanoUsd null while the event has no price
 * @param costs nanoUSD by kind of token: a JSON object
 */
public record UsageEntry(
        @JsonIgnore long number,
        Instant time,
        String id,
        String source,
        String account,
        String userId,
        @Nullable String teamId,
        String model,
        @Nullable String provider,
        String executionType,
        @Nullable String promptId,
        @Nullable String runId,
        @Nullable String workflowId,
        @Nullable String executionId,
        @Nullable String nodeId,
        @Nullable String apiKeyId,
        @Nullable String conversationId,
        @Nullable String serviceTier,
        @Nullable Long durationMs,
        @JsonRawValue String tags,
        @JsonIgnore TokenCounts counts,
        @Nullable Long costNanoUsd,
        @JsonRawValue String costs,
        @Nullable String priceId) {

    /** By kind, those of which there are any. */
    @JsonProperty
    public Map<String, Long> tokens() {
        var tokens = new LinkedHashMap<String, Long>();
        for (TokenKind kind : TokenKind.values()) {
            if (counts.get(kind) != 0) {
                tokens.put(kind.field(), counts.get(kind));
            }
        }
        return tokens;
    }

    @JsonProperty
    public long totalTokens() {
        return counts.total();
    }

    /** USD, exactly; null while the event has no price. */
    @JsonProperty
    public @Nullable String cost() {
        return costNanoUsd == null ? null : new NanoUsd(costNanoUsd).toUsd();
    }

    @JsonProperty
    public boolean unpriced() {
        return costNanoUsd == null;
    }

    static @Nullable String teamOf(String account) {
        var of = new Account(account);
        return of.isTeam() ? of.id() : null;
    }
}
