package com.promptmanage.query.model;

import com.promptmanage.service.http.ProblemException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Lets only some count the tokens of long texts at once: that is all work and no waiting, and the rest of the processors are for
 * everyone else. A short text is counted in a few milliseconds and takes no turn: whoever compares a prompt over a dozen models
 * is not to wait behind the long ones, nor to be refused because a vocabulary is being loaded.
 */
final class CountingTurns {

    /** In UTF-16 units. */
    static final int SHORT_CHARS_MAX = 16 << 10;

    private final Semaphore turns;

    private final Duration waitMax;

    CountingTurns(int atOnce, Duration waitMax) {
        this.turns = new Semaphore(atOnce);
        this.waitMax = waitMax;
    }

    /**
     * @param chars of the text, UTF-16 units
     * @throws ProblemException 503 if the text is long and others are counted for as long as one may wait
     */
    <T> T count(int chars, Supplier<T> counting) {
        if (chars <= SHORT_CHARS_MAX) {
            return counting.get();
        }
        boolean isMine = false;
        try {
            isMine = turns.tryAcquire(waitMax.toMillis(), TimeUnit.MILLISECONDS);
            if (!isMine) {
                throw ProblemException.unavailable("Too many long prompts are being counted: try again", waitMax);
            }
            return counting.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ProblemException.unavailable("This process is stopping: ask again", waitMax);
        } finally {
            if (isMine) {
                turns.release();
            }
        }
    }
}
