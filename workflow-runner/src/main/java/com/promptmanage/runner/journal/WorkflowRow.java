package com.promptmanage.runner.journal;

import com.promptmanage.topics.account.Account;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A workflow, without its definition.
 *
 * @param createdBy a user's id, or a key's
 * @param triggerConfig as JSON; null if nothing outside triggers it
 * @param notifications as JSON; null for the defaults
 */
public record WorkflowRow(
        String id,
        Account account,
        String createdBy,
        String name,
        String description,
        @Nullable String category,
        List<String> tags,
        Status status,
        ExecutionMode executionMode,
        int version,
        int maxConcurrentRuns,
        @Nullable String triggerConfig,
        @Nullable String notifications,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant lastExecutedAt) {

    static final String COLUMNS = """
            id, account, created_by, name, description, category, tags, status, execution_mode, version, \
            max_concurrent_runs, trigger_config, notifications, created_at, updated_at, last_executed_at""";

    public WorkflowRow {
        tags = List.copyOf(tags);
    }

    /** The same, as if that version were the current one and it was changed last then: for a change that was made from that. */
    public WorkflowRow asOf(int otherVersion, Instant otherUpdatedAt) {
        return new WorkflowRow(
                id,
                account,
                createdBy,
                name,
                description,
                category,
                tags,
                status,
                executionMode,
                otherVersion,
                maxConcurrentRuns,
                triggerConfig,
                notifications,
                createdAt,
                otherUpdatedAt,
                lastExecutedAt);
    }

    /** Whether it may be run, and is shown. */
    public enum Status {
        DRAFT,
        ACTIVE,
        PAUSED,
        ARCHIVED,
        ERROR;

        /** The name in JSON. */
        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What usually brings about its executions. */
    public enum ExecutionMode {
        MANUAL,
        SCHEDULED,
        TRIGGERED,
        CONTINUOUS,
        WEBHOOK;

        /** The name in JSON. */
        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** What its executions are begun by, besides those that someone begins by hand. */
        public Runs.TriggeredBy triggeredBy() {
            return switch (this) {
                case MANUAL -> Runs.TriggeredBy.MANUAL;
                case SCHEDULED -> Runs.TriggeredBy.SCHEDULE;
                case TRIGGERED -> Runs.TriggeredBy.EVENT;
                case CONTINUOUS -> Runs.TriggeredBy.SYSTEM;
                case WEBHOOK -> Runs.TriggeredBy.WEBHOOK;
            };
        }
    }

    static WorkflowRow read(ResultSet row) throws SQLException {
        return new WorkflowRow(
                row.getString("id"),
                new Account(row.getString("account")),
                row.getString("created_by"),
                row.getString("name"),
                row.getString("description"),
                row.getString("category"),
                List.of((String[]) row.getArray("tags").getArray()),
                Status.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                ExecutionMode.valueOf(row.getString("execution_mode").toUpperCase(Locale.ROOT)),
                row.getInt("version"),
                row.getInt("max_concurrent_runs"),
                row.getString("trigger_config"),
                row.getString("notifications"),
                instant(row, "created_at"),
                instant(row, "updated_at"),
                optionalInstant(row, "last_executed_at"));
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    static @Nullable Instant optionalInstant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
