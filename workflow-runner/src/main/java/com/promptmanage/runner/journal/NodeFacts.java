package com.promptmanage.runner.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.promptmanage.runner.definition.Edge;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.journal.Outputs.Found;
import com.promptmanage.topics.account.Account;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What a node may know of its execution. The values are shared by all that know them: nobody changes them.
 *
 * @param triggerData what the execution was triggered with
 * @param outputs by node, of those that ran once, or for the same items as this one; of one that failed, and led here by an
 *     edge for that case, an object {@code error}
 * @param gathered by node directly before it that is run more often: what it put out each time, in the order of the items
 * @param together of one with several nodes before it, what all those in {@code gathered} put out, in the order of the items, and
 *     for one item in that of the edges; else empty
 * @param items by owner, the item of each scope that the node is run in
 * @param indexes by owner, that item's place
 * @param costNanoUsd of the execution so far
 * @param kept what it is to put out without being run, since another execution has done it; null if it is to be run
 */
public record NodeFacts(
        Account account,
        String userId,
        String workflowId,
        JsonNode triggerData,
        Map<String, JsonNode> outputs,
        Map<String, List<JsonNode>> gathered,
        List<JsonNode> together,
        Map<String, JsonNode> items,
        Map<String, Integer> indexes,
        long costNanoUsd,
        @Nullable JsonNode kept) {

    public NodeFacts {
        outputs = Map.copyOf(outputs);
        gathered = Map.copyOf(gathered);
        together = List.copyOf(together);
        items = Map.copyOf(items);
        indexes = Map.copyOf(indexes);
    }

    /**
     * A node that is to be told.
     *
     * @param items by owner
     * @param outputs by node, of those that ran once, or for the same items
     * @param errors by node, of those among these whose failure leads here
     */
    record Asked(
            ExecutionRow row,
            Pinned pinned,
            NodeLease lease,
            Values.Key trigger,
            Map<String, Values.Key> items,
            Map<String, Values.Key> outputs,
            Map<String, Values.Key> errors) {

        static Asked of(ExecutionRow row, Pinned pinned, NodeLease lease) {
            // The scopes that it is run in, the innermost first.
            List<String> chain = NodeLease.chain(lease.scope());
            Map<String, Values.Key> outputs =
                    outputs(row, pinned.before(lease.nodeId()).seen(), chain);
            return new Asked(
                    row,
                    pinned,
                    lease,
                    Values.Key.trigger(row.id()),
                    items(row, pinned.graph().owners(lease.nodeId()), chain),
                    outputs,
                    errors(pinned, lease.nodeId(), outputs));
        }

        /** Each of the scopes but the root's is for one item of the owner at the same place in its list. */
        private static Map<String, Values.Key> items(ExecutionRow row, List<String> owners, List<String> chain) {
            var items = new HashMap<String, Values.Key>();
            for (int i = 0; i < owners.size(); i++) {
                String path = chain.get(i);
                int index = Integer.parseInt(path.substring(path.lastIndexOf('[') + 1, path.length() - 1));
                items.put(owners.get(i), Values.Key.item(row.id(), chain.get(i + 1), owners.get(i), index));
            }
            return items;
        }

        private static Map<String, Values.Key> outputs(ExecutionRow row, List<Pinned.Seen> seen, List<String> chain) {
            var outputs = new HashMap<String, Values.Key>();
            for (Pinned.Seen before : seen) {
                // As far inside as it is itself.
                String scope = chain.get(chain.size() - 1 - before.depth());
                outputs.put(before.nodeId(), Values.Key.output(row.id(), scope, before.nodeId()));
            }
            return outputs;
        }

        private static Map<String, Values.Key> errors(Pinned pinned, String id, Map<String, Values.Key> outputs) {
            var errors = new HashMap<String, Values.Key>();
            for (Edge edge : pinned.nodes().incoming(new NodeId(id))) {
                Values.Key output = outputs.get(edge.source().value());
                if (edge.kind() == Edge.Kind.ON_ERROR && output != null) {
                    errors.put(output.name(), Values.Key.error(output.executionId(), output.scope(), output.name()));
                }
            }
            return errors;
        }

        private Map<String, List<Found>> gathered(Handle handle) {
            var gathered = new LinkedHashMap<String, List<Found>>();
            for (Pinned.Gathered before : pinned.before(lease.nodeId()).gathered()) {
                gathered.put(before.nodeId(), Outputs.gathered(handle, row.id(), lease.scope(), before));
            }
            return gathered;
        }

        private List<JsonNode> together(Map<String, List<Found>> gathered) {
            boolean isJoin =
                    pinned.nodes().predecessors(new NodeId(lease.nodeId())).size() > 1;
            return isJoin ? outputs(Outputs.inOrder(gathered.values())) : List.of();
        }

        private static List<JsonNode> outputs(List<Found> found) {
            return found.stream().map(Found::output).toList();
        }

        private NodeFacts told(Handle handle, Map<Values.Key, Values.Value> values) {
            var outputs = new HashMap<String, JsonNode>();
            this.outputs.forEach((node, key) -> put(outputs, node, values.get(key)));
            this.errors.forEach((node, key) -> put(outputs, node, values.get(key)));
            var items = new HashMap<String, JsonNode>();
            var indexes = new HashMap<String, Integer>();
            this.items.forEach((owner, key) -> {
                put(items, owner, values.get(key));
                indexes.put(owner, key.index());
            });
            Values.Value trigger = values.get(trigger());
            Map<String, List<Found>> gathered = gathered(handle);
            var gatheredOutputs = new HashMap<String, List<JsonNode>>();
            gathered.forEach((node, found) -> gatheredOutputs.put(node, outputs(found)));
            return new NodeFacts(
                    row.account(),
                    row.userId(),
                    row.workflowId(),
                    trigger == null ? JsonNodeFactory.instance.objectNode() : trigger.json(),
                    outputs,
                    gatheredOutputs,
                    together(gathered),
                    items,
                    indexes,
                    row.totals().costNanoUsd(),
                    row.keeps() ? KeptRuns.find(handle, lease).orElse(null) : null);
        }

        private static void put(Map<String, JsonNode> values, String name, Values.@Nullable Value value) {
            if (value != null) {
                values.put(name, value.json());
            }
        }
    }

    /** Which values these nodes are told, but for what is gathered. */
    static Set<Values.Key> keys(Collection<Asked> asked) {
        var keys = new LinkedHashSet<Values.Key>();
        for (Asked one : asked) {
            keys.add(one.trigger());
            keys.addAll(one.outputs().values());
            keys.addAll(one.errors().values());
            keys.addAll(one.items().values());
        }
        return keys;
    }

    /** @param values those of {@link #keys} that are there */
    static NodeFacts of(Handle handle, Asked asked, Map<Values.Key, Values.Value> values) {
        return asked.told(handle, values);
    }
}
