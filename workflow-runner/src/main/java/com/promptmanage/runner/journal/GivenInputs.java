package com.promptmanage.runner.journal;

import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * What node runs were given, for people who look at an execution. Nothing of it is stored: it follows from what came before a
 * run, which does not change any more. Safe for use by several threads.
 */
public final class GivenInputs {

    /** Of all that a node could see. More is no longer read for a page. */
    private static final long BYTES_MAX = 16 << 20;

    private final Database database;

    private final Versions versions = new Versions();

    public GivenInputs(Database database) {
        this.database = database;
    }

    /** What is known of a node run's input. */
    public sealed interface Given {

        String nodeId();

        String scope();

        /** What it was made of. */
        record Known(String nodeId, String scope, Pinned pinned, NodeFacts facts) implements Given {}

        /** It was skipped, and so given nothing. */
        record Nothing(String nodeId, String scope) implements Given {}

        /** It saw so many bytes of JSON, which is too much to be shown. */
        record TooLarge(String nodeId, String scope, long bytes) implements Given {}
    }

    private record Run(String nodeId, String scope, String status) {}

    /** Empty if the execution has no such node run that the scope may see. */
    public Optional<Given> find(Scope scope, String executionId, long nodeRunId) {
        return database.inTransaction(
                scope,
                handle -> handle.createQuery("""
                        SELECT node_id, scope, status FROM node_runs WHERE id = :id AND execution_id = :execution
                        """)
                        .bind("id", nodeRunId)
                        .bind("execution", executionId)
                        .map((row, ctx) ->
                                new Run(row.getString("node_id"), row.getString("scope"), row.getString("status")))
                        .findOne()
                        .map(run -> given(handle, executionId, nodeRunId, run)));
    }

    private Given given(Handle handle, String executionId, long nodeRunId, Run run) {
        if (run.status().equals("skipped")) {
            return new Given.Nothing(run.nodeId(), run.scope());
        }
        ExecutionRow execution = handle.createQuery(
                        "SELECT " + ExecutionRow.COLUMNS + " FROM executions e WHERE e.id = :id")
                .bind("id", executionId)
                .map((row, ctx) -> ExecutionRow.read(row))
                .one();
        Pinned pinned = versions.get(handle, execution.workflowId(), execution.workflowVersion());
        long bytes = bytes(handle, executionId, pinned, run);
        if (bytes > BYTES_MAX) {
            return new Given.TooLarge(run.nodeId(), run.scope(), bytes);
        }
        var seenAs = new NodeLease(nodeRunId, executionId, run.scope(), run.nodeId(), 0, 0, 0, false);
        var asked = NodeFacts.Asked.of(execution, pinned, seenAs);
        // Nothing is remembered of what only this caller may see.
        Values.Found found = new Values().find(handle, NodeFacts.keys(List.of(asked)), Map.of());
        return new Given.Known(run.nodeId(), run.scope(), pinned, NodeFacts.of(handle, asked, found.all()));
    }

    /** At most: some of it may not be asked for. */
    private static long bytes(Handle handle, String executionId, Pinned pinned, Run run) {
        List<String> before = pinned.nodes().ancestors(new NodeId(run.nodeId())).stream()
                .map(NodeId::value)
                .toList();
        return handle.createQuery("""
                        SELECT coalesce(sum(coalesce(octet_length(n.output), p.bytes)), 0)
                        FROM node_runs n LEFT JOIN payloads p ON p.id = n.payload_id
                        WHERE n.execution_id = :execution AND n.node_id = ANY (:before) AND n.status = 'completed'
                          AND (n.scope = ANY (:chain) OR starts_with(n.scope, :prefix))
                        """)
                .bind("execution", executionId)
                .bindArray("before", String.class, before)
                .bindArray("chain", String.class, NodeLease.chain(run.scope()))
                .bind("prefix", run.scope().isEmpty() ? "" : run.scope() + "/")
                .mapTo(Long.class)
                .one();
    }
}
