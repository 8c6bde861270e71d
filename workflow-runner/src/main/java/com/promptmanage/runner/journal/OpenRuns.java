package com.promptmanage.runner.journal;

/** What becomes of the node runs that are not over when the whole execution ends or stands still. */
final class OpenRuns {

    private OpenRuns() {}

    /** None of them goes on; what their workers bring is refused. */
    static void cancel(Change change) {
        change.handle().createUpdate("""
                        UPDATE node_runs SET status = 'cancelled', fence = fence + 1, lease_owner = NULL
                        WHERE execution_id = :execution AND status IN ('held', 'ready', 'leased')
                        """).bind("execution", change.row().id()).execute();
        change.addOpen(-change.openNodes());
        change.addHeld(-change.heldNodes());
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

    /** What was cut off or ended the execution is to be run again: at once, and with all its attempts. */
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
                        UPDATE node_runs SET status = 'held', attempt = 0, losses = 0, again_at = now(), due_at = now()
                        WHERE execution_id = :execution AND status = 'cancelled'
                        """)
                .bind("execution", change.row().id())
                .execute();
        change.addTotals(0, -failed, 0);
        change.addHeld(failed + cut);
    }
}
