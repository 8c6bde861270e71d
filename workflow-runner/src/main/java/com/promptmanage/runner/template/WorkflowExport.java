package com.promptmanage.runner.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.DefinitionJson;
import com.promptmanage.runner.definition.NodeType;
import com.promptmanage.runner.expression.Reference;
import com.promptmanage.runner.expression.Template;
import com.promptmanage.runner.template.TemplateParameter.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A workflow in a form that can be taken elsewhere: a template, in which data sources and secrets have become parameters.
 * To import it is to deploy it. Neither credentials nor ids of the place it comes from are in it.
 */
public final class WorkflowExport {

    private WorkflowExport() {}

    public static WorkflowTemplate of(String name, String description, Definition definition) {
        ObjectNode json = DefinitionJson.write(definition);
        Map<String, TemplateParameter> sources = sources(json);
        Map<String, TemplateParameter> secrets = secrets(json);
        var parameters = new ArrayList<>(sources.values());
        parameters.addAll(secrets.values());
        var replacements = new LinkedHashMap<String, String>();
        secrets.forEach(
                (secret, parameter) -> replacements.put("secrets." + secret, "{{%s}}".formatted(parameter.name())));
        var exported = (ObjectNode) new Placeholders(replacements).fill(json);
        exported.path("nodes").forEach(node -> exchangeSource(node, sources));
        return new WorkflowTemplate(
                "export",
                name,
                description,
                Category.OTHER,
                Difficulty.INTERMEDIATE,
                "5 minutes",
                connectors(json),
                List.of(),
                parameters,
                exported);
    }

    public static byte[] bytes(WorkflowTemplate export) {
        return TemplateJson.bytes(export);
    }

    /** @throws IllegalArgumentException if it is not an export, saying where it goes wrong */
    public static WorkflowTemplate read(byte[] json) {
        return TemplateJson.read(json);
    }

    /** A parameter for each id of a data source, by that id. */
    private static Map<String, TemplateParameter> sources(ObjectNode definition) {
        var found = new LinkedHashMap<String, TemplateParameter>();
        for (JsonNode node : definition.path("nodes")) {
            String id = sourceId(node);
            if (!id.isEmpty() && !found.containsKey(id)) {
                String connector = connector(node);
                found.put(
                        id,
                        new TemplateParameter(
                                "DATA_SOURCE_%d".formatted(found.size() + 1),
                                Kind.DATA_SOURCE,
                                "Data source of " + node.path("id").asText(),
                                "A data source of the type %s.".formatted(connector),
                                connector,
                                null,
                                null,
                                null,
                                null));
            }
        }
        return found;
    }

    private static Map<String, TemplateParameter> secrets(JsonNode json) {
        var found = new LinkedHashMap<String, TemplateParameter>();
        collectSecrets(json, found);
        return found;
    }

    private static void collectSecrets(JsonNode json, Map<String, TemplateParameter> found) {
        if (json.isTextual()) {
            Template.parse(json.textValue()).references().stream()
                    .filter(Reference::isSecret)
                    .map(reference ->
                            reference.source().substring(reference.root().length() + 1))
                    .forEach(secret -> found.computeIfAbsent(
                            secret,
                            name -> new TemplateParameter(
                                    "SECRET_%d".formatted(found.size() + 1),
                                    Kind.SECRET,
                                    "Secret " + name,
                                    "The name of a stored secret to use in the place of %s.".formatted(name),
                                    null,
                                    null,
                                    null,
                                    null,
                                    null)));
        }
        json.forEach(child -> collectSecrets(child, found));
    }

    private static void exchangeSource(JsonNode node, Map<String, TemplateParameter> sources) {
        TemplateParameter parameter = sources.get(sourceId(node));
        if (parameter != null && node.get("config") instanceof ObjectNode config) {
            config.put(config.has("databaseId") ? "databaseId" : "sourceId", "{{%s}}".formatted(parameter.name()));
        }
    }

    /** Empty if the node has none, or works it out as it runs. */
    private static String sourceId(JsonNode node) {
        JsonNode config = node.path("config");
        String id = config.path("sourceId").asText(config.path("databaseId").asText(""));
        boolean isSource = node.path("type").asText().equals(NodeType.DATA_SOURCE.value())
                || node.path("type").asText().equals(NodeType.OUTPUT.value());
        return isSource && !id.contains("{{") ? id : "";
    }

    private static String connector(JsonNode node) {
        JsonNode config = node.path("config");
        return config.path("sourceType")
                .asText(config.path("destination").asText())
                .toLowerCase(Locale.ROOT);
    }

    private static List<String> connectors(ObjectNode definition) {
        return definition
                .path("nodes")
                .valueStream()
                .filter(node -> !connector(node).isEmpty())
                .map(WorkflowExport::connector)
                .distinct()
                .toList();
    }
}
