package com.promptmanage.testkit;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A clock that one thread cannot read at first: it throws each of its errors there, once. Everywhere else, and then there too, it
 * tells the time of another clock. Safe to read from any thread.
 */
public final class FailingClock extends Clock {

    private final Clock clock;

    private final String thread;

    private final Queue<Error> errors;

    /**
     * @param thread the name of the one that cannot read it
     * @param errors in their order
     */
    public FailingClock(Clock clock, String thread, Error... errors) {
        this(clock, thread, new ConcurrentLinkedQueue<>(List.of(errors)));
    }

    private FailingClock(Clock clock, String thread, Queue<Error> errors) {
        this.clock = clock;
        this.thread = thread;
        this.errors = errors;
    }

    /** How many errors it has not thrown yet. */
    public int left() {
        return errors.size();
    }

    @Override
    public Instant instant() {
        if (Thread.currentThread().getName().equals(thread)) {
            @Nullable Error error = errors.poll();
            if (error != null) {
                throw error;
            }
        }
        return clock.instant();
    }

    @Override
    public ZoneId getZone() {
        return clock.getZone();
    }

    /** With the same errors: whoever reads one has one less to throw in both. */
    @Override
    public Clock withZone(ZoneId other) {
        return new FailingClock(clock.withZone(other), thread, errors);
    }
}
