package com.promptmanage.runner.journal;

import com.promptmanage.runner.definition.Graph;
import com.promptmanage.runner.definition.NodeConfig;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.topics.account.Account;
import java.sql.ResultSet;
import java.sql.SQLException;
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
 * What completed executions have come to, for people: of each how its result begins, or that there is none. Safe for use by several
 * threads.
 */
public final class ListedOutputs {

    /** How many executions a page looks at, about, where few are what it is asked for. */
    private static final int LOOKED_AT_MAX = 1_000;

    private static final int BATCH = 200;

    /** How much is read of an output, and of what an execution was begun with; characters. */
    private static final int BEGINNING_CHARS = 2_000;

    /** Of drafts in which one node or one prompt is tried: lists leave them out. */
    private static final Set<String> SCRATCH = Set.of("prompt-lab", "node-test");

    private final Database database;

    private final Versions versions = new Versions();

    public ListedOutputs(Database database) {
        this.database = database;
    }

    /** Where an execution stands in the list, which is in the order of their ends. */
    public record Place(Instant completedAt, long number) {}

    /**
     * Which executions.
     *
     * @param workflowId null for all workflows of the account
     * @param tag that the workflow must have; null for any
     * @param isOnlyEmpty only those that put out nothing
     * @param from completed then or later
     * @param to completed before then
     * @param shownFrom begun then or later
     */
    public record Filter(
            Account account,
            @Nullable String workflowId,
            @Nullable String tag,
            boolean isOnlyEmpty,
            Instant from,
            Instant to,
            Instant shownFrom) {

        private boolean isNarrow() {
            return tag != null || isOnlyEmpty;
        }
    }

    /**
     * An execution that completed.
     *
     * @param isGone whether the workflow was deleted
     * @param triggerBeginning how what it was begun with begins, as JSON that may be cut off
     * @param costNanoUsd at list price
     * @param unpricedCalls of models that are not listed: what they cost is not in {@code costNanoUsd}
     */
    public record Completed(
            String id,
            Place place,
            String workflowId,
            int workflowVersion,
            String workflowName,
            @Nullable String category,
            List<String> tags,
            boolean isGone,
            String triggeredBy,
            String triggerBeginning,
            boolean isTest,
            boolean isSimulated,
            @Nullable Long ranMs,
            long tokens,
            long costNanoUsd,
            int unpricedCalls) {

        public Completed {
            tags = List.copyOf(tags);
        }
    }

    /**
     * The first of an execution's results that holds something.
     *
     * @param json how it begins; may be cut off
     * @param isPrompt whether it is what a prompt put out, with the answer as {@code text}
     */
    public record Beginning(String json, boolean isPrompt) {}

    /** @param output null if none of the nodes that the execution ended with put out anything */
    public record Listed(Completed execution, @Nullable Beginning output) {}

    /**
     * A part of the list.
     *
     * @param next where the next part begins; null if there is none. There may be one after a part that is short, or empty.
     */
    public record Page(List<Listed> outputs, @Nullable Place next) {

        public Page {
            outputs = List.copyOf(outputs);
        }
    }

    /**
     * The newest first.
     *
     * @param after where the part before ended; null for the first
     */
    public Page page(Scope scope, Filter filter, @Nullable Place after, int limit) {
        return database.inTransaction(scope, handle -> {
            // A plan for any account reads all executions of this one: most have few.
            handle.execute("SET LOCAL plan_cache_mode = force_custom_plan");
            int wanted = filter.isNarrow() ? BATCH : limit + 1;
            var found = new ArrayList<Listed>();
            Place place =
                    after == null || !after.completedAt().isBefore(filter.to()) ? new Place(filter.to(), 0) : after;
            int lookedAt = 0;
            while (lookedAt < LOOKED_AT_MAX) {
                List<Completed> batch = completed(handle, filter, place, wanted);
                for (Listed one : listed(handle, filter, batch)) {
                    if (found.size() == limit) {
                        return new Page(found, found.getLast().execution().place());
                    }
                    found.add(one);
                }
                if (batch.size() < wanted) {
                    return new Page(found, null);
                }
                place = batch.getLast().place();
                lookedAt += wanted;
                // What lists leave out comes in rows: a page of one would step over it two at a time.
                wanted = Math.max(wanted, BATCH);
            }
            return new Page(found, place);
        });
    }

    /** Tells the audit log that someone is about to have all of it, and what that is. */
    public void logExport(Scope scope, Actor actor, Instant at, Filter filter, String format) {
        var exported = new LinkedHashMap<String, String>();
        exported.put("format", format);
        exported.put("from", filter.from().toString());
        // Without an end, it is as far as now.
        if (filter.to().isBefore(at)) {
            exported.put("to", filter.to().toString());
        }
        if (filter.workflowId() != null) {
            exported.put("workflowId", filter.workflowId());
        }
        if (filter.tag() != null) {
            exported.put("tag", filter.tag());
        }
        if (filter.isOnlyEmpty()) {
            exported.put("empty", "true");
        }
        database.useTransaction(
                scope,
                handle -> AuditLog.append(
                        handle,
                        actor,
                        at,
                        AuditEntry.added(
                                filter.account(),
                                "data_exported",
                                "workflow_outputs",
                                filter.account().value(),
                                exported)));
    }

    private List<Listed> listed(Handle handle, Filter filter, List<Completed> batch) {
        return batch.isEmpty()
                ? List.of()
                : withOutputs(
                        handle,
                        filter,
                        batch.stream().filter(one -> isShown(one, filter)).toList());
    }

    private List<Listed> withOutputs(Handle handle, Filter filter, List<Completed> executions) {
        Map<String, Beginning> outputs = outputs(handle, executions);
        return executions.stream()
                .map(execution -> new Listed(execution, outputs.get(execution.id())))
                .filter(one -> !filter.isOnlyEmpty() || one.output() == null)
                .toList();
    }

    private static boolean isShown(Completed execution, Filter filter) {
        return !execution.isGone()
                && execution.tags().stream().noneMatch(SCRATCH::contains)
                && (filter.tag() == null || execution.tags().contains(filter.tag()));
    }

    /**
     * What comes before a place is one comparison, with which the index is entered there, and not at its end.
     *
     * <p>Each one's workflow is looked up by its id: otherwise the database may read the workflows of all accounts to find
     * it.
     */
    private static List<Completed> completed(Handle handle, Filter filter, Place before, int limit) {
        boolean isOfOne = filter.workflowId() != null;
        return handle.createQuery(
                        """
                        SELECT e.*, w.name, w.category, w.tags, w.deleted_at IS NOT NULL AS is_gone
                        FROM (SELECT id, number, workflow_id, workflow_version, triggered_by,
                                     left(trigger_data, :chars) AS trigger_data, is_test, is_simulated,
                        """ + ExecutionRecords.RAN_MS + """
                                     AS ran_ms, completed_at, tokens, cost_nano_usd, unpriced_calls
                              FROM executions
                              WHERE status = 'completed' AND completed_at >= :from AND created_at >= :shownFrom
                                AND (completed_at, number) < (:before, :number) AND
                        """ + (isOfOne ? " workflow_id = :of" : " account = :of") + """
                               ORDER BY completed_at DESC, number DESC LIMIT :limit) AS e
                        CROSS JOIN LATERAL (
                            SELECT name, category, tags, deleted_at FROM workflows WHERE id = e.workflow_id OFFSET 0) AS w
                        ORDER BY e.completed_at DESC, e.number DESC
                        """)
                .bind("of", isOfOne ? filter.workflowId() : filter.account().value())
                .bind("chars", BEGINNING_CHARS)
                .bind("from", Change.at(filter.from()))
                .bind("shownFrom", Change.at(filter.shownFrom()))
                .bind("before", Change.at(before.completedAt()))
                .bind("number", before.number())
                .bind("limit", limit)
                .map((row, ctx) -> completed(row))
                .list();
    }

    private static Completed completed(ResultSet row) throws SQLException {
        return new Completed(
                row.getString("id"),
                new Place(WorkflowRow.instant(row, "completed_at"), row.getLong("number")),
                row.getString("workflow_id"),
                row.getInt("workflow_version"),
                row.getString("name"),
                row.getString("category"),
                List.of((String[]) row.getArray("tags").getArray()),
                row.getBoolean("is_gone"),
                row.getString("triggered_by"),
                row.getString("trigger_data"),
                row.getBoolean("is_test"),
                row.getBoolean("is_simulated"),
                row.getObject("ran_ms", Long.class),
                row.getLong("tokens"),
                row.getLong("cost_nano_usd"),
                row.getInt("unpriced_calls"));
    }

    /** An execution and one of the nodes that it ends with. */
    private record End(String executionId, String nodeId, boolean isPrompt) {}

    /**
     * By execution; none of those that put out nothing. What counts as nothing is what alerts take for it (see {@link
     * ExecutionAlerts}). An end that ran for many items is looked at until one of them holds something.
     */
    private Map<String, Beginning> outputs(Handle handle, List<Completed> executions) {
        List<End> ends =
                executions.stream().flatMap(one -> ends(handle, one).stream()).toList();
        var found = new HashMap<String, Beginning>();
        if (ends.isEmpty()) {
            return found;
        }
        var query = handle.createQuery("""
                        SELECT e.execution, e.is_prompt, said.json
                        FROM unnest(:executions, :nodes, CAST(:prompts AS boolean[])) WITH ORDINALITY
                            AS e(execution, node, is_prompt, place)
                        CROSS JOIN LATERAL (
                            SELECT coalesce(left(n.output, :chars),
                                            (SELECT left(p.content, :chars) FROM payloads p WHERE p.id = n.payload_id)) AS json
                            FROM node_runs n
                            WHERE n.execution_id = e.execution AND n.node_id = e.node AND n.status = 'completed'
                              AND (n.payload_id IS NOT NULL
                                   OR NOT (n.output IN ('null', '""', '[]', '{}')
                                           OR (e.is_prompt AND strpos(n.output, '"text":""') > 0)))
                            ORDER BY n.scope LIMIT 1) AS said
                        WHERE said.json IS NOT NULL
                        ORDER BY e.place
                        """);
        Columns.bind(query, "executions", ends, End::executionId);
        Columns.bind(query, "nodes", ends, End::nodeId);
        Columns.bind(query, "prompts", ends, end -> Boolean.toString(end.isPrompt()));
        query.bind("chars", BEGINNING_CHARS)
                .map((row, ctx) -> Map.entry(
                        row.getString("execution"), new Beginning(row.getString("json"), row.getBoolean("is_prompt"))))
                .list()
                .forEach(entry -> found.putIfAbsent(entry.getKey(), entry.getValue()));
        return found;
    }

    private List<End> ends(Handle handle, Completed execution) {
        Graph nodes = versions.get(handle, execution.workflowId(), execution.workflowVersion())
                .nodes();
        return nodes.ends(Optional.empty()).stream()
                .map(end -> new End(execution.id(), end.value(), nodes.node(end).config() instanceof NodeConfig.Prompt))
                .toList();
    }
}
