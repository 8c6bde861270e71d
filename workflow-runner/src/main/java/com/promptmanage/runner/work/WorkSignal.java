package com.promptmanage.runner.work;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Says that there may be something to do. Only a hint: who waits looks by itself, soon after there was something, and less and
 * less often after that.
 */
final class WorkSignal {

    private static final Duration SHORTEST = Duration.ofMillis(10);

    private static final Duration LONGEST = Duration.ofMillis(500);

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();

    private boolean given;

    private long waitNanos = SHORTEST.toNanos();

    void give() {
        lock.lock();
        try {
            given = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** @param inVain whether there was nothing the last time */
    void await(boolean inVain) throws InterruptedException {
        lock.lock();
        try {
            waitNanos = inVain ? Math.min(2 * waitNanos, LONGEST.toNanos()) : SHORTEST.toNanos();
            long left = waitNanos;
            while (!given && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (given) {
                waitNanos = SHORTEST.toNanos();
                given = false;
            }
        } finally {
            lock.unlock();
        }
    }
}
