package com.promptmanage.runner.journal;

/** What becomes of the node runs that are not over when the whole execution ends or stands still. */
final class OpenRuns {

    private OpenRuns() {}

    /**
     * None of them goes on; what their workers bring is refused. Calls that are under way go on to their end, and count as possibly
     * wasted from now on: also if nobody is left to say how they ended.
     */
    static void cancel(Change change) {
        change.handle().createUpdate("""
                        UPDATE node_runs SET status = 'cancelled', fence = fence + 1, lease_owner = NULL
                        WHERE execution_id = :execution AND status IN ('held', 'ready', 'leased')
                        """).bind("execution", change.row().id()).execute();
        change.addOpen(-change.openNodes());
        change.addHeld(-change.heldNodes());
        int underWay = change.handle()
                .createUpdate("""
                        UPDATE external_calls SET is_wasted = true WHERE execution_id = :execution AND state = 'sent'
                        """)
                .bind("execution", change.row().id())
                .execute();
        if (underWay > 0) {
            EndedCalls.countWaste(change.handle(), change.row().id());
        }
    }

    /** Those that nobody runs are not taken on; those that someone runs may end. */
    static void hold(Change change) {
        int held = change.handle()
                .createUpdate("""
                        UPDATE node_runs SET status = 'held' WHERE execution_id = :execution AND status = 'ready'
                        """)
                .bind("execution", change.row().id())
                .execute();
        change.addOpen(-held);
        change.addHeld(held);
    }

    /**
     * What was cut off or ended the execution is to be run again: at once, and with all its attempts. A delay that had begun is over
     * when it would have been. Who takes up an execution that has failed was not asked of a call that perhaps arrived: what was cut
     * off with such a call has still to ask, or to fail.
     */
    static void again(Change change) {
        int failed = change.handle()
                .createUpdate("""
                        UPDATE node_runs SET status = 'held', ends_all = false, attempt = 0, losses = 0, again_at = now(),
                            due_at = now(), completed_at = NULL,
                            error_kind = NULL, error_message = NULL, error_details = NULL
                        WHERE execution_id = :execution AND status = 'failed' AND ends_all
                        """)
                .bind("execution", change.row().id())
                .execute();
        int cut = change.handle()
                .createUpdate("""
                        UPDATE node_runs n SET status = 'held', attempt = 0, losses = 0,
                            again_at = CASE WHEN (
                                SELECT c.state = 'ambiguous' AND c.error_kind IS NOT NULL FROM external_calls c
                                WHERE c.node_run_id = n.id AND c.state <> 'intent'
                                ORDER BY c.created_at DESC, c.number DESC LIMIT 1) THEN n.again_at ELSE now() END,
                            due_at = CASE WHEN n.waited THEN n.due_at ELSE now() END
                        WHERE n.execution_id = :execution AND n.status = 'cancelled'
                        """)
                .bind("execution", change.row().id())
                .execute();
        change.addTotals(0, -failed, 0);
        change.addHeld(failed + cut);
        wantAgain(change);
    }

    /**
     * Whoever takes it up was asked by one node, about one of the items that it runs for: that call, the last one of it, may be made
     * again, as if it had not been made before, and so as often as any other. What others would ask, they still have to; and models
     * that were fallen back from are not asked anew. Of one that was paused before the scope was told, only the node is known.
     */
    static void allow(Change change) {
        change.handle().createUpdate("""
                        UPDATE external_calls c
                        SET is_forgiven = true,
                            error_kind = CASE WHEN c.state = 'ambiguous' THEN NULL ELSE c.error_kind END
                        FROM executions e JOIN node_runs n ON n.execution_id = e.id
                        CROSS JOIN LATERAL (
                            SELECT l.state, l.alternative, l.fingerprint FROM external_calls l
                            WHERE l.node_run_id = n.id AND l.state <> 'intent'
                            ORDER BY l.created_at DESC, l.number DESC LIMIT 1) asked
                        WHERE e.id = :execution AND n.status = 'held'
                          AND n.node_id = CAST(e.reason AS json) ->> 'nodeId'
                          AND n.scope = coalesce(CAST(e.reason AS json) ->> 'scope', n.scope)
                          AND asked.state = 'ambiguous' AND c.node_run_id = n.id
                          AND c.alternative = asked.alternative AND c.fingerprint = asked.fingerprint
                          AND c.state IN ('failed', 'ambiguous', 'unusable')
                        """).bind("execution", change.row().id()).execute();
    }

    /**
     * What lies between the stop and the going on is nobody's time: what is to be run again takes its time from when it is, and what
     * waits for its iterations from now on. Only a delay that is not over yet goes on from when it had begun. When something is due
     * the database's clock says throughout, and when it began and ended that of whoever writes it: neither is held against the other.
     */
    static void timeAnew(Change change) {
        change.handle()
                .createUpdate("""
                        UPDATE node_runs SET started_at = CASE WHEN status = 'open' THEN :now END
                        WHERE execution_id = :execution AND started_at IS NOT NULL
                          AND (status = 'open' OR status = 'held' AND NOT (waited AND due_at > now()))
                        """)
                .bind("now", Change.at(change.now()))
                .bind("execution", change.row().id())
                .execute();
    }

    /** The call that each of them goes on from is not wasted if its answer is there by now; if it is not, that is found out again. */
    private static void wantAgain(Change change) {
        int wanted = change.handle()
                .createUpdate("""
                        UPDATE external_calls SET is_wasted = false
                        WHERE is_wasted AND state IN ('sent', 'answered') AND id IN (
                            SELECT DISTINCT ON (c.node_run_id, c.alternative, c.fingerprint) c.id
                            FROM node_runs n JOIN external_calls c ON c.node_run_id = n.id
                            WHERE n.execution_id = :execution AND n.status = 'held'
                            ORDER BY c.node_run_id, c.alternative, c.fingerprint,
                                c.state = 'answered' DESC, c.created_at DESC, c.number DESC)
                        """)
                .bind("execution", change.row().id())
                .execute();
        if (wanted > 0) {
            EndedCalls.countWaste(change.handle(), change.row().id());
        }
    }
}
