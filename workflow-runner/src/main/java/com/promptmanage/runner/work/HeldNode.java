package com.promptmanage.runner.work;

import com.promptmanage.runner.journal.NodeLease;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A node that a thread of this process works at. The thread is interrupted if it is to let go of the node, but not while it
 * stores what came of it: that would cut the connection, and with it what it is given to do next. What is refused there is refused
 * by the lease. Nor is it interrupted in the middle of what it enters into the ledger, or of a call that is paid for: the answer
 * would be lost, and what it cost with it.
 */
final class HeldNode {

    /**
     * How much longer a call may take whose answer nobody wants any more. Its node's timeout ends it too, but an author may set that
     * to days.
     */
    static final Duration UNWANTED_MAX = Duration.ofMinutes(10);

    private final NodeLease lease;

    private final Thread thread;

    private boolean isStoring;

    private boolean isEntering;

    private boolean isPaying;

    /** Kept for when it is through with what it enters. */
    private boolean isToLetGo;

    /** By the clock of {@link System#nanoTime}; null while it is this worker's. */
    private @Nullable Long lostNanos;

    private boolean isGivenUp;

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

    /**
     * From another thread, whenever the node is found not to be this worker's any more. What it pays for is waited for until
     * {@link #UNWANTED_MAX} after the first time: an answer without an end must not keep its slot.
     *
     * @param nowNanos as {@link System#nanoTime} tells it
     * @return whether a call is given up now
     */
    synchronized boolean lost(long nowNanos) {
        if (lostNanos == null) {
            lostNanos = nowNanos;
        }
        if (isGivenUp) {
            return false;
        }
        isGivenUp = isPaying && nowNanos - lostNanos >= UNWANTED_MAX.toNanos();
        if (isGivenUp) {
            giveUp();
        } else {
            interrupt();
        }
        return isGivenUp;
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
