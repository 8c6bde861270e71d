package com.promptmanage.runner.definition;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is different in a later definition. Nodes and edges are the same if their ids are. */
public record DefinitionDiff(
        List<String> nodesAdded,
        List<String> nodesRemoved,
        List<Changed> nodesChanged,
        List<String> edgesAdded,
        List<String> edgesRemoved,
        List<Changed> edgesChanged,
        List<Change> settingsChanged) {

    /** A node or an edge of this id, and what is different in it. */
    public record Changed(String id, List<Change> changes) {}

    /**
     * @param field its path, such as {@code config.model}
     * @param from null if it was absent
     * @param to null if it is absent now
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Change(
            String field, @Nullable JsonNode from, @Nullable JsonNode to) {}

    public static DefinitionDiff between(Definition earlier, Definition later) {
        Map<String, ObjectNode> nodesBefore = nodes(earlier);
        Map<String, ObjectNode> nodesAfter = nodes(later);
        Map<String, ObjectNode> edgesBefore = edges(earlier);
        Map<String, ObjectNode> edgesAfter = edges(later);
        return new DefinitionDiff(
                onlyIn(nodesAfter, nodesBefore),
                onlyIn(nodesBefore, nodesAfter),
                changed(nodesBefore, nodesAfter),
                onlyIn(edgesAfter, edgesBefore),
                onlyIn(edgesBefore, edgesAfter),
                changed(edgesBefore, edgesAfter),
                changes(DefinitionWriter.settings(earlier.settings()), DefinitionWriter.settings(later.settings())));
    }

    /** Whether a run of the later would do the same as one of the earlier, as far as can be seen. */
    @JsonIgnore
    public boolean isEmpty() {
        return nodesAdded.isEmpty()
                && nodesRemoved.isEmpty()
                && nodesChanged.isEmpty()
                && edgesAdded.isEmpty()
                && edgesRemoved.isEmpty()
                && edgesChanged.isEmpty()
                && settingsChanged.isEmpty();
    }

    private static Map<String, ObjectNode> nodes(Definition definition) {
        var nodes = new LinkedHashMap<String, ObjectNode>();
        definition.nodes().forEach(node -> nodes.putIfAbsent(node.id().value(), DefinitionWriter.node(node)));
        return nodes;
    }

    private static Map<String, ObjectNode> edges(Definition definition) {
        var edges = new LinkedHashMap<String, ObjectNode>();
        definition.edges().forEach(edge -> edges.putIfAbsent(edge.id(), DefinitionWriter.edge(edge)));
        return edges;
    }

    private static List<String> onlyIn(Map<String, ObjectNode> one, Map<String, ObjectNode> other) {
        return one.keySet().stream().filter(id -> !other.containsKey(id)).toList();
    }

    private static List<Changed> changed(Map<String, ObjectNode> before, Map<String, ObjectNode> after) {
        var changed = new ArrayList<Changed>();
        before.forEach((id, node) -> {
            List<Change> changes = changes(node, after.getOrDefault(id, node));
            if (!changes.isEmpty()) {
                changed.add(new Changed(id, changes));
            }
        });
        return List.copyOf(changed);
    }

    private static List<Change> changes(ObjectNode before, ObjectNode after) {
        var changes = new ArrayList<Change>();
        compare("", before, after, changes);
        return List.copyOf(changes);
    }

    private static void compare(
            String path, @Nullable JsonNode before, @Nullable JsonNode after, List<Change> changes) {
        if (before instanceof ObjectNode one && after instanceof ObjectNode other) {
            var names = new LinkedHashSet<String>();
            one.fieldNames().forEachRemaining(names::add);
            other.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                compare(path.isEmpty() ? name : path + "." + name, one.get(name), other.get(name), changes);
            }
        } else if (before == null || !before.equals(after)) {
            changes.add(new Change(path, before, after));
        }
    }
}
