package com.promptmanage.query.meters;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.topics.account.Account;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Events as they are kept: plain ones as they came, and token usage that did not come as one of those. */
final class KeptEvents {

    private final Database database;

    KeptEvents(Database database) {
        this.database = database;
    }

    /** One event. */
    record Kept(String id, String source, Instant time, String subject, Instant receivedAt, Content content) {}

    /** What it says. */
    sealed interface Content {

        /** @param dataJson as it came */
        record Plain(String type, String dataJson) implements Content {}

        record Usage(String model, long tokens, @Nullable Long costNanoUsd) implements Content {}
    }

    /**
     * Which of them.
     *
     * @param subject null for every one
     * @param id null for any
     */
    record Wanted(
            Account account,
            Instant from,
            Instant to,
            @Nullable String subject,
            @Nullable String id) {}

    /** Someone whom events are about. */
    record Subject(String key, Instant first, Instant last) {}

    /** The newest first. */
    List<Kept> newest(Wanted wanted, int limit) {
        return database.inTransaction(
                scope(wanted.account()),
                handle -> handle.createQuery("""
                                SELECT * FROM (
                                    (SELECT event_id, source, time, user_id AS subject, time AS received_at, NULL::text AS type,
                                            NULL::text AS data, model, cost_nano_usd,
                                            input_tokens + cache_read_tokens + cache_write_5m_tokens
                                                + cache_write_1h_tokens + input_audio_tokens + input_image_tokens
                                                + output_tokens + reasoning_tokens + output_audio_tokens
                                                + output_image_tokens AS tokens, id
                                     FROM usage_history AS used
                                     WHERE account = :account AND time >= :from AND time < :to
                                       AND (CAST(:subject AS text) IS NULL OR user_id = :subject)
                                       AND (CAST(:id AS text) IS NULL OR event_id = :id)
                                       AND NOT EXISTS (
                                           SELECT 1 FROM plain_events AS plain
                                           WHERE plain.identity = plain_event_identity(used.account, used.source, used.event_id))
                                     ORDER BY time DESC, id DESC LIMIT :limit)
                                    UNION ALL
                                    (SELECT event_id, source, time, subject, received_at, type, data::text, NULL::text,
                                            NULL::bigint, NULL::bigint, id
                                     FROM plain_events
                                     WHERE account = :account AND time >= :from AND time < :to
                                       AND (CAST(:subject AS text) IS NULL OR subject = :subject)
                                       AND (CAST(:id AS text) IS NULL OR event_id = :id)
                                     ORDER BY time DESC, id DESC LIMIT :limit)
                                ) AS events
                                ORDER BY time DESC, id DESC LIMIT :limit
                                """)
                        .bind("account", wanted.account().value())
                        .bind("from", wanted.from().atOffset(ZoneOffset.UTC))
                        .bind("to", wanted.to().atOffset(ZoneOffset.UTC))
                        .bind("subject", wanted.subject())
                        .bind("id", wanted.id())
                        .bind("limit", limit)
                        .map((row, ctx) -> kept(row))
                        .list());
    }

    /** In the order of their keys. */
    List<Subject> subjects(Account account, Instant from, Instant to, int limit) {
        return database.inTransaction(
                scope(account),
                handle -> handle.createQuery("""
                                SELECT subject, min(first) AS first, max(last) AS last FROM (
                                    SELECT user_id AS subject, min(time) AS first, max(time) AS last FROM usage_history
                                    WHERE account = :account AND time >= :from AND time < :to GROUP BY user_id
                                    UNION ALL
                                    SELECT subject, min(time), max(time) FROM plain_events
                                    WHERE account = :account AND time >= :from AND time < :to GROUP BY subject
                                ) AS found
                                GROUP BY subject ORDER BY subject LIMIT :limit
                                """)
                        .bind("account", account.value())
                        .bind("from", from.atOffset(ZoneOffset.UTC))
                        .bind("to", to.atOffset(ZoneOffset.UTC))
                        .bind("limit", limit)
                        .map((row, ctx) -> new Subject(row.getString("subject"), time(row, "first"), time(row, "last")))
                        .list());
    }

    private static Kept kept(ResultSet row) throws SQLException {
        String type = row.getString("type");
        return new Kept(
                row.getString("event_id"),
                row.getString("source"),
                time(row, "time"),
                row.getString("subject"),
                time(row, "received_at"),
                type == null
                        ? new Content.Usage(
                                row.getString("model"),
                                row.getLong("tokens"),
                                row.getObject("cost_nano_usd", Long.class))
                        : new Content.Plain(type, row.getString("data")));
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static Scope scope(Account account) {
        return new Scope.Tenant("", Set.of(account.value()));
    }
}
