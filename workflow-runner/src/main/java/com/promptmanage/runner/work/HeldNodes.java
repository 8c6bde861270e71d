package com.promptmanage.runner.work;

import com.promptmanage.runner.journal.NodeLease;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** The nodes that the threads of this process work at. Safe for use by several threads. */
final class HeldNodes {

    private final ConcurrentHashMap<Long, HeldNode> byId = new ConcurrentHashMap<>();

    /** From now on the calling thread works at it. */
    HeldNode hold(NodeLease lease) {
        var node = new HeldNode(lease, Thread.currentThread());
        byId.put(lease.id(), node);
        return node;
    }

    /**
     * Whoever held it is through. It may be held anew by then, by a thread that has taken it on as soon as it was due again: that
     * one's lease is still to be renewed.
     */
    void leave(HeldNode node) {
        byId.remove(node.lease().id(), node);
    }

    boolean isHeld(HeldNode node) {
        return byId.get(node.lease().id()) == node;
    }

    List<HeldNode> all() {
        return List.copyOf(byId.values());
    }

    int size() {
        return byId.size();
    }
}
