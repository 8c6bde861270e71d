package com.promptmanage.runner.journal;

import com.promptmanage.service.database.Database;
import java.time.Duration;

/**
 * Forgets what is old: executions, which times were fired, answers that may not be given again any more. What has not ended,
 * however long it waits, is never old. The database's clock decides: one process whose clock is wrong must not do away with all.
 */
public final class Retention {

    /** With all that hangs on them: few enough for one statement. */
    private static final int EXECUTIONS_MAX = 50;

    private static final int ANSWERS_MAX = 1_000;

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
        return executions == EXECUTIONS_MAX || answers == ANSWERS_MAX;
    }
}
