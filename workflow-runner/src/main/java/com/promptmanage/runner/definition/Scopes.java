package com.promptmanage.runner.definition;

import com.promptmanage.runner.definition.NodeConfig.DataSource;
import com.promptmanage.runner.definition.NodeConfig.Loop;
import com.promptmanage.runner.definition.NodeConfig.Transform;
import com.promptmanage.runner.definition.NodeConfig.TransformType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How often each node runs. A list fans out: the nodes behind a data source, or behind a transform of type map or filter,
 * run once for each of its items, unless its {@code fanOut} is false. So do the nodes in a loop's body. A node's
 * <em>scope</em> is the path of those that opened it, outermost first: a node in scope {@code [leads, parts]} runs once
 * for each part of each lead, one in the empty scope runs once.
 *
 * <p>A transform of type map, filter or reduce takes a list, so it <em>collects</em>: it runs once, outside the innermost
 * fan-out that its predecessors are in, after all items are done, and its input is the list of what its predecessor made
 * of each item, in the items' order, without those that were skipped or failed. Directly behind a data source that list is
 * the source's records. Of several predecessors it is what all of them made, an item's next to each other.
 *
 * <p>An error edge leads out of what has failed, which has no items: its target runs once for each time that the source
 * failed. A node that runs for the items is no such target: {@link GraphRules} refuses an edge of the one kind to where one of the
 * other leads.
 *
 * <p>Within a scope the opener's id means the current item; outside of it, its whole output.
 */
public final class Scopes {

    private final Graph graph;

    private final Map<NodeId, List<NodeId>> paths = new HashMap<>();

    private final List<Clash> clashes = new ArrayList<>();

    /** Two predecessors of a node that run for the items of unrelated lists, so that there is no telling which belong together. */
    public record Clash(NodeId node, List<NodeId> oneScope, List<NodeId> otherScope) {}

    private Scopes(Graph graph) {
        this.graph = graph;
        for (NodeId id : graph.order()) {
            paths.put(id, find(id));
        }
    }

    public static Scopes of(Graph graph) {
        return new Scopes(graph);
    }

    /** The nodes for whose items this one runs, outermost first. Empty for a node on or behind a cycle. */
    public List<NodeId> of(NodeId id) {
        return paths.getOrDefault(id, List.of());
    }

    /** The scope of what comes behind a node that has ended well: its own, and its items' if it fans out. */
    public List<NodeId> behind(NodeId id) {
        return fansOut(graph.node(id)) ? appended(of(id), id) : of(id);
    }

    private List<NodeId> behind(Edge edge) {
        return edge.kind() == Edge.Kind.ON_ERROR ? of(edge.source()) : behind(edge.source());
    }

    /** Whether the nodes behind it run once for each item of its output. */
    public static boolean fansOut(Node node) {
        return switch (node.config()) {
            case DataSource source -> source.fanOut();
            case Transform transform ->
                transform.fanOut()
                        && (transform.transformType() == TransformType.MAP
                                || transform.transformType() == TransformType.FILTER);
            default -> false;
        };
    }

    /** Whether it takes the list of what its predecessor made of every item. */
    public static boolean collects(Node node) {
        return node.config() instanceof Transform transform && transform.transformType() != TransformType.CUSTOM;
    }

    /**
     * The fan-out that a node ends by collecting its items; empty if it collects none, since it stands in no fan-out or
     * since the innermost scope is a loop's.
     */
    public Optional<NodeId> collected(NodeId id) {
        List<NodeId> around = around(id);
        return around.size() > of(id).size() ? Optional.of(around.getLast()) : Optional.empty();
    }

    /** Whether a node's output can be told from where another one stands: it ran once there, or for the same items. */
    public boolean sees(NodeId from, NodeId other) {
        List<NodeId> here = of(from);
        List<NodeId> there = of(other);
        return graph.comesBefore(other, from)
                && there.size() <= here.size()
                && here.subList(0, there.size()).equals(there);
    }

    public List<Clash> clashes() {
        return List.copyOf(clashes);
    }

    private List<NodeId> find(NodeId id) {
        List<NodeId> deepest =
                graph.loopOf(id).map(loop -> appended(of(loop), loop)).orElse(List.of());
        for (Edge edge : graph.incoming(id)) {
            List<NodeId> one = behind(edge);
            List<NodeId> shorter = one.size() < deepest.size() ? one : deepest;
            List<NodeId> longer = one.size() < deepest.size() ? deepest : one;
            if (!longer.subList(0, shorter.size()).equals(shorter)) {
                clashes.add(new Clash(id, deepest, one));
            }
            deepest = longer;
        }
        return endsFanOut(id, deepest) ? deepest.subList(0, deepest.size() - 1) : deepest;
    }

    private List<NodeId> around(NodeId id) {
        List<NodeId> deepest = of(id);
        for (Edge edge : graph.incoming(id)) {
            List<NodeId> one = behind(edge);
            deepest = one.size() > deepest.size() ? one : deepest;
        }
        return deepest;
    }

    private boolean endsFanOut(NodeId id, List<NodeId> scope) {
        return !scope.isEmpty()
                && collects(graph.node(id))
                && !(graph.node(scope.getLast()).config() instanceof Loop);
    }

    private static List<NodeId> appended(List<NodeId> path, NodeId id) {
        var longer = new ArrayList<>(path);
        longer.add(id);
        return List.copyOf(longer);
    }
}
