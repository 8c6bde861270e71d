package com.promptmanage.query.notify;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a delivery that failed is tried again: after 5 s, 15 s, 45 s and so on up to every four hours, each a fifth more or less,
 * so that what failed together does not come back together; for a day after the first attempt.
 */
final class Retries {

    static final Duration LAST_AFTER = Duration.ofHours(24);

    private static final Duration FIRST = Duration.ofSeconds(5);

    private static final Duration LONGEST = Duration.ofHours(4);

    private static final int FACTOR = 3;

    private static final double SPREAD = 0.2;

    private Retries() {}

    /**
     * @param attempts how many were made
     * @param first when the first was
     * @param asked how long the other side wants us to wait; null if it did not say
     * @param chance 0 to 1
     * @return empty to give up
     */
    static Optional<Instant> next(int attempts, Instant first, Instant now, @Nullable Duration asked, double chance) {
        Duration pause = FIRST;
        for (int i = 1; i < attempts && pause.compareTo(LONGEST) < 0; i++) {
            pause = pause.multipliedBy(FACTOR);
        }
        pause = min(pause, LONGEST);
        long spreadMillis = (long) (pause.toMillis() * SPREAD * (2 * chance - 1));
        Duration wait = pause.plusMillis(spreadMillis);
        if (asked != null && asked.compareTo(wait) > 0) {
            wait = min(asked, LONGEST);
        }
        Instant next = now.plus(wait);
        Instant last = first.plus(LAST_AFTER);
        if (!next.isAfter(last)) {
            return Optional.of(next);
        }
        // One more at the very end, unless this was it.
        return now.isBefore(last) ? Optional.of(last) : Optional.empty();
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }
}
