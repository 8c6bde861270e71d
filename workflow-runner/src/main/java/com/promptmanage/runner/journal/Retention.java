package com.promptmanage.runner.journal;

import com.promptmanage.service.database.Database;
import java.time.Instant;

/** Forgets what is old. What has not ended, however long it waits, is never old. */
public final class Retention {

    /** With all that hangs on them: few enough for one statement. */
    private static final int EXECUTIONS_MAX = 50;

    private final Database database;

    public Retention(Database database) {
        this.database = database;
    }

    /** Removes some of the executions that ended before then. Returns whether there may be more. */
    public boolean forget(Instant endedBefore) {
        int removed = database.asSystem(handle -> handle.createUpdate("""
                        DELETE FROM executions WHERE id IN (
                            SELECT id FROM executions WHERE completed_at < :before ORDER BY completed_at LIMIT :max
                            FOR UPDATE SKIP LOCKED)
                        """)
                .bind("before", Change.at(endedBefore))
                .bind("max", EXECUTIONS_MAX)
                .execute());
        database.useAsSystem(handle -> handle.createUpdate("DELETE FROM workflow_fires WHERE fired_at < :before")
                .bind("before", Change.at(endedBefore))
                .execute());
        return removed == EXECUTIONS_MAX;
    }
}
