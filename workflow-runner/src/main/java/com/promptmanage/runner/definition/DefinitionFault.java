package com.promptmanage.runner.definition;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One thing wrong with a definition.
 *
 * @param nodeId null if it is not about a node
 * @param edgeId null if it is not about an edge
 * @param field where in the document: a JSON path without the leading dollar, such as {@code nodes[2].config.model}
 * @param detail what is wrong, with the value that is
 * @param remedy what to do
 */
public record DefinitionFault(
        Severity severity,
        @Nullable NodeId nodeId,
        @Nullable String edgeId,
        String field,
        String detail,
        String remedy) {

    /** How bad it is. */
    public enum Severity {
        /** It cannot run like this. */
        ERROR,
        /** It can, but hardly as it is meant. */
        WARNING;

        /** The name in JSON. */
        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static DefinitionFault error(Place place, String detail, String remedy) {
        return new DefinitionFault(Severity.ERROR, place.nodeId, place.edgeId, place.field, detail, remedy);
    }

    static DefinitionFault warning(Place place, String detail, String remedy) {
        return new DefinitionFault(Severity.WARNING, place.nodeId, place.edgeId, place.field, detail, remedy);
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /** Where it is in something that has the definition in a field of that name. */
    public String fieldWithin(String name) {
        return field.isEmpty() || field.equals(name) ? name : name + "." + field;
    }

    /** The node or edge, for people; empty if it is about neither, or about one without a name. */
    public Optional<String> about() {
        return Optional.ofNullable(nodeId)
                .map(id -> "node " + id)
                .or(() -> Optional.ofNullable(edgeId).map(id -> "edge " + id))
                .filter(about -> !about.endsWith(" "));
    }

    /** In one sentence, for people. */
    public String message() {
        String where = about().map(about -> about + ", ").orElse("");
        return "%s%s %s. %s".formatted(where, field, detail, remedy);
    }

    /** Where in a document: extended step by step on the way down. */
    record Place(@Nullable NodeId nodeId, @Nullable String edgeId, String field) {

        static final Place ROOT = new Place(null, null, "");

        static Place node(int index, NodeId id) {
            return new Place(id, null, "nodes[%d]".formatted(index));
        }

        static Place edge(int index, String id) {
            return new Place(null, id, "edges[%d]".formatted(index));
        }

        Place at(String name) {
            return new Place(nodeId, edgeId, field.isEmpty() ? name : field + "." + name);
        }

        Place at(int index) {
            return new Place(nodeId, edgeId, "%s[%d]".formatted(field, index));
        }
    }
}
