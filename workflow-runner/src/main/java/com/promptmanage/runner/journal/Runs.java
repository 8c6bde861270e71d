package com.promptmanage.runner.journal;

import com.promptmanage.runner.definition.Settings;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.id.Ids;
import com.promptmanage.service.tier.AccountTier;
import com.promptmanage.service.tier.Tiers;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.execution.ExecutionChange.Status;
import com.promptmanage.topics.money.NanoUsd;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Executions as wholes: begun, cancelled, taken up again. A workflow's executions beyond its limit wait in a queue, of which
 * {@link Admission} lets them out.
 *
 * <p>Safe for use by several threads, and by several processes.
 */
public final class Runs {

    /** What is told to workers that wait for something to do. */
    public static final String CHANNEL = "workflow_runs";

    private final Database database;

    private final Tiers tiers;

    private final Versions versions;

    private final Admission admission;

    private final Ids ids;

    private final Clock clock;

    /** Where no tier limits how many there may be. */
    public Runs(Database database, Versions versions, Ids ids, Clock clock) {
        this(database, new Tiers(database, false), versions, ids, clock);
    }

    public Runs(Database database, Tiers tiers, Versions versions, Ids ids, Clock clock) {
        this.database = database;
        this.tiers = tiers;
        this.versions = versions;
        this.admission = new Admission(database, versions, new Payloads(ids), clock);
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * An execution that someone wants.
     *
     * @param version which one to run; null for the current
     * @param userId on whose behalf; null for whoever made the workflow
     * @param triggerData as JSON
     * @param dedupeKey the same key again, for the same workflow, is the same execution; null for always a new one
     * @param isTest whether a workflow that is not active may be run
     */
    public record NewRun(
            String workflowId,
            @Nullable Integer version,
            @Nullable String userId,
            TriggeredBy triggeredBy,
            String triggerData,
            @Nullable String dedupeKey,
            boolean isTest,
            @Nullable String rerunOf) {}

    /** What brings an execution about. */
    public enum TriggeredBy {
        MANUAL,
        SCHEDULE,
        API,
        WEBHOOK,
        EVENT,
        SYSTEM;

        /** The name in JSON. */
        public String value() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** @param isNew false if the key had been used: then it is the execution of that time */
    public record Enqueued(String executionId, boolean isNew) {}

    /** What has become of the wish to take an execution up again. */
    public enum Resumed {
        NOW,
        /** By the same key. */
        BEFORE,
        /** It is not in a state to go on from. */
        NOT
    }

    /**
     * Puts an execution into the workflow's queue, and begins it if there is room. The workflow must be active, or this be a
     * test.
     *
     * @throws ProblemException 404 if there is no such workflow, 409 if it may not be run, 403 {@code tier_limit} if the account
     *     has begun as many this month as its tier allows, or its tier does not let them be begun in this way
     */
    public Enqueued enqueue(NewRun wanted) {
        return enqueue(wanted, false);
    }

    /**
     * As {@link #enqueue}, for one that goes on, by the workflow's current version, from the failed execution that it is a rerun of:
     * what that one has done is not done again where the version leaves it as it was, with all that comes before it.
     *
     * @throws ProblemException 409 also if that execution has not failed or run out of time
     */
    public Enqueued goOnFrom(NewRun wanted) {
        return enqueue(wanted, true);
    }

    private Enqueued enqueue(NewRun wanted, boolean goesOn) {
        return database.asSystem(handle -> {
            Admission.Workflow workflow = Admission.lock(handle, wanted.workflowId())
                    .orElseThrow(() -> ProblemException.notFound("There is no such workflow that you may see"));
            Optional<String> before = Fires.find(handle, wanted.workflowId(), wanted.dedupeKey());
            if (before.isPresent()) {
                return new Enqueued(before.get(), false);
            }
            if (!workflow.status().equals("active") && !wanted.isTest()) {
                throw ProblemException.conflict(
                        "The workflow's status is %s: set it to active, or run a test".formatted(workflow.status()));
            }
            @Nullable
            Integer nodesAtOnceMax = requireTier(handle, new Account(workflow.account()), wanted.triggeredBy());
            String id = ids.next("exe");
            insert(handle, id, workflow, wanted, nodesAtOnceMax);
            if (goesOn) {
                keep(handle, id, workflow, wanted);
            }
            change(handle, id).ifPresent(change -> {
                change.queue();
                change.save();
            });
            admission.admit(handle, workflow);
            return new Enqueued(id, true);
        });
    }

    private void keep(Handle handle, String id, Admission.Workflow workflow, NewRun wanted) {
        Change before = Optional.ofNullable(wanted.rerunOf())
                .flatMap(other -> change(handle, other))
                .orElseThrow(() -> ProblemException.notFound("There is no such execution that you may see"));
        KeptRuns.keep(before, versions.get(handle, workflow.id(), workflow.version()), id);
    }

    /** Has a version ready for executions that are about to be enqueued. */
    public void prepare(String workflowId, int version) {
        versions.prepare(database, workflowId, version);
    }

    /** Whether an event has begun this execution. */
    public boolean isByEvent(String executionId) {
        return database.asSystem(
                handle -> handle.createQuery("SELECT triggered_by = :event FROM executions WHERE id = :id")
                        .bind("event", TriggeredBy.EVENT.value())
                        .bind("id", executionId)
                        .mapTo(Boolean.class)
                        .findOne()
                        .orElse(false));
    }

    /**
     * Begins what waits in the workflow's queue, as far as there is room. When many executions of one workflow end at once, whoever
     * has not begun to look yet looks for those that come after. Not to be called within a transaction.
     */
    public void admit(String workflowId) {
        admission.admit(workflowId);
    }

    /** Workflows in whose queues something waits though there is room. For the case that whoever should have begun it could not. */
    public List<String> waiting() {
        return admission.waiting();
    }

    /**
     * The last execution of a continuous workflow, if it has completed.
     *
     * @param triggerData as JSON
     * @param completedAt by the database's clock, like {@code now}: a wrong one of a process makes no delay longer or shorter
     * @param settings of the version that it ran
     */
    public record Last(
            String workflowId,
            String executionId,
            String userId,
            String triggerData,
            Instant completedAt,
            Instant now,
            Settings.Effective settings) {}

    /** Of each active continuous workflow of which nothing is under way. */
    public List<Last> lastOfContinuous() {
        return database.asSystem(handle -> handle.createQuery("""
                        SELECT e.id, e.workflow_id, e.workflow_version, e.user_id, e.trigger_data, e.ended_at,
                               now() AS now
                        FROM workflows w CROSS JOIN LATERAL (
                            SELECT * FROM executions l WHERE l.workflow_id = w.id AND NOT l.is_test
                            ORDER BY l.number DESC LIMIT 1) e
                        WHERE w.execution_mode = 'continuous' AND w.status = 'active' AND w.deleted_at IS NULL
                          AND e.status = 'completed' AND
                        """ + GoneAccounts.exclude("w.account"))
                .map((row, ctx) -> new Last(
                        row.getString("workflow_id"),
                        row.getString("id"),
                        row.getString("user_id"),
                        row.getString("trigger_data"),
                        WorkflowRow.instant(row, "ended_at"),
                        WorkflowRow.instant(row, "now"),
                        versions.get(handle, row.getString("workflow_id"), row.getInt("workflow_version"))
                                .settings()))
                .list());
    }

    /** Executions that stand still for what may have passed. */
    public List<String> passed() {
        return database.asSystem(PausedRuns::due);
    }

    /** Executions whose time is over, by the database's clock: that of one process may be wrong. */
    public List<String> overdue() {
        return database.asSystem(
                handle -> handle.createQuery("""
                        SELECT id FROM executions WHERE status = 'running' AND deadline_at < now()
                        ORDER BY deadline_at LIMIT 100
                        """).mapTo(String.class).list());
    }

    /** Executions that nobody can end any more, since what they belong to was deleted or disabled in the last minutes. */
    public List<String> orphanedOfLate() {
        return database.asSystem(OrphanedRuns::ofLate);
    }

    /** All executions that nobody can end any more. Dear where much is under way: not to be asked for each second. */
    public List<String> orphaned() {
        return database.asSystem(OrphanedRuns::all);
    }

    /** Ends an execution that has had its time. Returns its workflow, if it was ended now. */
    public Optional<String> timeOut(String executionId) {
        return database.asSystem(handle -> change(handle, executionId).flatMap(change -> {
            if (change.status() != Status.RUNNING || !isOverdue(handle, executionId)) {
                return Optional.empty();
            }
            OpenRuns.cancel(change);
            change.timeOut("It did not end within %d s"
                    .formatted(change.pinned().settings().timeout().toSeconds()));
            change.save();
            return Optional.of(change.row().workflowId());
        }));
    }

    /**
     * Ends an execution, whatever it is doing. What is on its way is not waited for.
     *
     * @return its workflow, if it was ended now; empty if it was over before
     */
    public Optional<String> cancel(String executionId) {
        return database.asSystem(handle -> change(handle, executionId).flatMap(change -> {
            if (change.status().isEnd()) {
                return Optional.empty();
            }
            OpenRuns.cancel(change);
            change.end(Status.CANCELLED);
            change.save();
            return Optional.of(change.row().workflowId());
        }));
    }

    /**
     * Takes up an execution where it failed, ran out of time or was paused. What is done stays done; what it has paid for is
     * not paid again.
     *
     * @return false if it is not in a state to go on from
     * @throws ProblemException 404 if its workflow, or what that belongs to, is gone; 409 if the workflow is not active, and it is
     *     no test
     */
    public boolean resume(String executionId) {
        return resume(executionId, Optional.empty());
    }

    /**
     * As {@link #resume(String)}.
     *
     * @param maxCost what the whole execution may cost from now on, in place of what its version says; empty to leave that as it is
     * @throws ProblemException 400 if its version sets no limit, or this one is lower than the one that holds, or not above what is
     *     spent
     */
    public boolean resume(String executionId, Optional<NanoUsd> maxCost) {
        return resume(executionId, maxCost, null) == Resumed.NOW;
    }

    /**
     * As {@link #resume(String, Optional)}.
     *
     * @param dedupeKey the same key again, for the same execution, takes it up no second time; null for always anew
     */
    public Resumed resume(String executionId, Optional<NanoUsd> maxCost, @Nullable String dedupeKey) {
        @Nullable String key = dedupeKey == null ? null : "resume:%s:%s".formatted(executionId, dedupeKey);
        return resume(executionId, maxCost, key, change -> {
            boolean may = switch (change.status()) {
                case FAILED, TIMEOUT, PAUSED, PAUSED_BUDGET -> true;
                case QUEUED, RUNNING, COMPLETED, CANCELLED -> false;
            };
            if (may) {
                PausedRuns.requireActive(change);
            }
            return may;
        });
    }

    /**
     * Takes up one of those that {@link #passed} has found, if it is still one: whoever found it may have been frozen since, and
     * what has become of it meanwhile is for a person to take up.
     */
    public void takeUp(String executionId) {
        resume(executionId, Optional.empty(), null, PausedRuns::isDue);
    }

    /** @param workflow of which there is something in the queue now; null of none */
    private record TakenUp(Resumed resumed, @Nullable String workflow) {}

    private Resumed resume(String executionId, Optional<NanoUsd> maxCost, @Nullable String key, Predicate<Change> may) {
        TakenUp taken = database.asSystem(handle -> change(handle, executionId)
                .map(change -> takenUp(handle, change, maxCost, key, may))
                .orElse(new TakenUp(Resumed.NOT, null)));
        if (taken.workflow() != null) {
            admit(taken.workflow());
        }
        return taken.resumed();
    }

    private TakenUp takenUp(
            Handle handle, Change change, Optional<NanoUsd> maxCost, @Nullable String key, Predicate<Change> may) {
        String workflow = change.row().workflowId();
        // Asked under the execution's lock: of two at once, the second finds what the first has left.
        if (Fires.find(handle, workflow, key).isPresent()) {
            return new TakenUp(Resumed.BEFORE, null);
        }
        if (!may.test(change)) {
            return new TakenUp(Resumed.NOT, null);
        }
        goOn(change, maxCost);
        if (key != null) {
            Fires.add(handle, workflow, key, change.row().id(), clock.instant());
        }
        return new TakenUp(Resumed.NOW, workflow);
    }

    private static void goOn(Change change, Optional<NanoUsd> maxCost) {
        maxCost.ifPresent(most -> PausedRuns.allow(change, most));
        if (change.status().isEnd()) {
            OpenRuns.again(change);
        } else if (change.status() == Status.PAUSED) {
            OpenRuns.allow(change);
        }
        OpenRuns.timeAnew(change);
        change.queue();
        change.save();
    }

    /**
     * Not where no tier limits it: the account's row would be one that all its executions wait for.
     *
     * @return how many nodes may run at a time; null for as many as the workflow says. It stays with the execution, so that each
     *     node need not ask for the tier
     */
    private @Nullable Integer requireTier(Handle handle, Account account, TriggeredBy by) {
        if (!tiers.isEnforced()) {
            return null;
        }
        AccountTier tier = tiers.of(handle, account);
        var features = tier.features().workflows();
        tier.requireAmong("workflowTriggers", features.workflowTriggers(), by.value());
        long runs = handle.createQuery("""
                        INSERT INTO workflow_run_counts AS c (account, month, runs) VALUES (:account, :month, 1)
                        ON CONFLICT (account, month) DO UPDATE SET runs = c.runs + 1
                        RETURNING runs
                        """)
                .bind("account", account.value())
                .bind(
                        "month",
                        clock.instant().atOffset(ZoneOffset.UTC).toLocalDate().withDayOfMonth(1))
                .mapTo(Long.class)
                .one();
        tier.requireRoom("workflowRunsPerMonth", features.workflowRunsPerMonth(), runs - 1);
        return features.workflowConcurrentNodesMax();
    }

    private void insert(
            Handle handle, String id, Admission.Workflow workflow, NewRun wanted, @Nullable Integer nodesAtOnceMax) {
        var now = Change.at(clock.instant());
        handle.createUpdate("""
                        INSERT INTO executions (id, workflow_id, workflow_version, account, user_id, triggered_by,
                            trigger_data, is_test, rerun_of, status, nodes_at_once_max, created_at)
                        VALUES (:id, :workflow, :version, :account, :user, :by, :data, :test, :rerunOf, 'queued',
                            :nodesAtOnceMax, :now)
                        """)
                .bind("id", id)
                .bind("workflow", workflow.id())
                .bind("version", wanted.version() == null ? workflow.version() : wanted.version())
                .bind("account", workflow.account())
                .bind("user", wanted.userId() == null ? workflow.createdBy() : wanted.userId())
                .bind("by", wanted.triggeredBy().value())
                .bind("data", wanted.triggerData())
                .bind("test", wanted.isTest())
                .bind("rerunOf", wanted.rerunOf())
                .bind("nodesAtOnceMax", nodesAtOnceMax)
                .bind("now", now)
                .execute();
        handle.createUpdate("UPDATE workflows SET last_executed_at = :now WHERE id = :id")
                .bind("id", workflow.id())
                .bind("now", now)
                .execute();
        if (wanted.dedupeKey() != null) {
            Fires.add(handle, workflow.id(), wanted.dedupeKey(), id, clock.instant());
        }
    }

    private static boolean isOverdue(Handle handle, String executionId) {
        return handle.createQuery("SELECT deadline_at < now() FROM executions WHERE id = :id")
                .bind("id", executionId)
                .mapTo(Boolean.class)
                .one();
    }

    private Optional<Change> change(Handle handle, String executionId) {
        return ExecutionLocks.take(handle, versions, executionId, clock.instant());
    }
}
