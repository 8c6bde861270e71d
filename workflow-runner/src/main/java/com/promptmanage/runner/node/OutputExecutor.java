package com.promptmanage.runner.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.connector.ConnectorException;
import com.promptmanage.runner.connector.Places;
import com.promptmanage.runner.connector.WriteRequest;
import com.promptmanage.runner.definition.NodeConfig.Destination;
import com.promptmanage.runner.definition.NodeConfig.Output;
import com.promptmanage.runner.secret.SecretValues;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes a record to where it can be used. */
final class OutputExecutor implements NodeExecutor {

    /** The options of a connector that may hold secrets: where it sends to, and how it says who it is. */
    static final Set<String> SECRET_OPTIONS = Set.of("url", "headers");

    private final Rendering.Factory renderings;

    private final Places places;

    private final SecretValues secrets;

    OutputExecutor(Rendering.Factory renderings, Places places, SecretValues secrets) {
        this.renderings = renderings;
        this.places = places;
        this.secrets = secrets;
    }

    @Override
    public Plan plan(NodeInvocation invocation) {
        var config = (Output) invocation.node().config();
        Rendering rendering = renderings.of(invocation);
        try {
            Map<String, JsonNode> options = tree(config.options(), rendering);
            String sourceId = text(config.sourceId(), rendering).orElse("");
            var request = new WriteRequest(
                    config.operation(),
                    text(config.target(), rendering),
                    text(config.recordId(), rendering),
                    tree(config.matching(), rendering),
                    record(config, rendering, invocation.context().input()),
                    options,
                    invocation.idempotencyKey());
            Places.Place place =
                    places.find(invocation.run().account(), connector(config.destination()), sourceId, options);
            return new Plan.Calls(
                    new WriteCall(invocation, config, request, sourceId, place, places, rendering, secrets));
        } catch (RenderingException e) {
            return new Plan.Done(new Outcome.Failed(Failure.Kind.VALIDATION, e.said()));
        } catch (ConnectorException e) {
            return new Plan.Done(new Outcome.Failed(e.failure()));
        }
    }

    /** A file is in the form of the data source that it is kept in; named without one, it is CSV. */
    private static String connector(Destination destination) {
        return destination == Destination.FILE ? "csv" : destination.value();
    }

    private static ObjectNode record(Output config, Rendering rendering, JsonNode input) throws RenderingException {
        if (config.mapping().isEmpty()) {
            return input.isObject()
                    ? input.deepCopy()
                    : JsonNodeFactory.instance.objectNode().set("value", input);
        }
        ObjectNode record = JsonNodeFactory.instance.objectNode();
        tree(config.mapping(), rendering).forEach(record::set);
        return record;
    }

    private static Map<String, JsonNode> tree(Map<String, JsonNode> templates, Rendering rendering)
            throws RenderingException {
        var rendered = new LinkedHashMap<String, JsonNode>();
        for (Map.Entry<String, JsonNode> one : templates.entrySet()) {
            rendered.put(one.getKey(), rendering.tree(one.getValue()));
        }
        return rendered;
    }

    private static Optional<String> text(@Nullable String template, Rendering rendering) throws RenderingException {
        return template == null
                ? Optional.empty()
                : Optional.of(rendering.text(template).strip()).filter(text -> !text.isEmpty());
    }
}
