package com.promptmanage.runner.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.promptmanage.runner.definition.NodeConfig.Condition;
import com.promptmanage.runner.definition.NodeConfig.DataSource;
import com.promptmanage.runner.definition.NodeConfig.Delay;
import com.promptmanage.runner.definition.NodeConfig.Destination;
import com.promptmanage.runner.definition.NodeConfig.Loop;
import com.promptmanage.runner.definition.NodeConfig.Method;
import com.promptmanage.runner.definition.NodeConfig.Operation;
import com.promptmanage.runner.definition.NodeConfig.Operator;
import com.promptmanage.runner.definition.NodeConfig.Output;
import com.promptmanage.runner.definition.NodeConfig.Prompt;
import com.promptmanage.runner.definition.NodeConfig.Query;
import com.promptmanage.runner.definition.NodeConfig.RecordTransform;
import com.promptmanage.runner.definition.NodeConfig.ResponseFormat;
import com.promptmanage.runner.definition.NodeConfig.SourceType;
import com.promptmanage.runner.definition.NodeConfig.Transform;
import com.promptmanage.runner.definition.NodeConfig.TransformType;
import com.promptmanage.runner.definition.NodeConfig.Webhook;
import com.promptmanage.runner.definition.NodeConfig.Where;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads the config of a node. */
final class NodeConfigReader {

    private NodeConfigReader() {}

    static NodeConfig read(NodeType type, JsonObjectReader config) {
        NodeConfig read = switch (type) {
            case DATA_SOURCE -> dataSource(config);
            case PROMPT -> prompt(config);
            case CONDITION ->
                new Condition(config.text("condition"), config.nodeIds("trueBranch"), config.nodeIds("falseBranch"));
            case TRANSFORM ->
                new Transform(
                        config.choice("transformType", TransformType.values(), TransformType::value),
                        config.textOrNull("code"),
                        config.values("mapping"),
                        config.jsonOrNull("initial"),
                        config.flag("fanOut", true));
            case LOOP ->
                new Loop(
                        config.text("iterateOver"),
                        config.text("itemVariable"),
                        config.nodeIds("bodyNodes"),
                        config.integerOrNull("maxIterations"),
                        config.integerOrNull("concurrency"));
            case OUTPUT -> output(config);
            case WEBHOOK ->
                new Webhook(
                        config.text("url"),
                        config.choice("method", Method.values(), Method::value),
                        config.textValues("headers"),
                        config.textValues("params"),
                        config.jsonOrNull("body"));
            case DELAY ->
                new Delay(
                        Objects.requireNonNullElse(config.longOrNull("delayMs"), -1L), config.textOrNull("condition"));
        };
        config.end();
        return read;
    }

    private static DataSource dataSource(JsonObjectReader config) {
        return new DataSource(
                config.text("sourceId"),
                config.choice("sourceType", SourceType.values(), SourceType::value),
                query(config.object("query")),
                recordTransform(config.object("transform")),
                config.flag("fanOut", true));
    }

    private static Query query(JsonObjectReader query) {
        List<JsonNode> elements = query.elements("where");
        var where = new ArrayList<Where>();
        for (int i = 0; i < elements.size(); i++) {
            JsonObjectReader element = query.element("where", i, elements.get(i));
            JsonNode value = element.jsonOrNull("value");
            where.add(new Where(
                    element.text("field"),
                    element.choice("operator", Operator.values(), Operator::value),
                    value == null ? NullNode.getInstance() : value));
            element.end();
        }
        return new Query(
                query.texts("columns"), where, query.textOrNull("orderBy"), query.integerOrNull("limit"), query.rest());
    }

    private static RecordTransform recordTransform(JsonObjectReader transform) {
        var read = new RecordTransform(
                transform.textOrNull("filter"), transform.textValues("map"), transform.integerOrNull("limit"));
        transform.end();
        return read;
    }

    private static Prompt prompt(JsonObjectReader config) {
        ResponseFormat format = config.choiceOrNull("responseFormat", ResponseFormat.values(), ResponseFormat::value);
        return new Prompt(
                config.text("promptTemplate"),
                config.text("model"),
                config.textOrNull("provider"),
                config.numberOrNull("temperature"),
                config.integerOrNull("maxTokens"),
                config.textOrNull("contextTemplate"),
                format == null ? ResponseFormat.TEXT : format,
                config.texts("fallbackModels"),
                config.secondsOrNull("cacheSeconds"),
                config.flag("retryOnEmpty", false));
    }

    /** Its fields stand either in the config or in an object {@code config} within it; the outer ones win. */
    private static Output output(JsonObjectReader flat) {
        Destination destination = flat.choice("destination", Destination.values(), Destination::value);
        JsonObjectReader nested = flat.object("config");
        var matching = new LinkedHashMap<>(nested.values("matching"));
        matching.putAll(flat.values("matching"));
        var mapping = new LinkedHashMap<>(nested.values("mapping"));
        mapping.putAll(flat.values("mapping"));
        String sourceId = first(
                flat.textOrNull("sourceId", "databaseId", "baseId"),
                nested.textOrNull("sourceId", "databaseId", "baseId"));
        Operation operation = first(operation(flat), operation(nested));
        String target =
                first(flat.textOrNull("target", "sheet", "table"), nested.textOrNull("target", "sheet", "table"));
        String recordId = first(flat.textOrNull("recordId"), nested.textOrNull("recordId"));
        Map<String, JsonNode> options = new LinkedHashMap<>(nested.rest());
        options.putAll(flat.rest());
        return new Output(
                destination,
                sourceId,
                operation == null ? Operation.CREATE : operation,
                target,
                recordId,
                matching,
                mapping,
                options);
    }

    private static @Nullable Operation operation(JsonObjectReader config) {
        JsonNode said = config.jsonOrNull("operation");
        if (said != null && said.isTextual() && said.textValue().strip().equalsIgnoreCase("append")) {
            return Operation.CREATE;
        }
        return config.choiceOrNull("operation", Operation.values(), Operation::value);
    }

    private static <T> @Nullable T first(@Nullable T one, @Nullable T other) {
        return one == null ? other : one;
    }
}
