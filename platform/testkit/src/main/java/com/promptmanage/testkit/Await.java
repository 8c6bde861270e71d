package com.promptmanage.testkit;

import java.time.Duration;

/** Waits for what becomes true by itself. Fails with the last assertion's own message, so the reader sees what was there. */
public final class Await {

    /** What comes in a second where nothing else runs may take a minute where much does; only what never comes costs it. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration PAUSE_MIN = Duration.ofMillis(10);

    private static final Duration PAUSE_MAX = Duration.ofMillis(100);

    private Await() {}

    /** What is expected; throws {@link AssertionError} while it is not so. Any other exception ends the waiting at once. */
    @FunctionalInterface
    public interface Expectation {
        void check() throws Exception;
    }

    /** Waits up to 60 seconds. */
    public static void until(Expectation expectation) throws Exception {
        until(PATIENCE, expectation);
    }

    public static void until(Duration patience, Expectation expectation) throws Exception {
        long started = System.nanoTime();
        long deadline = started + patience.toNanos();
        while (true) {
            try {
                expectation.check();
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() >= deadline) {
                    e.addSuppressed(new AssertionError("still so after " + patience));
                    throw e;
                }
            }
            Thread.sleep(pause(System.nanoTime() - started));
        }
    }

    /** Looks often at first and more and more seldom then: to look may take more from a machine than what is awaited. */
    private static Duration pause(long waitedNanos) {
        return Duration.ofNanos(Math.clamp(waitedNanos / 10, PAUSE_MIN.toNanos(), PAUSE_MAX.toNanos()));
    }
}
