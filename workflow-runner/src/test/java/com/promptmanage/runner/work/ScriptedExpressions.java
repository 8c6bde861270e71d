package com.promptmanage.runner.work;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.node.NodeInvocation.Context;
import java.util.Optional;

/** What says yes holds; what is iterated over is the input. */
final class ScriptedExpressions implements Expressions {

    @Override
    public boolean holds(String condition, Context context) {
        return condition.equals("yes");
    }

    @Override
    public Optional<JsonNode> value(String path, Context context) {
        return Optional.of(context.input());
    }
}
