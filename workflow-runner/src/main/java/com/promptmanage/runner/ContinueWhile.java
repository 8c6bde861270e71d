package com.promptmanage.runner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.journal.ExecutionRecords;
import com.promptmanage.runner.journal.ExecutionRecords.NodeShown;
import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.journal.StoredJson;
import com.promptmanage.runner.node.NodeInvocation.Context;
import com.promptmanage.runner.work.Expressions;
import com.promptmanage.service.database.Scope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/** Whether a continuous workflow goes on: while its condition over the last execution's outputs holds; always without one. */
final class ContinueWhile implements Predicate<Runs.Last> {

    private static final int NODES_MAX = 1_000;

    private final ExecutionRecords records;

    private final Expressions expressions;

    ContinueWhile(ExecutionRecords records, Expressions expressions) {
        this.records = records;
        this.expressions = expressions;
    }

    @Override
    public boolean test(Runs.Last last) {
        return last.settings()
                .continueWhile()
                .map(condition -> expressions.holds(condition, context(last)))
                .orElse(true);
    }

    private Context context(Runs.Last last) {
        var outputs = new LinkedHashMap<NodeId, JsonNode>();
        for (NodeShown node : records.nodes(Scope.EVERYONE, last.executionId(), 0, NODES_MAX)) {
            if (node.scope().isEmpty() && node.output() != null) {
                outputs.put(new NodeId(node.nodeId()), StoredJson.read(node.output()));
            }
        }
        Map<String, JsonNode> variables = new LinkedHashMap<>();
        if (StoredJson.read(last.triggerData()) instanceof ObjectNode object) {
            object.properties().forEach(entry -> variables.put(entry.getKey(), entry.getValue()));
        }
        return new Context(JsonNodeFactory.instance.objectNode(), outputs, variables, null, Map.of(), 0, last.now());
    }
}
