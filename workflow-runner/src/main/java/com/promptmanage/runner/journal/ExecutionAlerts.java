package com.promptmanage.runner.journal;

import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.definition.NodeConfig;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.service.outbox.Outbox;
import com.promptmanage.service.outbox.OutboxRecord;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.alert.Notice;
import com.promptmanage.topics.alert.NoticeCodec;
import com.promptmanage.topics.budget.Severity;
import com.promptmanage.topics.execution.ExecutionChange.Status;
import com.promptmanage.topics.money.NanoUsd;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What people are told of an execution, in the transaction that makes it true: on the topic of the alerts, each once. From there
 * on they are listed, streamed and sent like every other alert.
 */
final class ExecutionAlerts {

    /** What is over sooner is not looked at for being slow: nobody waits for it, and the look itself would take a share. */
    private static final Duration SLOW_MIN = Duration.ofSeconds(1);

    /** The database's clock and ours are not further apart than this. */
    private static final Duration CLOCKS_APART = Duration.ofSeconds(30);

    /** Fewer tell nothing of what is usual. */
    private static final int USUAL_MIN = 10;

    private static final int USUAL_MAX = 30;

    /** The share of an execution's own limit from which on people are told, if they do not say one. */
    private static final int COST_PERCENT = 80;

    private final Change change;

    private final Known known;

    /** What the tables say of the execution beside its row. */
    private record Known(
            String workflowName,
            AlertWishes wishes,
            boolean isTest,
            boolean isSimulated,
            @Nullable Instant deadlineAt) {}

    private ExecutionAlerts(Change change, Known known) {
        this.change = change;
        this.known = known;
    }

    private static ExecutionAlerts of(Change change) {
        return new ExecutionAlerts(
                change,
                change.handle()
                        .createQuery("""
                        SELECT w.name, w.notifications, e.is_test, e.is_simulated, e.deadline_at
                        FROM executions e JOIN workflows w ON w.id = e.workflow_id WHERE e.id = :id
                        """)
                        .bind("id", change.row().id())
                        .map((row, ctx) -> new Known(
                                row.getString("name"),
                                AlertWishes.of(row.getString("notifications")),
                                row.getBoolean("is_test"),
                                row.getBoolean("is_simulated"),
                                WorkflowRow.optionalInstant(row, "deadline_at")))
                        .one());
    }

    /**
     * The execution has come to an end.
     *
     * @param seq of the event that tells it: one that is taken up again may fail once more
     * @param why for the failed
     */
    static void ended(Change change, Status status, int seq, @Nullable String nodeId, @Nullable String why) {
        switch (status) {
            case FAILED ->
                of(change)
                        .raise(
                                AlertKind.FAILURE,
                                "failure." + seq,
                                Severity.WARNING,
                                "Workflow failed: ",
                                "%s Look at the execution, mend the cause, and resume it."
                                        .formatted(sentence(why == null ? "It failed" : why)),
                                nodeId);
            case TIMEOUT ->
                of(change)
                        .raise(
                                AlertKind.TIMEOUT,
                                "timeout." + seq,
                                Severity.WARNING,
                                "Workflow timed out: ",
                                "%s Resume it to go on, or raise the timeout in a new version."
                                        .formatted(sentence(why == null ? "It took too long" : why)),
                                null);
            case COMPLETED -> of(change).completed();
            case QUEUED, RUNNING, PAUSED, PAUSED_BUDGET, CANCELLED -> {}
        }
    }

    /** It has cost something more. */
    static void spent(Change change, long beforeNanoUsd, long nowNanoUsd) {
        ExecutionAlerts alerts = of(change);
        Optional<NanoUsd> limit = change.pinned().settings().maxCost();
        Optional<NanoUsd> threshold = alerts.known
                .wishes()
                .costThreshold()
                .or(() -> limit.map(most -> new NanoUsd(most.value() / 100 * COST_PERCENT)));
        if (threshold
                .filter(from -> beforeNanoUsd < from.value() && nowNanoUsd >= from.value())
                .isPresent()) {
            alerts.raise(
                    AlertKind.COST_THRESHOLD,
                    AlertKind.COST_THRESHOLD.value(),
                    Severity.WARNING,
                    "Workflow is expensive: ",
                    "One execution has cost $%s so far, at list price; the threshold is $%s."
                            .formatted(
                                    new NanoUsd(nowNanoUsd).toUsd(),
                                    threshold.get().toUsd()),
                    null);
        }
    }

    /** A node has failed for good after several attempts. Of one that runs for many items it is told once. */
    static void exhausted(Change change, NodeLease lease, Failure failure) {
        if (!failure.kind().isRetryable() || lease.attempt() < 2) {
            return;
        }
        of(change)
                .raise(
                        AlertKind.RETRY_EXHAUSTED,
                        "%s.%s".formatted(AlertKind.RETRY_EXHAUSTED.value(), lease.nodeId()),
                        Severity.WARNING,
                        "Retries exhausted: ",
                        "Node %s was tried %d times in vain. The last time: %s"
                                .formatted(lease.nodeId(), lease.attempt(), sentence(failure.message())),
                        lease.nodeId());
    }

    private void completed() {
        if (wants(AlertKind.EMPTY_OUTPUT) && putsOutNothing()) {
            raise(
                    AlertKind.EMPTY_OUTPUT,
                    AlertKind.EMPTY_OUTPUT.value(),
                    Severity.INFO,
                    "Workflow put out nothing: ",
                    "It completed, and every node that it ends with is empty. See whether its sources and prompts still give what they should.",
                    null);
        }
        slow();
    }

    /** Of the nodes that it ends with some ran, and none of those put out anything. */
    private boolean putsOutNothing() {
        List<NodeId> ends = change.pinned().nodes().ends(Optional.empty());
        // Compared as text: what people's data holds need not be JSON that the database can look into.
        return change.handle()
                .createQuery("""
                        SELECT coalesce(bool_and(n.payload_id IS NULL AND (n.output IN ('null', '""', '[]', '{}')
                                   OR (n.node_id = ANY (:prompts) AND strpos(n.output, '"text":""') > 0))), false)
                        FROM node_runs n
                        WHERE n.execution_id = :execution AND n.node_id = ANY (:ends) AND n.status = 'completed'
                        """)
                .bind("execution", change.row().id())
                .bindArray(
                        "ends", String.class, ends.stream().map(NodeId::value).toList())
                .bindArray(
                        "prompts",
                        String.class,
                        ends.stream()
                                .filter(end -> change.pinned().nodes().node(end).config() instanceof NodeConfig.Prompt)
                                .map(NodeId::value)
                                .toList())
                .mapTo(Boolean.class)
                .one();
    }

    private void slow() {
        Instant started = change.startedAt();
        if (started == null || !wants(AlertKind.PERFORMANCE_DEGRADATION) || wasTakenUpAgain(started)) {
            return;
        }
        Duration took = Duration.between(started, change.now());
        if (took.compareTo(SLOW_MIN) < 0) {
            return;
        }
        usual().filter(usual -> took.compareTo(usual.multipliedBy(known.wishes().slowFactor())) > 0)
                .ifPresent(usual -> raise(
                        AlertKind.PERFORMANCE_DEGRADATION,
                        AlertKind.PERFORMANCE_DEGRADATION.value(),
                        Severity.INFO,
                        "Workflow is slow: ",
                        "One execution took %.1f s; usual are %.1f s (the median of the last %d at most)."
                                .formatted(took.toMillis() / 1_000.0, usual.toMillis() / 1_000.0, USUAL_MAX),
                        null));
    }

    /** What it waited for meanwhile is not its own slowness. */
    private boolean wasTakenUpAgain(Instant started) {
        return known.deadlineAt() != null
                && known.deadlineAt()
                        .isAfter(started.plus(change.pinned().settings().timeout())
                                .plus(CLOCKS_APART));
    }

    private Optional<Duration> usual() {
        return change.handle()
                .createQuery("""
                        SELECT CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS bigint) AS median, count(*) AS count
                        FROM (SELECT extract(epoch FROM completed_at - started_at) * 1000 AS ms FROM executions
                              WHERE workflow_id = :workflow AND status = 'completed' AND NOT is_test AND id <> :id
                              ORDER BY number DESC LIMIT :max) last
                        """)
                .bind("workflow", change.row().workflowId())
                .bind("id", change.row().id())
                .bind("max", USUAL_MAX)
                .map((row, ctx) -> row.getLong("count") < USUAL_MIN
                        ? Optional.<Duration>empty()
                        : Optional.of(Duration.ofMillis(Math.max(1, row.getLong("median")))))
                .one();
    }

    private boolean wants(AlertKind kind) {
        // Of a test whoever runs it sees what became of it.
        return !known.isTest() && known.wishes().kinds().contains(kind);
    }

    /** @param occurrence tells it from others of the same execution; the same is told once */
    private void raise(
            AlertKind kind,
            String occurrence,
            Severity severity,
            String title,
            String message,
            @Nullable String nodeId) {
        if (!wants(kind) || !isNew(occurrence)) {
            return;
        }
        ExecutionRow row = change.row();
        Map<String, String> about = new LinkedHashMap<>();
        about.put("workflowId", row.workflowId());
        about.put("workflowName", known.workflowName());
        about.put("executionId", row.id());
        if (nodeId != null) {
            about.put("nodeId", nodeId);
        }
        if (known.isSimulated()) {
            about.put("simulated", "true");
        }
        var notice = new Notice(
                "%s.%s".formatted(row.id(), occurrence),
                kind.type(),
                row.account(),
                severity,
                title + known.workflowName(),
                message,
                change.now(),
                about);
        Outbox.append(
                change.handle(),
                new OutboxRecord(
                        Topics.BUDGET_ALERTS.name(),
                        row.account().key(),
                        NoticeCodec.write(notice, Change.SOURCE),
                        Map.of(),
                        row.id()));
    }

    private boolean isNew(String occurrence) {
        return change.handle()
                        .createUpdate("""
                        INSERT INTO execution_alerts (execution_id, id, raised_at) VALUES (:execution, :id, :now)
                        ON CONFLICT DO NOTHING
                        """)
                        .bind("execution", change.row().id())
                        .bind("id", occurrence)
                        .bind("now", Change.at(change.now()))
                        .execute()
                == 1;
    }

    private static String sentence(String text) {
        return text.endsWith(".") || text.endsWith("…") ? text : text + ".";
    }
}
