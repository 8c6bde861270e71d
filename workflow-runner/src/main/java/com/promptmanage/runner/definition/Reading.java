package com.promptmanage.runner.definition;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What could be read of a document.
 *
 * @param nodePlaces which element of the document's {@code nodes} each node of the definition was
 * @param edgePlaces likewise for edges
 * @param unread nodes that the document has and the definition has not, since their type is not known
 * @param faults what could not be read; {@link DefinitionCheck} adds the rest
 */
public record Reading(
        Definition definition,
        List<Integer> nodePlaces,
        List<Integer> edgePlaces,
        Set<NodeId> unread,
        List<DefinitionFault> faults) {

    public Reading {
        nodePlaces = List.copyOf(nodePlaces);
        edgePlaces = List.copyOf(edgePlaces);
        unread = Set.copyOf(unread);
        faults = List.copyOf(faults);
    }

    /** The same, with more faults. */
    Reading with(List<DefinitionFault> more) {
        return new Reading(
                definition,
                nodePlaces,
                edgePlaces,
                unread,
                Stream.concat(faults.stream(), more.stream()).toList());
    }

    /** A definition of which nothing was left out. */
    static Reading of(Definition definition, List<DefinitionFault> faults) {
        return new Reading(
                definition,
                IntStream.range(0, definition.nodes().size()).boxed().toList(),
                IntStream.range(0, definition.edges().size()).boxed().toList(),
                Set.of(),
                faults);
    }
}
