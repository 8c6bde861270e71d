package com.promptmanage.topics.alert;

import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Severity;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An alert that is not a budget's. It goes by the same topic as those that are, and so is listed, streamed and sent like them.
 *
 * @param id the same however often it is told
 * @param type what it is about, in lower case with underscores
 * @param title one line for people
 * @param message what happened and what to do
 * @param about what programs may want to know besides, by name: texts, and whole numbers as {@link Long}; shown after the rest in
 *     this order
 */
public record Notice(
        String id,
        String type,
        Account account,
        Severity severity,
        String title,
        String message,
        Instant occurredAt,
        Map<String, ?> about) {

    public Notice {
        about.forEach((name, value) -> {
            if (!(value instanceof String) && !(value instanceof Long)) {
                throw new IllegalArgumentException("%s is neither a text nor a whole number".formatted(name));
            }
        });
        about = Collections.unmodifiableMap(new LinkedHashMap<String, Object>(about));
    }

    /** The CloudEvents type. */
    public String eventType() {
        return "com.promptmanage.%s.v1".formatted(type.replace('_', '.'));
    }
}
