package com.promptmanage.query.alert;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.account.Account;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** The alerts that were raised, and what people did about them. */
final class AlertTable {

    private static final ObjectReader EXACT =
            Json.mapper().readerFor(JsonNode.class).with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private final Database database;

    AlertTable(Database database) {
        this.database = database;
    }

    /** An alert with its place in the order of the list. */
    record Listed(long number, ObjectNode alert) {}

    /**
     * @param acknowledged only those that someone has, or nobody has, acknowledged; null for both
     */
    record Filter(
            @Nullable String severity,
            @Nullable String budgetId,
            @Nullable Boolean acknowledged) {}

    /** Of one moment: the alerts, the newest first, and how many are unread in all. */
    record Found(List<Listed> alerts, long unread) {}

    /**
     * @param reader the person who asks; null for an application, for which an alert is read once someone has acknowledged it
     * @param since the time of the oldest alert that counts as unread
     * @param before the number of the last alert of the page before; null for the first page
     */
    Found list(Watch watch, Filter filter, @Nullable String reader, Instant since, @Nullable Long before, int limit) {
        return database.inTransaction(
                watch.scope(),
                handle -> new Found(
                        page(handle, watch, filter, reader, before, limit), unread(handle, watch, reader, since)));
    }

    /** What is needed to find out who may see an alert. */
    record About(
            Account account,
            @Nullable String dimension,
            @Nullable String value) {}

    Optional<About> about(String id) {
        return database.asSystem(handle -> handle.createQuery(
                        "SELECT account, dimension, value FROM alerts WHERE id = :id")
                .bind("id", id)
                .map((row, ctx) -> new About(
                        new Account(row.getString("account")), row.getString("dimension"), row.getString("value")))
                .findOne());
    }

    /** @param scope of the person */
    void markRead(String id, String reader, Instant now, Scope scope) {
        database.useTransaction(
                scope,
                handle -> handle.createUpdate("""
                        INSERT INTO alert_reads (user_id, alert_id, read_at) VALUES (:reader, :id, :now)
                        ON CONFLICT DO NOTHING
                        """)
                        .bind("reader", reader)
                        .bind("id", id)
                        .bind("now", now.atOffset(ZoneOffset.UTC))
                        .execute());
    }

    /** All that count as unread; returns how many there were. */
    int markAllRead(Watch watch, String reader, Instant since, Instant now) {
        return database.inTransaction(
                watch.scope(),
                handle -> handle.createUpdate("""
                        INSERT INTO alert_reads (user_id, alert_id, read_at)
                        SELECT :reader, id, :now FROM alerts
                        WHERE account = ANY (CAST(:accounts AS text[])) AND raised_at >= :since
                          AND (CAST(:member AS text) IS NULL OR (dimension = 'member' AND value = :member))
                        ON CONFLICT DO NOTHING
                        """)
                        .bind("reader", reader)
                        .bind("now", now.atOffset(ZoneOffset.UTC))
                        .bind("since", since.atOffset(ZoneOffset.UTC))
                        .bindArray("accounts", String.class, names(watch))
                        .bind("member", watch.member())
                        .execute());
    }

    /** Whose an alert is, for a caller whose right to it is still to be found out. */
    Optional<Account> accountOf(String id) {
        return database.asSystem(handle -> handle.createQuery("SELECT account FROM alerts WHERE id = :id")
                .bind("id", id)
                .mapTo(String.class)
                .findOne()
                .map(Account::new));
    }

    /**
     * The first to acknowledge stays the one who did, and is the only one who has changed anything.
     *
     * @param account whose alert it is
     */
    ObjectNode acknowledge(String id, Account account, Actor by, Instant now, Scope scope) {
        return database.inTransaction(scope, handle -> {
            int changed = handle.createUpdate("""
                            UPDATE alerts SET acknowledged_at = :now, acknowledged_by = :by
                            WHERE id = :id AND acknowledged_at IS NULL
                            """)
                    .bind("id", id)
                    .bind("by", by.id())
                    .bind("now", now.atOffset(ZoneOffset.UTC))
                    .execute();
            if (changed > 0) {
                AuditLog.append(
                        handle,
                        by,
                        now,
                        new AuditEntry(
                                account,
                                "alert_acknowledged",
                                "alert",
                                id,
                                Map.of("acknowledged", false),
                                Map.of("acknowledged", true)));
            }
            return handle.createQuery("""
                            SELECT number, alert::text AS alert, acknowledged_at, acknowledged_by
                            FROM alerts WHERE id = :id
                            """)
                    .bind("id", id)
                    .map(AlertTable::listed)
                    .one()
                    .alert();
        });
    }

    /** Which of these someone has acknowledged. */
    Set<String> acknowledged(Watch watch, Collection<String> ids) {
        return database.inTransaction(
                watch.scope(),
                handle -> handle.createQuery("""
                        SELECT id FROM alerts WHERE id = ANY (:ids) AND acknowledged_at IS NOT NULL
                        """)
                        .bindArray("ids", String.class, ids)
                        .mapTo(String.class)
                        .collect(Collectors.toSet()));
    }

    private static List<Listed> page(
            Handle handle, Watch watch, Filter filter, @Nullable String reader, @Nullable Long before, int limit) {
        // A page of each account, the newest of which are the page: of several at once all have to be read and sorted.
        // The place is given as it is: a condition with coalesce waits for a row's policy, and no page begins there.
        return handle.createQuery("""
                        SELECT number, alert::text AS alert, acknowledged_at, acknowledged_by,
                               CASE WHEN CAST(:reader AS text) IS NULL THEN acknowledged_at IS NOT NULL
                                    ELSE EXISTS (SELECT 1 FROM alert_reads r
                                                 WHERE r.user_id = :reader AND r.alert_id = newest.id) END AS read
                        FROM unnest(CAST(:accounts AS text[])) AS watched (account)
                        CROSS JOIN LATERAL (
                            SELECT * FROM alerts
                            WHERE alerts.account = watched.account
                              AND (CAST(:member AS text) IS NULL OR (dimension = 'member' AND value = :member))
                              AND (CAST(:severity AS text) IS NULL OR severity = :severity)
                              AND (CAST(:budgetId AS text) IS NULL OR budget_id = :budgetId)
                              AND (CAST(:acknowledged AS boolean) IS NULL
                                   OR (acknowledged_at IS NOT NULL) = CAST(:acknowledged AS boolean))
                              AND number < :before
                            ORDER BY number DESC
                            LIMIT :limit) AS newest
                        ORDER BY number DESC
                        LIMIT :limit
                        """)
                .bindArray("accounts", String.class, names(watch))
                .bind("member", watch.member())
                .bind("severity", filter.severity())
                .bind("budgetId", filter.budgetId())
                .bind("acknowledged", filter.acknowledged())
                .bind("before", before == null ? Long.MAX_VALUE : before)
                .bind("reader", reader)
                .bind("limit", limit)
                .map(AlertTable::listedWithRead)
                .list();
    }

    private static long unread(Handle handle, Watch watch, @Nullable String reader, Instant since) {
        return handle.createQuery("""
                        SELECT count(*) FROM alerts
                        WHERE account = ANY (CAST(:accounts AS text[])) AND raised_at >= :since
                          AND CASE WHEN CAST(:reader AS text) IS NULL THEN acknowledged_at IS NULL
                                   ELSE NOT EXISTS (SELECT 1 FROM alert_reads r
                                                    WHERE r.user_id = :reader AND r.alert_id = alerts.id) END
                          AND (CAST(:member AS text) IS NULL OR (dimension = 'member' AND value = :member))
                        """)
                .bindArray("accounts", String.class, names(watch))
                .bind("member", watch.member())
                .bind("reader", reader)
                .bind("since", since.atOffset(ZoneOffset.UTC))
                .mapTo(Long.class)
                .one();
    }

    private static Listed listedWithRead(ResultSet row, StatementContext ctx) throws SQLException {
        Listed listed = listed(row, ctx);
        listed.alert().put("read", row.getBoolean("read"));
        return listed;
    }

    private static List<String> names(Watch watch) {
        return watch.accounts().stream().map(Account::value).toList();
    }

    private static Listed listed(ResultSet row, StatementContext ctx) throws SQLException {
        OffsetDateTime at = row.getObject("acknowledged_at", OffsetDateTime.class);
        return new Listed(
                row.getLong("number"),
                answer(
                        read(row.getString("alert")),
                        at == null ? null : new Acknowledgement(at.toInstant(), row.getString("acknowledged_by"))));
    }

    /** @param by a user's id, or a key's */
    record Acknowledgement(Instant at, String by) {}

    /** The alert as the API tells it. */
    static ObjectNode answer(ObjectNode alert, @Nullable Acknowledgement acknowledgement) {
        ObjectNode answer = alert.deepCopy();
        answer.put("acknowledged", acknowledgement != null);
        if (acknowledgement != null) {
            answer.put("acknowledgedAt", acknowledgement.at().toString());
            answer.put("acknowledgedBy", acknowledgement.by());
        }
        return answer;
    }

    private static ObjectNode read(String json) {
        try {
            return EXACT.<ObjectNode>readValue(json);
        } catch (IOException e) {
            throw new UncheckedIOException("the alerts table holds what is not JSON", e);
        }
    }
}
