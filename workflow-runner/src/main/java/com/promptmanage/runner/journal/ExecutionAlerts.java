package com.promptmanage.runner.journal;

import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.definition.Graph;
import com.promptmanage.runner.definition.NodeConfig;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
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

    /**
     * What the tables say of the execution beside its row.
     *
     * @param maxCostNanoUsd given by who resumed it, in place of what its version says; null if nobody gave any
     */
    private record Known(
            String workflowName,
            AlertWishes wishes,
            boolean isTest,
            boolean isSimulated,
            @Nullable Instant deadlineAt,
            @Nullable Long maxCostNanoUsd) {}

    private ExecutionAlerts(Change change, Known known) {
        this.change = change;
        this.known = known;
    }

    private static ExecutionAlerts of(Change change) {
        return of(change.handle(), List.of(change)).getFirst();
    }

    private static List<ExecutionAlerts> of(Handle handle, List<Change> changes) {
        var known = new HashMap<String, Known>();
        handle.createQuery("""
                        SELECT e.id, w.name, w.notifications, e.is_test, e.is_simulated, e.deadline_at,
                            e.max_cost_nano_usd
                        FROM executions e JOIN workflows w ON w.id = e.workflow_id WHERE e.id = ANY (:ids)
                        """)
                .bindArray(
                        "ids",
                        String.class,
                        changes.stream().map(change -> change.row().id()).toList())
                .map((row, ctx) -> Map.entry(
                        row.getString("id"),
                        new Known(
                                row.getString("name"),
                                AlertWishes.of(row.getString("notifications")),
                                row.getBoolean("is_test"),
                                row.getBoolean("is_simulated"),
                                WorkflowRow.optionalInstant(row, "deadline_at"),
                                row.getObject("max_cost_nano_usd", Long.class))))
                .list()
                .forEach(entry -> known.put(entry.getKey(), entry.getValue()));
        var alerts = new ArrayList<ExecutionAlerts>();
        for (Change change : changes) {
            Known told = known.get(change.row().id());
            if (told == null) {
                throw new IllegalStateException(
                        "execution %s has no workflow".formatted(change.row().id()));
            }
            alerts.add(new ExecutionAlerts(change, told));
        }
        return alerts;
    }

    /** These executions may have come to an end. Written already is what they have become. */
    static void ended(Handle handle, List<Change> changes) {
        List<Change> ended = changes.stream()
                .filter(change -> switch (change.status()) {
                    case FAILED, TIMEOUT, COMPLETED -> true;
                    case QUEUED, RUNNING, PAUSED, PAUSED_BUDGET, CANCELLED -> false;
                })
                .toList();
        if (ended.isEmpty()) {
            return;
        }
        List<ExecutionAlerts> all = of(handle, ended);
        Set<String> empty = puttingOutNothing(
                handle,
                all.stream()
                        .filter(one -> one.change.status() == Status.COMPLETED && one.wants(AlertKind.EMPTY_OUTPUT))
                        .toList());
        all.forEach(one -> one.ended(empty.contains(one.change.row().id())));
    }

    /** @param isEmpty whether it completed and put out nothing */
    private void ended(boolean isEmpty) {
        Change.Failing failing = change.failing();
        switch (change.status()) {
            case FAILED ->
                raise(
                        AlertKind.FAILURE,
                        // One that is taken up again may fail once more.
                        "failure." + change.lastSeq(),
                        Severity.WARNING,
                        "Workflow failed: ",
                        "%s Look at the execution, mend the cause, and resume it."
                                .formatted(sentence(failing == null ? "It failed" : failing.message())),
                        failing == null ? null : failing.nodeId());
            case TIMEOUT ->
                raise(
                        AlertKind.TIMEOUT,
                        "timeout." + change.lastSeq(),
                        Severity.WARNING,
                        "Workflow timed out: ",
                        "%s Resume it to go on, or raise the timeout in a new version."
                                .formatted(sentence(failing == null ? "It took too long" : failing.message())),
                        null);
            case COMPLETED -> completed(isEmpty);
            case QUEUED, RUNNING, PAUSED, PAUSED_BUDGET, CANCELLED -> {}
        }
    }

    /** It has cost something more. */
    static void spent(Change change, long beforeNanoUsd, long nowNanoUsd) {
        ExecutionAlerts alerts = of(change);
        Optional<NanoUsd> said = alerts.known.wishes().costThreshold();
        Optional<NanoUsd> given =
                Optional.ofNullable(alerts.known.maxCostNanoUsd()).map(NanoUsd::new);
        Optional<NanoUsd> threshold =
                said.or(() -> given.or(() -> change.pinned().settings().maxCost())
                        .map(most -> new NanoUsd(most.value() / 100 * COST_PERCENT)));
        if (threshold
                .filter(from -> beforeNanoUsd < from.value() && nowNanoUsd >= from.value())
                .isPresent()) {
            String once = AlertKind.COST_THRESHOLD.value();
            alerts.raise(
                    AlertKind.COST_THRESHOLD,
                    // Who has allowed more is told again when most of that is spent, too.
                    said.isEmpty() && given.isPresent()
                            ? once + "." + given.get().value()
                            : once,
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

    private void completed(boolean isEmpty) {
        if (isEmpty) {
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

    /** An execution and one of the nodes that it ends with. */
    private record End(String executionId, String nodeId, boolean isPrompt) {}

    /** Executions of whose last nodes some ran, and none of those put out anything. */
    private static Set<String> puttingOutNothing(Handle handle, List<ExecutionAlerts> completed) {
        List<End> ends =
                completed.stream().flatMap(one -> ends(one.change).stream()).toList();
        if (ends.isEmpty()) {
            return Set.of();
        }
        // Compared as text: what people's data holds need not be JSON that the database can look into.
        var query = handle.createQuery("""
                        SELECT n.execution_id
                        FROM unnest(:executions, :nodes, CAST(:prompts AS boolean[])) AS e(execution, node, is_prompt)
                        JOIN node_runs n ON n.execution_id = e.execution AND n.node_id = e.node
                        WHERE n.status = 'completed'
                        GROUP BY n.execution_id
                        HAVING bool_and(n.payload_id IS NULL AND (n.output IN ('null', '""', '[]', '{}')
                                        OR (e.is_prompt AND strpos(n.output, '"text":""') > 0)))
                        """);
        Columns.bind(query, "executions", ends, End::executionId);
        Columns.bind(query, "nodes", ends, End::nodeId);
        Columns.bind(query, "prompts", ends, end -> Boolean.toString(end.isPrompt()));
        return Set.copyOf(query.mapTo(String.class).list());
    }

    private static List<End> ends(Change change) {
        Graph nodes = change.pinned().nodes();
        return nodes.ends(Optional.empty()).stream()
                .map(end ->
                        new End(change.row().id(), end.value(), nodes.node(end).config() instanceof NodeConfig.Prompt))
                .toList();
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
                        FROM (SELECT
                        """ + ExecutionRecords.RAN_MS + """
                               AS ms FROM executions
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
