package com.promptmanage.runner.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.expression.Template;
import com.promptmanage.runner.expression.Template.Literal;
import com.promptmanage.runner.expression.Template.Value;
import java.util.Map;

/**
 * Puts text where a document has parameters, once; other references stay.
 *
 * @param replacements name and what comes in its place, which is template text itself
 */
record Placeholders(Map<String, String> replacements) {

    Placeholders {
        replacements = Map.copyOf(replacements);
    }

    /** Text that means itself in a template. */
    static String literal(String text) {
        return text.replace("{{", "\\{{");
    }

    /** A copy with every text filled. */
    JsonNode fill(JsonNode json) {
        if (json.isTextual()) {
            return JsonNodeFactory.instance.textNode(fill(json.textValue()));
        }
        if (json.isObject()) {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            json.properties().forEach(field -> object.set(field.getKey(), fill(field.getValue())));
            return object;
        }
        if (json.isArray()) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            json.forEach(element -> array.add(fill(element)));
            return array;
        }
        return json;
    }

    private String fill(String text) {
        if (!text.contains("{{")) {
            return text;
        }
        var filled = new StringBuilder();
        for (Template.Part part : Template.parse(text).parts()) {
            switch (part) {
                case Literal literal -> filled.append(literal(literal.text()));
                case Value value -> {
                    String source = value.reference().source();
                    filled.append(replacements.getOrDefault(source, "{{%s}}".formatted(source)));
                }
            }
        }
        return filled.toString();
    }
}
