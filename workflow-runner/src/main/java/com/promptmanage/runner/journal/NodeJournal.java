package com.promptmanage.runner.journal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.journal.Change.NodeTold;
import com.promptmanage.runner.node.Outcome;
import com.promptmanage.runner.run.Decider;
import com.promptmanage.runner.run.Decision;
import com.promptmanage.runner.run.Decision.Effect;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.id.Ids;
import com.promptmanage.topics.execution.ExecutionChange.NodeStatus;
import com.promptmanage.topics.execution.ExecutionChange.Status;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * What workers do with node runs. A run is taken with a lease and a fence; whatever a worker writes later holds only if the
 * fence is still its own. When something is due the database's clock says, which all processes have in common. Safe for use by several threads, and by several processes.
 */
public final class NodeJournal {

    /** Of those that record results. While one waits for the disk another can work; with more of them each would have less to do. */
    private static final int TRANSACTIONS_MAX = 3;

    private static final int ITEMS_IN_STATEMENT_MAX = 1_000;

    /** Of those who say that they are still at it, and of what comes next: they wait for no other. */
    private final Database database;

    private final Database workers;

    private final Turns turns = new Turns();

    /** Of those results that come in numbers. */
    private final Together<Report> together;

    private final Values values = new Values();

    private final Versions versions;

    private final Payloads payloads;

    private final Clock clock;

    public NodeJournal(Database database, Versions versions, Ids ids, Clock clock) {
        this.database = database;
        this.workers = database.background();
        this.versions = versions;
        this.payloads = new Payloads(ids);
        this.clock = clock;
        this.together = new Together<>(new Recording(workers, versions, values, clock), TRANSACTIONS_MAX);
    }

    /** A node that may be run now, with all that it takes to do so. */
    public record Begun(NodeLease lease, Pinned pinned, NodeFacts facts) {}

    /**
     * What followed from a result.
     *
     * @param taken what the worker is to run now
     * @param ended whether the execution is over or stands still, so that another may begin
     */
    public record Followed(List<Begun> taken, boolean ended) {

        public Followed {
            taken = List.copyOf(taken);
        }
    }

    /** Takes on runs that are due, or whose worker has not been heard of. */
    public List<NodeLease> claim(Taker taker) {
        return database.asSystem(handle -> handle.createQuery("""
                        WITH due AS MATERIALIZED (
                            SELECT id FROM node_runs WHERE status IN ('ready', 'leased') AND due_at <= now()
                            ORDER BY due_at LIMIT :max FOR UPDATE SKIP LOCKED)
                        UPDATE node_runs n
                        SET status = 'leased', lease_owner = :owner, fence = n.fence + 1,
                            due_at = now() + :leaseMs * interval '1 millisecond',
                            losses = n.losses + CASE n.status WHEN 'leased' THEN 1 ELSE 0 END
                        FROM due WHERE n.id = due.id
                        RETURNING n.id, n.execution_id, n.scope, n.node_id, n.fence, n.losses, n.attempt, n.waited
                        """)
                .bind("max", taker.capacity())
                .bind("owner", taker.owner())
                .bind("leaseMs", taker.lease().toMillis())
                .map((row, ctx) -> new NodeLease(
                        row.getLong("id"),
                        row.getString("execution_id"),
                        row.getString("scope"),
                        row.getString("node_id"),
                        row.getLong("fence"),
                        row.getInt("losses"),
                        row.getInt("attempt"),
                        row.getBoolean("waited")))
                .list());
    }

    /**
     * Says for several runs that their worker is still at it. It waits for nobody who is just writing one of them: that one is
     * passed over, and what comes of it is known the next time.
     *
     * @return the ids of those that are still its own
     */
    public Set<Long> renew(Taker taker, Collection<NodeLease> leases) {
        long[] ids = leases.stream().mapToLong(NodeLease::id).toArray();
        long[] fences = leases.stream().mapToLong(NodeLease::fence).toArray();
        return new HashSet<>(database.asSystem(handle -> handle.createQuery("""
                        WITH mine AS MATERIALIZED (SELECT * FROM unnest(:ids, :fences) AS mine(id, fence)),
                        free AS MATERIALIZED (
                            SELECT n.id FROM node_runs n JOIN mine ON n.id = mine.id
                            WHERE n.fence = mine.fence AND n.status = 'leased' FOR NO KEY UPDATE OF n SKIP LOCKED),
                        renewed AS (
                            UPDATE node_runs n SET due_at = now() + :leaseMs * interval '1 millisecond'
                            FROM free WHERE n.id = free.id)
                        SELECT n.id FROM node_runs n JOIN mine ON n.id = mine.id
                        WHERE n.fence = mine.fence AND n.status = 'leased'
                        """)
                .bind("leaseMs", taker.lease().toMillis())
                .bind("ids", ids)
                .bind("fences", fences)
                .mapTo(Long.class)
                .list()));
    }

    /**
     * Begins a claimed run's next attempt.
     *
     * @return empty if the execution does not go on for now: then the run waits with it
     */
    public Optional<Begun> begin(NodeLease claimed) throws StaleLeaseException {
        return record(new Report(claimed, 0, Map.of(), (change, run) -> begin(change, claimed))).taken().stream()
                .findFirst();
    }

    private static Report.Given begin(Change change, NodeLease claimed) {
        if (change.status() != Status.RUNNING) {
            park(change, claimed);
            return Report.Given.NOTHING;
        }
        // A delay that is over goes on with the attempt it began with.
        int attempt = claimed.waited() ? Math.max(1, claimed.attempt()) : claimed.attempt() + 1;
        change.begin(new Change.Begun(claimed.id(), attempt));
        change.tell(NodeTold.of(claimed.scope(), claimed.nodeId(), NodeStatus.RUNNING, attempt));
        return ids -> List.of(claimed.begun(attempt));
    }

    /**
     * The node has done what it does.
     *
     * @param shut edges whose own condition does not hold
     * @param savedNanoUsd what was not paid because the answer was there from before
     */
    public Followed complete(Begun begun, Outcome outcome, Set<String> shut, long savedNanoUsd, Taker taker)
            throws StaleLeaseException {
        NodeLease lease = begun.lease();
        // Written out here, and not while the locks of all that is recorded with it are held.
        Result result = Result.of(begun.pinned().graph().step(lease.nodeId()).kind(), outcome);
        return record(new Report(lease, result.size(), written(lease, result), (change, run) -> {
            if (savedNanoUsd > 0) {
                save(change, savedNanoUsd);
            }
            finish(change, lease, run, result);
            Decision decision = Decider.succeeded(
                    change.pinned().graph(),
                    change.scopes(NodeLease.chain(lease.scope())),
                    lease.scope(),
                    lease.nodeId(),
                    result.success(),
                    shut);
            List<Change.Made> taken = new Progression(change, payloads, taker).apply(decision);
            return ids -> leases(change, taken, ids);
        }));
    }

    private static Map<Values.Key, String> written(NodeLease lease, Result result) {
        return result.repeats()
                ? Map.of()
                : Map.of(Values.Key.output(lease.executionId(), lease.scope(), lease.nodeId()), result.output());
    }

    private Followed record(Report report) throws StaleLeaseException {
        together.bring(report.lease().executionId(), report);
        return report.followed();
    }

    private static void save(Change change, long savedNanoUsd) {
        change.handle()
                .createUpdate("UPDATE executions SET saved_nano_usd = saved_nano_usd + :saved WHERE id = :id")
                .bind("saved", savedNanoUsd)
                .bind("id", change.row().id())
                .execute();
    }

    /** The row as it is when the node has ended well. A loop stays open until its iterations are over. */
    private void finish(Change change, NodeLease lease, EndedRun run, Result result) {
        insertItems(change, lease, result.items());
        if (result.repeats()) {
            change.finish(new Change.Done(lease.id(), "open", new Payloads.Place(null, null)));
        } else {
            Payloads.Place place = payloads.put(change.handle(), lease.executionId(), result.output());
            change.finish(new Change.Done(lease.id(), "completed", place));
            change.addTotals(1, 0, 0);
            change.tell(run.told(lease.scope(), lease.nodeId(), NodeStatus.COMPLETED, null, change.now()));
        }
        change.addOpen(-1);
    }

    private static List<NodeLease> leases(Change change, List<Change.Made> taken, Map<ChangeRows.Place, Long> ids) {
        String execution = change.row().id();
        return taken.stream()
                .map(made -> {
                    Long id = ids.get(new ChangeRows.Place(execution, made.scope(), made.nodeId()));
                    if (id == null) {
                        throw new IllegalStateException("a node run that was made has no id: " + made);
                    }
                    return new NodeLease(id, execution, made.scope(), made.nodeId(), 1, 0, 1, false);
                })
                .toList();
    }

    /** The node has failed and is not tried again. */
    public Followed fail(NodeLease lease, Failure failure, Taker taker) throws StaleLeaseException {
        return onLease(lease, (change, run) -> {
            Decision decision = orFailure(
                    Decider.failed(
                            change.pinned().graph(),
                            change.scopes(NodeLease.chain(lease.scope())),
                            lease.scope(),
                            lease.nodeId()),
                    change,
                    lease);
            boolean endsAll = decision.effects().stream().anyMatch(Effect.Fail.class::isInstance);
            change.handle()
                    .createUpdate("""
                            UPDATE node_runs SET status = 'failed', ends_all = :endsAll, completed_at = :now,
                                error_kind = :kind, error_message = :message, error_details = :details
                            WHERE id = :id
                            """)
                    .bind("id", lease.id())
                    .bind("endsAll", endsAll)
                    .bind("now", Change.at(change.now()))
                    .bind("kind", failure.kind().code())
                    .bind("message", failure.message())
                    .bind("details", StoredJson.write(failure.details()))
                    .execute();
            change.addTotals(0, 1, 0);
            change.addOpen(-1);
            change.tell(run.told(lease.scope(), lease.nodeId(), NodeStatus.FAILED, failure.message(), change.now()));
            ExecutionAlerts.exhausted(change, lease, failure);
            if (endsAll) {
                OpenRuns.cancel(change);
                change.fail(lease.nodeId(), failure.message(), StoredJson.write(failure.details()));
                change.save();
                return new Followed(List.of(), true);
            }
            return follow(change, decision, taker);
        });
    }

    /**
     * What would complete with nothing done has failed, however much its nodes say to go on: among what is completed nobody
     * would look for it. Its last node stays started, so that it can be taken up there.
     */
    private static Decision orFailure(Decision decision, Change change, NodeLease lease) {
        boolean completes = decision.effects().stream().anyMatch(Effect.Complete.class::isInstance);
        return completes && change.totals().completedNodes() == 0
                ? new Decision(List.of(), List.of(new Effect.Fail(lease.scope(), lease.nodeId())))
                : decision;
    }

    /** The attempt has failed, and there is another after a while. */
    public void retry(NodeLease lease, Failure failure, Duration delay) throws StaleLeaseException {
        onLease(lease, (change, run) -> {
            change.handle()
                    .createUpdate("""
                            UPDATE node_runs SET status = 'ready', lease_owner = NULL,
                                due_at = now() + :delayMs * interval '1 millisecond',
                                error_kind = :kind, error_message = :message, error_details = :details
                            WHERE id = :id
                            """)
                    .bind("id", lease.id())
                    .bind("delayMs", delay.toMillis())
                    .bind("kind", failure.kind().code())
                    .bind("message", failure.message())
                    .bind("details", StoredJson.write(failure.details()))
                    .execute();
            change.tell(new NodeTold(
                    lease.scope(),
                    lease.nodeId(),
                    NodeStatus.RETRYING,
                    lease.attempt(),
                    null,
                    failure.message(),
                    0,
                    0));
            change.save();
            return true;
        });
    }

    /** The node waits for so long, and nobody waits with it. */
    public void waitFor(NodeLease lease, Duration time) throws StaleLeaseException {
        onLease(lease, (change, run) -> {
            change.handle()
                    .createUpdate("""
                            UPDATE node_runs SET status = 'ready', waited = true, lease_owner = NULL,
                                due_at = now() + :timeMs * interval '1 millisecond'
                            WHERE id = :id
                            """)
                    .bind("id", lease.id())
                    .bind("timeMs", time.toMillis())
                    .execute();
            return true;
        });
    }

    /**
     * The execution stands still, with this node as the first to go on.
     *
     * @param why for programs; the message is told with it
     * @param passes whether it is to be taken up by itself after a while
     */
    public void pause(NodeLease lease, Status paused, String message, ObjectNode why, boolean passes)
            throws StaleLeaseException {
        ObjectNode reason = why.deepCopy().put("message", message);
        onLease(lease, (change, run) -> {
            // The attempt that found out does not count: it has not tried anything.
            change.handle().createUpdate("""
                            UPDATE node_runs SET attempt = greatest(0, attempt - 1) WHERE id = :id
                            """).bind("id", lease.id()).execute();
            park(change, lease);
            if (change.status() == Status.RUNNING) {
                OpenRuns.hold(change);
                change.pause(paused, message, StoredJson.write(reason));
                PausedRuns.takeUpLater(change, passes);
            }
            change.save();
            return true;
        });
    }

    /** Gives back what was taken and not begun, so that another process takes it at once. */
    public void release(Collection<NodeLease> leases) {
        database.useAsSystem(handle -> {
            for (NodeLease lease : leases) {
                handle.createUpdate("""
                                UPDATE node_runs SET status = 'ready', due_at = now(), lease_owner = NULL
                                WHERE id = :id AND fence = :fence AND status = 'leased'
                                """)
                        .bind("id", lease.id())
                        .bind("fence", lease.fence())
                        .execute();
            }
        });
    }

    private Followed follow(Change change, Decision decision, Taker taker) {
        List<Change.Made> taken = new Progression(change, payloads, taker).apply(decision);
        Map<ChangeRows.Place, Long> ids = ChangeRows.save(change.handle(), List.of(change));
        List<NodeFacts.Asked> asked = leases(change, taken, ids).stream()
                .map(lease -> NodeFacts.Asked.of(change.row(), change.pinned(), lease))
                .toList();
        Values.Found found = values.find(change.handle(), NodeFacts.keys(asked), Map.of());
        return new Followed(
                asked.stream()
                        .map(next -> new Begun(
                                next.lease(), next.pinned(), NodeFacts.of(change.handle(), next, found.all())))
                        .toList(),
                change.status().isEnd());
    }

    private static void insertItems(Change change, NodeLease lease, List<String> items) {
        for (int first = 0; first < items.size(); first += ITEMS_IN_STATEMENT_MAX) {
            change.handle()
                    .createUpdate("""
                            INSERT INTO run_items (execution_id, scope, owner, item_index, item)
                            SELECT :execution, :scope, :owner, :first + i.place - 1, i.item
                            FROM unnest(:items) WITH ORDINALITY AS i(item, place)
                            """)
                    .bind("execution", lease.executionId())
                    .bind("scope", lease.scope())
                    .bind("owner", lease.nodeId())
                    .bind("first", first)
                    .bindArray(
                            "items",
                            String.class,
                            items.subList(first, Math.min(items.size(), first + ITEMS_IN_STATEMENT_MAX)))
                    .execute();
        }
    }

    private static void park(Change change, NodeLease lease) {
        change.handle().createUpdate("""
                        UPDATE node_runs SET status = 'held', due_at = now(), lease_owner = NULL WHERE id = :id
                        """).bind("id", lease.id()).execute();
        change.addOpen(-1);
        change.addHeld(1);
    }

    /** What is done in a change by someone who holds a lease. */
    private interface Held<R> {
        R with(Change change, EndedRun run);
    }

    /** What comes one at a time, or touches other node runs than its own. */
    private <R> R onLease(NodeLease lease, Held<R> work) throws StaleLeaseException {
        return turns.<R, StaleLeaseException>at(
                lease.executionId(),
                () -> workers.<R, StaleLeaseException>asSystem(handle -> onLease(handle, lease, work)));
    }

    private <R> R onLease(Handle handle, NodeLease lease, Held<R> work) throws StaleLeaseException {
        Map<String, Change> changes =
                ExecutionLocks.take(handle, versions, List.of(lease.executionId()), true, clock.instant());
        Change change = changes.get(lease.executionId());
        EndedRun run = LeasedRuns.lock(handle, changes, List.of(lease)).get(lease.id());
        if (change == null || run == null) {
            throw new StaleLeaseException(lease);
        }
        return work.with(change, run);
    }
}
