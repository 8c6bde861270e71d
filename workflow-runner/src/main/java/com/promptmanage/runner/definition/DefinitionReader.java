package com.promptmanage.runner.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.definition.DefinitionFault.Place;
import com.promptmanage.runner.definition.NodePolicy.OnAmbiguous;
import com.promptmanage.runner.definition.RetryPolicy.Backoff;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one document. */
final class DefinitionReader {

    private final List<DefinitionFault> faults = new ArrayList<>();

    private final List<Node> nodes = new ArrayList<>();

    private final List<Integer> nodePlaces = new ArrayList<>();

    private final Set<NodeId> unread = new HashSet<>();

    private final List<Edge> edges = new ArrayList<>();

    private final List<Integer> edgePlaces = new ArrayList<>();

    Reading read(JsonNode json) {
        var reader = new JsonObjectReader(json, Place.ROOT, faults);
        String version = reader.textOrNull("version");
        List<JsonNode> nodesJson = reader.elements("nodes");
        for (int i = 0; i < nodesJson.size(); i++) {
            readNode(i, nodesJson.get(i));
        }
        List<JsonNode> edgesJson = reader.elements("edges");
        for (int i = 0; i < edgesJson.size(); i++) {
            readEdge(i, edgesJson.get(i));
        }
        Settings settings = settings(reader.object("settings"));
        reader.end();
        var definition = new Definition(version == null ? Definition.VERSION : version, nodes, edges, settings);
        return new Reading(definition, nodePlaces, edgePlaces, unread, faults);
    }

    private void readNode(int index, JsonNode json) {
        var id = new NodeId(json.path("id").asText(""));
        var node = new JsonObjectReader(json, Place.node(index, id), faults);
        if (!json.isObject()) {
            return;
        }
        node.text("id");
        int faultsBefore = faults.size();
        NodeType type = node.choice("type", NodeType.values(), NodeType::value);
        boolean typeKnown = faults.size() == faultsBefore;
        String label = node.text("label");
        Position position = node.has("position") ? position(node.object("position")) : null;
        NodePolicy policy = policy(node);
        JsonObjectReader config = node.object("config");
        node.end();
        if (!typeKnown) {
            unread.add(id);
            return;
        }
        nodes.add(new Node(id, label, position, NodeConfigReader.read(type, config), policy));
        nodePlaces.add(index);
    }

    private static Position position(JsonObjectReader position) {
        Double x = position.numberOrNull("x");
        Double y = position.numberOrNull("y");
        position.end();
        return new Position(x == null ? 0 : x, y == null ? 0 : y);
    }

    private static NodePolicy policy(JsonObjectReader node) {
        return new NodePolicy(
                node.has("retryPolicy") ? retryPolicy(node.object("retryPolicy")) : null,
                node.choiceOrNull("errorHandling", ErrorHandling.values(), ErrorHandling::value),
                node.choiceOrNull("onAmbiguous", OnAmbiguous.values(), OnAmbiguous::value),
                node.secondsOrNull("timeout"));
    }

    private void readEdge(int index, JsonNode json) {
        String id = json.path("id").asText("");
        var edge = new JsonObjectReader(json, Place.edge(index, id), faults);
        if (!json.isObject()) {
            return;
        }
        edge.text("id");
        var source = new NodeId(edge.text("source"));
        var target = new NodeId(edge.text("target"));
        String condition = condition(edge);
        String label = edge.textOrNull("label");
        edge.end();
        edges.add(new Edge(id, source, target, condition, label));
        edgePlaces.add(index);
    }

    /** The sides of a condition are texts; who writes true and false as such means the same. */
    private static @Nullable String condition(JsonObjectReader edge) {
        JsonNode json = edge.jsonOrNull("condition");
        return json != null && json.isBoolean() ? json.asText() : edge.textOrNull("condition");
    }

    private static Settings settings(JsonObjectReader settings) {
        var read = new Settings(
                settings.integerOrNull("maxConcurrentNodes"),
                settings.secondsOrNull("timeout"),
                settings.has("retryPolicy") ? retryPolicy(settings.object("retryPolicy")) : RetryPolicy.UNSET,
                settings.choiceOrNull("errorHandling", ErrorHandling.values(), ErrorHandling::value),
                settings.usdOrNull("maxCostUsd"),
                settings.millisOrNull("loopDelay"),
                settings.textOrNull("continueWhile"));
        settings.end();
        return read;
    }

    private static RetryPolicy retryPolicy(JsonObjectReader policy) {
        var read = new RetryPolicy(
                policy.integerOrNull("maxAttempts"),
                policy.choiceOrNull("backoff", Backoff.values(), Backoff::value),
                policy.millisOrNull("initialDelay"),
                policy.millisOrNull("maxDelay"));
        policy.end();
        return read;
    }
}
