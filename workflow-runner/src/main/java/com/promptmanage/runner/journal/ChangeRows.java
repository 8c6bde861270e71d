package com.promptmanage.runner.journal;

import com.promptmanage.runner.journal.Change.Begun;
import com.promptmanage.runner.journal.Change.Done;
import com.promptmanage.runner.journal.Change.Made;
import com.promptmanage.runner.run.ScopeState;
import com.promptmanage.service.outbox.Outbox;
import com.promptmanage.service.outbox.OutboxRecord;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.execution.ExecutionChange;
import com.promptmanage.topics.execution.ExecutionChangeCodec;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Writes what has changed in several executions, in as many statements as for one: their locks are held meanwhile, and a result
 * costs no round trips of its own.
 */
final class ChangeRows {

    /** A node run that was made in a change. */
    record Place(String executionId, String scope, String nodeId) {}

    private final Handle handle;

    private final List<Change> changes;

    private ChangeRows(Handle handle, Collection<Change> changes) {
        this.handle = handle;
        this.changes = List.copyOf(changes);
    }

    /**
     * Writes everything that was changed, and the events. Returns the ids of the node runs that were made and are leased.
     *
     * @param changes of one transaction
     */
    static Map<Place, Long> save(Handle handle, Collection<Change> changes) {
        if (changes.isEmpty()) {
            return Map.of();
        }
        var rows = new ChangeRows(handle, changes);
        rows.writeDone();
        Map<Place, Long> made = rows.writeMade();
        changes.forEach(ChangeRows::promote);
        List<Of<List<byte[]>>> told =
                changes.stream().map(change -> new Of<>(change, events(change))).toList();
        rows.writeExecutions(told.stream().flatMap(ChangeRows::logged).toList());
        rows.writeStatuses();
        rows.alert();
        Outbox.append(handle, told.stream().flatMap(ChangeRows::records).toList());
        return made;
    }

    /** For what is to be read from the table before the change is saved. */
    static void writeDone(Change change) {
        new ChangeRows(change.handle(), List.of(change)).writeDone();
    }

    /** One of a change's parts, and whose it is. */
    private record Of<T>(Change change, T part) {

        String executionId() {
            return change.row().id();
        }
    }

    private <T> List<Of<T>> all(Function<Change, List<T>> parts) {
        return changes.stream()
                .flatMap(change -> parts.apply(change).stream().map(part -> new Of<>(change, part)))
                .toList();
    }

    private void writeDone() {
        List<Of<Begun>> begun = all(Change::takeBegun);
        List<Of<Done>> done = all(Change::takeDone);
        if (!begun.isEmpty()) {
            handle.createUpdate("""
                            UPDATE node_runs n SET attempt = b.attempt, started_at = coalesce(n.started_at, :now)
                            FROM unnest(:ids, :attempts) AS b(id, attempt) WHERE n.id = b.id
                            """)
                    .bind("ids", longs(begun, run -> run.part().id()))
                    .bind("attempts", ints(begun, run -> run.part().attempt()))
                    .bind("now", now())
                    .execute();
        }
        if (!done.isEmpty()) {
            var update = handle.createUpdate("""
                            UPDATE node_runs n SET status = d.status, output = d.output, payload_id = d.payload,
                                completed_at = CASE WHEN d.status = 'completed' THEN :now END, lease_owner = NULL,
                                error_kind = NULL, error_message = NULL, error_details = NULL
                            FROM unnest(:ids, :statuses, :outputs, :payloads) AS d(id, status, output, payload)
                            WHERE n.id = d.id
                            """)
                    .bind("ids", longs(done, run -> run.part().id()))
                    .bind("now", now());
            Columns.bind(update, "statuses", done, run -> run.part().status());
            Columns.bind(update, "outputs", done, run -> run.part().place().inline());
            Columns.bind(update, "payloads", done, run -> run.part().place().payloadId());
            update.execute();
        }
    }

    private Map<Place, Long> writeMade() {
        List<Of<Made>> made = all(Change::takeMade);
        if (made.isEmpty()) {
            return Map.of();
        }
        // In this order, so that of those that are held the first is let go on first.
        var insert = handle.createQuery("""
                        INSERT INTO node_runs (execution_id, scope, node_id, status, attempt, due_at, lease_owner, fence,
                            started_at, completed_at)
                        SELECT m.execution, m.scope, m.node, m.status, m.leased,
                            now() + m.lease_ms * interval '1 millisecond', nullif(m.owner, ''), m.leased,
                            CASE WHEN m.status = 'leased' THEN :now END, CASE WHEN m.status = 'skipped' THEN :now END
                        FROM unnest(:executions, :scopes, :nodes, :statuses, :leased, :leaseMs, :owners) WITH ORDINALITY
                            AS m(execution, scope, node, status, leased, lease_ms, owner, place)
                        ORDER BY m.place
                        RETURNING id, execution_id, scope, node_id, status
                        """)
                .bind("leased", ints(made, run -> run.part().isLeased() ? 1 : 0))
                .bind(
                        "leaseMs",
                        longs(
                                made,
                                run -> run.part().isLeased()
                                        ? run.part().taker().lease().toMillis()
                                        : 0))
                .bind("now", now());
        Columns.bind(insert, "executions", made, Of::executionId);
        Columns.bind(insert, "scopes", made, run -> run.part().scope());
        Columns.bind(insert, "nodes", made, run -> run.part().nodeId());
        Columns.bind(insert, "statuses", made, run -> run.part().status());
        Columns.bind(
                insert,
                "owners",
                made,
                run -> run.part().isLeased() ? run.part().taker().owner() : "");
        var ids = new HashMap<Place, Long>();
        insert.map((row, ctx) -> {
                    if (row.getString("status").equals("leased")) {
                        ids.put(
                                new Place(
                                        row.getString("execution_id"),
                                        row.getString("scope"),
                                        row.getString("node_id")),
                                row.getLong("id"));
                    }
                    return row.getLong("id");
                })
                .list();
        return ids;
    }

    /** Lets what was held go on, as far as the execution may do at a time. */
    private static void promote(Change change) {
        int room = change.room();
        if (change.heldNodes() == 0 || room == 0) {
            return;
        }
        int promoted = change.handle()
                .createUpdate("""
                        UPDATE node_runs SET status = 'ready'
                        WHERE id IN (SELECT id FROM node_runs WHERE execution_id = :execution AND status = 'held'
                                     ORDER BY id LIMIT :room)
                        """)
                .bind("execution", change.row().id())
                .bind("room", room)
                .execute();
        change.addHeld(-promoted);
        change.addOpen(promoted);
    }

    private void writeExecutions(List<LogRow> log) {
        var update = handle.createUpdate("""
                WITH told AS (
                    INSERT INTO execution_log (execution_id, seq, at, entry)
                    SELECT t.execution, t.seq, :now, t.entry
                    FROM unnest(:toldOf, :seqs, :entries) AS t(execution, seq, entry)),
                opened AS (
                """ + ScopeRows.INSERT + """
                ),
                changed AS (
                """ + ScopeRows.UPDATE + """
                )
                UPDATE executions e SET last_seq = c.last_seq, open_nodes = c.open, held_nodes = c.held,
                    completed_nodes = c.completed, failed_nodes = c.failed, skipped_nodes = c.skipped,
                    tokens = c.tokens, cost_nano_usd = c.cost
                FROM unnest(:changed, :lastSeqs, :open, :held, :completed, :failed, :skipped, :tokens, :costs)
                    AS c(id, last_seq, open, held, completed, failed, skipped, tokens, cost)
                WHERE e.id = c.id
                """);
        ScopeRows.bindOpened(update, scopes(Change::openedScopes));
        ScopeRows.bindChanged(update, scopes(Change::changedScopes));
        Columns.bind(update, "toldOf", log, LogRow::executionId);
        Columns.bind(update, "entries", log, LogRow::entry);
        Columns.bind(update, "changed", changes, change -> change.row().id());
        update.bind("now", now())
                .bind("seqs", ints(log, LogRow::seq))
                .bind("lastSeqs", ints(changes, Change::lastSeq))
                .bind("open", ints(changes, Change::openNodes))
                .bind("held", ints(changes, Change::heldNodes))
                .bind("completed", ints(changes, change -> change.totals().completedNodes()))
                .bind("failed", ints(changes, change -> change.totals().failedNodes()))
                .bind("skipped", ints(changes, change -> change.totals().skippedNodes()))
                .bind("tokens", longs(changes, change -> change.totals().tokens()))
                .bind("costs", longs(changes, change -> change.totals().costNanoUsd()))
                .execute();
    }

    private void writeStatuses() {
        List<Change> other = changes.stream().filter(Change::isStatusNew).toList();
        if (other.isEmpty()) {
            return;
        }
        var update = handle.createUpdate("""
                        UPDATE executions e SET status = c.status, reason = c.reason, started_at = c.started,
                            stands_still_since = c.still_since, stood_still_ms = c.stood_still,
                            completed_at = CASE WHEN c.ended THEN :now END, ended_at = CASE WHEN c.ended THEN now() END,
                            deadline_at = coalesce(now() + c.timeout_ms * interval '1 millisecond', e.deadline_at),
                            error_node_id = c.error_node, error_message = c.error_message,
                            error_details = c.error_details
                        FROM unnest(:ids, :statuses, :reasons, CAST(:started AS timestamptz[]),
                                CAST(:stillSince AS timestamptz[]), CAST(:stoodStill AS bigint[]), CAST(:ended AS boolean[]),
                                CAST(:timeouts AS bigint[]), :errorNodes, :errorMessages, :errorDetails)
                            AS c(id, status, reason, started, still_since, stood_still, ended, timeout_ms, error_node,
                                error_message, error_details)
                        WHERE e.id = c.id
                        """);
        Columns.bind(update, "ids", other, change -> change.row().id());
        Columns.bind(update, "statuses", other, change -> change.status().value());
        Columns.bind(update, "reasons", other, Change::reason);
        // As text, which a null fits into.
        Columns.bind(update, "started", other, change -> text(change.startedAt()));
        Columns.bind(update, "stillSince", other, change -> text(change.standsStillSince()));
        Columns.bind(update, "stoodStill", other, change -> Long.toString(change.stoodStillMs()));
        Columns.bind(
                update,
                "ended",
                other,
                change -> Boolean.toString(change.status().isEnd()));
        Columns.bind(update, "timeouts", other, change -> text(change.timeout()));
        Columns.bind(update, "errorNodes", other, change -> failing(change, Change.Failing::nodeId));
        Columns.bind(update, "errorMessages", other, change -> failing(change, Change.Failing::message));
        Columns.bind(update, "errorDetails", other, change -> failing(change, Change.Failing::details));
        update.bind("now", now()).execute();
    }

    /** What people are told of what was written. */
    private void alert() {
        ExecutionAlerts.ended(
                handle, changes.stream().filter(Change::isStatusNew).toList());
        for (Change change : changes) {
            long before = change.row().totals().costNanoUsd();
            if (change.totals().costNanoUsd() > before) {
                ExecutionAlerts.spent(change, before, change.totals().costNanoUsd());
            }
        }
    }

    private List<ScopeRows.Stored> scopes(Function<Change, List<ScopeState>> parts) {
        return all(parts).stream()
                .map(scope -> new ScopeRows.Stored(scope.executionId(), scope.part()))
                .toList();
    }

    private static Stream<LogRow> logged(Of<List<byte[]>> told) {
        return LogRow.of(told.executionId(), told.change().row().lastSeq(), told.part()).stream();
    }

    private static Stream<OutboxRecord> records(Of<List<byte[]>> told) {
        ExecutionRow row = told.change().row();
        byte[] key = row.account().key();
        return told.part().stream()
                .map(event -> new OutboxRecord(Topics.EXECUTION_EVENTS.name(), key, event, Map.of(), row.id()));
    }

    private static List<byte[]> events(Change change) {
        var events = new ArrayList<byte[]>(change.told().size());
        for (ExecutionChange told : change.told()) {
            int seq = change.row().lastSeq() + events.size() + 1;
            events.add(ExecutionChangeCodec.write(change.row().id() + "/" + seq, Change.SOURCE, told));
        }
        return events;
    }

    private static @Nullable String failing(Change change, Function<Change.Failing, @Nullable String> part) {
        Change.Failing failing = change.failing();
        return failing == null ? null : part.apply(failing);
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }

    private static @Nullable String text(@Nullable Duration time) {
        return time == null ? null : Long.toString(time.toMillis());
    }

    /** All changes of a transaction were begun at the same time. */
    private OffsetDateTime now() {
        return changes.getFirst().now().atOffset(ZoneOffset.UTC);
    }

    private static <T> int[] ints(List<T> rows, ToIntFunction<T> part) {
        return rows.stream().mapToInt(part).toArray();
    }

    private static <T> long[] longs(List<T> rows, ToLongFunction<T> part) {
        return rows.stream().mapToLong(part).toArray();
    }
}
