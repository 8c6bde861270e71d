package com.promptmanage.query.notify;

import com.promptmanage.topics.budget.Severity;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What becomes of an alert on one channel. */
sealed interface Plan {

    /** Nobody wants to be told. */
    record Leave() implements Plan {}

    /**
     * @param due when
     * @param batch what it is sent together with: everything of the channel with the same batch; null to be sent alone
     */
    record Send(Instant due, @Nullable String batch) implements Plan {

        /** For how long what is not pressing waits for others of its kind, at most. */
        private static final Duration GATHERED = Duration.ofMinutes(5);

        /**
         * Of what is about a period that was over when it came: there is no hurry, and whoever sends a month of usage in at once
         * has it cross one threshold after the other.
         *
         * @return together with all of its kind that come within some minutes
         */
        Send gathered() {
            if (batch != null) {
                return this;
            }
            long step = GATHERED.toMillis();
            Instant until = Instant.ofEpochMilli((due.toEpochMilli() / step + 1) * step);
            return new Send(until, "closed " + until);
        }
    }

    /**
     * @param minimumLevel the channel's own, besides that of the preferences
     * @param joins whether the channel can tell of several alerts at once
     */
    static Plan of(
            String channelId,
            Severity minimumLevel,
            boolean joins,
            Preferences preferences,
            Severity severity,
            AlertType type,
            Instant now) {
        if (severity.compareTo(minimumLevel) < 0
                || severity.compareTo(preferences.minimumLevel()) < 0
                || !preferences.types().contains(type)
                || (preferences.channels() != null && !preferences.channels().contains(channelId))) {
            return new Leave();
        }
        if (severity == Severity.CRITICAL) {
            return new Send(now, null);
        }
        Preferences.Digest digest = preferences.digest();
        if (digest != null && joins) {
            Instant due = digest.next(now);
            return new Send(due, "digest " + due);
        }
        return new Send(preferences.alone(now), null);
    }
}
