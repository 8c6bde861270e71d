package com.promptmanage.runner.connector;

import com.promptmanage.runner.call.Failure;
import java.time.Duration;

/** The time that is left for several steps together. */
public final class TimeLeft {

    private final long endNanos;

    private TimeLeft(long endNanos) {
        this.endNanos = endNanos;
    }

    public static TimeLeft of(Duration whole) {
        return new TimeLeft(System.nanoTime() + whole.toNanos());
    }

    /** @throws ConnectorException if there is none */
    public Duration get() throws ConnectorException {
        long nanos = endNanos - System.nanoTime();
        if (nanos <= 0) {
            throw new ConnectorException(new Failure(Failure.Kind.AMBIGUOUS, "it took longer than it may"));
        }
        return Duration.ofNanos(nanos);
    }
}
