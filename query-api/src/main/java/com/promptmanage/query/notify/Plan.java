package com.promptmanage.query.notify;

import com.promptmanage.topics.budget.Severity;
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
    record Send(Instant due, @Nullable String batch) implements Plan {}

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
        Preferences.QuietHours quietHours = preferences.quietHours();
        Instant end = quietHours == null ? null : quietHours.endIfQuiet(now);
        return new Send(end == null ? now : end, null);
    }
}
