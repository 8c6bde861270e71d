package com.promptmanage.runner.definition;

import com.promptmanage.runner.definition.DefinitionFault.Place;
import com.promptmanage.runner.definition.NodeConfig.Loop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What must hold of the bodies of loops, and of all nodes that run for the items of a list. */
final class ListRules {

    private final Checking checking;

    private final Graph graph;

    private ListRules(Checking checking) {
        this.checking = checking;
        this.graph = checking.graph();
    }

    static void check(Checking checking) {
        var rules = new ListRules(checking);
        rules.checkBodies();
        rules.checkBorders();
        rules.checkEndsOfBodies();
        rules.checkScopes();
        rules.checkErrorsOfLists();
    }

    private void checkBodies() {
        Map<NodeId, NodeId> loops = new HashMap<>();
        for (Node node : graph.nodes()) {
            if (!(node.config() instanceof Loop loop)) {
                continue;
            }
            Place place = checking.place(node.id()).at("config").at("bodyNodes");
            if (loop.bodyNodes().isEmpty() && !checking.isReported(place)) {
                checking.error(place, "is empty", "Name the nodes that run for each item.");
            }
            for (int i = 0; i < loop.bodyNodes().size(); i++) {
                NodeId body = loop.bodyNodes().get(i);
                if (!checking.exists(body)) {
                    checking.error(
                            place.at(i),
                            "is %s, which is no node".formatted(Checking.shown(body.value())),
                            "Name a node of this workflow.");
                } else if (body.equals(node.id())) {
                    checking.error(place.at(i), "is the loop itself", "Name the nodes that run for each item.");
                } else {
                    NodeId other = loops.putIfAbsent(body, node.id());
                    if (other != null) {
                        checking.error(
                                place.at(i),
                                "is %s, which is in the body of %s".formatted(body, other),
                                "A node is in one body; nodes of a loop within a loop are named by the inner one"
                                        + " only.");
                    }
                }
            }
        }
    }

    /** Nothing leads into a body but its loop, and nothing out of it. */
    private void checkBorders() {
        for (int i = 0; i < checking.edges().size(); i++) {
            Edge edge = checking.edges().get(i);
            if (graph.find(edge.source()).isEmpty() || graph.find(edge.target()).isEmpty()) {
                continue;
            }
            Optional<NodeId> from = graph.loopOf(edge.source());
            Optional<NodeId> to = graph.loopOf(edge.target());
            if (from.equals(to) || to.equals(Optional.of(edge.source()))) {
                continue;
            }
            String loop = to.or(() -> from).map(NodeId::value).orElse("");
            checking.error(
                    checking.edgePlace(i),
                    "crosses the border of the body of %s".formatted(loop),
                    "Connect %s itself: its body starts and ends by itself, and its output is the list of the results."
                            .formatted(loop));
        }
    }

    private void checkEndsOfBodies() {
        for (Node node : graph.nodes()) {
            if (!(node.config() instanceof Loop)) {
                continue;
            }
            for (NodeId end : graph.ends(Optional.of(node.id()))) {
                if (checking.scopes().behind(end).size()
                        > checking.scopes().of(node.id()).size() + 1) {
                    checking.error(
                            checking.place(end),
                            "ends the body of %s in the middle of a list".formatted(node.id()),
                            "Set fanOut to false where the list comes from, or collect it with a transform.");
                }
            }
        }
    }

    private void checkScopes() {
        for (Scopes.Clash clash : checking.scopes().clashes()) {
            checking.error(
                    checking.place(clash.node()),
                    "joins the items of %s with those of %s"
                            .formatted(named(clash.oneScope()), named(clash.otherScope())),
                    "Collect one of the lists with a transform first, or set its fanOut to false.");
        }
        for (Node node : graph.nodes()) {
            int depth = checking.scopes().of(node.id()).size();
            if (depth > Limits.NESTING_MAX) {
                checking.error(
                        checking.place(node.id()),
                        "stands in %d lists within each other".formatted(depth),
                        "Nest at most %d.".formatted(Limits.NESTING_MAX));
            }
        }
    }

    /** Where a list could not be had there are no items: what is to run then cannot be what runs for each of them. */
    private void checkErrorsOfLists() {
        for (Node opener : graph.nodes()) {
            if (!Scopes.fansOut(opener)) {
                continue;
            }
            Set<NodeId> afterFailure = afterFailure(opener.id());
            for (int i = 0; i < checking.edges().size(); i++) {
                Edge edge = checking.edges().get(i);
                boolean tellsOfFailure = edge.source().equals(opener.id())
                        ? edge.kind() == Edge.Kind.ON_ERROR
                        : afterFailure.contains(edge.source());
                if (tellsOfFailure && isForItems(edge.target(), opener.id())) {
                    checking.error(
                            checking.edgePlace(i),
                            "leads to %s when %s has failed, but %s runs for the items of %s, and then there are none"
                                    .formatted(edge.target(), opener.id(), edge.target(), opener.id()),
                            "Let the failure lead to a node of its own, or set fanOut of %s to false."
                                    .formatted(opener.id()));
                }
            }
        }
    }

    /** What runs when it has failed, and not for its items. */
    private Set<NodeId> afterFailure(NodeId opener) {
        var after = new HashSet<NodeId>();
        Deque<NodeId> open = new ArrayDeque<>();
        graph.outgoing(opener).stream()
                .filter(edge -> edge.kind() == Edge.Kind.ON_ERROR)
                .forEach(edge -> open.add(edge.target()));
        while (!open.isEmpty()) {
            NodeId next = open.remove();
            if (!isForItems(next, opener) && after.add(next)) {
                open.addAll(graph.successors(next));
            }
        }
        return after;
    }

    private boolean isForItems(NodeId id, NodeId opener) {
        return checking.scopes().of(id).contains(opener);
    }

    private static String named(List<NodeId> path) {
        return path.isEmpty()
                ? "the run"
                : String.join(
                        " in ", path.reversed().stream().map(NodeId::value).toList());
    }
}
