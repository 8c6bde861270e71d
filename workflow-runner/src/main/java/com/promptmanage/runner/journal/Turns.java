package com.promptmanage.runner.journal;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets the threads of this process at an execution one after the other. Its row has one lock, and whoever waits for that in the
 * database holds a connection meanwhile; who waits here holds nothing. Other processes are still kept apart by the row's lock.
 *
 * <p>Safe for use by several threads. A turn is not taken by one that has another: they could wait for each other.
 */
final class Turns {

    private final ConcurrentHashMap<String, Turn> turns = new ConcurrentHashMap<>();

    private static final class Turn {

        private final ReentrantLock lock = new ReentrantLock();

        /** Who has it or waits for it. Changed within the map's own locks only. */
        private int users;

        private Turn with(int change) {
            users += change;
            return this;
        }
    }

    /** What is done when it is one's turn. */
    interface Work<R, X extends Exception> {
        R run() throws X;
    }

    <R, X extends Exception> R at(String executionId, Work<R, X> work) throws X {
        Turn turn = turns.compute(executionId, (id, known) -> (known == null ? new Turn() : known).with(1));
        turn.lock.lock();
        try {
            return work.run();
        } finally {
            turn.lock.unlock();
            turns.computeIfPresent(executionId, (id, known) -> known.with(-1).users == 0 ? null : known);
        }
    }
}
