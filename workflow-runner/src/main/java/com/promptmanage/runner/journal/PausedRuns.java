package com.promptmanage.runner.journal;

import com.promptmanage.topics.execution.ExecutionChange.Status;
import com.promptmanage.topics.money.NanoUsd;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** When executions that stand still go on by themselves, and what those that are taken up may cost from then on. */
final class PausedRuns {

    /** The first time; after that twice as long each time that it was in vain. */
    private static final int SECONDS_MIN = 5;

    private static final int SECONDS_MAX = 600;

    private PausedRuns() {}

    /** @param passes false if only a person lets it go on */
    static void takeUpLater(Change change, boolean passes) {
        // Soon after it was taken up by itself the trouble is the same one, later it is another.
        change.handle()
                .createUpdate("""
                        UPDATE executions SET (take_up_seconds, take_up_at) = (
                            SELECT w.seconds, CASE WHEN :passes THEN now() + w.seconds * interval '1 second' END
                            FROM (SELECT CASE WHEN take_up_at > now() - interval '1 minute'
                                              THEN least(2 * take_up_seconds, :max) ELSE :min END AS seconds) w)
                        WHERE id = :id
                        """)
                .bind("passes", passes)
                .bind("min", SECONDS_MIN)
                .bind("max", SECONDS_MAX)
                .bind("id", change.row().id())
                .execute();
    }

    /** Those whose time has come, by the database's clock. */
    static List<String> due(Handle handle) {
        return handle.createQuery("""
                        SELECT id FROM executions WHERE status = 'paused_budget' AND take_up_at < now()
                        ORDER BY take_up_at LIMIT 100
                        """).mapTo(String.class).list();
    }

    /** Whether this one is such a one, under its lock. */
    static boolean isDue(Change change) {
        return change.status() == Status.PAUSED_BUDGET
                && change.handle()
                        .createQuery("SELECT coalesce(take_up_at < now(), false) FROM executions WHERE id = :id")
                        .bind("id", change.row().id())
                        .mapTo(Boolean.class)
                        .one();
    }

    /** In place of what its version says. */
    static void allow(Change change, Optional<NanoUsd> maxCost) {
        maxCost.ifPresent(most -> change.handle()
                .createUpdate("UPDATE executions SET max_cost_nano_usd = :most WHERE id = :id")
                .bind("most", most.value())
                .bind("id", change.row().id())
                .execute());
    }
}
