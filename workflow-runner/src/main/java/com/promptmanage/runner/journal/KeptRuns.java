package com.promptmanage.runner.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodeConfig;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.definition.Unchanged;
import com.promptmanage.service.http.ProblemException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * What an execution by a newer version takes over from a failed one: what that one has completed, where neither the node nor anything
 * before it was changed, and where nothing before it has failed. All else is run.
 */
final class KeptRuns {

    /** Whatever comes after these in the same items has had what it needed. */
    private static final Set<String> WELL = Set.of("completed", "skipped", "open");

    private KeptRuns() {}

    /** A node run of the execution that is gone on from. */
    record Ran(long id, String scope, String nodeId, String status) {}

    /**
     * A node that did not come to a good end in some scopes.
     *
     * @param depth of the innermost scope that it is in with the node in question
     * @param scopes at that depth, those in which it did not
     */
    private record Broken(int depth, Set<String> scopes) {

        boolean isAround(String scope) {
            return scopes.contains(outer(scope, depth));
        }
    }

    /**
     * Those of them that the execution by the other version takes over. Pure. Not conditions and loops: they cost nothing, and what
     * they lead to may be other nodes.
     */
    static List<Ran> of(Pinned before, Pinned now, List<Ran> runs) {
        Set<NodeId> unchanged = Unchanged.of(before.nodes(), now.nodes());
        Map<NodeId, List<String>> unwell = runs.stream()
                .filter(run -> !WELL.contains(run.status()))
                .collect(Collectors.groupingBy(
                        run -> new NodeId(run.nodeId()), Collectors.mapping(Ran::scope, Collectors.toList())));
        var broken = new HashMap<NodeId, List<Broken>>();
        var kept = new ArrayList<Ran>();
        for (Ran run : runs) {
            var id = new NodeId(run.nodeId());
            if (run.status().equals("completed")
                    && unchanged.contains(id)
                    && isWorthKeeping(now.nodes().node(id))
                    && broken.computeIfAbsent(id, node -> broken(before, node, unwell)).stream()
                            .noneMatch(other -> other.isAround(run.scope()))) {
                kept.add(run);
            }
        }
        return kept;
    }

    private static boolean isWorthKeeping(Node node) {
        return !(node.config() instanceof NodeConfig.Condition || node.config() instanceof NodeConfig.Loop);
    }

    private static List<Broken> broken(Pinned pinned, NodeId id, Map<NodeId, List<String>> unwell) {
        var broken = new ArrayList<Broken>();
        unwell.forEach((other, scopes) -> {
            if (pinned.nodes().comesBefore(other, id)) {
                int depth = shared(pinned.scopes().of(other), pinned.scopes().of(id));
                broken.add(new Broken(
                        depth, scopes.stream().map(scope -> outer(scope, depth)).collect(Collectors.toSet())));
            }
        });
        return broken;
    }

    /** In how many scopes two nodes are together. */
    private static int shared(List<NodeId> one, List<NodeId> other) {
        int depth = 0;
        while (depth < Math.min(one.size(), other.size()) && one.get(depth).equals(other.get(depth))) {
            depth++;
        }
        return depth;
    }

    private static String outer(String scope, int depth) {
        List<String> chain = NodeLease.chain(scope);
        return chain.get(Math.max(0, chain.size() - 1 - depth));
    }

    /**
     * Notes for an execution that is about to begin what it takes over.
     *
     * @param before locked
     * @throws ProblemException 409 if that one has not failed or run out of time
     */
    static void keep(Change before, Pinned now, String executionId) {
        requireFailed(before);
        List<Ran> runs = before.handle()
                .createQuery("SELECT id, scope, node_id, status FROM node_runs WHERE execution_id = :execution")
                .bind("execution", before.row().id())
                .map((row, ctx) -> new Ran(
                        row.getLong("id"), row.getString("scope"), row.getString("node_id"), row.getString("status")))
                .list();
        List<Ran> kept = of(before.pinned(), now, runs);
        if (kept.isEmpty()) {
            return;
        }
        var insert = before.handle().createUpdate("""
                WITH keeping AS (UPDATE executions SET keeps = true WHERE id = :execution)
                INSERT INTO kept_runs (execution_id, scope, node_id, node_run_id)
                SELECT :execution, k.scope, k.node, k.run FROM unnest(:scopes, :nodes, :runs) AS k(scope, node, run)
                """);
        Columns.bind(insert, "scopes", kept, Ran::scope);
        Columns.bind(insert, "nodes", kept, Ran::nodeId);
        insert.bind("runs", kept.stream().mapToLong(Ran::id).toArray())
                .bind("execution", executionId)
                .execute();
    }

    private static void requireFailed(Change before) {
        switch (before.status()) {
            case FAILED, TIMEOUT -> {}
            case QUEUED, RUNNING, PAUSED, PAUSED_BUDGET, COMPLETED, CANCELLED ->
                throw ProblemException.conflict(
                        "The execution is %s: only one that failed or ran out of time goes on by another version than its own"
                                .formatted(before.status().value()));
        }
    }

    /** What a node is to put out without being run; empty if it is to be run. */
    static Optional<JsonNode> find(Handle handle, NodeLease lease) {
        return handle.createQuery("""
                        SELECT coalesce(n.output, p.content)
                        FROM kept_runs k JOIN node_runs n ON n.id = k.node_run_id
                        LEFT JOIN payloads p ON p.id = n.payload_id
                        WHERE k.execution_id = :execution AND k.scope = :scope AND k.node_id = :node
                        """)
                .bind("execution", lease.executionId())
                .bind("scope", lease.scope())
                .bind("node", lease.nodeId())
                .mapTo(String.class)
                .findOne()
                .map(StoredJson::read);
    }
}
