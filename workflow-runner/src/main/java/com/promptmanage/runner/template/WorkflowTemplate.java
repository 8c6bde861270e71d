package com.promptmanage.runner.template;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * A workflow to start from. Its definition is a document with {@code {{PARAMETERS}}} in it, of which {@link Deployer} makes
 * one that can be stored.
 *
 * @param estimatedTime to set it up, for people: {@code 5 minutes}
 * @param requiredConnectors types of connectors that it reads and writes with
 * @param definition not to be changed
 */
public record WorkflowTemplate(
        String id,
        String name,
        String description,
        Category category,
        Difficulty difficulty,
        String estimatedTime,
        List<String> requiredConnectors,
        List<String> tags,
        List<TemplateParameter> parameters,
        ObjectNode definition) {

    public WorkflowTemplate {
        requireNonNull(id, "id is missing");
        requireNonNull(name, "name is missing");
        requireNonNull(description, "description is missing");
        requireNonNull(category, "category is missing");
        requireNonNull(difficulty, "difficulty is missing");
        requireNonNull(estimatedTime, "estimatedTime is missing");
        requireNonNull(definition, "definition is missing");
        requiredConnectors = List.copyOf(requireNonNull(requiredConnectors, "requiredConnectors is missing"));
        tags = List.copyOf(requireNonNull(tags, "tags is missing"));
        parameters = List.copyOf(requireNonNull(parameters, "parameters is missing"));
    }
}
