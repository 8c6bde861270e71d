package com.promptmanage.runner.journal;

import com.promptmanage.runner.run.Decider;
import com.promptmanage.service.database.Database;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;

/**
 * Lets executions out of their workflows' queues, as many of each workflow as may run at a time. How many are under way is counted
 * under the workflow's lock whenever it matters, so that no counter can be wrong.
 *
 * <p>Safe for use by several threads, and by several processes.
 */
final class Admission {

    /** In one transaction. */
    private static final int ADMITTED_MAX = 100;

    private final Database database;

    private final Versions versions;

    private final Payloads payloads;

    private final Clock clock;

    private final Turns turns = new Turns();

    /** Workflows in whose queues someone is about to look. */
    private final Set<String> admitting = ConcurrentHashMap.newKeySet();

    Admission(Database database, Versions versions, Payloads payloads, Clock clock) {
        this.database = database;
        this.versions = versions;
        this.payloads = payloads;
        this.clock = clock;
    }

    /** A workflow whose row is locked. */
    record Workflow(String id, String account, String createdBy, String status, int version, int maxConcurrentRuns) {}

    /** Empty if there is no such workflow, or nothing of it may begin any more. */
    static Optional<Workflow> lock(Handle handle, String workflowId) {
        return handle.createQuery("""
                        SELECT id, account, created_by, status, version, max_concurrent_runs FROM workflows
                        WHERE id = :id AND deleted_at IS NULL AND
                        """ + GoneAccounts.exclude("account") + " FOR NO KEY UPDATE")
                .bind("id", workflowId)
                .map((row, ctx) -> new Workflow(
                        row.getString("id"),
                        row.getString("account"),
                        row.getString("created_by"),
                        row.getString("status"),
                        row.getInt("version"),
                        row.getInt("max_concurrent_runs")))
                .findOne();
    }

    /** As {@link Runs#admit}. */
    void admit(String workflowId) {
        if (admitting.add(workflowId)) {
            turns.at(workflowId, () -> {
                admitting.remove(workflowId);
                int begun = ADMITTED_MAX;
                while (begun == ADMITTED_MAX) {
                    begun = database.<Integer, RuntimeException>asSystem(handle -> admitNext(handle, workflowId));
                }
                return begun;
            });
        }
    }

    private int admitNext(Handle handle, String workflowId) {
        int begun = lock(handle, workflowId)
                .map(workflow -> admit(handle, workflow))
                .orElse(0);
        if (begun == 0) {
            // The lock alone makes it one that writes: each execution's end would wait for the disk once more.
            handle.rollback();
        }
        return begun;
    }

    /** As {@link Runs#waiting}. */
    List<String> waiting() {
        return database.asSystem(
                handle -> handle.createQuery("""
                        SELECT w.id FROM (SELECT DISTINCT workflow_id FROM executions WHERE status = 'queued') q
                        JOIN workflows w ON w.id = q.workflow_id
                        WHERE w.max_concurrent_runs > (
                            SELECT count(*) FROM executions r WHERE r.workflow_id = w.id AND r.status = 'running')
                          AND (w.status = 'active' OR EXISTS (
                            SELECT 1 FROM executions t
                            WHERE t.workflow_id = w.id AND t.status = 'queued' AND t.is_test))
                        LIMIT 1000
                        """).mapTo(String.class).list());
    }

    /**
     * Holds the workflow's lock, and takes those of the executions after it. Of a workflow that is paused only tests begin: the rest
     * waits until it is active again. Returns how many began.
     */
    int admit(Handle handle, Workflow workflow) {
        // Asked whenever an execution ends: those that run are counted only if one waits.
        List<String> next = handle.createQuery("""
                        SELECT id FROM executions WHERE workflow_id = :id AND status = 'queued' AND (:active OR is_test)
                        ORDER BY number LIMIT CASE
                            WHEN EXISTS (SELECT 1 FROM executions WHERE workflow_id = :id AND status = 'queued')
                            THEN least(:most, greatest(0, :runsMax - (
                                SELECT count(*) FROM executions WHERE workflow_id = :id AND status = 'running')))
                            ELSE 0 END
                        FOR UPDATE SKIP LOCKED
                        """)
                .bind("id", workflow.id())
                .bind("active", workflow.status().equals("active"))
                .bind("most", ADMITTED_MAX)
                .bind("runsMax", workflow.maxConcurrentRuns())
                .mapTo(String.class)
                .list();
        if (next.isEmpty()) {
            return 0;
        }
        Map<String, Change> changes = ExecutionLocks.take(handle, versions, next, true, clock.instant());
        var resumed = new HashSet<>(handle.createQuery("""
                        SELECT execution_id FROM run_scopes WHERE execution_id = ANY (:ids) AND path = ''
                        """)
                .bindArray("ids", String.class, next)
                .mapTo(String.class)
                .list());
        changes.forEach((id, change) -> begin(change, resumed.contains(id)));
        ChangeRows.save(handle, changes.values());
        handle.execute("NOTIFY " + Runs.CHANNEL);
        return next.size();
    }

    /** @param isResumed whether it was begun before: then what is held of it goes on when it is saved */
    private void begin(Change change, boolean isResumed) {
        change.run(change.pinned().settings().timeout());
        if (!isResumed) {
            new Progression(change, payloads, Taker.NONE)
                    .apply(Decider.start(change.pinned().graph()));
        }
    }
}
