package com.promptmanage.runner.journal;

import java.time.Duration;

/**
 * A worker that can run nodes at once: what follows from what it brings it is given without having to ask.
 *
 * @param owner names the process
 * @param lease how long it has before it must say that it is still at it
 * @param capacity how many nodes it can take on
 */
public record Taker(String owner, Duration lease, int capacity) {

    /** Someone who runs no nodes. */
    static final Taker NONE = new Taker("", Duration.ZERO, 0);
}
