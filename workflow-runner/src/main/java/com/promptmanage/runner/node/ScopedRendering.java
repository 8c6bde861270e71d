package com.promptmanage.runner.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.expression.EvaluationException;
import com.promptmanage.runner.expression.ExpressionFaultsException;
import com.promptmanage.runner.expression.Expressions;
import com.promptmanage.runner.expression.Renderer;
import com.promptmanage.runner.expression.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A node's templates and expressions, worked out over what it may refer to. */
final class ScopedRendering implements Rendering {

    private final Expressions expressions;

    private final Scope scope;

    private final Renderer renderer;

    private ScopedRendering(Expressions expressions, Scope scope, Renderer renderer) {
        this.expressions = expressions;
        this.scope = scope;
        this.renderer = renderer;
    }

    static Rendering.Factory with(Expressions expressions) {
        return invocation -> of(expressions, scope(invocation.context()).withExecution(execution(invocation)));
    }

    /** Of what stands beside a node. */
    static Rendering of(Expressions expressions, NodeInvocation.Context context) {
        return of(expressions, scope(context));
    }

    private static Rendering of(Expressions expressions, Scope scope) {
        return new ScopedRendering(expressions, scope, Renderer.of(scope));
    }

    /** What a node may refer to, in the form in which templates and expressions want it. */
    private static Scope scope(NodeInvocation.Context context) {
        var outputs = new HashMap<String, JsonNode>();
        context.outputs().forEach((id, output) -> outputs.put(id.value(), output));
        ObjectNode variables = JsonNodeFactory.instance.objectNode();
        context.variables().forEach(variables::set);
        List<Scope.Item> items = new ArrayList<>();
        if (context.record() != null) {
            items.add(Scope.Item.record(context.record(), context.index()));
        }
        context.items().forEach((name, item) -> items.add(new Scope.Item(name, item, context.index(), false)));
        return new Scope(
                context.input(), outputs, variables, items, JsonNodeFactory.instance.objectNode(), context.now());
    }

    private static JsonNode execution(NodeInvocation invocation) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", invocation.run().executionId())
                .put("workflowId", invocation.run().workflowId())
                .put("attempt", (long) invocation.attempt());
    }

    @Override
    public String text(String template) throws RenderingException {
        return working(() -> renderer.text(template));
    }

    @Override
    public String textInJson(String template) throws RenderingException {
        return working(() -> renderer.jsonText(template));
    }

    @Override
    public String address(String template) throws RenderingException {
        return working(() -> renderer.url(template));
    }

    @Override
    public JsonNode tree(JsonNode templated) throws RenderingException {
        return working(() -> renderer.tree(templated));
    }

    @Override
    public JsonNode evaluate(String expression, Map<String, JsonNode> more) throws RenderingException {
        try {
            return expressions.compile(expression).evaluate(scope, more);
        } catch (ExpressionFaultsException | EvaluationException e) {
            throw new RenderingException(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Rendering about(JsonNode item, int index) {
        Scope narrower = scope.withItem(Scope.Item.record(item, index));
        return new ScopedRendering(expressions, narrower, Renderer.of(narrower));
    }

    @Override
    public Rendering with(Function<String, Optional<String>> secrets) {
        return new ScopedRendering(expressions, scope, renderer.withSecrets(secrets));
    }

    private interface Work<T> {
        T run() throws EvaluationException;
    }

    private static <T> T working(Work<T> work) throws RenderingException {
        try {
            return work.run();
        } catch (EvaluationException e) {
            throw new RenderingException(String.valueOf(e.getMessage()));
        }
    }
}
