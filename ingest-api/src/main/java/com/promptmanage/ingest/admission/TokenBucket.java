package com.promptmanage.ingest.admission;

import java.time.Duration;

/**
 * Grants so many a second, and more after a rest. How many events a request holds is known only when it has been read, so
 * it is let in if anything is left, and may leave a debt that the next ones wait for.
 *
 * <p>Safe for use by several threads.
 */
final class TokenBucket {

    private static final double NANOS_PER_SECOND = 1e9;

    private final double perSecond;

    private final double most;

    private double left;

    private long lastNanos;

    TokenBucket(double perSecond, double most, long nowNanos) {
        this.perSecond = perSecond;
        this.most = most;
        this.left = most;
        this.lastNanos = nowNanos;
    }

    /** How long to wait until a request is let in; zero if it is let in now. */
    synchronized Duration waitAt(long nowNanos) {
        refill(nowNanos);
        return left >= 1
                ? Duration.ZERO
                : Duration.ofNanos((long) Math.ceil((1 - left) / perSecond * NANOS_PER_SECOND));
    }

    /** Takes one if it is let in now, else says how long to wait. */
    synchronized Duration takeOrWait(long nowNanos) {
        Duration wait = waitAt(nowNanos);
        if (wait.isZero()) {
            left -= 1;
        }
        return wait;
    }

    synchronized void take(int count, long nowNanos) {
        refill(nowNanos);
        left -= count;
    }

    private void refill(long nowNanos) {
        long passed = Math.max(0, nowNanos - lastNanos);
        lastNanos += passed;
        left = Math.min(most, left + passed / NANOS_PER_SECOND * perSecond);
    }
}
