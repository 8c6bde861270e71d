package com.promptmanage.query.spend;

import java.util.OptionalLong;

/** What a period ends at if it goes on as it went so far. */
public final class RunRate {

    /** A tenth of the period has to go by: before that, one large call would foretell ruin. */
    private static final int SHARE_NEEDED = 10;

    private RunRate() {}

    /**
     * @param spent so far, in any unit
     * @return empty if the period is over, too young, or has no end worth the name
     */
    public static OptionalLong project(long spent, long startMs, long endMs, long nowMs) {
        long length = endMs - startMs;
        long elapsed = nowMs - startMs;
        // A budget without a period runs from the epoch to a time that no event may have.
        if (startMs == 0 || nowMs >= endMs || elapsed * SHARE_NEEDED < length) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(Ratio.scaled(spent, length, elapsed));
    }
}
