package com.promptmanage.query.notify;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.outbox.Outbox;
import com.promptmanage.service.outbox.OutboxRecord;
import com.promptmanage.topics.account.Account;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The queue of deliveries. A process takes on a whole channel for a time, so that several share the work, one destination is not
 * called by all at once, and a slow one keeps nobody else waiting. What is recorded needs the lease: who has lost it, to a pause
 * or a crash, records nothing, and what it sent meanwhile is sent once more.
 */
final class DeliveryTable {

    private static final ObjectReader EXACT =
            Json.mapper().readerFor(JsonNode.class).with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private static final int BATCH_MAX = 100;

    private final Database database;

    DeliveryTable(Database database) {
        this.database = database;
    }

    /** @param number which one; a newer one ends it */
    record Lease(
            String channelId,
            Account account,
            String name,
            String kind,
            String sealed,
            @Nullable Instant failingSince,
            long number) {}

    /**
     * A delivery, or all of one batch.
     *
     * @param ids of the rows
     * @param attempts how many were made
     * @param mailed addresses that have all of it, though the channel's others have not
     */
    record Due(
            List<String> ids,
            Message message,
            int attempts,
            @Nullable Instant firstAttemptAt,
            List<String> mailed) {

        Due {
            ids = List.copyOf(ids);
            mailed = List.copyOf(mailed);
        }
    }

    private record Row(
            String id,
            String alertId,
            ObjectNode alert,
            Instant raisedAt,
            @Nullable String batch,
            int attempts,
            @Nullable Instant firstAttemptAt,
            List<String> mailed) {}

    /** Takes on channels that have something to deliver and that nobody else has taken on. */
    List<Lease> lease(Instant now, Instant until, int most) {
        return database.asSystem(handle -> handle.createQuery("""
                        UPDATE notification_channels c SET leased_until = :until, lease = lease + 1
                        WHERE c.id IN (
                            SELECT id FROM notification_channels
                            WHERE id IN (SELECT channel_id FROM alert_deliveries
                                         WHERE status = 'pending' AND due_at <= :now)
                              AND enabled AND (leased_until IS NULL OR leased_until <= :now)
                            ORDER BY leased_until NULLS FIRST
                            LIMIT :most
                            FOR UPDATE SKIP LOCKED)
                        RETURNING id, account, name, kind, sealed, failing_since, lease
                        """)
                .bind("now", utc(now))
                .bind("until", utc(until))
                .bind("most", most)
                .map((row, ctx) -> new Lease(
                        row.getString("id"),
                        new Account(row.getString("account")),
                        row.getString("name"),
                        row.getString("kind"),
                        row.getString("sealed"),
                        instant(row, "failing_since"),
                        row.getLong("lease")))
                .list());
    }

    /** Gives a channel back before its time. */
    void release(Lease lease) {
        database.useAsSystem(handle -> handle.createUpdate(
                        "UPDATE notification_channels SET leased_until = NULL WHERE id = :id AND lease = :lease")
                .bind("id", lease.channelId())
                .bind("lease", lease.number())
                .execute());
    }

    /**
     * What is to be sent next on the channel.
     *
     * @param joins whether it tells of several alerts at once by now, whatever it did when they came up
     */
    Optional<Due> next(Lease lease, boolean joins, Instant now) {
        return database.asSystem(handle -> handle.createQuery("""
                        SELECT id, alert_id, alert::text AS alert, raised_at, batch, attempts, first_attempt_at, mailed
                        FROM alert_deliveries
                        WHERE channel_id = :channel AND status = 'pending' AND due_at <= :now
                        ORDER BY due_at, created_at, id
                        LIMIT 1
                        """)
                .bind("channel", lease.channelId())
                .bind("now", utc(now))
                .map((row, ctx) -> row(row))
                .findOne()
                .map(first -> due(handle, lease.channelId(), first, joins ? first.batch() : null)));
    }

    private static Due due(Handle handle, String channelId, Row first, @Nullable String batch) {
        if (batch == null) {
            return new Due(
                    List.of(first.id()),
                    new Message(first.alertId(), first.raisedAt(), List.of(first.alert())),
                    first.attempts(),
                    first.firstAttemptAt(),
                    first.mailed());
        }
        List<Row> rows = handle.createQuery("""
                        SELECT id, alert_id, alert::text AS alert, raised_at, batch, attempts, first_attempt_at, mailed
                        FROM alert_deliveries
                        WHERE channel_id = :channel AND status = 'pending' AND batch = :batch
                          AND due_at = (SELECT due_at FROM alert_deliveries WHERE id = :first)
                        ORDER BY created_at, id
                        LIMIT :most
                        """)
                .bind("channel", channelId)
                .bind("batch", batch)
                .bind("first", first.id())
                .bind("most", BATCH_MAX)
                .map((row, ctx) -> row(row))
                .list();
        var mailed = new ArrayList<>(first.mailed());
        rows.forEach(row -> mailed.retainAll(row.mailed()));
        return new Due(
                rows.stream().map(Row::id).toList(),
                new Message(
                        rows.size() == 1
                                ? first.alertId()
                                : DigestIds.of(rows.stream().map(Row::alertId).toList()),
                        rows.getLast().raisedAt(),
                        rows.stream().map(Row::alert).toList()),
                first.attempts(),
                first.firstAttemptAt(),
                mailed);
    }

    /** What is to be kept of an attempt. */
    record Attempt(Due due, Instant startedAt, Outcome outcome, Next next) {}

    /** What becomes of the delivery after an attempt. */
    sealed interface Next {
        record Done() implements Next {}

        record Again(Instant at) implements Next {}

        record GiveUp() implements Next {}

        /** @param notice that the channel is off, for its owners */
        record SwitchOff(String reason, OutboxRecord notice) implements Next {}
    }

    /** @return false if the lease is lost: then nothing is recorded */
    boolean record(Lease lease, Attempt attempt, Instant now) {
        return database.asSystem(handle -> {
            Outcome.End end = attempt.outcome().end();
            int held = handle.createUpdate("""
                            UPDATE notification_channels
                            SET failing_since = CASE WHEN :received THEN NULL
                                                     WHEN :unmade THEN failing_since
                                                     ELSE coalesce(failing_since, :startedAt) END
                            WHERE id = :id AND lease = :lease
                            """)
                    .bind("received", attempt.outcome().isReceived())
                    .bind("unmade", end == Outcome.End.UNMADE)
                    .bind("startedAt", utc(attempt.startedAt()))
                    .bind("id", lease.channelId())
                    .bind("lease", lease.number())
                    .execute();
            if (held == 0) {
                return false;
            }
            for (String id : attempt.due().ids()) {
                log(handle, id, lease.account(), attempt);
            }
            settle(handle, attempt, now);
            if (attempt.next() instanceof Next.SwitchOff off) {
                switchOff(handle, lease.channelId(), off, now);
            }
            return true;
        });
    }

    static void log(Handle handle, String deliveryId, Account account, Attempt attempt) {
        handle.createUpdate("""
                        INSERT INTO delivery_attempts
                            (delivery_id, number, account, started_at, duration_ms, outcome, status, said)
                        SELECT id, attempts + 1, :account, :startedAt, :durationMs, :outcome, :status, :said
                        FROM alert_deliveries WHERE id = :id
                        """)
                .bind("id", deliveryId)
                .bind("account", account.value())
                .bind("startedAt", utc(attempt.startedAt()))
                .bind("durationMs", (int) Math.min(attempt.outcome().took().toMillis(), Integer.MAX_VALUE))
                .bind("outcome", attempt.outcome().end().logged())
                .bind("status", attempt.outcome().status())
                .bind("said", attempt.outcome().said())
                .execute();
    }

    static void settle(Handle handle, Attempt attempt, Instant now) {
        @Nullable Instant again = attempt.next() instanceof Next.Again next ? next.at() : null;
        String status = switch (attempt.next()) {
            case Next.Done done -> "delivered";
            case Next.Again next -> "pending";
            case Next.GiveUp giveUp -> "failed";
            case Next.SwitchOff off -> "failed";
        };
        handle.createUpdate("""
                        UPDATE alert_deliveries
                        SET attempts = attempts + 1, first_attempt_at = coalesce(first_attempt_at, :startedAt),
                            status = :status, due_at = coalesce(CAST(:again AS timestamptz), due_at), problem = :problem,
                            mailed = CASE WHEN :status = 'delivered' THEN CAST('{}' AS text[])
                                          ELSE mailed || CAST(:reached AS text[]) END,
                            finished_at = CASE WHEN :status = 'pending' THEN NULL ELSE CAST(:now AS timestamptz) END
                        WHERE id = ANY (:ids)
                        """)
                .bind("startedAt", utc(attempt.startedAt()))
                .bind("status", status)
                .bind("again", utc(again))
                .bind(
                        "problem",
                        attempt.next() instanceof Next.Done
                                ? null
                                : attempt.outcome().problem())
                .bind("now", utc(now))
                .bindArray("reached", String.class, attempt.outcome().reached())
                .bindArray("ids", String.class, attempt.due().ids())
                .execute();
    }

    private static void switchOff(Handle handle, String channelId, Next.SwitchOff off, Instant now) {
        int changed = handle.createUpdate("""
                        UPDATE notification_channels SET enabled = false, disabled_reason = :reason, updated_at = :now
                        WHERE id = :id AND enabled
                        """)
                .bind("id", channelId)
                .bind("reason", off.reason())
                .bind("now", utc(now))
                .execute();
        if (changed == 1) {
            handle.createUpdate("""
                            UPDATE alert_deliveries SET status = 'failed', problem = :reason, finished_at = :now
                            WHERE channel_id = :id AND status = 'pending'
                            """)
                    .bind("id", channelId)
                    .bind("reason", off.reason())
                    .bind("now", utc(now))
                    .execute();
            Outbox.append(handle, off.notice());
        }
    }

    /** Forgets what was finished before then; returns how many. */
    int forget(Instant before) {
        return database.asSystem(handle -> handle.createUpdate(
                        "DELETE FROM alert_deliveries WHERE status <> 'pending' AND created_at < :before")
                .bind("before", utc(before))
                .execute());
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getString("id"),
                row.getString("alert_id"),
                alert(row.getString("alert")),
                row.getObject("raised_at", OffsetDateTime.class).toInstant(),
                row.getString("batch"),
                row.getInt("attempts"),
                instant(row, "first_attempt_at"),
                List.of((String[]) row.getArray("mailed").getArray()));
    }

    static ObjectNode alert(String json) {
        try {
            return EXACT.<ObjectNode>readValue(json);
        } catch (IOException e) {
            throw new UncheckedIOException("alert_deliveries holds what is not JSON", e);
        }
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static @Nullable OffsetDateTime utc(@Nullable Instant moment) {
        return moment == null ? null : moment.atOffset(ZoneOffset.UTC);
    }
}
