package com.promptmanage.runner.expression;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/** How much one evaluation may still make and how long it may still take. Not safe for use by several threads. */
final class Allowance {

    /** Characters of what is made: a reference to a large value in a template costs it each time. */
    static final long CHARACTERS_MAX = 16L << 20;

    /** What an element of a list or an object counts besides its text. */
    private static final int ELEMENT_CHARACTERS = 8;

    private static final long NANOS_MAX = 1_000_000_000L;

    private final LongSupplier nanos;

    private final long startNanos;

    private boolean isOutOfTime;

    private long characters = CHARACTERS_MAX;

    /** By the clock on the wall. */
    Allowance() {
        this(System::nanoTime);
    }

    /** @param nanos rises with the time that counts */
    Allowance(LongSupplier nanos) {
        this.nanos = nanos;
        this.startNanos = nanos.getAsLong();
    }

    void take(long made) {
        characters -= made;
        if (characters < 0) {
            throw new SpentException("it makes more than %,d characters".formatted(CHARACTERS_MAX));
        }
    }

    /** Takes what the value would be if it was written out: one that is shared counts each time. */
    void take(JsonNode value) {
        Deque<JsonNode> open = new ArrayDeque<>();
        open.add(value);
        while (!open.isEmpty()) {
            JsonNode next = open.removeLast();
            take(ELEMENT_CHARACTERS + (next.isTextual() ? next.textValue().length() : 0));
            if (next.isObject()) {
                next.properties().forEach(entry -> {
                    take(entry.getKey().length());
                    open.addLast(entry.getValue());
                });
            } else {
                next.forEach(open::addLast);
            }
        }
    }

    void checkTime() {
        if (nanos.getAsLong() - startNanos > NANOS_MAX) {
            isOutOfTime = true;
            throw new SpentException("it takes longer than %,d ms".formatted(NANOS_MAX / 1_000_000));
        }
    }

    /** Whether that is what ended the evaluation. */
    boolean isOutOfTime() {
        return isOutOfTime;
    }

    /** Leaves an evaluation from deep within. */
    static final class SpentException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        SpentException(String message) {
            super(message, null, false, false);
        }
    }
}
