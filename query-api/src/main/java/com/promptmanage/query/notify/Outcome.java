package com.promptmanage.query.notify;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt to deliver ended.
 *
 * @param status of the other side's answer; null if there was none
 * @param said what it answered, cut, or why there was no answer
 * @param pause how long it wants us to wait; null if it did not say
 * @param reached addresses of a mail that have it, though others have not; empty once all have it
 */
record Outcome(
        End end,
        @Nullable Integer status,
        String said,
        @Nullable Duration pause,
        Duration took,
        List<String> reached) {

    /** What follows from it. */
    enum End {
        DELIVERED,
        /** May work later. */
        RETRY,
        /** By a fault of ours there was nothing to send: it may work later, and it tells nothing of the destination. */
        UNMADE,
        /** This delivery will never work; another one may. */
        REFUSED,
        /** The destination is no more. */
        GONE;

        /** What the log of attempts calls it: whether it is tried again. Whose fault it was stands in what was said. */
        String logged() {
            return switch (this) {
                case DELIVERED -> "delivered";
                case RETRY, UNMADE -> "retry";
                case REFUSED -> "refused";
                case GONE -> "gone";
            };
        }
    }

    private static final int SAID_LENGTH_MAX = 500;

    Outcome {
        // What PostgreSQL cannot keep, and what would spoil a list.
        said = said.replaceAll("\\p{Cntrl}+", " ").strip();
        said = said.length() <= SAID_LENGTH_MAX ? said : said.substring(0, SAID_LENGTH_MAX) + "…";
        reached = List.copyOf(reached);
    }

    /** To one address, or to all of several. */
    Outcome(End end, @Nullable Integer status, String said, @Nullable Duration pause, Duration took) {
        this(end, status, said, pause, took, List.of());
    }

    /** Whether someone has it. */
    boolean isReceived() {
        return end == End.DELIVERED || !reached.isEmpty();
    }

    /** For people, of an attempt that did not deliver: an answer's text alone, such as "ok", does not tell what was wrong. */
    String problem() {
        if (status == null) {
            return said;
        }
        String answered = "the address answered %d".formatted(status);
        if (status >= 300 && status < 400) {
            return answered + ": redirects are not followed, give the address that it leads to";
        }
        return said.isEmpty() ? answered : answered + ": " + said;
    }
}
