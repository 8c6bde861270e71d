package com.promptmanage.runner.definition;

/**
 * The id of a node, unique within its definition. Templates and expressions refer to a node's output by it.
 *
 * @param value as written; whether it is a good id is {@link DefinitionCheck}'s to say
 */
public record NodeId(String value) implements Comparable<NodeId> {

    @Override
    public int compareTo(NodeId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
