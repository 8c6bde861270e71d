package com.promptmanage.runner.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.definition.NodeConfig.Condition;
import com.promptmanage.runner.definition.NodeId;
import java.util.List;
import java.util.Map;

/**
 * Decides which way to go. What cannot be evaluated, as a field that is not there, does not hold; the output says why.
 */
final class ConditionExecutor implements NodeExecutor {

    private final Rendering.Factory renderings;

    ConditionExecutor(Rendering.Factory renderings) {
        this.renderings = renderings;
    }

    @Override
    public Plan plan(NodeInvocation invocation) {
        var config = (Condition) invocation.node().config();
        ObjectNode output = JsonNodeFactory.instance.objectNode().put("condition", config.condition());
        boolean result = false;
        try {
            JsonNode value = renderings.of(invocation).evaluate(config.condition(), Map.of());
            if (value.isBoolean()) {
                result = value.booleanValue();
            } else {
                output.put("error", "the condition is neither true nor false, but " + JsonKind.of(value));
            }
        } catch (RenderingException e) {
            output.put("error", e.said());
        }
        output.put("result", result);
        List<NodeId> branch = result ? config.trueBranch() : config.falseBranch();
        if (branch.size() == 1) {
            output.put("branch", branch.getFirst().value());
        } else {
            branch.forEach(id -> output.withArray("branch").add(id.value()));
        }
        output.set("input", invocation.context().input());
        return new Plan.Done(new Outcome.Branched(output, result));
    }
}
