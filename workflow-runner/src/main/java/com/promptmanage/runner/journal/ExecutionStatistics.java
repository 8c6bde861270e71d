package com.promptmanage.runner.journal;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a workflow's executions have gone.
 *
 * <p>What calls of models cost that have no list price is in none of the costs: how many there were is in {@code unpricedCalls}.
 *
 * @param days in order, those without executions left out
 */
public record ExecutionStatistics(Total total, List<Day> days, List<Node> nodes) {

    public ExecutionStatistics {
        days = List.copyOf(days);
        nodes = List.copyOf(nodes);
    }

    /**
     * All of them. Durations are of those that have ended; null if none has.
     *
     * @param begun of them, those that do not still wait for their turn, or have ended waiting
     */
    public record Total(
            long executions,
            long begun,
            long completed,
            long failed,
            long cancelled,
            long timeout,
            @Nullable Long averageMs,
            @Nullable Long p50Ms,
            @Nullable Long p95Ms,
            @Nullable Long p99Ms,
            long tokens,
            long costNanoUsd,
            long unpricedCalls,
            long wastedNanoUsd,
            long savedNanoUsd) {

        /** What one that began has used so far, as tokens; 0 if none did. */
        public long averageTokens() {
            return begun == 0 ? 0 : tokens / begun;
        }

        /** What one that began has cost so far, in nanoUSD at list price; 0 if none did. */
        public long averageCostNanoUsd() {
            return begun == 0 ? 0 : costNanoUsd / begun;
        }

        /** Of those that ended by themselves, from 0 to 1. */
        public Optional<BigDecimal> successRate() {
            long ended = completed + failed + timeout;
            return ended == 0
                    ? Optional.empty()
                    : Optional.of(
                            BigDecimal.valueOf(completed).divide(BigDecimal.valueOf(ended), 4, RoundingMode.HALF_EVEN));
        }
    }

    /** Those that began on one day. */
    public record Day(
            LocalDate date,
            long executions,
            long completed,
            long failed,
            long tokens,
            long costNanoUsd,
            long unpricedCalls) {}

    /**
     * One node's runs in all of them.
     *
     * @param kept that were taken over from the execution before, and so were not run: in none of the others
     */
    public record Node(
            String nodeId,
            long runs,
            long completed,
            long failed,
            long skipped,
            long kept,
            @Nullable Long p50Ms,
            @Nullable Long p95Ms,
            long tokens,
            long costNanoUsd,
            long unpricedCalls) {}
}
