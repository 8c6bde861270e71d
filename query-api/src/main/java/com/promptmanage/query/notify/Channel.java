package com.promptmanage.query.notify;

import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Severity;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
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

    /** For the audit log, without what is secret. */
    Map<String, Object> told() {
        var values = new LinkedHashMap<String, Object>();
        values.put("name", name);
        values.put("kind", destination.kind());
        values.put(
                "destination",
                switch (destination) {
                    case Destination.Webhook webhook -> Destination.shown(webhook.url());
                    case Destination.Slack slack -> Destination.shown(slack.url());
                    case Destination.Teams teams -> Destination.shown(teams.url());
                    case Destination.Email email -> String.join(", ", email.to());
                    case Destination.Unreadable unreadable -> "unreadable";
                });
        values.put("minimumLevel", minimumLevel.value());
        values.put("enabled", enabled);
        return values;
    }

    /** Whether it differs from another in nothing but the time of its last change. */
    boolean isAs(Channel other) {
        return other.equals(new Channel(
                id,
                account,
                name,
                destination,
                minimumLevel,
                enabled,
                disabledReason,
                failingSince,
                createdAt,
                other.updatedAt));
    }

    Channel withDestination(Destination other, Instant now) {
        return new Channel(
                id, account, name, other, minimumLevel, enabled, disabledReason, failingSince, createdAt, now);
    }
}
