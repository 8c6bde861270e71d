package com.promptmanage.runner.template;

import java.util.Map;
import java.util.Optional;

/**
 * How someone wants a template to be set up.
 *
 * @param name of the workflow; empty for the template's
 * @param dataSourceMappings parameter of kind data source, and the id to put there
 * @param secretMappings parameter of kind secret, and the name of a stored secret; without one, the parameter's own name
 * @param values parameter of another kind, and what is to be put there, as people type it
 * @param promptCustomizations id of a prompt node, and the template to ask with instead
 */
public record Deployment(
        Optional<String> name,
        Map<String, String> dataSourceMappings,
        Map<String, String> secretMappings,
        Map<String, String> values,
        Map<String, String> promptCustomizations) {

    public Deployment {
        dataSourceMappings = Map.copyOf(dataSourceMappings);
        secretMappings = Map.copyOf(secretMappings);
        values = Map.copyOf(values);
        promptCustomizations = Map.copyOf(promptCustomizations);
    }
}
