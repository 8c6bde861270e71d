package com.promptmanage.runner.definition;

import com.promptmanage.runner.definition.DefinitionFault.Place;
import com.promptmanage.runner.definition.NodeConfig.Condition;
import com.promptmanage.runner.definition.NodeConfig.Loop;
import com.promptmanage.runner.expression.Names;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What must hold of nodes and edges together: their ids, their ends, the branches of conditions, and the way from the start. */
final class GraphRules {

    private static final Pattern GOOD_ID = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*");

    private final Checking checking;

    private final Graph graph;

    private GraphRules(Checking checking) {
        this.checking = checking;
        this.graph = checking.graph();
    }

    static void check(Checking checking) {
        var rules = new GraphRules(checking);
        rules.checkNodeIds();
        rules.checkEdges();
        rules.checkCycles();
        rules.checkBranches();
        ListRules.check(checking);
        rules.checkReachable();
    }

    private void checkNodeIds() {
        if (checking.nodes().isEmpty()) {
            checking.warning(
                    Place.ROOT.at("nodes"), "is empty", "Add a node: a workflow without any has nothing to run.");
        }
        var seen = new HashSet<NodeId>();
        for (int i = 0; i < checking.nodes().size(); i++) {
            Node node = checking.nodes().get(i);
            Place place = checking.nodePlace(i).at("id");
            String id = node.id().value();
            if (id.isEmpty()) {
                checking.required(place, id, "Give the node an id, unique within the workflow.");
            } else if (id.length() > Limits.ID_LENGTH_MAX
                    || !GOOD_ID.matcher(id).matches()) {
                checking.error(
                        place,
                        "is \"%s\"".formatted(Checking.shown(id)),
                        "Use letters, digits, _ and -, not starting with a digit, at most %d characters."
                                .formatted(Limits.ID_LENGTH_MAX));
            } else if (Names.RESERVED.contains(id) || Names.isParameter(id)) {
                checking.error(
                        place,
                        "is \"%s\", which means something else in templates".formatted(id),
                        "Use another id, such as %s_node.".formatted(id.toLowerCase(Locale.ROOT)));
            }
            if (!seen.add(node.id()) && !id.isEmpty()) {
                checking.error(
                        place,
                        "is \"%s\" a second time".formatted(Checking.shown(id)),
                        "Give each node an id of its own.");
            }
            if (node.label().length() > Limits.LABEL_LENGTH_MAX) {
                checking.error(
                        checking.nodePlace(i).at("label"),
                        "has %,d characters".formatted(node.label().length()),
                        "Keep it within %d characters.".formatted(Limits.LABEL_LENGTH_MAX));
            }
        }
    }

    private void checkEdges() {
        var ids = new HashSet<String>();
        var connections = new HashSet<List<Object>>();
        for (int i = 0; i < checking.edges().size(); i++) {
            Edge edge = checking.edges().get(i);
            Place place = checking.edgePlace(i);
            if (edge.id().isBlank()) {
                checking.required(place.at("id"), edge.id(), "Give the edge an id, unique within the workflow.");
            } else if (!ids.add(edge.id())) {
                checking.error(
                        place.at("id"),
                        "is \"%s\" a second time".formatted(Checking.shown(edge.id())),
                        "Give each edge an id of its own.");
            }
            checkEnd(place.at("source"), edge.source());
            checkEnd(place.at("target"), edge.target());
            if (edge.source().equals(edge.target()) && checking.exists(edge.source())) {
                checking.error(
                        place,
                        "leads from %s to itself".formatted(edge.source()),
                        "Remove the edge; use a loop to repeat.");
            }
            if (!connections.add(List.of(edge.source(), edge.target(), edge.kind()))) {
                checking.error(
                        place,
                        "connects %s and %s a second time".formatted(edge.source(), edge.target()),
                        "Remove the edge.");
            }
            checkKind(place, edge);
        }
    }

    private void checkEnd(Place place, NodeId end) {
        if (end.value().isEmpty()) {
            checking.required(place, "", "Name the node by its id.");
        } else if (!checking.exists(end)) {
            checking.error(
                    place,
                    "is %s, which is no node".formatted(Checking.shown(end.value())),
                    "Name a node of this workflow, or remove the edge.");
        }
    }

    private void checkKind(Place place, Edge edge) {
        Optional<Node> source = graph.find(edge.source());
        if (source.isEmpty()) {
            return;
        }
        boolean fromCondition = source.get().config() instanceof Condition;
        switch (edge.kind()) {
            case WHEN_TRUE, WHEN_FALSE -> {
                if (!fromCondition) {
                    checking.error(
                            place.at("condition"),
                            "is \"%s\", but %s is no condition".formatted(edge.condition(), edge.source()),
                            "Remove it, or let the edge start at a condition node.");
                }
            }
            case ALWAYS, GUARDED -> {
                if (fromCondition) {
                    checking.error(
                            place.at("condition"),
                            "is %s"
                                    .formatted(
                                            edge.condition() == null
                                                    ? "missing"
                                                    : "\"" + Checking.shown(edge.condition()) + "\""),
                            "Edges of a condition node have the condition \"true\", \"false\" or \"error\".");
                }
            }
            // Followed whatever the error handling is: that says what a failure means where no such edge leaves.
            case ON_ERROR -> {}
        }
    }

    private void checkCycles() {
        for (List<NodeId> cycle : graph.cycles()) {
            NodeId first = cycle.getFirst();
            String path = String.join(
                    " → ", cycle.stream().limit(20).map(NodeId::value).toList());
            checking.error(
                    checking.place(first),
                    "waits for itself: %s%s → %s".formatted(path, cycle.size() > 20 ? " → …" : "", first),
                    "Remove one of these edges. To repeat, use a loop node, or the execution mode continuous.");
        }
    }

    /** The branches of a condition are said twice, in its config and by its edges; both must say the same. */
    private void checkBranches() {
        for (Node node : graph.nodes()) {
            if (node.config() instanceof Condition condition) {
                checkBranch(node, "trueBranch", condition.trueBranch(), Edge.Kind.WHEN_TRUE);
                checkBranch(node, "falseBranch", condition.falseBranch(), Edge.Kind.WHEN_FALSE);
                if (graph.outgoing(node.id()).isEmpty()) {
                    checking.warning(
                            checking.place(node.id()), "decides nothing: no edge starts here", "Connect its branches.");
                }
            }
        }
    }

    private void checkBranch(Node node, String field, List<NodeId> said, Edge.Kind kind) {
        Place place = checking.place(node.id()).at("config").at(field);
        String value = kind == Edge.Kind.WHEN_TRUE ? "true" : "false";
        Set<NodeId> drawn = new LinkedHashSet<>();
        graph.outgoing(node.id()).stream()
                .filter(edge -> edge.kind() == kind)
                .forEach(edge -> drawn.add(edge.target()));
        for (NodeId target : said) {
            if (!checking.exists(target)) {
                checking.error(
                        place,
                        "is %s, which is no node".formatted(Checking.shown(target.value())),
                        "Name a node of this workflow.");
            } else if (!drawn.contains(target) && !checking.isUnread(target)) {
                checking.error(
                        place,
                        "is %s, to which no edge with condition \"%s\" leads".formatted(target, value),
                        "Add an edge from %s to %s with condition \"%s\", or name the node that the edge leads to."
                                .formatted(node.id(), target, value));
            }
        }
        if (!said.isEmpty()) {
            drawn.stream()
                    .filter(target -> !said.contains(target))
                    .forEach(target -> checking.error(
                            place,
                            "does not name %s, to which an edge with condition \"%s\" leads".formatted(target, value),
                            "Add it, or remove the edge."));
        }
    }

    /** A node that nothing leads to starts the run, unless the workflow has a data source or others that lead somewhere. */
    private void checkReachable() {
        if (checking.nodes().size() < 2) {
            return;
        }
        for (Node node : graph.nodes()) {
            if (graph.incoming(node.id()).isEmpty()
                    && graph.outgoing(node.id()).isEmpty()
                    && graph.loopOf(node.id()).isEmpty()
                    && !(node.config() instanceof Loop)
                    && !hasEdge(node.id())) {
                checking.warning(
                        checking.place(node.id()),
                        "is connected to nothing",
                        "Connect it, or remove it: as it is, it runs at the start, beside all others.");
            }
        }
        Set<NodeId> reached = reachedFromStarts();
        for (Node node : graph.nodes()) {
            if (!reached.contains(node.id()) && graph.isAcyclic()) {
                checking.error(
                        checking.place(node.id()), "can never run: nothing leads to it from a start", "Connect it.");
            }
        }
    }

    private boolean hasEdge(NodeId id) {
        return checking.edges().stream()
                .anyMatch(edge -> edge.source().equals(id) || edge.target().equals(id));
    }

    private Set<NodeId> reachedFromStarts() {
        var reached = new HashSet<NodeId>();
        Deque<NodeId> open = new ArrayDeque<>(graph.starts(Optional.empty()));
        while (!open.isEmpty()) {
            NodeId next = open.remove();
            if (reached.add(next)) {
                open.addAll(graph.successors(next));
                open.addAll(graph.starts(Optional.of(next)));
            }
        }
        return reached;
    }
}
