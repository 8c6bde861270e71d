package com.promptmanage.ingest.admission;

import com.promptmanage.service.http.ProblemException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Bounds the memory of all requests that are being read or wait for the broker: when the broker is slow, those who send
 * on are told to come later, and nothing piles up here.
 *
 * <p>Safe for use by many threads.
 */
final class BodyMemory {

    private static final int UNIT_BYTES = 1024;

    private static final Duration PATIENCE = Duration.ofMillis(250);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Semaphore units;

    private final int all;

    BodyMemory(long bytes) {
        this.all = unitsOf(bytes);
        this.units = new Semaphore(all, true);
    }

    /** A share that the request gives back. */
    final class Share implements AutoCloseable {

        private int held;

        private Share(int held) {
            this.held = held;
        }

        /** Gives back what turned out not to be needed. */
        void shrinkTo(long bytes) {
            int needed = unitsOf(bytes);
            if (needed < held) {
                units.release(held - needed);
                held = needed;
            }
        }

        @Override
        public void close() {
            units.release(held);
            held = 0;
        }
    }

    /** @throws ProblemException 503 if there is no room */
    Share take(long bytes) {
        int wanted = Math.min(all, unitsOf(bytes));
        try {
            if (units.tryAcquire(wanted, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                return new Share(wanted);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw ProblemException.unavailable("More is being sent just now than can be taken: send it again", RETRY_AFTER);
    }

    long bytesHeld() {
        return (long) (all - units.availablePermits()) * UNIT_BYTES;
    }

    private static int unitsOf(long bytes) {
        return Math.toIntExact(Math.max(1, (bytes + UNIT_BYTES - 1) / UNIT_BYTES));
    }
}
