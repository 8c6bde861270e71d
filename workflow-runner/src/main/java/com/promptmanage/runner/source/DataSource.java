package com.promptmanage.runner.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.account.Account;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A place that an account has connected.
 *
 * @param errorLog what the last sync failed with; null if it did not
 * @param errorCount how many syncs have failed in a row
 */
record DataSource(
        String id,
        Account account,
        Draft draft,
        Status status,
        @Nullable Instant lastSyncAt,
        @Nullable Instant nextSyncAt,
        @Nullable String errorLog,
        int errorCount,
        @Nullable String createdBy,
        Instant createdAt,
        Instant updatedAt) {

    /** After so many failures in a row it is not synced by itself any more. */
    static final int ERRORS_MAX = 5;

    /**
     * What people decide about it.
     *
     * @param credentialId null if it needs none
     * @param sinceField in which a record tells when it changed
     */
    record Draft(
            String name,
            @Nullable String description,
            String type,
            JsonNode config,
            @Nullable String credentialId,
            Frequency frequency,
            Mode mode,
            String sinceField) {}

    enum Status {
        ACTIVE("active"),
        ERROR("error"),
        PAUSED("paused"),
        DISCONNECTED("disconnected");

        private final String value;

        Status(String value) {
            this.value = value;
        }

        String value() {
            return value;
        }
    }

    /** How often it is synced by itself. */
    enum Frequency {
        /** As nearly as asking again and again can come to it. */
        REAL_TIME("real-time", Duration.ofMinutes(1)),
        HOURLY("hourly", Duration.ofHours(1)),
        DAILY("daily", Duration.ofDays(1)),
        WEEKLY("weekly", Duration.ofDays(7)),
        MANUAL("manual", null);

        private final String value;

        private final @Nullable Duration every;

        Frequency(String value, @Nullable Duration every) {
            this.value = value;
            this.every = every;
        }

        String value() {
            return value;
        }

        /** When to sync next; empty for never. */
        Optional<Instant> after(Instant time) {
            return Optional.ofNullable(every).map(time::plus);
        }
    }

    /** What a sync reads. */
    enum Mode {
        FULL("full"),
        /** What has changed since the last one. */
        INCREMENTAL("incremental");

        private final String value;

        Mode(String value) {
            this.value = value;
        }

        String value() {
            return value;
        }
    }
}
