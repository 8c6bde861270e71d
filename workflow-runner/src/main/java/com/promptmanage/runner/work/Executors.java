package com.promptmanage.runner.work;

import com.promptmanage.runner.definition.NodeType;
import com.promptmanage.runner.node.NodeExecutor;
import java.util.EnumMap;
import java.util.Map;

/** Who does what nodes of each type do. */
public final class Executors {

    private final Map<NodeType, NodeExecutor> byType;

    /** @param byType one for each type */
    public Executors(Map<NodeType, NodeExecutor> byType) {
        this.byType = new EnumMap<>(byType);
        for (NodeType type : NodeType.values()) {
            if (!byType.containsKey(type)) {
                throw new IllegalArgumentException("nobody runs nodes of type " + type.value());
            }
        }
    }

    NodeExecutor of(NodeType type) {
        NodeExecutor executor = byType.get(type);
        if (executor == null) {
            throw new IllegalStateException("nobody runs nodes of type " + type.value());
        }
        return executor;
    }
}
