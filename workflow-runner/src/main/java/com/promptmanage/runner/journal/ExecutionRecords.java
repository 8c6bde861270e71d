package com.promptmanage.runner.journal;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.topics.account.Account;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What executions have done, for people. Safe for use by several threads. */
public final class ExecutionRecords {

    /** What the nodes of one page may hold together, but for the last of them; bytes. */
    static final int PAGE_BYTES_MAX = 4 << 20;

    private static final int RERUNS_MAX = 10;

    /** A time by the clock that says when it is due: what becomes ready at once is due by then. */
    static final String BESIDES = """
            CASE WHEN status = 'ready' AND due_at > now() THEN due_at END AS waits_until,
            status = 'completed' AND EXISTS (
                SELECT 1 FROM kept_runs k
                WHERE k.execution_id = node_runs.execution_id AND k.scope = node_runs.scope
                  AND k.node_id = node_runs.node_id) AS is_kept
            """;

    /** Of {@code executions}: how long one that is over ran, without the times in which it stood still; null if it never did. */
    static final String RAN_MS = """
            CASE WHEN started_at IS NOT NULL AND completed_at IS NOT NULL
                 THEN CAST(greatest(0, floor(extract(epoch FROM completed_at - started_at) * 1000) - stood_still_ms)
                     AS bigint)
                 END""";

    private final Database database;

    public ExecutionRecords(Database database) {
        this.database = database;
    }

    /**
     * An execution as it is shown.
     *
     * @param number rises with each
     * @param triggerData as JSON; where many are listed only its beginning, for each may be as large as a request
     * @param reason why it is paused, as JSON
     * @param costNanoUsd at list price
     * @param wastedNanoUsd of that, or of what may have been charged besides, for answers that did not arrive
     * @param savedNanoUsd what identical questions would have cost again
     * @param unpricedCalls of models that are not listed: what they cost is in none of these
     */
    public record Shown(
            String id,
            long number,
            String workflowId,
            int workflowVersion,
            Account account,
            String userId,
            String triggeredBy,
            String triggerData,
            boolean isTest,
            @Nullable String rerunOf,
            String status,
            @Nullable String reason,
            Instant createdAt,
            @Nullable Instant startedAt,
            @Nullable Instant completedAt,
            @Nullable Long ranMs,
            int openNodes,
            int completedNodes,
            int failedNodes,
            int skippedNodes,
            long tokens,
            long costNanoUsd,
            long wastedNanoUsd,
            long savedNanoUsd,
            int unpricedCalls,
            boolean isSimulated,
            @Nullable String errorNodeId,
            @Nullable String errorMessage,
            @Nullable String errorDetails) {

        static final String COLUMNS = """
                id, number, workflow_id, workflow_version, account, user_id, triggered_by, is_test, \
                rerun_of, status, reason, created_at, started_at, completed_at, \
                """ + RAN_MS + """
                 AS ran_ms, open_nodes + held_nodes AS open_nodes, \
                completed_nodes, failed_nodes, skipped_nodes, tokens, cost_nano_usd, wasted_nano_usd, saved_nano_usd, \
                unpriced_calls, is_simulated, error_node_id, error_message, error_details""";

        static Shown read(ResultSet row) throws SQLException {
            return new Shown(
                    row.getString("id"),
                    row.getLong("number"),
                    row.getString("workflow_id"),
                    row.getInt("workflow_version"),
                    new Account(row.getString("account")),
                    row.getString("user_id"),
                    row.getString("triggered_by"),
                    row.getString("trigger_data"),
                    row.getBoolean("is_test"),
                    row.getString("rerun_of"),
                    row.getString("status"),
                    row.getString("reason"),
                    WorkflowRow.instant(row, "created_at"),
                    WorkflowRow.optionalInstant(row, "started_at"),
                    WorkflowRow.optionalInstant(row, "completed_at"),
                    row.getObject("ran_ms", Long.class),
                    row.getInt("open_nodes"),
                    row.getInt("completed_nodes"),
                    row.getInt("failed_nodes"),
                    row.getInt("skipped_nodes"),
                    row.getLong("tokens"),
                    row.getLong("cost_nano_usd"),
                    row.getLong("wasted_nano_usd"),
                    row.getLong("saved_nano_usd"),
                    row.getInt("unpriced_calls"),
                    row.getBoolean("is_simulated"),
                    row.getString("error_node_id"),
                    row.getString("error_message"),
                    row.getString("error_details"));
        }
    }

    /**
     * A node run as it is shown.
     *
     * @param isKept whether another execution has done it, and this one only took it over
     * @param waitsUntil when a delay is over, or the next attempt of what has failed for now; null if it does not wait for a time
     * @param output as JSON, unless it is too large to be shown with the rest: then it is under {@code payloadId}
     * @param unpricedCalls of models that are not listed: what they cost is not in {@code costNanoUsd}
     * @param budgets that its last call counted towards, as they stood before it, as JSON
     */
    public record NodeShown(
            long id,
            String scope,
            String nodeId,
            String status,
            int attempt,
            boolean isKept,
            @Nullable Instant waitsUntil,
            @Nullable Instant startedAt,
            @Nullable Instant completedAt,
            @Nullable String output,
            @Nullable String payloadId,
            long tokens,
            long costNanoUsd,
            int unpricedCalls,
            @Nullable String model,
            @Nullable String budgets,
            @Nullable String errorKind,
            @Nullable String errorMessage,
            @Nullable String errorDetails) {}

    /** Never empty if there are more. */
    public record NodePage(List<NodeShown> nodes, boolean hasMore) {}

    /**
     * @param shownFrom of those that are over, only what was begun since then
     * @param before only those with lower numbers; null for the newest
     */
    public record Filter(
            String workflowId,
            @Nullable String status,
            @Nullable String triggeredBy,
            @Nullable Instant from,
            @Nullable Instant to,
            Instant shownFrom,
            @Nullable Long before) {}

    /**
     * @param callsUnderWay that have been sent and not been answered yet, or never will be: of an execution that is over, what they may
     *     cost is in its waste
     * @param reruns that were begun from it, the newest first; no more than the last ten
     */
    public record Around(int callsUnderWay, List<Rerun> reruns) {}

    /** @param keeps whether it goes on from what the other had done, and does not do that again */
    public record Rerun(String id, int workflowVersion, String status, boolean keeps, Instant createdAt) {}

    /**
     * How an execution stands that waits in its workflow's queue.
     *
     * @param running how many executions of the workflow are under way
     * @param ahead how many wait that were made before it
     */
    public record Turn(long running, long ahead) {}

    /** One entry of an execution's log: an event as it was told. */
    public record Entry(int seq, String event) {}

    /** Whoever asks: what they may see is decided with what this answers. */
    public Optional<Shown> find(String executionId) {
        return database.asSystem(handle -> find(handle, executionId));
    }

    /** The newest first. */
    public List<Shown> list(Scope scope, Filter filter, int limit) {
        return database.inTransaction(scope, handle -> {
            // A plan for any workflow reads all executions of this one: most workflows have few.
            handle.execute("SET LOCAL plan_cache_mode = force_custom_plan");
            return handle.createQuery("SELECT " + Shown.COLUMNS + """
                            , left(trigger_data, 1000) AS trigger_data FROM executions WHERE workflow_id = :workflow
                              AND (CAST(:status AS text) IS NULL OR status = :status)
                              AND (CAST(:by AS text) IS NULL OR triggered_by = :by)
                              AND (CAST(:from AS timestamptz) IS NULL OR created_at >= :from)
                              AND (CAST(:to AS timestamptz) IS NULL OR created_at < :to)
                              AND (created_at >= :shownFrom OR completed_at IS NULL)
                              AND (CAST(:before AS bigint) IS NULL OR number < :before)
                            ORDER BY number DESC LIMIT :limit
                            """)
                    .bind("workflow", filter.workflowId())
                    .bind("status", filter.status())
                    .bind("by", filter.triggeredBy())
                    .bind("from", Change.at(filter.from()))
                    .bind("to", Change.at(filter.to()))
                    .bind("shownFrom", Change.at(filter.shownFrom()))
                    .bind("before", filter.before())
                    .bind("limit", limit)
                    .map((row, ctx) -> Shown.read(row))
                    .list();
        });
    }

    /** In the order in which they were begun; those of loops and fan-outs beside each other. */
    public List<NodeShown> nodes(Scope scope, String executionId, long after, int limit) {
        return database.inTransaction(
                scope,
                handle -> handle.createQuery("""
                        SELECT *, %s FROM node_runs
                        WHERE execution_id = :execution AND id > :after ORDER BY id LIMIT :limit
                        """.formatted(BESIDES))
                        .bind("execution", executionId)
                        .bind("after", after)
                        .bind("limit", limit)
                        .map((row, ctx) -> nodeShown(row))
                        .list());
    }

    /** Of all runs, however many there are; those of a node beside each other, the nodes in the order in which they were first run. */
    public List<RunsAlike> summary(Scope scope, String executionId) {
        return database.inTransaction(scope, handle -> RunsAlike.of(handle, executionId));
    }

    /**
     * As {@link #nodes}, but of large ones fewer, so that what is in memory at a time does not grow with their number.
     *
     * @param status that they have, as it is stored; null for any
     */
    public NodePage page(Scope scope, String executionId, @Nullable String status, long after, int limit) {
        return database.inTransaction(scope, handle -> {
            List<NodeShown> found = handle.createQuery("""
                            SELECT * FROM (
                                SELECT *, sum(octet_length(concat(budgets, error_message, error_details))
                                              + coalesce(octet_length(output), 0))
                                          OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                                          AS bytes_before
                                FROM (
                                    SELECT *, %s FROM node_runs WHERE execution_id = :execution AND id > :after
                                      AND (CAST(:status AS text) IS NULL OR status = :status)
                                    ORDER BY id LIMIT :limit) AS wanted) AS measured
                            WHERE bytes_before IS NULL OR bytes_before < :bytesMax
                            ORDER BY id
                            """.formatted(BESIDES))
                    .bind("execution", executionId)
                    .bind("after", after)
                    .bind("status", status)
                    .bind("limit", limit)
                    .bind("bytesMax", PAGE_BYTES_MAX)
                    .map((row, ctx) -> nodeShown(row))
                    .list();
            return new NodePage(
                    found,
                    !found.isEmpty()
                            && hasMore(
                                    handle, executionId, status, found.getLast().id()));
        });
    }

    private static boolean hasMore(Handle handle, String executionId, @Nullable String status, long after) {
        return handle.createQuery("""
                        SELECT EXISTS (
                            SELECT 1 FROM node_runs WHERE execution_id = :execution AND id > :after
                              AND (CAST(:status AS text) IS NULL OR status = :status))
                        """)
                .bind("execution", executionId)
                .bind("after", after)
                .bind("status", status)
                .mapTo(Boolean.class)
                .one();
    }

    private static NodeShown nodeShown(ResultSet row) throws SQLException {
        return new NodeShown(
                row.getLong("id"),
                row.getString("scope"),
                row.getString("node_id"),
                row.getString("status"),
                row.getInt("attempt"),
                row.getBoolean("is_kept"),
                WorkflowRow.optionalInstant(row, "waits_until"),
                WorkflowRow.optionalInstant(row, "started_at"),
                WorkflowRow.optionalInstant(row, "completed_at"),
                row.getString("output"),
                row.getString("payload_id"),
                row.getLong("tokens"),
                row.getLong("cost_nano_usd"),
                row.getInt("unpriced_calls"),
                row.getString("model"),
                row.getString("budgets"),
                row.getString("error_kind"),
                row.getString("error_message"),
                row.getString("error_details"));
    }

    public Optional<String> payload(Scope scope, String executionId, String payloadId) {
        return database.inTransaction(
                scope,
                handle -> handle.createQuery(
                                "SELECT content FROM payloads WHERE id = :id AND execution_id = :execution")
                        .bind("id", payloadId)
                        .bind("execution", executionId)
                        .mapTo(String.class)
                        .findOne());
    }

    /** What happened after the entry with this number. */
    public List<Entry> log(Scope scope, String executionId, int after, int limit) {
        return database.inTransaction(
                scope,
                handle -> handle
                        .createQuery("""
                        SELECT seq, entry FROM execution_log
                        WHERE execution_id = :execution AND seq > :after AND seq < :end
                        ORDER BY seq
                        """)
                        .bind("execution", executionId)
                        .bind("after", after)
                        // Events are numbered without gaps.
                        .bind("end", (long) after + limit + LogRow.EVENTS_MAX)
                        .map((row, ctx) -> new LogRow(executionId, row.getInt("seq"), row.getString("entry")))
                        .list()
                        .stream()
                        .flatMap(row -> row.entries().stream())
                        .filter(entry -> entry.seq() > after)
                        .limit(limit)
                        .toList());
    }

    /** What is told of an execution besides itself. */
    public Around around(Scope scope, String executionId) {
        return database.inTransaction(scope, handle -> {
            int calls = handle.createQuery(
                            "SELECT count(*) FROM external_calls WHERE execution_id = :id AND state = 'sent'")
                    .bind("id", executionId)
                    .mapTo(Integer.class)
                    .one();
            List<Rerun> reruns = handle.createQuery("""
                            SELECT id, workflow_version, status, keeps, created_at FROM executions
                            WHERE rerun_of = :id ORDER BY number DESC LIMIT :limit
                            """)
                    .bind("id", executionId)
                    .bind("limit", RERUNS_MAX)
                    .map((row, ctx) -> new Rerun(
                            row.getString("id"),
                            row.getInt("workflow_version"),
                            row.getString("status"),
                            row.getBoolean("keeps"),
                            WorkflowRow.instant(row, "created_at")))
                    .list();
            return new Around(calls, reruns);
        });
    }

    /** Of one that is queued. */
    public Turn turn(Scope scope, Shown execution) {
        return database.inTransaction(
                scope,
                handle -> handle.createQuery("""
                        SELECT count(*) FILTER (WHERE status = 'running') AS running,
                               count(*) FILTER (WHERE status = 'queued' AND number < :number) AS ahead
                        FROM executions WHERE workflow_id = :workflow AND status IN ('queued', 'running')
                        """)
                        .bind("number", execution.number())
                        .bind("workflow", execution.workflowId())
                        .map((row, ctx) -> new Turn(row.getLong("running"), row.getLong("ahead")))
                        .one());
    }

    /** Of the executions made from then on and before then. */
    public ExecutionStatistics statistics(Scope scope, String workflowId, Instant from, Instant to, ZoneId zone) {
        return database.inTransaction(
                scope,
                handle -> new ExecutionStatistics(
                        StatisticsQueries.total(handle, workflowId, from, to),
                        StatisticsQueries.days(handle, workflowId, from, to, zone),
                        StatisticsQueries.nodes(handle, workflowId, from, to)));
    }

    private static Optional<Shown> find(Handle handle, String executionId) {
        return handle.createQuery("SELECT " + Shown.COLUMNS + ", trigger_data FROM executions WHERE id = :id")
                .bind("id", executionId)
                .map((row, ctx) -> Shown.read(row))
                .findOne();
    }
}
