package com.promptmanage.runner.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.topics.account.Account;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * What a node may know of its execution.
 *
 * @param triggerData what the execution was triggered with
 * @param outputs by node, of those that ran once, or for the same items as this one
 * @param gathered by node directly before it that is run more often: what it put out each time, in the order of the items
 * @param items by owner, the item of each scope that the node is run in
 * @param indexes by owner, that item's place
 * @param costNanoUsd of the execution so far
 */
public record NodeFacts(
        Account account,
        String userId,
        String workflowId,
        JsonNode triggerData,
        Map<String, JsonNode> outputs,
        Map<String, List<JsonNode>> gathered,
        Map<String, JsonNode> items,
        Map<String, Integer> indexes,
        long costNanoUsd) {

    public NodeFacts {
        outputs = Map.copyOf(outputs);
        gathered = Map.copyOf(gathered);
        items = Map.copyOf(items);
        indexes = Map.copyOf(indexes);
    }

    static NodeFacts of(Handle handle, ExecutionRow row, Pinned pinned, NodeLease lease) {
        var id = new NodeId(lease.nodeId());
        List<String> owners = pinned.graph().owners(lease.nodeId());
        List<String> chain = NodeLease.chain(lease.scope());
        var seen = new ArrayList<String>();
        var gathering = new ArrayList<String>();
        for (NodeId before : pinned.nodes().ancestors(id)) {
            if (pinned.scopes().sees(id, before) && !owners.contains(before.value())) {
                seen.add(before.value());
            }
        }
        for (NodeId before : pinned.nodes().predecessors(id)) {
            if (!pinned.scopes().sees(id, before)) {
                gathering.add(before.value());
            }
        }
        var outputs = new HashMap<String, JsonNode>();
        var items = new HashMap<String, JsonNode>();
        var indexes = new HashMap<String, Integer>();
        JsonNode triggerData = JsonNodeFactory.instance.objectNode();
        for (Value value : values(handle, row.id(), chain, owners, seen)) {
            JsonNode json = StoredJson.read(value.json());
            switch (value.kind()) {
                case "trigger" -> triggerData = json;
                case "output" -> outputs.put(value.name(), json);
                default -> {
                    items.put(value.name(), json);
                    indexes.put(value.name(), value.index());
                }
            }
        }
        var gathered = new HashMap<String, List<JsonNode>>();
        for (String node : gathering) {
            gathered.put(
                    node,
                    Outputs.below(handle, row.id(), lease.scope(), node).stream()
                            .map(Outputs.Found::output)
                            .toList());
        }
        return new NodeFacts(
                row.account(),
                row.userId(),
                row.workflowId(),
                triggerData,
                outputs,
                gathered,
                items,
                indexes,
                row.totals().costNanoUsd());
    }

    private record Value(String kind, String name, int index, String json) {}

    /** All in one round trip. */
    private static List<Value> values(
            Handle handle, String executionId, List<String> chain, List<String> owners, List<String> seen) {
        // The scopes in the chain, but the root's, each for one item of the owner at the same place in its list.
        int[] indexes = chain.subList(0, owners.size()).stream()
                .mapToInt(path -> Integer.parseInt(path.substring(path.lastIndexOf('[') + 1, path.length() - 1)))
                .toArray();
        return handle.createQuery("""
                        SELECT 'trigger' AS kind, '' AS name, 0 AS index, trigger_data AS json
                        FROM executions WHERE id = :execution
                        UNION ALL
                        SELECT 'output', n.node_id, 0, coalesce(n.output, p.content)
                        FROM node_runs n LEFT JOIN payloads p ON p.id = n.payload_id
                        WHERE n.execution_id = :execution AND n.scope = ANY (:chain) AND n.node_id = ANY (:seen)
                          AND n.status = 'completed'
                        UNION ALL
                        SELECT 'item', i.owner, i.item_index, i.item
                        FROM unnest(CAST(:parents AS text[]), CAST(:owners AS text[]), CAST(:indexes AS int[]))
                             AS at(scope, owner, index)
                        JOIN run_items i ON i.execution_id = :execution AND i.scope = at.scope AND i.owner = at.owner
                             AND i.item_index = at.index
                        """)
                .bind("execution", executionId)
                .bindArray("chain", String.class, chain)
                .bindArray("seen", String.class, seen)
                .bindArray("parents", String.class, chain.subList(1, chain.size()))
                .bindArray("owners", String.class, owners)
                .bind("indexes", indexes)
                .map((found, ctx) -> new Value(
                        found.getString("kind"),
                        found.getString("name"),
                        found.getInt("index"),
                        found.getString("json")))
                .list();
    }
}
