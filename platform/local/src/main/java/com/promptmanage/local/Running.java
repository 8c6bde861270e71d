package com.promptmanage.local;

import java.util.ArrayDeque;
import java.util.Deque;

/** What was started, to be stopped in the opposite order. A part that fails to stop does not keep the others running. */
final class Running implements AutoCloseable {

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    <T extends AutoCloseable> T add(T part) {
        parts.push(part);
        return part;
    }

    /** Stops everything because the start failed; what goes wrong with that is told with the cause. */
    void closeAfter(Exception cause) {
        try {
            close();
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        var failure = new IllegalStateException("not everything could be stopped");
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                failure.addSuppressed(e);
            }
        }
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }
}
