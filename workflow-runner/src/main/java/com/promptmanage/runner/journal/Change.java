package com.promptmanage.runner.journal;

import com.promptmanage.runner.run.ScopeState;
import com.promptmanage.topics.execution.ExecutionChange;
import com.promptmanage.topics.execution.ExecutionChange.ExecutionChanged;
import com.promptmanage.topics.execution.ExecutionChange.NodeChanged;
import com.promptmanage.topics.execution.ExecutionChange.NodeStatus;
import com.promptmanage.topics.execution.ExecutionChange.Status;
import com.promptmanage.topics.execution.ExecutionChange.Totals;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * One change of one execution, in one transaction that holds the lock of its row. What is read after the lock was taken is
 * what is true. Several results may be worked into it, one after the other, each on what those before it made; events are numbered
 * in the order in which they are told. Everything is written by {@link #save}, or with other executions' by {@link ChangeRows}.
 */
final class Change {

    /** Stands in every event's {@code source}. */
    static final String SOURCE = "/workflow-runner";

    private final Handle handle;

    private final ExecutionRow row;

    private final Pinned pinned;

    private final Instant now;

    private final List<ExecutionChange> told = new ArrayList<>();

    /** By path, as far as they are known and as they have become. */
    private final Map<String, ScopeState> scopes = new HashMap<>();

    /** The paths of those that are in the table. */
    private final Set<String> storedScopes = new HashSet<>();

    private final Map<String, ScopeState> changedScopes = new LinkedHashMap<>();

    private final List<Begun> begun = new ArrayList<>();

    private final List<Done> done = new ArrayList<>();

    private final List<Made> made = new ArrayList<>();

    private Status status;

    private @Nullable Instant startedAt;

    private @Nullable Instant standsStillSince;

    private long stoodStillMs;

    /** From now on; null to leave the deadline as it is. */
    private @Nullable Duration timeout;

    private boolean isStatusNew;

    private @Nullable String reason;

    private @Nullable Failing failing;

    private Totals totals;

    private boolean isSimulated;

    private int openNodes;

    private int heldNodes;

    /** Why the execution failed. */
    record Failing(
            @Nullable String nodeId,
            String message,
            @Nullable String details) {}

    /** A node run whose next attempt begins. */
    record Begun(long id, int attempt) {}

    /**
     * A node run that has ended well, or an owner of iterations that are still to come.
     *
     * @param status as the table has it
     * @param place of what it has put out
     */
    record Done(long id, String status, Payloads.Place place) {}

    /**
     * A node run that begins to be there. Its id is known when the change is saved.
     *
     * @param status as the table has it
     * @param taker who is given it, if it is leased
     */
    record Made(String scope, String nodeId, String status, Taker taker) {

        boolean isLeased() {
            return status.equals("leased");
        }
    }

    /** @param row as it was read under the lock */
    Change(Handle handle, ExecutionRow row, Pinned pinned, Instant now) {
        this.handle = handle;
        this.row = row;
        this.pinned = pinned;
        this.now = now;
        this.status = row.status();
        this.startedAt = row.startedAt();
        this.standsStillSince = row.standsStillSince();
        this.stoodStillMs = row.stoodStillMs();
        this.totals = row.totals();
        this.isSimulated = row.isSimulated();
        this.openNodes = row.openNodes();
        this.heldNodes = row.heldNodes();
    }

    Handle handle() {
        return handle;
    }

    ExecutionRow row() {
        return row;
    }

    Pinned pinned() {
        return pinned;
    }

    Instant now() {
        return now;
    }

    Status status() {
        return status;
    }

    @Nullable
    Instant startedAt() {
        return startedAt;
    }

    @Nullable
    Instant standsStillSince() {
        return standsStillSince;
    }

    long stoodStillMs() {
        return stoodStillMs;
    }

    int openNodes() {
        return openNodes;
    }

    int heldNodes() {
        return heldNodes;
    }

    /** As they were read. What has been changed since stays so. */
    void know(List<ScopeState> read) {
        for (ScopeState scope : read) {
            scopes.putIfAbsent(scope.path(), scope);
            storedScopes.add(scope.path());
        }
    }

    /** As they are now, of those that are known. */
    List<ScopeState> scopes(List<String> paths) {
        var known = new ArrayList<ScopeState>(paths.size());
        for (String path : paths) {
            ScopeState scope = scopes.get(path);
            if (scope != null) {
                known.add(scope);
            }
        }
        return known;
    }

    /** As they are to be when the change is saved. */
    void store(List<ScopeState> changed) {
        for (ScopeState scope : changed) {
            scopes.put(scope.path(), scope);
            changedScopes.put(scope.path(), scope);
        }
    }

    void begin(Begun run) {
        begun.add(run);
    }

    void finish(Done run) {
        done.add(run);
    }

    Made make(Made run) {
        made.add(run);
        return run;
    }

    /** How many more node runs may be open, as it is now. */
    int room() {
        int atOnce = row.nodesAtOnce(pinned.settings().maxConcurrentNodes());
        return status == Status.RUNNING ? Math.max(0, atOnce - openNodes) : 0;
    }

    void addOpen(int count) {
        openNodes += count;
    }

    void addHeld(int count) {
        heldNodes += count;
    }

    void addTotals(int completed, int failed, int skipped) {
        totals = new Totals(
                totals.completedNodes() + completed,
                totals.failedNodes() + failed,
                totals.skippedNodes() + skipped,
                totals.tokens(),
                totals.costNanoUsd());
    }

    void addUse(long tokens, long costNanoUsd) {
        totals = new Totals(
                totals.completedNodes(),
                totals.failedNodes(),
                totals.skippedNodes(),
                totals.tokens() + tokens,
                totals.costNanoUsd() + costNanoUsd);
    }

    /** A model that only pretends has answered. Said of the execution from its next event on. */
    void markSimulated() {
        if (!isSimulated) {
            isSimulated = true;
            handle.createUpdate("UPDATE executions SET is_simulated = true WHERE id = :id")
                    .bind("id", row.id())
                    .execute();
        }
    }

    void queue() {
        reason = null;
        failing = null;
        become(Status.QUEUED, null);
    }

    /** Begins, or goes on after a pause, with the whole time before it again. */
    void run(Duration timeout) {
        startedAt = startedAt == null ? now : startedAt;
        this.timeout = timeout;
        reason = null;
        become(Status.RUNNING, null);
    }

    /** @param why as JSON; its {@code message} is told */
    void pause(Status paused, String message, String why) {
        reason = why;
        become(paused, message);
    }

    void end(Status end) {
        become(end, null);
    }

    void fail(@Nullable String nodeId, String message, @Nullable String details) {
        failing = new Failing(nodeId, message, details);
        become(Status.FAILED, message);
    }

    void timeOut(String message) {
        failing = new Failing(null, message, null);
        become(Status.TIMEOUT, message);
    }

    private void become(Status other, @Nullable String why) {
        status = other;
        isStatusNew = true;
        standOrGoOn();
        told.add(new ExecutionChanged(row.told(), now, other, other.isEnd() ? ranMs() : null, why, totals));
    }

    /** What it stood still is known when it goes on, and when it ends. */
    private void standOrGoOn() {
        Instant since = standsStillSince;
        if (since != null && (status == Status.RUNNING || status.isEnd())) {
            stoodStillMs += between(since, now);
            standsStillSince = null;
        }
        if (startedAt != null && status != Status.RUNNING && standsStillSince == null) {
            standsStillSince = now;
        }
    }

    /** How long it has run until now, ms, without the times in which it stood still; null if it never did. */
    private @Nullable Long ranMs() {
        return startedAt == null ? null : Math.max(0, between(startedAt, now) - stoodStillMs);
    }

    /** Of {@link #now}'s clock, which may have been set back meanwhile. */
    private static long between(Instant from, Instant to) {
        return Math.max(0, Duration.between(from, to).toMillis());
    }

    /** Tells that a node is in another state. */
    void tell(NodeTold node) {
        told.add(new NodeChanged(
                row.told(),
                now,
                node.nodeId(),
                pinned.node(node.nodeId()).type().value(),
                node.scope(),
                node.status(),
                node.attempt(),
                node.durationMs(),
                node.error(),
                node.tokens(),
                node.costNanoUsd()));
    }

    /** What there is to tell of a node. */
    record NodeTold(
            String scope,
            String nodeId,
            NodeStatus status,
            int attempt,
            @Nullable Long durationMs,
            @Nullable String error,
            long tokens,
            long costNanoUsd) {

        static NodeTold of(String scope, String nodeId, NodeStatus status, int attempt) {
            return new NodeTold(scope, nodeId, status, attempt, null, null, 0, 0);
        }
    }

    /** Writes everything. Nothing may be changed after it. */
    void save() {
        ChangeRows.save(handle, List.of(this));
    }

    /** Those that begin to be there. */
    List<ScopeState> openedScopes() {
        return changedScopes(false);
    }

    /** Those that were read and have changed. */
    List<ScopeState> changedScopes() {
        return changedScopes(true);
    }

    private List<ScopeState> changedScopes(boolean areStored) {
        return changedScopes.values().stream()
                .filter(scope -> storedScopes.contains(scope.path()) == areStored)
                .toList();
    }

    /** And no more of them: they are written. */
    List<Begun> takeBegun() {
        return taken(begun);
    }

    /** As {@link #takeBegun}. */
    List<Done> takeDone() {
        return taken(done);
    }

    /** As {@link #takeBegun}. */
    List<Made> takeMade() {
        return taken(made);
    }

    private static <T> List<T> taken(List<T> list) {
        List<T> all = List.copyOf(list);
        list.clear();
        return all;
    }

    List<ExecutionChange> told() {
        return told;
    }

    int lastSeq() {
        return row.lastSeq() + told.size();
    }

    boolean isStatusNew() {
        return isStatusNew;
    }

    @Nullable
    String reason() {
        return reason;
    }

    @Nullable
    Failing failing() {
        return failing;
    }

    @Nullable
    Duration timeout() {
        return timeout;
    }

    Totals totals() {
        return totals;
    }

    static java.time.@Nullable OffsetDateTime at(@Nullable Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }
}
