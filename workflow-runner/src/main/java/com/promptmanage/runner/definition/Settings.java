package com.promptmanage.runner.definition;

import com.promptmanage.topics.money.NanoUsd;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a workflow runs. Components are null where nothing is said, so that a stored definition does not freeze the
 * defaults of the day; {@link #effective} fills them in.
 *
 * @param maxConcurrentNodes of one execution, records of a data source included
 * @param timeout of the whole execution
 * @param maxCost of one execution; calls that would go beyond it are not made
 * @param loopDelay between the executions of a continuous workflow
 * @param continueWhile an expression over the last execution's outputs; a continuous workflow goes on while it holds
 */
public record Settings(
        @Nullable Integer maxConcurrentNodes,
        @Nullable Duration timeout,
        RetryPolicy retryPolicy,
        @Nullable ErrorHandling errorHandling,
        @Nullable NanoUsd maxCost,
        @Nullable Duration loopDelay,
        @Nullable String continueWhile) {

    public static final Settings UNSET = new Settings(null, null, RetryPolicy.UNSET, null, null, null, null);

    /** These settings, with the other's where these say nothing: a workflow's own columns stand in for its definition's. */
    public Settings orElse(Settings other) {
        return new Settings(
                maxConcurrentNodes == null ? other.maxConcurrentNodes : maxConcurrentNodes,
                timeout == null ? other.timeout : timeout,
                retryPolicy.orElse(other.retryPolicy),
                errorHandling == null ? other.errorHandling : errorHandling,
                maxCost == null ? other.maxCost : maxCost,
                loopDelay == null ? other.loopDelay : loopDelay,
                continueWhile == null ? other.continueWhile : continueWhile);
    }

    /** With the product's defaults where nothing is said: 5 nodes at once, one hour, stop at the first failure. */
    public Effective effective() {
        return new Effective(
                maxConcurrentNodes == null ? 5 : maxConcurrentNodes,
                timeout == null ? Duration.ofHours(1) : timeout,
                retryPolicy.effective(),
                errorHandling == null ? ErrorHandling.STOP : errorHandling,
                Optional.ofNullable(maxCost),
                loopDelay == null ? Duration.ofMinutes(1) : loopDelay,
                Optional.ofNullable(continueWhile));
    }

    /** Settings with nothing left open. */
    public record Effective(
            int maxConcurrentNodes,
            Duration timeout,
            RetryPolicy.Effective retryPolicy,
            ErrorHandling errorHandling,
            Optional<NanoUsd> maxCost,
            Duration loopDelay,
            Optional<String> continueWhile) {}
}
