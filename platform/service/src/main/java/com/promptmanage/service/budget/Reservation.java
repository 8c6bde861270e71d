package com.promptmanage.service.budget;

import com.promptmanage.topics.usage.Receipt;
import java.util.Optional;
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

    /**
     * As {@link #end(OptionalLong, long)}, for a call of which it is known where it is entered: what it has used stays reserved until the
     * budgets say that they have counted it, however far the metering is behind, but no longer than
     * {@link Reservations#SETTLING_MAX}.
     *
     * @param recorded where it lies; empty if it is not on the topic yet, for the broker is away
     */
    default void end(OptionalLong costNanoUsd, long tokens, Optional<Receipt> recorded) {
        end(costNanoUsd, tokens);
    }

    /**
     * Where a call is entered that was not on the topic yet when it {@linkplain #end(OptionalLong, long, Optional) ended}: from now on
     * it stays reserved until the budgets say that they have counted so far. Of any other call nothing happens.
     *
     * @param recorded where it lies, or something behind it on the same partition
     */
    default void recorded(Receipt recorded) {}

    /** Nothing was used that will be counted: what was reserved is free at once. */
    default void release() {
        end();
    }
}
