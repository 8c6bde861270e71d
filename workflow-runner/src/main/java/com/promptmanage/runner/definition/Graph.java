package com.promptmanage.runner.definition;

import com.promptmanage.runner.definition.NodeConfig.Loop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who comes before whom. Edges whose ends do not exist are left out, and of nodes with one id the first counts, so that a
 * definition with faults has a graph too.
 *
 * <p>A loop and its body: body nodes come after the loop's predecessors and before its successors, whether or not an edge
 * leads from the loop into its body. Such an edge is for the eye and is left out of {@link #incoming} and {@link
 * #outgoing}.
 */
public final class Graph {

    private final Map<NodeId, Node> nodes = new LinkedHashMap<>();

    private final Map<NodeId, List<Edge>> incoming = new HashMap<>();

    private final Map<NodeId, List<Edge>> outgoing = new HashMap<>();

    private final Map<NodeId, NodeId> loopOf = new HashMap<>();

    private final Map<NodeId, Set<NodeId>> before = new HashMap<>();

    private final Map<NodeId, Set<NodeId>> after = new HashMap<>();

    private final List<NodeId> order;

    /** By node, its place in the order. */
    private final Map<NodeId, Integer> places = new HashMap<>();

    /** By place, the places of all that come before it. Added up along the order: to walk back from each node takes long. */
    private final List<BitSet> ancestors = new ArrayList<>();

    private Graph(Definition definition) {
        for (Node node : definition.nodes()) {
            nodes.putIfAbsent(node.id(), node);
        }
        for (Node node : nodes.values()) {
            if (node.config() instanceof Loop loop) {
                loop.bodyNodes().stream()
                        .filter(body -> nodes.containsKey(body) && !body.equals(node.id()))
                        .forEach(body -> loopOf.putIfAbsent(body, node.id()));
            }
        }
        for (Edge edge : definition.edges()) {
            if (nodes.containsKey(edge.source())
                    && nodes.containsKey(edge.target())
                    && !edge.source().equals(loopOf.get(edge.target()))) {
                outgoing.computeIfAbsent(edge.source(), id -> new ArrayList<>()).add(edge);
                incoming.computeIfAbsent(edge.target(), id -> new ArrayList<>()).add(edge);
            }
        }
        addDependencies();
        order = sorted();
        for (NodeId id : order) {
            var all = new BitSet(order.size());
            for (NodeId first : before(id)) {
                int place = placeOf(first);
                all.or(ancestors.get(place));
                all.set(place);
            }
            places.put(id, ancestors.size());
            ancestors.add(all);
        }
    }

    public static Graph of(Definition definition) {
        return new Graph(definition);
    }

    /** In the order of the document. */
    public Collection<Node> nodes() {
        return List.copyOf(nodes.values());
    }

    public Optional<Node> find(NodeId id) {
        return Optional.ofNullable(nodes.get(id));
    }

    /** @throws IllegalArgumentException if there is no such node */
    public Node node(NodeId id) {
        return find(id).orElseThrow(() -> new IllegalArgumentException("no node %s".formatted(id)));
    }

    /** Edges to a node, in the order of the document, which is the order of {@code input_0}, {@code input_1}, … */
    public List<Edge> incoming(NodeId id) {
        return List.copyOf(incoming.getOrDefault(id, List.of()));
    }

    public List<Edge> outgoing(NodeId id) {
        return List.copyOf(outgoing.getOrDefault(id, List.of()));
    }

    public List<NodeId> predecessors(NodeId id) {
        return incoming(id).stream().map(Edge::source).distinct().toList();
    }

    public List<NodeId> successors(NodeId id) {
        return outgoing(id).stream().map(Edge::target).distinct().toList();
    }

    /** The loop in whose body a node is, the innermost if there are several. */
    public Optional<NodeId> loopOf(NodeId id) {
        return Optional.ofNullable(loopOf.get(id));
    }

    /** The nodes directly in a loop's body, in the order of the document; those of loops within it belong to those. */
    public List<NodeId> body(NodeId loop) {
        return nodes.keySet().stream().filter(id -> loop.equals(loopOf.get(id))).toList();
    }

    /** Where a body, or the whole workflow, starts: its nodes that nothing leads to. */
    public List<NodeId> starts(Optional<NodeId> loop) {
        return nodes.keySet().stream()
                .filter(id -> loopOf(id).equals(loop) && !incoming.containsKey(id))
                .toList();
    }

    /** Where a body, or the whole workflow, ends: its nodes from which nothing leads on. */
    public List<NodeId> ends(Optional<NodeId> loop) {
        return nodes.keySet().stream()
                .filter(id -> loopOf(id).equals(loop) && !outgoing.containsKey(id))
                .toList();
    }

    /** Every node after all that it depends on, otherwise in the order of the document; without those on or behind cycles. */
    public List<NodeId> order() {
        return order;
    }

    public boolean isAcyclic() {
        return order.size() == nodes.size();
    }

    /** Whether a node comes before this one, at any distance. */
    public boolean comesBefore(NodeId first, NodeId id) {
        Integer place = places.get(id);
        if (place == null) {
            return walkedBack(id).contains(first);
        }
        // Nothing on or behind a cycle comes before what is not.
        Integer placeOfFirst = places.get(first);
        return placeOfFirst != null && ancestors.get(place).get(placeOfFirst);
    }

    /** The nodes that come before this one, at any distance. */
    public Set<NodeId> ancestors(NodeId id) {
        Integer place = places.get(id);
        return place == null
                ? walkedBack(id)
                : ancestors.get(place).stream().mapToObj(order::get).collect(Collectors.toUnmodifiableSet());
    }

    /** For what is on or behind a cycle, or is not there. */
    private Set<NodeId> walkedBack(NodeId id) {
        var found = new LinkedHashSet<NodeId>();
        Deque<NodeId> open = new ArrayDeque<>(before(id));
        while (!open.isEmpty()) {
            NodeId next = open.remove();
            if (found.add(next)) {
                open.addAll(before(next));
            }
        }
        return Set.copyOf(found);
    }

    /** Nodes in groups: all that a node depends on is in earlier groups. */
    public List<List<NodeId>> levels() {
        var levelOf = new HashMap<NodeId, Integer>();
        var levels = new ArrayList<List<NodeId>>();
        for (NodeId id : order) {
            int level = before(id).stream()
                            .mapToInt(first -> levelOf.getOrDefault(first, 0))
                            .max()
                            .orElse(-1)
                    + 1;
            levelOf.put(id, level);
            if (level == levels.size()) {
                levels.add(new ArrayList<>());
            }
            levels.get(level).add(id);
        }
        return levels.stream().map(List::copyOf).toList();
    }

    /** One cycle, as the nodes along it, for each group of nodes that wait for each other. */
    public List<List<NodeId>> cycles() {
        var left = new LinkedHashSet<>(nodes.keySet());
        order.forEach(left::remove);
        var cycles = new ArrayList<List<NodeId>>();
        while (!left.isEmpty()) {
            NodeId start = left.getFirst();
            List<NodeId> cycle = cycleFrom(start, left);
            if (cycle.isEmpty()) {
                left.remove(start);
            } else {
                cycles.add(cycle);
                left.removeAll(cycle);
            }
        }
        return List.copyOf(cycles);
    }

    private void addDependencies() {
        outgoing.values().forEach(edges -> edges.forEach(edge -> addDependency(edge.source(), edge.target())));
        for (Map.Entry<NodeId, NodeId> inLoop : loopOf.entrySet()) {
            addDependency(inLoop.getValue(), inLoop.getKey());
            // Whatever waits for the loop waits for its body, and for the bodies within it.
            Set<NodeId> seen = new HashSet<>();
            for (NodeId loop = inLoop.getValue(); loop != null && seen.add(loop); loop = loopOf.get(loop)) {
                for (NodeId next : successors(loop)) {
                    addDependency(inLoop.getKey(), next);
                }
            }
        }
    }

    private void addDependency(NodeId first, NodeId second) {
        before.computeIfAbsent(second, id -> new LinkedHashSet<>()).add(first);
        after.computeIfAbsent(first, id -> new LinkedHashSet<>()).add(second);
    }

    /** Of one that comes before another in the order. */
    private int placeOf(NodeId id) {
        return Objects.requireNonNull(places.get(id), id::value);
    }

    private Set<NodeId> before(NodeId id) {
        return before.getOrDefault(id, Set.of());
    }

    private List<NodeId> sorted() {
        var missing = new HashMap<NodeId, Integer>();
        Deque<NodeId> ready = new ArrayDeque<>();
        for (NodeId id : nodes.keySet()) {
            missing.put(id, before(id).size());
            if (before(id).isEmpty()) {
                ready.add(id);
            }
        }
        var sorted = new ArrayList<NodeId>();
        while (!ready.isEmpty()) {
            NodeId id = ready.remove();
            sorted.add(id);
            for (NodeId next : after.getOrDefault(id, Set.of())) {
                if (missing.merge(next, -1, Integer::sum) == 0) {
                    ready.add(next);
                }
            }
        }
        return List.copyOf(sorted);
    }

    /** Walks backwards, always to a node that is left: who is on a cycle or behind one comes round, or to an end. */
    private List<NodeId> cycleFrom(NodeId start, Set<NodeId> left) {
        var path = new LinkedHashSet<NodeId>();
        NodeId at = start;
        while (path.add(at)) {
            Optional<NodeId> previous =
                    before(at).stream().filter(left::contains).findFirst();
            if (previous.isEmpty()) {
                return List.of();
            }
            at = previous.get();
        }
        NodeId closing = at;
        List<NodeId> cycle = new ArrayList<>(
                path.stream().dropWhile(id -> !id.equals(closing)).toList());
        return cycle.reversed();
    }
}
