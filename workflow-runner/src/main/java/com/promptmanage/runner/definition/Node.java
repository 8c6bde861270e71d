package com.promptmanage.runner.definition;

import org.jspecify.annotations.Nullable;

/**
 * One step of a workflow.
 *
 * @param label for people; empty if none was given
 * @param position null if it was never drawn
 * @param config what the node does: one record for each type
 * @param policy what happens when it fails
 */
public record Node(NodeId id, String label, @Nullable Position position, NodeConfig config, NodePolicy policy) {

    public Node(String id, NodeConfig config) {
        this(new NodeId(id), "", null, config, NodePolicy.INHERITED);
    }

    public NodeType type() {
        return config.type();
    }
}
