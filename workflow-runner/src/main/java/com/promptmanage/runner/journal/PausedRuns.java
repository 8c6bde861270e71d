package com.promptmanage.runner.journal;

import com.promptmanage.service.http.ProblemException;
import com.promptmanage.topics.money.NanoUsd;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** When executions that stand still go on by themselves, and what those that are taken up may cost from then on. */
final class PausedRuns {

    /** The first time; after that twice as long each time that it was in vain. */
    private static final int SECONDS_MIN = 5;

    private static final int SECONDS_MAX = 600;

    private static final String MAX_COST = "maxCostUsd";

    private static final String DUE = """
             FROM executions e JOIN workflows w ON w.id = e.workflow_id
            WHERE e.status = 'paused_budget' AND e.take_up_at < now() AND (w.status = 'active' OR e.is_test)
            """;

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

    /** Those whose time has come, by the database's clock. Whoever pauses a workflow wants nothing of it to go on by itself. */
    static List<String> due(Handle handle) {
        return handle.createQuery("SELECT e.id" + DUE + " ORDER BY e.take_up_at LIMIT 100")
                .mapTo(String.class)
                .list();
    }

    /** Whether this one is such a one, under its lock. */
    static boolean isDue(Change change) {
        return change.handle()
                .createQuery("SELECT EXISTS (SELECT 1" + DUE + " AND e.id = :id)")
                .bind("id", change.row().id())
                .mapTo(Boolean.class)
                .one();
    }

    /**
     * For one that a person takes up: as little goes on of a workflow that is paused as is begun of it.
     *
     * @throws ProblemException 404 if the workflow, or what it belongs to, is gone; 409 if it is not active, and this no test
     */
    static void requireActive(Change change) {
        String status = change.handle()
                .createQuery("""
                        SELECT CASE WHEN e.is_test THEN 'active' ELSE w.status END
                        FROM executions e JOIN workflows w ON w.id = e.workflow_id
                        WHERE e.id = :id AND w.deleted_at IS NULL AND
                        """ + GoneAccounts.exclude("w.account"))
                .bind("id", change.row().id())
                .mapTo(String.class)
                .findOne()
                .orElseThrow(() -> ProblemException.notFound("There is no such execution that you may see"));
        if (!status.equals("active")) {
            throw ProblemException.conflict(
                    "The workflow's status is %s: set it to active, then resume, or cancel the execution"
                            .formatted(status));
        }
    }

    /**
     * Sets what the execution may cost from now on, in place of what its version says.
     *
     * @throws ProblemException 400 if its version sets no limit, or this one is lower than the limit that holds, or not above what
     *     is spent, so that nothing could go on
     */
    static void allow(Change change, NanoUsd most) {
        NanoUsd ofTheVersion = change.pinned()
                .settings()
                .maxCost()
                .orElseThrow(() -> ProblemException.invalid(
                        MAX_COST,
                        "is given for an execution whose version sets none",
                        "Leave it out, or set maxCostUsd in the workflow's settings."));
        String id = change.row().id();
        var limit = new NanoUsd(CallLedger.limit(change.handle(), id, ofTheVersion.value()));
        if (most.compareTo(limit) < 0) {
            throw ProblemException.invalid(
                    MAX_COST,
                    "is %s, which is less than the %s that the execution may cost already".formatted(most, limit),
                    "Send a higher amount than that, or leave it out to go on within it.");
        }
        var spent = new NanoUsd(CallLedger.spent(change.handle(), id));
        if (most.compareTo(spent) <= 0) {
            throw ProblemException.invalid(
                    MAX_COST,
                    "is %s, and the execution has spent %s already, with what was perhaps paid for"
                            .formatted(most, spent),
                    "Send a higher amount than that, so that it can go on.");
        }
        change.handle()
                .createUpdate("UPDATE executions SET max_cost_nano_usd = :most WHERE id = :id")
                .bind("most", most.value())
                .bind("id", id)
                .execute();
    }
}
