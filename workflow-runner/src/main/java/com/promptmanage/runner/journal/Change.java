package com.promptmanage.runner.journal;

import com.promptmanage.runner.run.ScopeState;
import com.promptmanage.service.outbox.Outbox;
import com.promptmanage.service.outbox.OutboxRecord;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.execution.ExecutionChange;
import com.promptmanage.topics.execution.ExecutionChange.ExecutionChanged;
import com.promptmanage.topics.execution.ExecutionChange.NodeChanged;
import com.promptmanage.topics.execution.ExecutionChange.NodeStatus;
import com.promptmanage.topics.execution.ExecutionChange.Status;
import com.promptmanage.topics.execution.ExecutionChange.Totals;
import com.promptmanage.topics.execution.ExecutionChangeCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/**
 * One change of one execution, in one transaction that holds the lock of its row. What is read after the lock was taken is
 * what is true. Events are numbered in the order in which they are told, and written with everything else by {@link #save}.
 */
final class Change {

    /** Stands in every event's {@code source}. */
    static final String SOURCE = "/workflow-runner";

    private final Handle handle;

    private final ExecutionRow row;

    private final Pinned pinned;

    private final Instant now;

    private final List<ExecutionChange> told = new ArrayList<>();

    private List<ScopeState> scopes = List.of();

    private Status status;

    private @Nullable Instant startedAt;

    /** From now on; null to leave the deadline as it is. */
    private @Nullable Duration timeout;

    private boolean isStatusNew;

    private @Nullable String reason;

    private @Nullable Failing failing;

    private Totals totals;

    private int openNodes;

    private int heldNodes;

    /** Why the execution failed. */
    private record Failing(
            @Nullable String nodeId,
            String message,
            @Nullable String details) {}

    private Change(Handle handle, ExecutionRow row, Pinned pinned, Instant now) {
        this.handle = handle;
        this.row = row;
        this.pinned = pinned;
        this.now = now;
        this.status = row.status();
        this.startedAt = row.startedAt();
        this.totals = row.totals();
        this.openNodes = row.openNodes();
        this.heldNodes = row.heldNodes();
    }

    /** Takes the lock. Empty if there is no such execution. */
    static Optional<Change> of(Handle handle, Versions versions, String executionId, Instant now) {
        return handle.createQuery(
                        "SELECT " + ExecutionRow.COLUMNS + " FROM executions e WHERE e.id = :id FOR NO KEY UPDATE")
                .bind("id", executionId)
                .map((row, ctx) -> ExecutionRow.read(row))
                .findOne()
                .map(row -> of(handle, versions, row, now));
    }

    /**
     * Takes the lock, and then the node run's, for a worker. Empty if the lease does not hold any more. From then on the
     * transaction may stand still for three seconds and no more: a frozen worker must not hold rows for longer, since others pass
     * over locked ones without a word.
     */
    static Optional<Change> of(Handle handle, Versions versions, NodeLease lease, Instant now) {
        // Whoever had to wait for a lock sees both rows as they have become meanwhile.
        return handle.createQuery("SELECT " + ExecutionRow.COLUMNS + """
                        , set_config('idle_in_transaction_session_timeout', '3s', true)
                        FROM executions e JOIN node_runs n ON n.execution_id = e.id
                        WHERE e.id = :execution AND n.id = :run AND n.status = 'leased' AND n.fence = :fence
                        FOR NO KEY UPDATE OF e, n
                        """)
                .bind("execution", lease.executionId())
                .bind("run", lease.id())
                .bind("fence", lease.fence())
                .map((row, ctx) -> ExecutionRow.read(row))
                .findOne()
                .map(row -> of(handle, versions, row, now));
    }

    private static Change of(Handle handle, Versions versions, ExecutionRow row, Instant now) {
        return new Change(handle, row, versions.get(handle, row.workflowId(), row.workflowVersion()), now);
    }

    Handle handle() {
        return handle;
    }

    ExecutionRow row() {
        return row;
    }

    Pinned pinned() {
        return pinned;
    }

    Instant now() {
        return now;
    }

    Status status() {
        return status;
    }

    @Nullable
    Instant startedAt() {
        return startedAt;
    }

    int openNodes() {
        return openNodes;
    }

    int heldNodes() {
        return heldNodes;
    }

    /** Of scopes, as they are to be when the change is saved. Not read in between. */
    void store(List<ScopeState> changed) {
        scopes = List.copyOf(changed);
    }

    void addOpen(int count) {
        openNodes += count;
    }

    void addHeld(int count) {
        heldNodes += count;
    }

    void addTotals(int completed, int failed, int skipped) {
        totals = new Totals(
                totals.completedNodes() + completed,
                totals.failedNodes() + failed,
                totals.skippedNodes() + skipped,
                totals.tokens(),
                totals.costNanoUsd());
    }

    void addUse(long tokens, long costNanoUsd) {
        totals = new Totals(
                totals.completedNodes(),
                totals.failedNodes(),
                totals.skippedNodes(),
                totals.tokens() + tokens,
                totals.costNanoUsd() + costNanoUsd);
    }

    /** A model that only pretends has answered. Said of the execution from its next event on. */
    void markSimulated() {
        if (!row.isSimulated()) {
            handle.createUpdate("UPDATE executions SET is_simulated = true WHERE id = :id")
                    .bind("id", row.id())
                    .execute();
        }
    }

    void queue() {
        reason = null;
        failing = null;
        become(Status.QUEUED, null);
    }

    /** Begins, or goes on after a pause, with the whole time before it again. */
    void run(Duration timeout) {
        startedAt = startedAt == null ? now : startedAt;
        this.timeout = timeout;
        reason = null;
        become(Status.RUNNING, null);
    }

    /** @param why as JSON; its {@code message} is told */
    void pause(Status paused, String message, String why) {
        reason = why;
        become(paused, message);
    }

    void end(Status end) {
        become(end, null);
    }

    void fail(@Nullable String nodeId, String message, @Nullable String details) {
        failing = new Failing(nodeId, message, details);
        become(Status.FAILED, message);
    }

    void timeOut(String message) {
        failing = new Failing(null, message, null);
        become(Status.TIMEOUT, message);
    }

    private void become(Status other, @Nullable String why) {
        status = other;
        isStatusNew = true;
        Long durationMs = other.isEnd() && startedAt != null
                // A clock may have been set back meanwhile.
                ? Math.max(0, Duration.between(startedAt, now).toMillis())
                : null;
        told.add(new ExecutionChanged(row.told(), now, other, durationMs, why, totals));
    }

    /** Tells that a node is in another state. */
    void tell(NodeTold node) {
        told.add(new NodeChanged(
                row.told(),
                now,
                node.nodeId(),
                pinned.node(node.nodeId()).type().value(),
                node.scope(),
                node.status(),
                node.attempt(),
                node.durationMs(),
                node.error(),
                node.tokens(),
                node.costNanoUsd()));
    }

    /** What there is to tell of a node. */
    record NodeTold(
            String scope,
            String nodeId,
            NodeStatus status,
            int attempt,
            @Nullable Long durationMs,
            @Nullable String error,
            long tokens,
            long costNanoUsd) {

        static NodeTold of(String scope, String nodeId, NodeStatus status, int attempt) {
            return new NodeTold(scope, nodeId, status, attempt, null, null, 0, 0);
        }
    }

    /** Writes the row and the events. Nothing may be changed after it. */
    void save() {
        int seq = row.lastSeq() + told.size();
        List<byte[]> events = events();
        // In one round trip: the execution's lock is held meanwhile.
        Update update = handle.createUpdate("""
                WITH told AS (
                    INSERT INTO execution_log (execution_id, seq, at, entry)
                    SELECT :id, :seq - cardinality(:entries) + e.place, :at, e.entry
                    FROM unnest(:entries) WITH ORDINALITY AS e(entry, place)),
                scopes AS (
                """ + ScopeRows.STORE + """
                )
                UPDATE executions SET last_seq = :seq, open_nodes = :open, held_nodes = :held,
                    completed_nodes = :completedNodes, failed_nodes = :failedNodes,
                    skipped_nodes = :skippedNodes, tokens = :tokens, cost_nano_usd = :cost
                WHERE id = :id
                """);
        ScopeRows.bind(update, scopes)
                .bind("id", row.id())
                .bind("seq", seq)
                .bind("at", at(now))
                .bindArray(
                        "entries",
                        String.class,
                        events.stream()
                                .map(event -> new String(event, StandardCharsets.UTF_8))
                                .toList())
                .bind("open", openNodes)
                .bind("held", heldNodes)
                .bind("completedNodes", totals.completedNodes())
                .bind("failedNodes", totals.failedNodes())
                .bind("skippedNodes", totals.skippedNodes())
                .bind("tokens", totals.tokens())
                .bind("cost", totals.costNanoUsd())
                .execute();
        if (isStatusNew) {
            saveStatus();
            ExecutionAlerts.ended(
                    this,
                    status,
                    seq,
                    failing == null ? null : failing.nodeId(),
                    failing == null ? null : failing.message());
        }
        if (totals.costNanoUsd() > row.totals().costNanoUsd()) {
            ExecutionAlerts.spent(this, row.totals().costNanoUsd(), totals.costNanoUsd());
        }
        Outbox.append(
                handle,
                events.stream()
                        .map(event -> new OutboxRecord(
                                Topics.EXECUTION_EVENTS.name(), row.account().key(), event, Map.of(), row.id()))
                        .toList());
    }

    private List<byte[]> events() {
        var events = new ArrayList<byte[]>(told.size());
        for (ExecutionChange change : told) {
            int seq = row.lastSeq() + events.size() + 1;
            events.add(ExecutionChangeCodec.write(row.id() + "/" + seq, SOURCE, change));
        }
        return events;
    }

    private void saveStatus() {
        handle.createUpdate("""
                        UPDATE executions SET status = :status, reason = :reason, started_at = :started,
                            completed_at = :completed, ended_at = CASE WHEN :ended THEN now() END,
                            deadline_at = coalesce(now() + CAST(:timeoutMs AS bigint) * interval '1 millisecond', deadline_at),
                            error_node_id = :errorNode, error_message = :errorMessage, error_details = :errorDetails
                        WHERE id = :id
                        """)
                .bind("id", row.id())
                .bind("status", status.value())
                .bind("reason", reason)
                .bind("started", at(startedAt))
                .bind("completed", status.isEnd() ? at(now) : null)
                .bind("ended", status.isEnd())
                .bind("timeoutMs", timeout == null ? null : timeout.toMillis())
                .bind("errorNode", failing == null ? null : failing.nodeId())
                .bind("errorMessage", failing == null ? null : failing.message())
                .bind("errorDetails", failing == null ? null : failing.details())
                .execute();
    }

    static java.time.@Nullable OffsetDateTime at(@Nullable Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }
}
