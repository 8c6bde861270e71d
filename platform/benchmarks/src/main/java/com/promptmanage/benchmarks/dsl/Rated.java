package com.promptmanage.benchmarks.dsl;

import com.promptmanage.topics.usage.UsageEvent;
import java.util.Objects;

/**
 * A unique event with its cost, as it goes through the topology and to those who want every event.
 *
 * @param timeMs when the call was made, epoch milliseconds
 * @param costNanoUsd nanoUSD
 */
record Rated(
        String id,
        String account,
        String userId,
        String model,
        String provider,
        String workflowId,
        String promptId,
        String apiKeyId,
        String executionType,
        long timeMs,
        long inputTokens,
        long outputTokens,
        long costNanoUsd) {

    static Rated of(UsageEvent event, long inputTokens, long outputTokens, long costNanoUsd) {
        var usage = event.usage();
        return new Rated(
                event.id(),
                event.account().value(),
                usage.userId(),
                usage.model(),
                Objects.requireNonNullElse(usage.provider(), ""),
                Objects.requireNonNullElse(usage.workflowId(), ""),
                Objects.requireNonNullElse(usage.promptId(), ""),
                Objects.requireNonNullElse(usage.apiKeyId(), ""),
                usage.executionType().value(),
                event.time().toEpochMilli(),
                inputTokens,
                outputTokens,
                costNanoUsd);
    }
}
