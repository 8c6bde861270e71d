package com.promptmanage.runner.journal;

import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Takes the locks of executions' rows, each for a {@link Change} of it in the same transaction. */
final class ExecutionLocks {

    private ExecutionLocks() {}

    /** Waits for it. Empty if there is no such execution. */
    static Optional<Change> take(Handle handle, Versions versions, String executionId, Instant now) {
        return take(handle, versions, List.of(executionId), true, now).values().stream()
                .findFirst();
    }

    /**
     * Takes the locks of those that nobody else holds; with {@code waits} also of those that someone does, when that one is through.
     * From then on the transaction may stand still for three seconds and no more: a frozen worker must not hold rows for longer,
     * since others pass over locked ones without a word.
     *
     * @return by id
     */
    static Map<String, Change> take(
            Handle handle, Versions versions, Collection<String> executionIds, boolean waits, Instant now) {
        // Who had to wait for a lock sees the row as it has become meanwhile; all else must be read after it.
        List<ExecutionRow> rows = executionIds.size() == 1
                ? one(handle, executionIds.iterator().next(), waits)
                : several(handle, executionIds, waits);
        var changes = new LinkedHashMap<String, Change>();
        for (ExecutionRow row : rows) {
            Pinned pinned = versions.get(handle, row.workflowId(), row.workflowVersion());
            changes.put(row.id(), new Change(handle, row, pinned, now));
        }
        return changes;
    }

    private static List<ExecutionRow> one(Handle handle, String executionId, boolean waits) {
        // In one round trip.
        return handle.createQuery("SELECT " + ExecutionRow.COLUMNS + """
                        , set_config('idle_in_transaction_session_timeout', '3s', true),
                        set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true),
                        set_config('plan_cache_mode', 'force_generic_plan', true)
                        FROM executions e WHERE e.id = :id FOR NO KEY UPDATE
                        """ + (waits ? "" : " SKIP LOCKED"))
                .bind("id", executionId)
                .map((row, ctx) -> ExecutionRow.read(row))
                .list();
    }

    private static List<ExecutionRow> several(Handle handle, Collection<String> executionIds, boolean waits) {
        // Statements on lists are prepared while tables are small, and their plans are kept while they grow; they are
        // not planned anew for the lists of each time: that would take longer than to do them.
        handle.execute("""
                SET LOCAL idle_in_transaction_session_timeout = '3s'; SET LOCAL enable_seqscan = off; SET LOCAL jit = off;
                SET LOCAL plan_cache_mode = force_generic_plan
                """);
        return handle.createQuery("SELECT " + ExecutionRow.COLUMNS
                        + " FROM executions e WHERE e.id = ANY (:ids) ORDER BY e.id FOR NO KEY UPDATE"
                        + (waits ? "" : " SKIP LOCKED"))
                .bindArray("ids", String.class, List.copyOf(executionIds))
                .map((row, ctx) -> ExecutionRow.read(row))
                .list();
    }
}
