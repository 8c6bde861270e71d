package com.promptmanage.runner.journal;

import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.Edge;
import com.promptmanage.runner.definition.Graph;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.definition.Scopes;
import com.promptmanage.runner.definition.Settings;
import com.promptmanage.runner.run.DefinedGraph;
import com.promptmanage.runner.run.StepGraph;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One version of a workflow, ready to be run. Immutable, and made once for many executions.
 *
 * @param before by node, what it is told of those before it
 */
public record Pinned(
        String workflowId,
        int version,
        Definition definition,
        Graph nodes,
        Scopes scopes,
        StepGraph graph,
        Settings.Effective settings,
        Map<String, Before> before) {

    /**
     * A node that ran once where another one stands, or for the same items.
     *
     * @param depth how many scopes it is inside of
     */
    record Seen(String nodeId, int depth) {}

    /**
     * Found once for each node, and not each time that it is run.
     *
     * @param gathered those directly before it that are run more often
     */
    record Before(List<Seen> seen, List<Gathered> gathered) {}

    /**
     * A node directly before another one, that is run more often.
     *
     * @param exports where in its scopes' exports stand the edges between the two, of which one has to be followed for what it put
     *     out to be the other's; empty if one is followed whenever it is completed
     */
    record Gathered(String nodeId, List<Integer> exports) {}

    static Pinned of(String workflowId, int version, Definition definition) {
        Graph nodes = Graph.of(definition);
        Scopes scopes = Scopes.of(nodes);
        StepGraph graph = DefinedGraph.of(definition);
        var before = new HashMap<String, Before>();
        for (Node node : nodes.nodes()) {
            List<Gathered> gathered = nodes.predecessors(node.id()).stream()
                    .filter(other -> !scopes.sees(node.id(), other))
                    .map(other -> gathered(nodes, graph, other, node.id()))
                    .toList();
            before.put(node.id().value(), new Before(seen(nodes, scopes, graph, node.id()), gathered));
        }
        return new Pinned(
                workflowId,
                version,
                definition,
                nodes,
                scopes,
                graph,
                definition.settings().effective(),
                Map.copyOf(before));
    }

    private static Gathered gathered(Graph nodes, StepGraph graph, NodeId from, NodeId to) {
        boolean isAlwaysFollowed = nodes.incoming(to).stream()
                .anyMatch(edge -> edge.source().equals(from) && edge.kind() == Edge.Kind.ALWAYS);
        return new Gathered(from.value(), isAlwaysFollowed ? List.of() : graph.exports(from.value(), to.value()));
    }

    private static List<Seen> seen(Graph nodes, Scopes scopes, StepGraph graph, NodeId id) {
        List<String> owners = graph.owners(id.value());
        return nodes.order().stream()
                .filter(before -> scopes.sees(id, before) && !owners.contains(before.value()))
                .map(before ->
                        new Seen(before.value(), graph.owners(before.value()).size()))
                .toList();
    }

    Before before(String id) {
        return Objects.requireNonNull(before.get(id), id);
    }

    public Node node(String id) {
        return nodes.node(new NodeId(id));
    }
}
