package com.promptmanage.runner.definition;

import java.util.List;
import java.util.Optional;

/**
 * A workflow as its author wrote it. It may be wrong in any way that its types allow: {@link DefinitionCheck} tells.
 *
 * @param version of the document's form: {@value #VERSION}
 */
public record Definition(String version, List<Node> nodes, List<Edge> edges, Settings settings) {

    public static final String VERSION = "1.0";

    /** What a new workflow starts with. */
    public static final Definition EMPTY = new Definition(VERSION, List.of(), List.of(), Settings.UNSET);

    public Definition {
        nodes = List.copyOf(nodes);
        edges = List.copyOf(edges);
    }

    /** The first node with this id. */
    public Optional<Node> node(NodeId id) {
        return nodes.stream().filter(node -> node.id().equals(id)).findFirst();
    }
}
