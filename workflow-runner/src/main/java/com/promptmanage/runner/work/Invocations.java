package com.promptmanage.runner.work;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.definition.Edge;
import com.promptmanage.runner.definition.NodeConfig;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.definition.Scopes;
import com.promptmanage.runner.journal.NodeFacts;
import com.promptmanage.runner.journal.NodeJournal.Begun;
import com.promptmanage.runner.journal.NodeLease;
import com.promptmanage.runner.journal.Pinned;
import com.promptmanage.runner.node.NodeInvocation;
import com.promptmanage.runner.node.NodeInvocation.Context;
import com.promptmanage.runner.node.NodeInvocation.Run;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a node is told when it is run, made of what the journal knows. Pure. */
public final class Invocations {

    private Invocations() {}

    static NodeInvocation of(Begun begun, Instant now) {
        NodeLease lease = begun.lease();
        NodeFacts facts = begun.facts();
        return new NodeInvocation(
                new Run(facts.account(), facts.userId(), facts.workflowId(), lease.executionId()),
                begun.pinned().node(lease.nodeId()),
                context(begun, now),
                Math.max(1, lease.attempt()),
                lease.idempotencyKey());
    }

    static Context context(Begun begun, Instant now) {
        return context(begun.pinned(), begun.facts(), begun.lease().nodeId(), now);
    }

    /** What a node's templates and expressions may refer to. */
    public static Context context(Pinned pinned, NodeFacts facts, String nodeId, Instant now) {
        List<String> owners = pinned.graph().owners(nodeId);
        var outputs = new LinkedHashMap<NodeId, JsonNode>();
        facts.outputs().forEach((id, output) -> outputs.put(new NodeId(id), output));
        // Within its items, who has them means the current one.
        facts.items().forEach((owner, item) -> outputs.put(new NodeId(owner), item));
        var loopItems = new LinkedHashMap<String, JsonNode>();
        @Nullable JsonNode record = null;
        for (String owner : owners) {
            JsonNode item = facts.items().get(owner);
            if (item == null) {
                continue;
            }
            if (pinned.node(owner).config() instanceof NodeConfig.Loop loop) {
                loopItems.putIfAbsent(loop.itemVariable(), item);
            } else if (record == null) {
                record = item;
            }
        }
        int index = owners.isEmpty() ? 0 : facts.indexes().getOrDefault(owners.getFirst(), 0);
        var variables = new LinkedHashMap<String, JsonNode>();
        if (facts.triggerData() instanceof ObjectNode object) {
            object.properties().forEach(entry -> variables.put(entry.getKey(), entry.getValue()));
        }
        return new Context(input(pinned, facts, nodeId, variables), outputs, variables, record, loopItems, index, now);
    }

    private static JsonNode input(Pinned pinned, NodeFacts facts, String nodeId, Map<String, JsonNode> variables) {
        var id = new NodeId(nodeId);
        List<Edge> edges = pinned.nodes().incoming(id);
        if (edges.isEmpty()) {
            return atStart(pinned.graph().owners(nodeId), facts, variables);
        }
        List<NodeId> predecessors = pinned.nodes().predecessors(id);
        if (predecessors.size() > 1 && Scopes.collects(pinned.nodes().node(id))) {
            Optional<JsonNode> list = listOf(facts, predecessors);
            if (list.isPresent()) {
                return list.get();
            }
        }
        var inputs = new ArrayList<Optional<JsonNode>>();
        for (NodeId before : predecessors) {
            inputs.add(outputOf(facts, before));
        }
        if (inputs.size() == 1) {
            return inputs.getFirst().orElse(JsonNodeFactory.instance.objectNode());
        }
        ObjectNode joined = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < inputs.size(); i++) {
            int place = i;
            inputs.get(i).ifPresent(input -> joined.set("input_" + place, input));
        }
        return joined;
    }

    /**
     * For a node that takes a list, of several that come before it: what those made that are run for items, and the lists of the
     * others. Who was skipped adds nothing. Empty if one of them has put out what is no list.
     */
    private static Optional<JsonNode> listOf(NodeFacts facts, List<NodeId> predecessors) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        boolean isGathered = false;
        for (NodeId before : predecessors) {
            if (facts.gathered().containsKey(before.value())) {
                if (!isGathered) {
                    list.addAll(facts.together());
                    isGathered = true;
                }
                continue;
            }
            Optional<JsonNode> output = outputOf(facts, before);
            if (output.isPresent()) {
                if (!(output.get() instanceof ArrayNode more)) {
                    return Optional.empty();
                }
                list.addAll(more);
            }
        }
        return Optional.of(list);
    }

    /** Nothing comes before it: it begins with its item, or with what the execution was triggered with. */
    private static JsonNode atStart(List<String> owners, NodeFacts facts, Map<String, JsonNode> variables) {
        if (!owners.isEmpty()) {
            JsonNode item = facts.items().get(owners.getFirst());
            return item == null ? JsonNodeFactory.instance.objectNode() : item;
        }
        JsonNode input = variables.get("input");
        return input == null ? JsonNodeFactory.instance.objectNode() : input;
    }

    private static Optional<JsonNode> outputOf(NodeFacts facts, NodeId before) {
        String id = before.value();
        if (facts.items().containsKey(id)) {
            return Optional.ofNullable(facts.items().get(id));
        }
        List<JsonNode> gathered = facts.gathered().get(id);
        if (gathered != null) {
            ArrayNode list = JsonNodeFactory.instance.arrayNode(gathered.size());
            return Optional.of(list.addAll(gathered));
        }
        return Optional.ofNullable(facts.outputs().get(id));
    }
}
