package com.promptmanage.runner.journal;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** How the executions of a workflow have gone that were made from one instant on and before another. */
final class StatisticsQueries {

    private StatisticsQueries() {}

    static ExecutionStatistics.Total total(Handle handle, String workflowId, Instant from, Instant to) {
        return handle.createQuery("""
                        SELECT count(*) AS executions, count(started_at) AS begun,
                               count(*) FILTER (WHERE status = 'completed') AS completed,
                               count(*) FILTER (WHERE status = 'failed') AS failed,
                               count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
                               count(*) FILTER (WHERE status = 'timeout') AS timeout,
                               CAST(avg(ms) AS bigint) AS average_ms,
                               CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS bigint) AS p50_ms,
                               CAST(percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) AS bigint) AS p95_ms,
                               CAST(percentile_cont(0.99) WITHIN GROUP (ORDER BY ms) AS bigint) AS p99_ms,
                               coalesce(sum(tokens), 0) AS tokens, coalesce(sum(cost_nano_usd), 0) AS cost,
                               coalesce(sum(unpriced_calls), 0) AS unpriced,
                               coalesce(sum(wasted_nano_usd), 0) AS wasted, coalesce(sum(saved_nano_usd), 0) AS saved
                        FROM (SELECT *,
                        """ + ExecutionRecords.RAN_MS + """
                               AS ms FROM executions
                              WHERE workflow_id = :workflow AND created_at >= :from AND created_at < :to) e
                        """)
                .bind("workflow", workflowId)
                .bind("from", Change.at(from))
                .bind("to", Change.at(to))
                .map((row, ctx) -> new ExecutionStatistics.Total(
                        row.getLong("executions"),
                        row.getLong("begun"),
                        row.getLong("completed"),
                        row.getLong("failed"),
                        row.getLong("cancelled"),
                        row.getLong("timeout"),
                        row.getObject("average_ms", Long.class),
                        row.getObject("p50_ms", Long.class),
                        row.getObject("p95_ms", Long.class),
                        row.getObject("p99_ms", Long.class),
                        row.getLong("tokens"),
                        row.getLong("cost"),
                        row.getLong("unpriced"),
                        row.getLong("wasted"),
                        row.getLong("saved")))
                .one();
    }

    static List<ExecutionStatistics.Day> days(Handle handle, String workflowId, Instant from, Instant to, ZoneId zone) {
        return handle.createQuery("""
                        SELECT CAST(created_at AT TIME ZONE :zone AS date) AS day, count(*) AS executions,
                               count(*) FILTER (WHERE status = 'completed') AS completed,
                               count(*) FILTER (WHERE status IN ('failed', 'timeout')) AS failed,
                               sum(tokens) AS tokens, sum(cost_nano_usd) AS cost, sum(unpriced_calls) AS unpriced
                        FROM executions WHERE workflow_id = :workflow AND created_at >= :from AND created_at < :to
                        GROUP BY day ORDER BY day
                        """)
                .bind("zone", zone.getId())
                .bind("workflow", workflowId)
                .bind("from", Change.at(from))
                .bind("to", Change.at(to))
                .map((row, ctx) -> new ExecutionStatistics.Day(
                        row.getObject("day", LocalDate.class),
                        row.getLong("executions"),
                        row.getLong("completed"),
                        row.getLong("failed"),
                        row.getLong("tokens"),
                        row.getLong("cost"),
                        row.getLong("unpriced")))
                .list();
    }

    /** What was kept of the execution before was not run here: it is counted by itself, and its moment is no duration. */
    static List<ExecutionStatistics.Node> nodes(Handle handle, String workflowId, Instant from, Instant to) {
        return handle.createQuery("""
                        SELECT node_id, count(*) FILTER (WHERE NOT is_kept) AS runs,
                               count(*) FILTER (WHERE status = 'completed' AND NOT is_kept) AS completed,
                               count(*) FILTER (WHERE status = 'failed') AS failed,
                               count(*) FILTER (WHERE status = 'skipped') AS skipped,
                               count(*) FILTER (WHERE is_kept) AS kept,
                               CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE NOT is_kept)
                                   AS bigint) AS p50_ms,
                               CAST(percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) FILTER (WHERE NOT is_kept)
                                   AS bigint) AS p95_ms,
                               sum(tokens) AS tokens, sum(cost_nano_usd) AS cost, sum(unpriced_calls) AS unpriced
                        FROM (SELECT n.*, extract(epoch FROM n.completed_at - n.started_at) * 1000 AS ms,
                                     e.keeps AND n.status = 'completed' AND EXISTS (
                                         SELECT 1 FROM kept_runs k
                                         WHERE k.execution_id = n.execution_id AND k.scope = n.scope
                                           AND k.node_id = n.node_id) AS is_kept
                              FROM executions e JOIN node_runs n ON n.execution_id = e.id
                              WHERE e.workflow_id = :workflow AND e.created_at >= :from AND e.created_at < :to) r
                        GROUP BY node_id ORDER BY node_id
                        """)
                .bind("workflow", workflowId)
                .bind("from", Change.at(from))
                .bind("to", Change.at(to))
                .map((row, ctx) -> new ExecutionStatistics.Node(
                        row.getString("node_id"),
                        row.getLong("runs"),
                        row.getLong("completed"),
                        row.getLong("failed"),
                        row.getLong("skipped"),
                        row.getLong("kept"),
                        row.getObject("p50_ms", Long.class),
                        row.getObject("p95_ms", Long.class),
                        row.getLong("tokens"),
                        row.getLong("cost"),
                        row.getLong("unpriced")))
                .list();
    }
}
