package com.promptmanage.query.notify;

import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Severity;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where alerts of an account are sent.
 *
 * @param minimumLevel what matters less is not sent
 * @param disabledReason why it was switched off; null if a person did it, or it is on
 * @param failingSince the first failure since something was last delivered; null if all is well
 */
record Channel(
        String id,
        Account account,
        String name,
        Destination destination,
        Severity minimumLevel,
        boolean enabled,
        @Nullable String disabledReason,
        @Nullable Instant failingSince,
        Instant createdAt,
        Instant updatedAt) {

    Channel withDestination(Destination other, Instant now) {
        return new Channel(
                id, account, name, other, minimumLevel, enabled, disabledReason, failingSince, createdAt, now);
    }
}
