package com.promptmanage.runner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.journal.EndOutputs;
import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.journal.StoredJson;
import com.promptmanage.runner.node.NodeInvocation.Context;
import com.promptmanage.runner.work.Expressions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/** Whether a continuous workflow goes on: while its condition over the last execution's outputs holds; always without one. */
final class ContinueWhile implements Predicate<Runs.Last> {

    private final EndOutputs outputs;

    private final Expressions expressions;

    ContinueWhile(EndOutputs outputs, Expressions expressions) {
        this.outputs = outputs;
        this.expressions = expressions;
    }

    @Override
    public boolean test(Runs.Last last) {
        return last.settings()
                .continueWhile()
                .map(condition -> expressions.holds(condition, context(last, condition)))
                .orElse(true);
    }

    private Context context(Runs.Last last, String condition) {
        var named = new LinkedHashMap<NodeId, JsonNode>();
        outputs.of(last.executionId(), condition)
                .forEach((node, json) -> named.put(new NodeId(node), StoredJson.read(json)));
        Map<String, JsonNode> variables = new LinkedHashMap<>();
        if (StoredJson.read(last.triggerData()) instanceof ObjectNode object) {
            object.properties().forEach(entry -> variables.put(entry.getKey(), entry.getValue()));
        }
        return new Context(JsonNodeFactory.instance.objectNode(), named, variables, null, Map.of(), 0, last.now());
    }
}
