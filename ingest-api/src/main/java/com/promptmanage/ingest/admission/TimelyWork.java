package com.promptmanage.ingest.admission;

import com.promptmanage.service.http.UnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Does what requests need of the database within a time: senders wait for five seconds at most, and a statement at a database
 * that stands still may take longer. Who waited in vain is asked to send again. What was begun is worked on to its end all the
 * same, and so only so much of it is under way at once.
 *
 * <p>Safe for use by several threads.
 */
public final class TimelyWork {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final Semaphore turns;

    private final Duration max;

    /** @param max how long who asks waits, for its turn and for the work */
    public TimelyWork(int atOnce, Duration max) {
        this.turns = new Semaphore(atOnce);
        this.max = max;
    }

    /** @throws UnavailableException if it takes too long; what the work itself throws, otherwise */
    public <T> T get(Supplier<T> work) {
        long started = System.nanoTime();
        try {
            if (!turns.tryAcquire(max.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new TimeoutException("no turn");
            }
            CompletableFuture<T> done = CompletableFuture.supplyAsync(work, Thread::startVirtualThread);
            var unused = done.whenComplete((result, failure) -> turns.release());
            return done.get(max.toNanos() - (System.nanoTime() - started), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw takesTooLong(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw takesTooLong(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        }
    }

    private static UnavailableException takesTooLong(Exception cause) {
        return new UnavailableException(
                "What was sent is not taken in yet, for the database is slow: send it again", RETRY_AFTER, cause);
    }
}
