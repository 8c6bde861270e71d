package com.promptmanage.runner.journal;

import com.promptmanage.service.database.Database;
import java.time.Duration;

/**
 * Forgets what is old: executions, which times were fired, answers that may not be given again any more, and drafts that pages
 * keep for trying things out. What has not ended, however long it waits, is never old. The database's clock decides: one process
 * whose clock is wrong must not do away with all.
 */
public final class Retention {

    /** With all that hangs on them: few enough for one statement. */
    private static final int EXECUTIONS_MAX = 50;

    private static final int ANSWERS_MAX = 1_000;

    private static final int DRAFTS_MAX = 50;

    private static final int VERSIONS_MAX = 500;

    /** Of {@code workflows w}: drafts in which one node or one prompt is tried, and which lists leave out. */
    private static final String SCRATCH = " w.status = 'draft' AND w.tags && '{prompt-lab,node-test}'::text[] ";

    private final Database database;

    public Retention(Database database) {
        this.database = database;
    }

    /**
     * Removes some of what is old. Returns whether there may be more.
     *
     * @param history how long executions are kept after they have ended
     */
    public boolean forget(Duration history) {
        int executions = database.asSystem(handle -> handle.createUpdate("""
                        DELETE FROM executions WHERE id IN (
                            SELECT id FROM executions WHERE ended_at < now() - :seconds * interval '1 second'
                            ORDER BY ended_at LIMIT :max FOR UPDATE SKIP LOCKED)
                        """)
                .bind("seconds", history.toSeconds())
                .bind("max", EXECUTIONS_MAX)
                .execute());
        int answers = database.asSystem(
                handle -> handle.createUpdate("""
                        DELETE FROM prompt_answers WHERE (account, fingerprint) IN (
                            SELECT account, fingerprint FROM prompt_answers WHERE expires_at <= now() LIMIT :max
                            FOR UPDATE SKIP LOCKED)
                        """).bind("max", ANSWERS_MAX).execute());
        database.useAsSystem(handle -> handle.createUpdate(
                        "DELETE FROM workflow_fires WHERE fired_at < now() - :seconds * interval '1 second'")
                .bind("seconds", history.toSeconds())
                .execute());
        return executions == EXECUTIONS_MAX || answers == ANSWERS_MAX || forgetScratch(history);
    }

    /**
     * Each run of such a draft may add a version of it: one that no execution is shown with any more goes, and at last, when the
     * draft was not used for so long, the draft with its last one.
     */
    private boolean forgetScratch(Duration history) {
        int versions = database.asSystem(handle -> handle.createUpdate("""
                        DELETE FROM workflow_versions WHERE (workflow_id, version) IN (
                            SELECT v.workflow_id, v.version FROM workflows w JOIN workflow_versions v ON v.workflow_id = w.id
                            WHERE v.version <> w.version AND v.created_at < now() - :seconds * interval '1 second'
                              AND NOT EXISTS (SELECT 1 FROM executions e
                                              WHERE e.workflow_id = w.id AND e.workflow_version = v.version)
                              AND
                        """ + SCRATCH + " LIMIT :max)")
                .bind("seconds", history.toSeconds())
                .bind("max", VERSIONS_MAX)
                .execute());
        // Locked, and looked at again when it is: whoever begins an execution holds the same lock.
        int drafts =
                database.asSystem(handle -> handle.createUpdate("""
                        DELETE FROM workflows WHERE id IN (
                            SELECT w.id FROM workflows w
                            WHERE greatest(w.updated_at, w.last_executed_at) < now() - :seconds * interval '1 second'
                              AND NOT EXISTS (SELECT 1 FROM executions e WHERE e.workflow_id = w.id)
                              AND
                        """ + SCRATCH + " LIMIT :max FOR UPDATE SKIP LOCKED)")
                        .bind("seconds", history.toSeconds())
                        .bind("max", DRAFTS_MAX)
                        .execute());
        return versions == VERSIONS_MAX || drafts == DRAFTS_MAX;
    }
}
