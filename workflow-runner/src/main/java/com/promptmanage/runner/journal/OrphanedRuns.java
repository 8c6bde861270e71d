package com.promptmanage.runner.journal;

import java.util.List;
import org.jdbi.v3.core.Handle;

/** Executions that are not over, of what was deleted and of whose account is disabled: nobody can end them any more. */
final class OrphanedRuns {

    /** For one look. */
    private static final int MAX = 100;

    /** As in the condition of the index on those that are not over. */
    private static final String IS_OPEN = " e.status IN ('queued', 'running', 'paused', 'paused_budget') ";

    /** Looks at what has gone, and at what that has under way: not at all that is. */
    static final String OF_LATE = """
            SELECT e.id FROM workflows w JOIN executions e ON e.account = w.account AND e.workflow_id = w.id
            WHERE w.deleted_at > now() - interval '10 minutes' AND
            """ + IS_OPEN + """
            UNION
            SELECT e.id FROM teams t JOIN executions e ON e.account = 'team:' || t.id
            WHERE t.deleted_at > now() - interval '10 minutes' AND
            """ + IS_OPEN + """
            UNION
            SELECT e.id FROM users u JOIN executions e ON e.account = 'user:' || u.id
            WHERE u.disabled_at > now() - interval '10 minutes' AND
            """ + IS_OPEN + " LIMIT :max";

    private OrphanedRuns() {}

    /** Of what went within the last minutes, by the database's clock: cheap, whatever is under way. */
    static List<String> ofLate(Handle handle) {
        return handle.createQuery(OF_LATE).bind("max", MAX).mapTo(String.class).list();
    }

    /** All of them, also those that were begun at the very moment or whose end was missed: looks at each that is not over. */
    static List<String> all(Handle handle) {
        return handle.createQuery("""
                        SELECT e.id FROM executions e JOIN workflows w ON w.id = e.workflow_id
                        LEFT JOIN teams t ON t.id = substr(e.account, 6) AND e.account LIKE 'team:%'
                        LEFT JOIN users u ON u.id = substr(e.account, 6) AND e.account LIKE 'user:%'
                        WHERE (w.deleted_at IS NOT NULL OR t.deleted_at IS NOT NULL OR u.disabled_at IS NOT NULL) AND
                        """ + IS_OPEN + " ORDER BY e.number LIMIT :max")
                .bind("max", MAX)
                .mapTo(String.class)
                .list();
    }
}
