package com.promptmanage.runner.trigger;

import com.promptmanage.runner.journal.GoneAccounts;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.account.Account;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Schedules as rows: what is due is read from them, so that neither a restart nor a second process loses or repeats a time. */
public final class Schedules {

    private final Database database;

    private final InstantSource clock;

    /** @param clock one that all processes have in common: {@link #databaseClock} */
    public Schedules(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * Says when schedules are due, to all processes alike: by a clock of its own, one that is fast would fire too early, and leave
     * out as missed what is still to come. Asks each time.
     */
    public static InstantSource databaseClock(Database database) {
        return () -> database.asSystem(handle ->
                handle.createQuery("SELECT now()").mapTo(Instant.class).one());
    }

    /** @param nextFireAt null while it does not fire */
    public record Row(
            String workflowId,
            Schedule schedule,
            @Nullable Instant nextFireAt,
            @Nullable Instant lastFireAt) {}

    public Optional<Row> find(Scope scope, String workflowId) {
        return database.inTransaction(scope, handle -> find(handle, workflowId));
    }

    private static Optional<Row> find(Handle handle, String workflowId) {
        return handle.createQuery("""
                        SELECT workflow_id, schedule, next_fire_at, last_fire_at FROM workflow_schedules
                        WHERE workflow_id = :id
                        """)
                .bind("id", workflowId)
                .map((row, ctx) -> read(row))
                .findOne();
    }

    /** Replaces the workflow's schedule, if there was one. It first fires after now. */
    public Row put(Scope scope, Actor actor, Account account, String workflowId, Schedule schedule) {
        Instant now = clock.instant();
        @Nullable Instant next = schedule.isEnabled() ? schedule.next(now).orElse(null) : null;
        return database.inTransaction(scope, handle -> {
            // Two that set it at once would both take what was there before for what they replace.
            handle.execute("SELECT 1 FROM workflows WHERE id = ? FOR NO KEY UPDATE", workflowId);
            Optional<Row> before = find(handle, workflowId);
            handle.createUpdate("""
                            INSERT INTO workflow_schedules (workflow_id, account, schedule, enabled, next_fire_at, updated_at)
                            VALUES (:id, :account, :schedule, :enabled, :next, :now)
                            ON CONFLICT (workflow_id) DO UPDATE
                            SET schedule = excluded.schedule, enabled = excluded.enabled,
                                next_fire_at = excluded.next_fire_at, updated_at = excluded.updated_at
                            """)
                    .bind("id", workflowId)
                    .bind("account", account.value())
                    .bind("schedule", text(schedule))
                    .bind("enabled", schedule.isEnabled())
                    .bind("next", at(next))
                    .bind("now", at(now))
                    .execute();
            AuditLog.append(
                    handle,
                    actor,
                    now,
                    new AuditEntry(
                            account,
                            "schedule_set",
                            "workflow",
                            workflowId,
                            before.map(row -> told(row.schedule())).orElse(null),
                            told(schedule)));
            return new Row(
                    workflowId,
                    schedule,
                    next,
                    before.isPresent() ? before.get().lastFireAt() : null);
        });
    }

    private static Map<String, Object> told(Schedule schedule) {
        return Map.of("schedule", text(schedule), "enabled", schedule.isEnabled());
    }

    private static String text(Schedule schedule) {
        return new String(Json.bytes(schedule), StandardCharsets.UTF_8);
    }

    List<Row> due(int max, Instant now) {
        return database.asSystem(handle -> handle.createQuery(
                        """
                        SELECT s.workflow_id, s.schedule, s.next_fire_at, s.last_fire_at
                        FROM workflow_schedules s JOIN workflows w ON w.id = s.workflow_id AND w.deleted_at IS NULL
                        WHERE s.enabled AND s.next_fire_at <= :now AND
                        """ + GoneAccounts.exclude("s.account") + " ORDER BY s.next_fire_at LIMIT :max")
                .bind("now", at(now))
                .bind("max", max)
                .map((row, ctx) -> read(row))
                .list());
    }

    /** After a time was seen to. Nothing if another process did so first, or the schedule was changed meanwhile. */
    void advance(Row row, @Nullable Instant next, boolean hasFired) {
        database.useAsSystem(handle -> handle.createUpdate("""
                        UPDATE workflow_schedules SET next_fire_at = :next,
                            last_fire_at = CASE WHEN :fired THEN :before ELSE last_fire_at END
                        WHERE workflow_id = :id AND next_fire_at = :before
                        """)
                .bind("id", row.workflowId())
                .bind("next", at(next))
                .bind("before", at(row.nextFireAt()))
                .bind("fired", hasFired)
                .execute());
    }

    private static Row read(ResultSet row) throws SQLException {
        return new Row(
                row.getString("workflow_id"),
                Json.read(row.getString("schedule").getBytes(StandardCharsets.UTF_8), Schedule.class),
                instant(row, "next_fire_at"),
                instant(row, "last_fire_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static @Nullable OffsetDateTime at(@Nullable Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }
}
