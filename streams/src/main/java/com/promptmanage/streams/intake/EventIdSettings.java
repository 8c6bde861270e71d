package com.promptmanage.streams.intake;

import java.time.Duration;

/**
 * How long, and in how much memory, one partition's event ids are remembered.
 *
 * @param window a second event with the id of one that arrived less than this before it is a duplicate. One that comes
 *     up to an eighth (and an hour) later may still be taken for one; whole generations of ids are forgotten at once.
 * @param recentIdsMax most ids that are kept in a table on the heap, at 32 to 64 bytes each; rounded down to a power of
 *     two. Older ones are on disk, at 2.1 bytes of heap each.
 */
public record EventIdSettings(Duration window, int recentIdsMax) {

    /** Ids are forgotten by the hour. */
    public static final Duration WINDOW_MIN = Duration.ofHours(1);

    /** The largest table that an array can hold. */
    public static final int RECENT_IDS_LIMIT = EventIdIndex.RECENT_IDS_LIMIT;

    public static final EventIdSettings DEFAULT = new EventIdSettings(Duration.ofDays(7), 1 << 22);

    public EventIdSettings {
        if (window.compareTo(WINDOW_MIN) < 0) {
            throw new IllegalArgumentException("The window for duplicates must be at least an hour, not " + window);
        }
        if (recentIdsMax < 1 || recentIdsMax > RECENT_IDS_LIMIT) {
            throw new IllegalArgumentException(
                    "recentIdsMax must be between 1 and " + RECENT_IDS_LIMIT + ", not " + recentIdsMax);
        }
    }
}
