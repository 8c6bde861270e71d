package com.promptmanage.runner.secret;

import com.promptmanage.topics.account.Account;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What may be known of a credential: everything but what it holds.
 *
 * @param kind what it is for: a provider or a connector's type, or {@code secret} for what workflows refer to by its name
 * @param fields the names of what it holds
 * @param createdBy null if an application made it
 */
public record Credential(
        String id,
        Account account,
        String name,
        String kind,
        List<String> fields,
        Status status,
        @Nullable String createdBy,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant lastUsedAt) {

    /** The kind that workflows refer to as {@code {{secrets.NAME}}}; it holds one field, {@code value}. */
    public static final String SECRET = "secret";

    public Credential {
        fields = List.copyOf(fields);
    }

    /** Whether it can be used. */
    public enum Status {
        ACTIVE,
        EXPIRED,
        REVOKED,
        ERROR;

        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
