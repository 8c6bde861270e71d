package com.promptmanage.runner.definition;

import com.promptmanage.runner.definition.DefinitionFault.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A definition under examination: where its parts stand in the document, its graph, and what was found so far. */
final class Checking {

    private final Reading reading;

    private final Graph graph;

    private final Scopes scopes;

    private final List<DefinitionFault> faults = new ArrayList<>();

    private final Map<NodeId, Place> places = new HashMap<>();

    Checking(Reading reading) {
        this.reading = reading;
        this.graph = Graph.of(reading.definition());
        this.scopes = Scopes.of(graph);
        for (int i = 0; i < nodes().size(); i++) {
            places.putIfAbsent(nodes().get(i).id(), nodePlace(i));
        }
    }

    List<Node> nodes() {
        return reading.definition().nodes();
    }

    List<Edge> edges() {
        return reading.definition().edges();
    }

    Settings settings() {
        return reading.definition().settings();
    }

    Graph graph() {
        return graph;
    }

    Scopes scopes() {
        return scopes;
    }

    /** Whether the document has such a node, even one whose type is not known. */
    boolean exists(NodeId id) {
        return graph.find(id).isPresent() || reading.unread().contains(id);
    }

    /** Whether something of it could not be read, so that what follows from its absence is not told as well. */
    boolean isUnread(NodeId id) {
        return reading.unread().contains(id);
    }

    Place place(NodeId id) {
        return places.getOrDefault(id, Place.ROOT);
    }

    Place nodePlace(int index) {
        return Place.node(reading.nodePlaces().get(index), nodes().get(index).id());
    }

    Place edgePlace(int index) {
        return Place.edge(reading.edgePlaces().get(index), edges().get(index).id());
    }

    void error(Place place, String detail, String remedy) {
        faults.add(DefinitionFault.error(place, detail, remedy));
    }

    void warning(Place place, String detail, String remedy) {
        faults.add(DefinitionFault.warning(place, detail, remedy));
    }

    /** A required text. */
    void required(Place place, String text, String remedy) {
        if (text.isBlank() && !isReported(place)) {
            error(place, "is missing", remedy);
        }
    }

    void range(Place place, long value, long min, long max) {
        if (value < min || value > max) {
            error(place, "is %,d".formatted(value), "Give a number from %,d to %,d.".formatted(min, max));
        }
    }

    /** Whether it could not be read in the first place, and so reads as if it were absent. */
    boolean isReported(Place place) {
        return reading.faults().stream().anyMatch(fault -> fault.field().equals(place.field()));
    }

    List<DefinitionFault> faults() {
        return faults;
    }

    /** So much of a text as a message has room for. */
    static String shown(String text) {
        return text.length() <= 64 ? text : text.substring(0, 64) + "…";
    }
}
