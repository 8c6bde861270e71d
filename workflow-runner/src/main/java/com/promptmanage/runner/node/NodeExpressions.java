package com.promptmanage.runner.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.promptmanage.runner.expression.Expressions;
import java.util.Map;
import java.util.Optional;

/** Works out what stands beside nodes: conditions of edges and delays, and what loops iterate over. Safe for several threads. */
public final class NodeExpressions {

    private final Expressions expressions;

    public NodeExpressions(Expressions expressions) {
        this.expressions = expressions;
    }

    /** What cannot be evaluated, or is neither true nor false, does not hold. */
    public boolean holds(String condition, NodeInvocation.Context context) {
        try {
            JsonNode value = ScopedRendering.of(expressions, context).evaluate(condition, Map.of());
            return value.isBoolean() && value.booleanValue();
        } catch (RenderingException e) {
            return false;
        }
    }

    /**
     * What a path leads to; empty if to nothing.
     *
     * @param path as in a reference, with or without its braces
     */
    public Optional<JsonNode> value(String path, NodeInvocation.Context context) {
        String reference = path.strip().startsWith("{{") ? path.strip() : "{{" + path.strip() + "}}";
        try {
            JsonNode value =
                    ScopedRendering.of(expressions, context).tree(JsonNodeFactory.instance.textNode(reference));
            boolean isNothing =
                    value.isNull() || (value.isTextual() && value.textValue().isEmpty());
            return isNothing ? Optional.empty() : Optional.of(value);
        } catch (RenderingException e) {
            return Optional.empty();
        }
    }
}
