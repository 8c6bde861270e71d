package com.promptmanage.runner.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.definition.NodeConfig.Condition;
import com.promptmanage.runner.definition.NodeConfig.DataSource;
import com.promptmanage.runner.definition.NodeConfig.Delay;
import com.promptmanage.runner.definition.NodeConfig.Destination;
import com.promptmanage.runner.definition.NodeConfig.Loop;
import com.promptmanage.runner.definition.NodeConfig.Operation;
import com.promptmanage.runner.definition.NodeConfig.Output;
import com.promptmanage.runner.definition.NodeConfig.Prompt;
import com.promptmanage.runner.definition.NodeConfig.Query;
import com.promptmanage.runner.definition.NodeConfig.RecordTransform;
import com.promptmanage.runner.definition.NodeConfig.ResponseFormat;
import com.promptmanage.runner.definition.NodeConfig.Transform;
import com.promptmanage.runner.definition.NodeConfig.Webhook;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes a definition: members in a fixed order, and only those that say something. */
final class DefinitionWriter {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private DefinitionWriter() {}

    static ObjectNode write(Definition definition) {
        ObjectNode json = JSON.objectNode();
        json.put("version", definition.version());
        ArrayNode nodes = json.putArray("nodes");
        definition.nodes().forEach(node -> nodes.add(node(node)));
        ArrayNode edges = json.putArray("edges");
        definition.edges().forEach(edge -> edges.add(edge(edge)));
        json.set("settings", settings(definition.settings()));
        return json;
    }

    static ObjectNode node(Node node) {
        ObjectNode json = JSON.objectNode();
        json.put("id", node.id().value());
        json.put("type", node.type().value());
        json.put("label", node.label());
        json.set("config", config(node.config()));
        if (node.position() != null) {
            json.putObject("position")
                    .put("x", node.position().x())
                    .put("y", node.position().y());
        }
        NodePolicy policy = node.policy();
        if (policy.retryPolicy() != null) {
            json.set("retryPolicy", retryPolicy(policy.retryPolicy()));
        }
        put(
                json,
                "errorHandling",
                policy.errorHandling() == null ? null : policy.errorHandling().value());
        put(
                json,
                "onAmbiguous",
                policy.onAmbiguous() == null ? null : policy.onAmbiguous().value());
        putSeconds(json, "timeout", policy.timeout());
        return json;
    }

    static ObjectNode edge(Edge edge) {
        ObjectNode json = JSON.objectNode();
        json.put("id", edge.id());
        json.put("source", edge.source().value());
        json.put("target", edge.target().value());
        put(json, "condition", edge.condition());
        put(json, "label", edge.label());
        return json;
    }

    static ObjectNode settings(Settings settings) {
        ObjectNode json = JSON.objectNode();
        put(json, "maxConcurrentNodes", settings.maxConcurrentNodes());
        putSeconds(json, "timeout", settings.timeout());
        if (!settings.retryPolicy().equals(RetryPolicy.UNSET)) {
            json.set("retryPolicy", retryPolicy(settings.retryPolicy()));
        }
        put(
                json,
                "errorHandling",
                settings.errorHandling() == null
                        ? null
                        : settings.errorHandling().value());
        put(
                json,
                "maxCostUsd",
                settings.maxCost() == null ? null : settings.maxCost().toUsd());
        putMillis(json, "loopDelay", settings.loopDelay());
        put(json, "continueWhile", settings.continueWhile());
        return json;
    }

    private static ObjectNode retryPolicy(RetryPolicy policy) {
        ObjectNode json = JSON.objectNode();
        put(json, "maxAttempts", policy.maxAttempts());
        put(json, "backoff", policy.backoff() == null ? null : policy.backoff().value());
        putMillis(json, "initialDelay", policy.initialDelay());
        putMillis(json, "maxDelay", policy.maxDelay());
        return json;
    }

    private static ObjectNode config(NodeConfig config) {
        ObjectNode json = JSON.objectNode();
        switch (config) {
            case DataSource source -> dataSource(json, source);
            case Prompt prompt -> prompt(json, prompt);
            case Condition condition -> {
                json.put("condition", condition.condition());
                putIds(json, "trueBranch", condition.trueBranch());
                putIds(json, "falseBranch", condition.falseBranch());
            }
            case Transform transform -> {
                json.put("transformType", transform.transformType().value());
                put(json, "code", transform.code());
                putValues(json, "mapping", transform.mapping());
                if (transform.initial() != null) {
                    json.set("initial", transform.initial());
                }
                putUnless(json, "fanOut", transform.fanOut(), true);
            }
            case Loop loop -> {
                json.put("iterateOver", loop.iterateOver());
                json.put("itemVariable", loop.itemVariable());
                ArrayNode body = json.putArray("bodyNodes");
                loop.bodyNodes().forEach(id -> body.add(id.value()));
                put(json, "maxIterations", loop.maxIterations());
                put(json, "concurrency", loop.concurrency());
            }
            case Output output -> output(json, output);
            case Webhook webhook -> {
                json.put("url", webhook.url());
                json.put("method", webhook.method().value());
                putTexts(json, "headers", webhook.headers());
                putTexts(json, "params", webhook.params());
                if (webhook.body() != null) {
                    json.set("body", webhook.body());
                }
            }
            case Delay delay -> {
                json.put("delayMs", delay.delayMs());
                put(json, "condition", delay.condition());
            }
        }
        return json;
    }

    private static void dataSource(ObjectNode json, DataSource source) {
        json.put("sourceId", source.sourceId());
        json.put("sourceType", source.sourceType().value());
        if (!source.query().equals(Query.ALL)) {
            json.set("query", query(source.query()));
        }
        if (!source.transform().equals(RecordTransform.NONE)) {
            ObjectNode transform = json.putObject("transform");
            put(transform, "filter", source.transform().filter());
            putTexts(transform, "map", source.transform().map());
            put(transform, "limit", source.transform().limit());
        }
        putUnless(json, "fanOut", source.fanOut(), true);
    }

    private static ObjectNode query(Query query) {
        ObjectNode json = JSON.objectNode();
        if (!query.columns().isEmpty()) {
            ArrayNode columns = json.putArray("columns");
            query.columns().forEach(columns::add);
        }
        if (!query.where().isEmpty()) {
            ArrayNode conditions = json.putArray("where");
            query.where()
                    .forEach(where -> conditions
                            .addObject()
                            .put("field", where.field())
                            .put("operator", where.operator().value())
                            .set("value", where.value()));
        }
        put(json, "orderBy", query.orderBy());
        put(json, "limit", query.limit());
        query.options().forEach(json::set);
        return json;
    }

    private static void prompt(ObjectNode json, Prompt prompt) {
        json.put("promptTemplate", prompt.promptTemplate());
        json.put("model", prompt.model());
        put(json, "provider", prompt.provider());
        if (prompt.temperature() != null) {
            json.put("temperature", prompt.temperature());
        }
        put(json, "maxTokens", prompt.maxTokens());
        put(json, "contextTemplate", prompt.contextTemplate());
        put(
                json,
                "responseFormat",
                prompt.responseFormat() == ResponseFormat.TEXT ? null : ResponseFormat.JSON.value());
        if (!prompt.fallbackModels().isEmpty()) {
            ArrayNode models = json.putArray("fallbackModels");
            prompt.fallbackModels().forEach(models::add);
        }
        putSeconds(json, "cacheSeconds", prompt.cacheTtl());
        putUnless(json, "retryOnEmpty", prompt.retryOnEmpty(), false);
    }

    private static void output(ObjectNode json, Output output) {
        Destination destination = output.destination();
        json.put("destination", destination.value());
        put(json, destination == Destination.NOTION ? "databaseId" : "sourceId", output.sourceId());
        put(
                json,
                "operation",
                output.operation() == Operation.CREATE
                        ? null
                        : output.operation().value());
        put(json, nameOfTarget(destination), output.target());
        put(json, "recordId", output.recordId());
        putValues(json, "matching", output.matching());
        putValues(json, "mapping", output.mapping());
        output.options().forEach(json::set);
    }

    private static String nameOfTarget(Destination destination) {
        return switch (destination) {
            case GOOGLE_SHEETS -> "sheet";
            case AIRTABLE, DATABASE -> "table";
            case NOTION, FILE, WEBHOOK, EMAIL, SLACK -> "target";
        };
    }

    private static void putIds(ObjectNode json, String name, Collection<NodeId> ids) {
        if (ids.size() == 1) {
            json.put(name, ids.iterator().next().value());
        } else if (!ids.isEmpty()) {
            ArrayNode array = json.putArray(name);
            ids.forEach(id -> array.add(id.value()));
        }
    }

    private static void putValues(ObjectNode json, String name, Map<String, JsonNode> values) {
        if (!values.isEmpty()) {
            values.forEach(json.putObject(name)::set);
        }
    }

    private static void putTexts(ObjectNode json, String name, Map<String, String> values) {
        if (!values.isEmpty()) {
            values.forEach(json.putObject(name)::put);
        }
    }

    private static void put(ObjectNode json, String name, @Nullable String value) {
        if (value != null) {
            json.put(name, value);
        }
    }

    private static void put(ObjectNode json, String name, @Nullable Integer value) {
        if (value != null) {
            json.put(name, value);
        }
    }

    private static void putSeconds(ObjectNode json, String name, @Nullable Duration value) {
        if (value != null) {
            json.put(name, value.toSeconds());
        }
    }

    private static void putMillis(ObjectNode json, String name, @Nullable Duration value) {
        if (value != null) {
            json.put(name, value.toMillis());
        }
    }

    private static void putUnless(ObjectNode json, String name, boolean value, boolean usual) {
        if (value != usual) {
            json.put(name, value);
        }
    }
}
