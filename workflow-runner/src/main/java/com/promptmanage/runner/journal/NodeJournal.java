package com.promptmanage.runner.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.journal.Change.NodeTold;
import com.promptmanage.runner.node.Outcome;
import com.promptmanage.runner.run.Decider;
import com.promptmanage.runner.run.Decider.Success;
import com.promptmanage.runner.run.Decision;
import com.promptmanage.runner.run.Decision.Effect;
import com.promptmanage.runner.run.ScopeState;
import com.promptmanage.runner.run.Step;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.id.Ids;
import com.promptmanage.topics.execution.ExecutionChange.NodeStatus;
import com.promptmanage.topics.execution.ExecutionChange.Status;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * What workers do with node runs. A run is taken with a lease and a fence; whatever a worker writes later holds only if the
 * fence is still its own. When something is due the database's clock says, which all processes have in common. Safe for use by several threads, and by several processes.
 */
public final class NodeJournal {

    /** Of those who say that they are still at it, and of what comes next: they wait for no other. */
    private final Database database;

    private final Database workers;

    private final Turns turns = new Turns();

    private final Versions versions;

    private final Payloads payloads;

    private final Clock clock;

    public NodeJournal(Database database, Versions versions, Ids ids, Clock clock) {
        this.database = database;
        this.workers = database.background();
        this.versions = versions;
        this.payloads = new Payloads(ids);
        this.clock = clock;
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
     * Says for several runs that their worker is still at it.
     *
     * @return the ids of those that are still its own
     */
    public Set<Long> renew(Taker taker, Collection<NodeLease> leases) {
        long[] ids = leases.stream().mapToLong(NodeLease::id).toArray();
        long[] fences = leases.stream().mapToLong(NodeLease::fence).toArray();
        return new HashSet<>(database.asSystem(handle -> handle.createQuery("""
                        UPDATE node_runs n SET due_at = now() + :leaseMs * interval '1 millisecond'
                        FROM (SELECT * FROM unnest(:ids, :fences) AS mine(id, fence)) mine
                        WHERE n.id = mine.id AND n.fence = mine.fence AND n.status = 'leased'
                        RETURNING n.id
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
        return onLease(claimed, change -> {
            if (change.status() != Status.RUNNING) {
                park(change, claimed);
                change.save();
                return Optional.empty();
            }
            // A delay that is over goes on with the attempt it began with.
            int attempt = claimed.waited() ? Math.max(1, claimed.attempt()) : claimed.attempt() + 1;
            change.handle()
                    .createUpdate("""
                            UPDATE node_runs SET attempt = :attempt, started_at = coalesce(started_at, :now)
                            WHERE id = :id
                            """)
                    .bind("attempt", attempt)
                    .bind("now", Change.at(change.now()))
                    .bind("id", claimed.id())
                    .execute();
            change.tell(NodeTold.of(claimed.scope(), claimed.nodeId(), NodeStatus.RUNNING, attempt));
            change.save();
            return Optional.of(begun(change, claimed.begun(attempt)));
        });
    }

    /**
     * The node has done what it does.
     *
     * @param shut edges whose own condition does not hold
     * @param savedNanoUsd what was not paid because the answer was there from before
     */
    public Followed complete(NodeLease lease, Outcome outcome, Set<String> shut, long savedNanoUsd, Taker taker)
            throws StaleLeaseException {
        return onLease(lease, change -> {
            if (savedNanoUsd > 0) {
                change.handle()
                        .createUpdate("UPDATE executions SET saved_nano_usd = saved_nano_usd + :saved WHERE id = :id")
                        .bind("saved", savedNanoUsd)
                        .bind("id", lease.executionId())
                        .execute();
            }
            boolean loops = change.pinned().graph().step(lease.nodeId()).kind() == Step.Kind.LOOP;
            boolean repeats = loops && outcome instanceof Outcome.Records;
            Finished finished = finish(change, lease, outcome, repeats);
            if (!repeats) {
                change.addTotals(1, 0, 0);
                change.tell(
                        finished.run().told(lease.scope(), lease.nodeId(), NodeStatus.COMPLETED, null, change.now()));
            }
            change.addOpen(-1);
            Decision decision = Decider.succeeded(
                    change.pinned().graph(),
                    finished.scopes(),
                    lease.scope(),
                    lease.nodeId(),
                    success(change, lease, outcome),
                    shut);
            return follow(change, decision, taker);
        });
    }

    /** The node has failed and is not tried again. */
    public Followed fail(NodeLease lease, Failure failure, Taker taker) throws StaleLeaseException {
        return onLease(lease, change -> {
            Decision decision =
                    Decider.failed(change.pinned().graph(), scopes(change, lease), lease.scope(), lease.nodeId());
            boolean endsAll = decision.effects().stream().anyMatch(Effect.Fail.class::isInstance);
            EndedRun run = change.handle()
                    .createQuery("""
                            UPDATE node_runs SET status = 'failed', ends_all = :endsAll, completed_at = :now,
                                error_kind = :kind, error_message = :message, error_details = :details
                            WHERE id = :id RETURNING attempt, tokens, cost_nano_usd, started_at
                            """)
                    .bind("id", lease.id())
                    .bind("endsAll", endsAll)
                    .bind("now", Change.at(change.now()))
                    .bind("kind", failure.kind().code())
                    .bind("message", failure.message())
                    .bind("details", StoredJson.write(failure.details()))
                    .map((row, ctx) -> EndedRun.read(row))
                    .one();
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

    /** The attempt has failed, and there is another after a while. */
    public void retry(NodeLease lease, Failure failure, Duration delay) throws StaleLeaseException {
        onLease(lease, change -> {
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
        onLease(lease, change -> {
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

    /** The execution stands still, with this node as the first to go on. */
    public void pause(NodeLease lease, Status paused, String message, JsonNode why) throws StaleLeaseException {
        onLease(lease, change -> {
            // The attempt that found out does not count: it has not tried anything.
            change.handle().createUpdate("""
                            UPDATE node_runs SET attempt = greatest(0, attempt - 1) WHERE id = :id
                            """).bind("id", lease.id()).execute();
            park(change, lease);
            if (change.status() == Status.RUNNING) {
                OpenRuns.hold(change);
                change.pause(paused, message, StoredJson.write(why));
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
        List<NodeLease> taken = new Progression(change, payloads, taker).apply(decision);
        change.save();
        return new Followed(
                taken.stream().map(next -> begun(change, next)).toList(),
                change.status().isEnd());
    }

    /**
     * A node that has ended well.
     *
     * @param scopes the one that it was run in, and all that that is inside of
     */
    private record Finished(EndedRun run, List<ScopeState> scopes) {}

    /** The row as it is when the node has ended well. A loop stays open until its iterations are over. */
    private Finished finish(Change change, NodeLease lease, Outcome outcome, boolean repeats) {
        Payloads.Place place = repeats
                ? new Payloads.Place(null, null)
                : payloads.put(change.handle(), lease.executionId(), StoredJson.write(output(outcome)));
        // With the scopes, in one round trip: the execution's lock is held meanwhile.
        List<Finished> byScope = change.handle()
                .createQuery("""
                        WITH ended AS (
                            UPDATE node_runs SET status = :status, output = :output, payload_id = :payload,
                                completed_at = CASE WHEN :status = 'completed' THEN :now END, lease_owner = NULL,
                                error_kind = NULL, error_message = NULL, error_details = NULL
                            WHERE id = :id RETURNING attempt, tokens, cost_nano_usd, started_at)
                        SELECT ended.*,
                        """ + ScopeRows.COLUMNS + """
                         FROM ended JOIN run_scopes s ON s.execution_id = :execution AND s.path = ANY (:paths)
                        """)
                .bind("id", lease.id())
                .bind("status", repeats ? "open" : "completed")
                .bind("output", place.inline())
                .bind("payload", place.payloadId())
                .bind("now", Change.at(change.now()))
                .bind("execution", lease.executionId())
                .bindArray("paths", String.class, NodeLease.chain(lease.scope()))
                .map((row, ctx) -> new Finished(EndedRun.read(row), List.of(ScopeRows.read(row))))
                .list();
        return new Finished(
                byScope.getFirst().run(),
                byScope.stream().map(Finished::scopes).flatMap(List::stream).toList());
    }

    private static Object output(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Completed completed -> completed.output();
            case Outcome.Records records -> records.records();
            case Outcome.Branched branched -> branched.output();
            case Outcome.Failed failed -> throw new IllegalArgumentException("a failure is no output");
        };
    }

    private static Success success(Change change, NodeLease lease, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Completed completed -> new Success.Plain();
            case Outcome.Branched branched -> new Success.Branch(branched.result());
            case Outcome.Records records -> {
                if (change.pinned().graph().step(lease.nodeId()).kind() == Step.Kind.PLAIN) {
                    // A source whose list is taken as a whole.
                    yield new Success.Plain();
                }
                insertItems(change, lease, records.records());
                yield new Success.Items(records.records().size());
            }
            case Outcome.Failed failed -> throw new IllegalArgumentException("a failure is no success");
        };
    }

    private static void insertItems(Change change, NodeLease lease, List<JsonNode> items) {
        if (items.isEmpty()) {
            return;
        }
        var batch = change.handle().prepareBatch("""
                INSERT INTO run_items (execution_id, scope, owner, item_index, item)
                VALUES (:execution, :scope, :owner, :index, :item)
                """);
        for (int i = 0; i < items.size(); i++) {
            batch.bind("execution", lease.executionId())
                    .bind("scope", lease.scope())
                    .bind("owner", lease.nodeId())
                    .bind("index", i)
                    .bind("item", StoredJson.write(items.get(i)))
                    .add();
        }
        batch.execute();
    }

    private static List<ScopeState> scopes(Change change, NodeLease lease) {
        return ScopeRows.read(change.handle(), lease.executionId(), NodeLease.chain(lease.scope()));
    }

    private static void park(Change change, NodeLease lease) {
        change.handle().createUpdate("""
                        UPDATE node_runs SET status = 'held', due_at = now(), lease_owner = NULL WHERE id = :id
                        """).bind("id", lease.id()).execute();
        change.addOpen(-1);
        change.addHeld(1);
    }

    private static Begun begun(Change change, NodeLease lease) {
        return new Begun(lease, change.pinned(), NodeFacts.of(change.handle(), change.row(), change.pinned(), lease));
    }

    /** What is done in a change by someone who holds a lease. */
    private interface Held<R> {
        R with(Change change);
    }

    private <R> R onLease(NodeLease lease, Held<R> work) throws StaleLeaseException {
        return turns.<R, StaleLeaseException>at(
                lease.executionId(),
                () -> workers.<R, StaleLeaseException>asSystem(handle -> onLease(handle, lease, work)));
    }

    private <R> R onLease(Handle handle, NodeLease lease, Held<R> work) throws StaleLeaseException {
        return work.with(
                Change.of(handle, versions, lease, clock.instant()).orElseThrow(() -> new StaleLeaseException(lease)));
    }
}
