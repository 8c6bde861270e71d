package com.promptmanage.query.report;

import com.promptmanage.topics.account.Account;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A report that is sent again and again.
 *
 * @param nextPeriod the first day of the period that is reported next
 * @param dueAt when it is tried next
 * @param attempts that were made for that period, and failed
 * @param problem why the last one did, for people; null if none has
 */
record Schedule(
        String id,
        Account account,
        Wanted wanted,
        LocalDate nextPeriod,
        Instant dueAt,
        int attempts,
        @Nullable String problem,
        Instant createdAt,
        Instant updatedAt) {

    /**
     * What people set.
     *
     * @param at the time of day
     * @param zone whose days the periods are of; null for the account's own
     * @param to addresses
     */
    record Wanted(
            String name,
            Frequency frequency,
            LocalTime at,
            @Nullable ZoneId zone,
            List<String> to,
            boolean enabled) {

        Wanted {
            to = List.copyOf(to);
        }

        ZoneId zoneOr(ZoneId accounts) {
            return zone == null ? accounts : zone;
        }
    }

    /** What became of the report of one period. */
    record Delivery(
            Frequency frequency,
            LocalDate periodStart,
            String status,
            int attempts,
            @Nullable String problem,
            Instant finishedAt) {}
}
