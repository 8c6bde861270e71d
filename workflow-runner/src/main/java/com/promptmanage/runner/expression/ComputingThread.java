package com.promptmanage.runner.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.util.concurrent.Uninterruptibles;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/**
 * A thread of the system's, of which is known how long it has computed. The clock cannot tell that from waiting: for a processor
 * that others have, or for code that a process that has just begun has not loaded yet. Of virtual threads only the clock knows.
 */
final class ComputingThread {

    /** More than processors would only keep each other waiting. */
    private static final Semaphore PLACES = new Semaphore(Runtime.getRuntime().availableProcessors());

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private ComputingThread() {}

    /** What is evaluated. */
    interface Work {

        /** @param nanos how long the calling thread has computed */
        JsonNode evaluate(LongSupplier nanos) throws EvaluationException;
    }

    /** Evaluates it on such a thread, and waits for that. */
    static JsonNode evaluate(Work work) throws EvaluationException {
        var task = new FutureTask<>(() -> work.evaluate(nanos()));
        PLACES.acquireUninterruptibly();
        try {
            Thread.ofPlatform().name("expression").daemon().start(task);
            return Uninterruptibles.getUninterruptibly(task);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case EvaluationException told -> throw told;
                case RuntimeException broken -> throw broken;
                case Error broken -> throw broken;
                case null, default -> throw new IllegalStateException(e);
            }
        } finally {
            PLACES.release();
        }
    }

    private static LongSupplier nanos() {
        return THREADS.isCurrentThreadCpuTimeSupported() ? THREADS::getCurrentThreadCpuTime : System::nanoTime;
    }
}
