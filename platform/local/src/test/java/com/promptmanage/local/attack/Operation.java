package com.promptmanage.local.attack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A method at an address, as the description of the API has it.
 *
 * @param body an example made up from the description; empty if the operation takes none
 */
record Operation(String method, String path, Optional<JsonNode> body) {

    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final int DEPTH_MAX = 6;

    static List<Operation> of(JsonNode description) {
        var operations = new ArrayList<Operation>();
        for (Map.Entry<String, JsonNode> path : description.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                if (METHODS.contains(method.getKey())) {
                    operations.add(new Operation(
                            method.getKey().toUpperCase(Locale.ROOT),
                            path.getKey(),
                            body(description, method.getValue().path("requestBody"))));
                }
            }
        }
        return operations;
    }

    String name() {
        return method + " " + path;
    }

    /** With this in place of all that has a name. */
    String pathWith(String name) {
        return path.replaceAll("\\{[^}]*}", name);
    }

    private static Optional<JsonNode> body(JsonNode description, JsonNode requestBody) {
        JsonNode content = resolved(description, requestBody).path("content");
        if (content.isMissingNode()) {
            return Optional.empty();
        }
        JsonNode json = content.path("application/json");
        return Optional.of(json.isMissingNode() ? NODES.objectNode() : example(description, json.path("schema"), 0));
    }

    private static JsonNode example(JsonNode description, JsonNode unresolved, int depth) {
        JsonNode schema = resolved(description, unresolved);
        if (depth > DEPTH_MAX) {
            return NODES.nullNode();
        }
        for (String given : List.of("const", "default", "example")) {
            if (schema.has(given)) {
                return schema.path(given);
            }
        }
        for (String several : List.of("examples", "enum")) {
            if (schema.path(several).path(0).isValueNode()) {
                return schema.path(several).path(0);
            }
        }
        for (String one : List.of("oneOf", "anyOf", "allOf")) {
            if (schema.has(one)) {
                return example(description, schema.path(one).path(0), depth + 1);
            }
        }
        String type = schema.path("type").isArray()
                ? schema.path("type").path(0).asText()
                : schema.path("type").asText(schema.has("properties") ? "object" : "string");
        return switch (type) {
            case "object" -> object(description, schema, depth);
            case "array" -> {
                ArrayNode array = NODES.arrayNode();
                array.add(example(description, schema.path("items"), depth + 1));
                yield array;
            }
            case "integer", "number" -> NODES.numberNode(1);
            case "boolean" -> NODES.booleanNode(true);
            default -> NODES.textNode("x");
        };
    }

    private static ObjectNode object(JsonNode description, JsonNode schema, int depth) {
        ObjectNode object = NODES.objectNode();
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            object.set(property.getKey(), example(description, property.getValue(), depth + 1));
        }
        return object;
    }

    private static JsonNode resolved(JsonNode description, JsonNode node) {
        return node.has("$ref") ? description.at(node.path("$ref").asText().substring(1)) : node;
    }
}
