package com.promptmanage.runner.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.definition.Limits;
import com.promptmanage.runner.definition.NodeConfig.Transform;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Computes, with nothing outside. */
final class TransformExecutor implements NodeExecutor {

    private final Rendering.Factory renderings;

    TransformExecutor(Rendering.Factory renderings) {
        this.renderings = renderings;
    }

    @Override
    public Plan plan(NodeInvocation invocation) {
        var config = (Transform) invocation.node().config();
        Rendering rendering = renderings.of(invocation);
        JsonNode input = invocation.context().input();
        try {
            return new Plan.Done(
                    switch (config.transformType()) {
                        case MAP -> listed(config, map(config, rendering, items(input)));
                        case FILTER -> listed(config, filter(config, rendering, items(input)));
                        case REDUCE -> new Outcome.Completed(reduce(config, rendering, items(input)));
                        case CUSTOM -> new Outcome.Completed(one(config, rendering, Map.of("input", input)));
                    });
        } catch (RenderingException e) {
            return new Plan.Done(new Outcome.Failed(Failure.Kind.VALIDATION, e.said()));
        }
    }

    private static List<JsonNode> map(Transform config, Rendering rendering, List<JsonNode> items)
            throws RenderingException {
        var results = new ArrayList<JsonNode>();
        for (int i = 0; i < items.size(); i++) {
            results.add(one(config, rendering.about(items.get(i), i), variables(items.get(i), i)));
        }
        return results;
    }

    private static List<JsonNode> filter(Transform config, Rendering rendering, List<JsonNode> items)
            throws RenderingException {
        var results = new ArrayList<JsonNode>();
        for (int i = 0; i < items.size(); i++) {
            JsonNode keeps = rendering.about(items.get(i), i).evaluate(code(config), variables(items.get(i), i));
            if (!keeps.isBoolean()) {
                throw new RenderingException(
                        "the filter is neither true nor false for item %d, but %s".formatted(i, JsonKind.of(keeps)));
            }
            if (keeps.booleanValue()) {
                results.add(items.get(i));
            }
        }
        return results;
    }

    private static JsonNode reduce(Transform config, Rendering rendering, List<JsonNode> items)
            throws RenderingException {
        JsonNode initial = config.initial();
        if (initial == null && items.isEmpty()) {
            return JsonNodeFactory.instance.nullNode();
        }
        JsonNode accumulator = initial == null ? items.getFirst() : initial;
        for (int i = initial == null ? 1 : 0; i < items.size(); i++) {
            accumulator = rendering
                    .about(items.get(i), i)
                    .evaluate(
                            code(config),
                            Map.of(
                                    "accumulator",
                                    accumulator,
                                    "item",
                                    items.get(i),
                                    "index",
                                    JsonNodeFactory.instance.numberNode((long) i)));
        }
        return accumulator;
    }

    private static JsonNode one(Transform config, Rendering rendering, Map<String, JsonNode> variables)
            throws RenderingException {
        if (config.code() != null) {
            return rendering.evaluate(config.code(), variables);
        }
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> field : config.mapping().entrySet()) {
            result.set(field.getKey(), rendering.tree(field.getValue()));
        }
        return result;
    }

    private static Outcome listed(Transform config, List<JsonNode> results) {
        if (config.fanOut()) {
            return new Outcome.Records(results);
        }
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        list.addAll(results);
        return new Outcome.Completed(list);
    }

    private static List<JsonNode> items(JsonNode input) throws RenderingException {
        if (!input.isArray()) {
            throw new RenderingException("the input is not a list, but " + JsonKind.of(input));
        }
        if (input.size() > Limits.RECORDS_MAX) {
            throw new RenderingException("the input has more than %,d items".formatted(Limits.RECORDS_MAX));
        }
        return input.valueStream().toList();
    }

    private static Map<String, JsonNode> variables(JsonNode item, int index) {
        return Map.of("item", item, "index", JsonNodeFactory.instance.numberNode((long) index));
    }

    private static String code(Transform config) throws RenderingException {
        if (config.code() == null) {
            throw new RenderingException("the transform has no code");
        }
        return config.code();
    }
}
