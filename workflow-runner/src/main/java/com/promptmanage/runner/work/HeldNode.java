package com.promptmanage.runner.work;

import com.promptmanage.runner.journal.NodeLease;

/**
 * A node that a thread of this process works at. The thread is interrupted if it is to let go of the node, but not while it
 * stores what came of it: that would cut the connection, and with it what it is given to do next. What is refused there is refused
 * by the lease.
 */
final class HeldNode {

    private final NodeLease lease;

    private final Thread thread;

    private boolean isStoring;

    HeldNode(NodeLease lease, Thread thread) {
        this.lease = lease;
        this.thread = thread;
    }

    NodeLease lease() {
        return lease;
    }

    /** From another thread. */
    synchronized void interrupt() {
        if (!isStoring) {
            thread.interrupt();
        }
    }

    /**
     * From now on it is not interrupted any more.
     *
     * @throws InterruptedException if it has been
     */
    synchronized void store() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("to let go of the node");
        }
        isStoring = true;
    }
}
