package com.promptmanage.service.budget;

import java.util.OptionalLong;

/**
 * What a call under way may use, which the budgets do not know of yet. Whoever makes the call ends it, once, however the call ends:
 * a second time nothing happens. Safe for use by several threads.
 */
@FunctionalInterface
public interface Reservation {

    /** Of nothing. */
    Reservation NONE = () -> {};

    /**
     * The call has ended and is entered, however it ended: what was reserved stays so until the budgets have had the time to count
     * it.
     */
    void end();

    /**
     * As {@link #end()}, for a call of which it is known what it has used: that takes the place of the estimate.
     *
     * @param costNanoUsd nanoUSD; empty if it is not known, which leaves the estimate
     * @param tokens of all kinds
     */
    default void end(OptionalLong costNanoUsd, long tokens) {
        end();
    }

    /** Nothing was used that will be counted: what was reserved is free at once. */
    default void release() {
        end();
    }
}
