package com.promptmanage.query.report;

import static java.util.Objects.requireNonNull;

import com.promptmanage.query.report.Schedule.Delivery;
import com.promptmanage.query.report.Schedule.Wanted;
import com.promptmanage.query.request.TimeZones;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.topics.account.Account;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The schedules, as people set them. */
final class ScheduleTable {

    static final String COLUMNS =
            "id, account, name, frequency, at, timezone, recipients, enabled, next_period, due_at,"
                    + " attempts, problem, created_at, updated_at";

    private final Database database;

    ScheduleTable(Database database) {
        this.database = database;
    }

    List<Schedule> list(Scope scope, Account account) {
        return database.inTransaction(
                scope,
                handle -> handle.createQuery("SELECT " + COLUMNS
                                + " FROM report_schedules WHERE account = :account ORDER BY created_at, id")
                        .bind("account", account.value())
                        .map((row, ctx) -> schedule(row))
                        .list());
    }

    Optional<Schedule> find(Scope scope, Account account, String id) {
        return database.inTransaction(scope, handle -> find(handle, account, id, ""));
    }

    /** The latest first. */
    List<Delivery> deliveries(Scope scope, String id, int most) {
        return database.inTransaction(
                scope,
                handle -> handle.createQuery("""
                                SELECT frequency, period_start, status, attempts, problem, finished_at
                                FROM report_deliveries WHERE schedule_id = :id
                                ORDER BY finished_at DESC, period_start DESC LIMIT :most
                                """)
                        .bind("id", id)
                        .bind("most", most)
                        .map((row, ctx) -> new Delivery(
                                Frequency.parse(row.getString("frequency")).orElseThrow(),
                                row.getObject("period_start", LocalDate.class),
                                row.getString("status"),
                                row.getInt("attempts"),
                                row.getString("problem"),
                                row.getObject("finished_at", OffsetDateTime.class)
                                        .toInstant()))
                        .list());
    }

    /**
     * Keeps a new schedule, unless the account has as many as it may.
     *
     * @param most how many schedules an account may have
     * @return whether it is kept
     */
    boolean create(Scope scope, Schedule schedule, Actor actor, int most) {
        return database.inTransaction(scope, handle -> {
            // Two at a time would both find room for one.
            handle.execute(
                    "SELECT pg_advisory_xact_lock(hashtextextended(?, 52))",
                    schedule.account().value());
            int there = handle.createQuery("SELECT count(*) FROM report_schedules WHERE account = :account")
                    .bind("account", schedule.account().value())
                    .mapTo(Integer.class)
                    .one();
            if (there >= most) {
                return false;
            }
            handle.createUpdate("""
                            INSERT INTO report_schedules
                                (id, account, name, frequency, at, timezone, recipients, enabled, created_by, created_at,
                                 updated_at, next_period, due_at)
                            VALUES (:id, :account, :name, :frequency, :at, :timezone, :to, :enabled, :by, :now, :now,
                                    :nextPeriod, :dueAt)
                            """)
                    .bind("id", schedule.id())
                    .bind("account", schedule.account().value())
                    .bind("by", actor.id())
                    .bind("now", utc(schedule.createdAt()))
                    .bind("name", schedule.wanted().name())
                    .bind("frequency", schedule.wanted().frequency().code())
                    .bind("at", schedule.wanted().at())
                    .bind("timezone", zoneName(schedule.wanted()))
                    .bindArray("to", String.class, schedule.wanted().to())
                    .bind("enabled", schedule.wanted().enabled())
                    .bind("nextPeriod", schedule.nextPeriod())
                    .bind("dueAt", utc(schedule.dueAt()))
                    .execute();
            log(handle, actor, schedule.createdAt(), "report_created", null, schedule);
            return true;
        });
    }

    /** @return empty if it is not there any more */
    Optional<Schedule> change(
            Scope scope, Account account, String id, Wanted wanted, ZoneId zone, Actor actor, Instant now) {
        return database.inTransaction(scope, handle -> {
            Optional<Schedule> before = find(handle, account, id, " FOR UPDATE");
            if (before.isEmpty()) {
                return Optional.empty();
            }
            LocalDate nextPeriod = nextPeriod(before.get(), wanted, zone, now);
            Instant dueAt = wanted.frequency().due(nextPeriod, wanted.at(), zone);
            handle.createUpdate("""
                            UPDATE report_schedules SET
                                name = :name, frequency = :frequency, at = :at, timezone = :timezone, recipients = :to,
                                enabled = :enabled, updated_at = :now, next_period = :nextPeriod, due_at = :dueAt,
                                attempts = 0, first_attempt_at = NULL, problem = NULL, lease = lease + 1
                            WHERE id = :id
                            """)
                    .bind("id", id)
                    .bind("now", utc(now))
                    .bind("name", wanted.name())
                    .bind("frequency", wanted.frequency().code())
                    .bind("at", wanted.at())
                    .bind("timezone", zoneName(wanted))
                    .bindArray("to", String.class, wanted.to())
                    .bind("enabled", wanted.enabled())
                    .bind("nextPeriod", nextPeriod)
                    .bind("dueAt", utc(dueAt))
                    .execute();
            Schedule after = find(handle, account, id, "").orElseThrow();
            log(handle, actor, now, "report_updated", before.get(), after);
            return Optional.of(after);
        });
    }

    boolean delete(Scope scope, Account account, String id, Actor actor, Instant now) {
        return database.inTransaction(scope, handle -> {
            Optional<Schedule> before = find(handle, account, id, " FOR UPDATE");
            before.ifPresent(schedule -> {
                handle.execute("DELETE FROM report_schedules WHERE id = ?", id);
                log(handle, actor, now, "report_deleted", schedule, null);
            });
            return before.isPresent();
        });
    }

    /** Who changes how often, or switches on again, is told of the period that runs now; all else stays as it was. */
    private static LocalDate nextPeriod(Schedule before, Wanted wanted, ZoneId zone, Instant now) {
        boolean isNew = wanted.frequency() != before.wanted().frequency()
                || (wanted.enabled() && !before.wanted().enabled());
        return isNew ? wanted.frequency().startOf(now.atZone(zone).toLocalDate()) : before.nextPeriod();
    }

    private static Optional<Schedule> find(Handle handle, Account account, String id, String locking) {
        return handle.createQuery(
                        "SELECT " + COLUMNS + " FROM report_schedules WHERE account = :account AND id = :id" + locking)
                .bind("account", account.value())
                .bind("id", id)
                .map((row, ctx) -> schedule(row))
                .findOne();
    }

    private static void log(
            Handle handle,
            Actor actor,
            Instant now,
            String action,
            @Nullable Schedule before,
            @Nullable Schedule after) {
        Schedule either = after == null ? requireNonNull(before) : after;
        AuditLog.append(
                handle,
                actor,
                now,
                new AuditEntry(either.account(), action, "report", either.id(), values(before), values(after)));
    }

    private static @Nullable Map<String, ?> values(@Nullable Schedule schedule) {
        return schedule == null
                ? null
                : Map.of(
                        "name", schedule.wanted().name(),
                        "frequency", schedule.wanted().frequency().code(),
                        "at", schedule.wanted().at().toString(),
                        "to", schedule.wanted().to(),
                        "enabled", schedule.wanted().enabled());
    }

    static Schedule schedule(ResultSet row) throws SQLException {
        String zone = row.getString("timezone");
        return new Schedule(
                row.getString("id"),
                new Account(row.getString("account")),
                new Wanted(
                        row.getString("name"),
                        Frequency.parse(row.getString("frequency")).orElseThrow(),
                        row.getObject("at", LocalTime.class),
                        zone == null ? null : TimeZones.parse(zone).orElse(TimeZones.UTC),
                        Arrays.asList((String[]) row.getArray("recipients").getArray()),
                        row.getBoolean("enabled")),
                row.getObject("next_period", LocalDate.class),
                row.getObject("due_at", OffsetDateTime.class).toInstant(),
                row.getInt("attempts"),
                row.getString("problem"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant());
    }

    private static @Nullable String zoneName(Wanted wanted) {
        ZoneId zone = wanted.zone();
        return zone == null ? null : zone.getId();
    }

    static OffsetDateTime utc(Instant moment) {
        return moment.atOffset(ZoneOffset.UTC);
    }
}
