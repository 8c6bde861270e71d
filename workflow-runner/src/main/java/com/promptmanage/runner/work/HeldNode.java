package com.promptmanage.runner.work;

import com.promptmanage.runner.journal.NodeLease;

/**
 * A node that a thread of this process works at. The thread is interrupted if it is to let go of the node, but not while it
 * stores what came of it: that would cut the connection, and with it what it is given to do next. What is refused there is refused
 * by the lease. Nor is it interrupted in the middle of what it enters into the ledger, or of a call that is paid for: the answer
 * would be lost, and what it cost with it.
 */
final class HeldNode {

    private final NodeLease lease;

    private final Thread thread;

    private boolean isStoring;

    private boolean isEntering;

    private boolean isPaying;

    /** Kept for when it is through with what it enters. */
    private boolean isToLetGo;

    /** What is not to be cut off. */
    interface Entry<R, X extends Exception> {
        R make() throws X;
    }

    HeldNode(NodeLease lease, Thread thread) {
        this.lease = lease;
        this.thread = thread;
    }

    NodeLease lease() {
        return lease;
    }

    /** From another thread. */
    synchronized void interrupt() {
        if (isEntering) {
            isToLetGo = true;
        } else if (!isStoring) {
            thread.interrupt();
        }
    }

    /** From another thread, when there is no more time: what it pays for is not waited for either. */
    synchronized void giveUp() {
        if (isPaying) {
            // Once is enough: after it, the node is still to be given back.
            isToLetGo = false;
            thread.interrupt();
        } else {
            interrupt();
        }
    }

    /**
     * Makes a call that is paid for, and waits for its end. Whoever is told to let go meanwhile, or was before, is interrupted
     * after it, unless it is {@linkplain #giveUp given up}.
     */
    <R, X extends Exception> R paid(Entry<R, X> call) throws X {
        beginPaying();
        try {
            return call.make();
        } finally {
            endPaying();
        }
    }

    /** Does this to the end. Whoever is told to let go meanwhile, or was before, is interrupted after it. */
    <R, X extends Exception> R whole(Entry<R, X> entry) throws X {
        beginEntry();
        try {
            return entry.make();
        } finally {
            endEntry();
        }
    }

    private synchronized void beginPaying() {
        isPaying = true;
        beginEntry();
    }

    private synchronized void endPaying() {
        isPaying = false;
        endEntry();
    }

    private synchronized void beginEntry() {
        isEntering = true;
        isToLetGo |= Thread.interrupted();
    }

    private synchronized void endEntry() {
        isEntering = false;
        if (isToLetGo) {
            isToLetGo = false;
            thread.interrupt();
        }
    }

    /** @throws InterruptedException if it is to let go: then it begins nothing more */
    static void goOn() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("to let go of the node");
        }
    }

    /**
     * From now on it is not interrupted any more.
     *
     * @throws InterruptedException if it has been
     */
    synchronized void store() throws InterruptedException {
        goOn();
        isStoring = true;
    }
}
