package com.promptmanage.runner.run;

import org.jspecify.annotations.Nullable;

/**
 * A node, as far as the order of things depends on it.
 *
 * @param kind what it means for others that it has run
 * @param onError what its failure means for the execution if no link leaves it for that case
 * @param owner the step for each of whose items it is run, the innermost; null for one that is run once
 * @param windowMax how many of its items are under way at a time
 */
public record Step(
        String id, Kind kind, OnError onError, @Nullable String owner, int windowMax) {

    /** What a step is to the steps after it. */
    public enum Kind {
        /** Runs, and what follows it runs after. */
        PLAIN,
        /** Yields items: what it owns runs once for each. Itself it is over when it has run. */
        SOURCE,
        /** Yields items: what it owns runs once for each. It is over when all of that is. */
        LOOP
    }

    /** What becomes of the execution when a step has failed for good. */
    public enum OnError {
        /** It fails. */
        STOP,
        /** It goes on without what depends on the step. */
        CONTINUE
    }

    public Step {
        if (windowMax < 1) {
            throw new IllegalArgumentException("at least one item must be under way, got " + windowMax);
        }
    }

    public static Step plain(String id, OnError onError) {
        return new Step(id, Kind.PLAIN, onError, null, 1);
    }

    public static Step source(String id, OnError onError, int windowMax) {
        return new Step(id, Kind.SOURCE, onError, null, windowMax);
    }

    public static Step loop(String id, OnError onError, int windowMax) {
        return new Step(id, Kind.LOOP, onError, null, windowMax);
    }

    /** The same, run for each item of the owner. */
    public Step in(String other) {
        return new Step(id, kind, onError, other, windowMax);
    }

    boolean hasItems() {
        return kind != Kind.PLAIN;
    }
}
