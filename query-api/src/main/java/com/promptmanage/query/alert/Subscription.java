package com.promptmanage.query.alert;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * What one reader of the feed has still to be given. Filled by the feed's thread, which never waits; emptied by the reader's.
 * A reader that is too slow gets what had room and then no more: it comes back with its position, and has lost nothing.
 */
final class Subscription implements AutoCloseable {

    /** How many alerts wait for a slow reader. */
    static final int WAITING_MAX = 1_000;

    private final Watch watch;

    private final FeedPosition start;

    private final Consumer<Subscription> atEnd;

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();

    private final ArrayDeque<FeedItem> waiting = new ArrayDeque<>();

    private boolean ended;

    Subscription(Watch watch, FeedPosition start, Consumer<Subscription> atEnd) {
        this.watch = watch;
        this.start = start;
        this.atEnd = atEnd;
    }

    /** Every alert from here on is given; those before were raised before the reader came. */
    FeedPosition start() {
        return start;
    }

    void offer(FeedItem item) {
        if (!watch.includes(item.alert())) {
            return;
        }
        lock.lock();
        try {
            if (ended) {
                return;
            }
            if (waiting.size() < WAITING_MAX) {
                waiting.add(item);
            } else {
                ended = true;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the next alert; empty if the time is up or there will be none. */
    Optional<FeedItem> next(Duration patience) throws InterruptedException {
        long remainingNanos = patience.toNanos();
        lock.lock();
        try {
            while (waiting.isEmpty() && !ended && remainingNanos > 0) {
                remainingNanos = changed.awaitNanos(remainingNanos);
            }
            return Optional.ofNullable(waiting.poll());
        } finally {
            lock.unlock();
        }
    }

    /** Whether there is nothing left and nothing to come. */
    boolean isOver() {
        lock.lock();
        try {
            return ended && waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** From the feed's side: no more is to come. */
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** From the reader's side. */
    @Override
    public void close() {
        atEnd.accept(this);
    }
}
