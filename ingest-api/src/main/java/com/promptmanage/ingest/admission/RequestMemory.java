package com.promptmanage.ingest.admission;

import com.promptmanage.service.http.ProblemException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the memory of all requests that are being read or wait for the broker: when the broker is slow, those who send
 * on are told to come later, and nothing piles up here.
 *
 * <p>A request takes memory as it needs it, and is refused at once when there is none left. Nobody waits who holds some,
 * so requests cannot hold each other up for ever.
 *
 * <p>Safe for use by many threads.
 */
public final class RequestMemory {

    /** Requests that hold no more than this may use all of the memory, others seven eighths: few large ones leave room. */
    private static final long SMALL_BYTES = 128 << 10;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final long bytesMax;

    private final AtomicLong held = new AtomicLong();

    public RequestMemory(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** What one request holds. For one thread at a time. */
    final class Share implements AutoCloseable {

        private long mine;

        private Share() {}

        /**
         * From now on the request holds this much altogether, be it more or less than before.
         *
         * @throws ProblemException 503 if there is no room; it holds what it held before then
         */
        void hold(long bytes) {
            if (bytes > mine) {
                grow(bytes - mine, bytes <= SMALL_BYTES ? bytesMax : bytesMax - bytesMax / 8);
            } else {
                held.addAndGet(bytes - mine);
            }
            mine = bytes;
        }

        @Override
        public void close() {
            hold(0);
        }
    }

    Share share() {
        return new Share();
    }

    public long bytesHeld() {
        return held.get();
    }

    private void grow(long more, long limit) {
        long before;
        do {
            before = held.get();
            if (before + more > limit) {
                throw ProblemException.unavailable(
                        "More is being sent just now than can be taken: send it again", RETRY_AFTER);
            }
        } while (!held.compareAndSet(before, before + more));
    }
}
