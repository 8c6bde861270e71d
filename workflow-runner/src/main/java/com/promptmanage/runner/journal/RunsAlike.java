package com.promptmanage.runner.journal;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What those runs of a node of an execution come to that stand alike.
 *
 * @param status as {@link ExecutionRecords.NodeShown} has it
 * @param hasError whether they say what went wrong
 * @param isWaiting whether they wait for a time
 * @param kept how many of them another execution has done
 * @param waitsUntil the first of their times; null if they wait for none
 * @param costNanoUsd at list price
 * @param unpricedCalls of models that are not listed: what they cost is not in {@code costNanoUsd}
 * @param longestMs of those that are over and were not kept; null if there are none
 */
public record RunsAlike(
        String nodeId,
        String status,
        boolean hasError,
        boolean isWaiting,
        long runs,
        long kept,
        @Nullable Instant waitsUntil,
        long tokens,
        long costNanoUsd,
        long unpricedCalls,
        @Nullable Long longestMs) {

    /** Those of a node beside each other, the nodes in the order in which they were first run. */
    static List<RunsAlike> of(Handle handle, String executionId) {
        return handle.createQuery("""
                        SELECT node_id, status, error_kind IS NOT NULL AS has_error,
                               waits_until IS NOT NULL AS is_waiting,
                               count(*) AS runs, count(*) FILTER (WHERE is_kept) AS kept,
                               min(waits_until) AS waits_until, sum(tokens) AS tokens,
                               sum(cost_nano_usd) AS cost_nano_usd, sum(unpriced_calls) AS unpriced_calls,
                               CAST(floor(1000 * max(extract(epoch FROM completed_at - started_at))
                                   FILTER (WHERE NOT is_kept)) AS bigint) AS longest_ms,
                               min(min(id)) OVER (PARTITION BY node_id) AS first_id
                        FROM (SELECT *, %s FROM node_runs WHERE execution_id = :execution) AS found
                        GROUP BY node_id, status, has_error, is_waiting
                        ORDER BY first_id, status, has_error, is_waiting
                        """.formatted(ExecutionRecords.BESIDES))
                .bind("execution", executionId)
                .map((row, ctx) -> new RunsAlike(
                        row.getString("node_id"),
                        row.getString("status"),
                        row.getBoolean("has_error"),
                        row.getBoolean("is_waiting"),
                        row.getLong("runs"),
                        row.getLong("kept"),
                        WorkflowRow.optionalInstant(row, "waits_until"),
                        row.getLong("tokens"),
                        row.getLong("cost_nano_usd"),
                        row.getLong("unpriced_calls"),
                        row.getObject("longest_ms", Long.class)))
                .list();
    }
}
