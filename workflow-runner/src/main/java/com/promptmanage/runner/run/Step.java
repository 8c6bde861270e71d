package com.promptmanage.runner.run;

import java.util.Set;

/**
 * A node, as far as the order of things depends on it.
 *
 * @param kind what it means for others that it has run
 * @param onError what its failure means for the execution if no link leaves it for that case
 * @param gathers whether it takes all results of a fan-out together, once, instead of being run for each item
 * @param body the ids of a loop's own nodes; empty for other kinds
 * @param windowMax how many items of a fan-out, or iterations of a loop, are under way at a time
 */
public record Step(String id, Kind kind, OnError onError, boolean gathers, Set<String> body, int windowMax) {

    /** What a step is to the steps after it. */
    public enum Kind {
        /** Runs once, and what follows it runs after. */
        PLAIN,
        /** Yields items: what follows runs once for each. */
        SOURCE,
        /** Yields items: its body runs once for each, and what follows runs after all of them. */
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
        body = Set.copyOf(body);
        if (windowMax < 1) {
            throw new IllegalArgumentException("at least one item must be under way, got " + windowMax);
        }
        if ((kind == Kind.LOOP) == body.isEmpty()) {
            throw new IllegalArgumentException("%s is a %s with %d nodes of its own".formatted(id, kind, body.size()));
        }
    }

    public static Step plain(String id, OnError onError) {
        return new Step(id, Kind.PLAIN, onError, false, Set.of(), 1);
    }

    public static Step source(String id, OnError onError, int windowMax) {
        return new Step(id, Kind.SOURCE, onError, false, Set.of(), windowMax);
    }

    public static Step loop(String id, OnError onError, Set<String> body, int windowMax) {
        return new Step(id, Kind.LOOP, onError, false, body, windowMax);
    }

    /** The same, but run once after all items before it. */
    public Step gathering() {
        return new Step(id, kind, onError, true, body, windowMax);
    }

    boolean hasItems() {
        return kind != Kind.PLAIN;
    }
}
