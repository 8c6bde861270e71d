package com.promptmanage.runner.definition;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that another version of a workflow leaves as they are, with everything that comes before them: whatever one of them has
 * put out by the one version, it would by the other.
 *
 * <p>How a node is drawn and called, and what is done when it fails, makes no difference to what it has put out; nor does what
 * follows it.
 */
public final class Unchanged {

    private final Graph before;

    private final Scopes scopesBefore;

    private final Graph now;

    private final Scopes scopesNow;

    /** An edge as far as it matters to what it leads to. */
    private record Way(
            NodeId from, Edge.Kind kind, @Nullable String guard) {}

    private Unchanged(Graph before, Graph now) {
        this.before = before;
        this.scopesBefore = Scopes.of(before);
        this.now = now;
        this.scopesNow = Scopes.of(now);
    }

    public static Set<NodeId> of(Graph before, Graph now) {
        var both = new Unchanged(before, now);
        var unchanged = new HashSet<NodeId>();
        for (NodeId id : now.order()) {
            if (both.isSame(id) && unchanged.containsAll(now.ancestors(id))) {
                unchanged.add(id);
            }
        }
        return Set.copyOf(unchanged);
    }

    private boolean isSame(NodeId id) {
        Optional<Node> old = before.find(id);
        return old.isPresent()
                && doesTheSame(old.get().config(), now.node(id).config())
                && ways(before, id).equals(ways(now, id))
                && before.loopOf(id).equals(now.loopOf(id))
                && scopesBefore.of(id).equals(scopesNow.of(id));
    }

    private static boolean doesTheSame(NodeConfig one, NodeConfig other) {
        // Where a condition leads stands with what it leads to.
        return (one instanceof NodeConfig.Condition first && other instanceof NodeConfig.Condition second)
                ? first.condition().equals(second.condition())
                : one.equals(other);
    }

    /** In the order of the edges, which is that of the node's inputs. */
    private static List<Way> ways(Graph graph, NodeId id) {
        return graph.incoming(id).stream()
                .map(edge ->
                        new Way(edge.source(), edge.kind(), edge.kind() == Edge.Kind.GUARDED ? edge.condition() : null))
                .toList();
    }
}
