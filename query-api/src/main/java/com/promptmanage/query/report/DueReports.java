package com.promptmanage.query.report;

import static com.promptmanage.query.report.ScheduleTable.utc;

import com.promptmanage.query.request.TimeZones;
import com.promptmanage.service.database.Database;
import com.promptmanage.topics.account.Account;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The queue of reports that are due. A process takes one on for a time; what it records needs the lease, so that who has lost
 * it, to a pause or a crash, records nothing. That a period is reported and that its turn is over are one transaction.
 */
final class DueReports {

    private static final int MOST = 50;

    /** Who was away for longer is not sent all of it. */
    static final Duration LATE_MAX = Duration.ofDays(7);

    private final Database database;

    DueReports(Database database) {
        this.database = database;
    }

    /** @param lease its number when it was seen */
    record Candidate(String id, Account account, long lease) {}

    /**
     * @param zone whose days the periods are of
     * @param accountName what people call the account
     * @param attempts that were made for this period
     * @param mailedSince when it was first tried to mail it, of the attempts without a break at which it could be made
     */
    record Lease(
            Schedule schedule,
            ZoneId zone,
            String accountName,
            long number,
            int attempts,
            @Nullable Instant mailedSince) {

        /** When the report of the period after this one is due. */
        Instant nextDueAt() {
            Frequency frequency = schedule.wanted().frequency();
            return frequency.due(
                    frequency.endOf(schedule.nextPeriod()), schedule.wanted().at(), zone);
        }
    }

    List<Candidate> due(Instant now) {
        return database.asSystem(handle -> handle.createQuery("""
                        SELECT id, account, lease FROM report_schedules
                        WHERE enabled AND due_at <= :now AND (leased_until IS NULL OR leased_until <= :now)
                        AND NOT EXISTS (
                            SELECT FROM teams WHERE starts_with(account, 'team:') AND teams.id = substr(account, 6)
                              AND teams.deleted_at IS NOT NULL)
                        ORDER BY due_at LIMIT :most
                        """)
                .bind("now", utc(now))
                .bind("most", MOST)
                .map((row, ctx) ->
                        new Candidate(row.getString("id"), new Account(row.getString("account")), row.getLong("lease")))
                .list());
    }

    /** @return empty if someone else was quicker */
    Optional<Lease> take(Candidate candidate, Instant now, Instant until) {
        return database.asSystem(handle -> handle.createQuery("""
                        WITH taken AS (
                            UPDATE report_schedules SET leased_until = :until, lease = lease + 1
                            WHERE id = :id AND lease = :lease AND enabled AND due_at <= :now
                            RETURNING *)
                        SELECT taken.*, teams.timezone AS team_timezone,
                               coalesce(teams.name, users.name, taken.account) AS account_name
                        FROM taken
                        LEFT JOIN teams ON starts_with(taken.account, 'team:') AND teams.id = substr(taken.account, 6)
                        LEFT JOIN users ON starts_with(taken.account, 'user:') AND users.id = substr(taken.account, 6)
                        """)
                .bind("id", candidate.id())
                .bind("lease", candidate.lease())
                .bind("now", utc(now))
                .bind("until", utc(until))
                .map((row, ctx) -> {
                    Schedule schedule = ScheduleTable.schedule(row);
                    String teams = row.getString("team_timezone");
                    ZoneId accounts = teams == null
                            ? TimeZones.UTC
                            : TimeZones.parse(teams).orElse(TimeZones.UTC);
                    OffsetDateTime first = row.getObject("first_attempt_at", OffsetDateTime.class);
                    return new Lease(
                            schedule,
                            schedule.wanted().zoneOr(accounts),
                            row.getString("account_name"),
                            row.getLong("lease"),
                            row.getInt("attempts"),
                            first == null ? null : first.toInstant());
                })
                .findOne());
    }

    /** Whether the period has been reported, by whoever. */
    boolean isDone(Lease lease) {
        return database.asSystem(handle -> handle.createQuery("""
                        SELECT count(*) FROM report_deliveries
                        WHERE schedule_id = :id AND frequency = :frequency AND period_start = :start
                        """)
                        .bind("id", lease.schedule().id())
                        .bind("frequency", lease.schedule().wanted().frequency().code())
                        .bind("start", lease.schedule().nextPeriod())
                        .mapTo(Integer.class)
                        .one()
                > 0);
    }

    /**
     * Records that the period's turn is over.
     *
     * @param problem why it was not sent; null if it was
     */
    void finish(Lease lease, @Nullable String problem, Instant now) {
        Schedule schedule = lease.schedule();
        Frequency frequency = schedule.wanted().frequency();
        LocalDate next = next(lease, now);
        database.useAsSystem(handle -> {
            int moved = handle.createUpdate("""
                            UPDATE report_schedules SET next_period = :next, due_at = :dueAt, attempts = 0,
                                first_attempt_at = NULL, problem = NULL, leased_until = NULL
                            WHERE id = :id AND lease = :lease
                            """)
                    .bind("id", schedule.id())
                    .bind("lease", lease.number())
                    .bind("next", next)
                    .bind("dueAt", utc(frequency.due(next, schedule.wanted().at(), lease.zone())))
                    .execute();
            if (moved > 0) {
                handle.createUpdate("""
                                INSERT INTO report_deliveries
                                    (schedule_id, frequency, period_start, account, status, attempts, problem, finished_at)
                                VALUES (:id, :frequency, :start, :account, :status, :attempts, :problem, :now)
                                ON CONFLICT DO NOTHING
                                """)
                        .bind("id", schedule.id())
                        .bind("frequency", frequency.code())
                        .bind("start", schedule.nextPeriod())
                        .bind("account", schedule.account().value())
                        .bind("status", problem == null ? "sent" : "failed")
                        .bind("attempts", lease.attempts() + 1)
                        .bind("problem", problem)
                        .bind("now", utc(now))
                        .execute();
            }
        });
    }

    /**
     * Gives it back, to be tried again.
     *
     * @param problem why it is not sent yet, for whose it is
     * @param mailedSince as {@link Lease#mailedSince} of the next attempt
     */
    void retry(Lease lease, String problem, @Nullable Instant mailedSince, Instant dueAt) {
        database.useAsSystem(handle -> handle.createUpdate("""
                        UPDATE report_schedules SET attempts = attempts + 1, first_attempt_at = :first, due_at = :dueAt,
                            problem = :problem, leased_until = NULL
                        WHERE id = :id AND lease = :lease
                        """)
                .bind("id", lease.schedule().id())
                .bind("lease", lease.number())
                .bind("first", mailedSince == null ? null : utc(mailedSince))
                .bind("problem", problem)
                .bind("dueAt", utc(dueAt))
                .execute());
    }

    private static LocalDate next(Lease lease, Instant now) {
        Frequency frequency = lease.schedule().wanted().frequency();
        LocalDate next = frequency.endOf(lease.schedule().nextPeriod());
        while (frequency.due(next, lease.schedule().wanted().at(), lease.zone()).isBefore(now.minus(LATE_MAX))) {
            next = frequency.endOf(next);
        }
        return next;
    }
}
