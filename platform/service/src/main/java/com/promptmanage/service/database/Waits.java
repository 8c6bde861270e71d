package com.promptmanage.service.database;

import java.time.Duration;

/**
 * For how long a request waits for the database, and for those that ask it.
 *
 * @param connection for a connection of the pool, and for the server to take one and, if it is longer than that takes usually, to let us
 *     in; a second at least
 * @param answer for what it has to be told: see {@link LastKnown}
 * @param answerWithOlder for what it would do with as it was known last
 * @param budgets for what the budgets say of a call
 */
public record Waits(Duration connection, Duration answer, Duration answerWithOlder, Duration budgets) {

    /** A query for one row takes a millisecond; callers of the gateway, whose budgets have 500 ms, would do with an older answer. */
    public static final Waits USUAL =
            new Waits(Duration.ofSeconds(3), Duration.ofSeconds(1), Duration.ofMillis(100), Duration.ofMillis(500));

    /** So long for each, where a machine may stand still for a while and nobody minds. */
    public static Waits of(Duration each) {
        return new Waits(each, each, each, each);
    }

    /** For work that usually may take as long as this: never less. */
    public Duration orLonger(Duration usual) {
        return usual.compareTo(answer) < 0 ? answer : usual;
    }
}
