package com.promptmanage.query.notify;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.notify.DeliveryTable.Attempt;
import com.promptmanage.query.notify.DeliveryTable.Due;
import com.promptmanage.query.notify.DeliveryTable.Next;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Json;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What was delivered on a channel, for people: every delivery with every attempt. */
final class DeliveryLog {

    private final Database database;

    DeliveryLog(Database database) {
        this.database = database;
    }

    /**
     * The newest first.
     *
     * @param status only those; null for all
     * @param before the id of the last delivery of the page before; null for the first page
     */
    List<ObjectNode> page(Scope scope, String channelId, @Nullable String status, @Nullable String before, int limit) {
        return database.inTransaction(scope, handle -> {
            List<ObjectNode> deliveries = handle.createQuery("""
                            SELECT id, alert_id, alert ->> 'title' AS title, test, batch, status, due_at, attempts, problem,
                                   created_at, finished_at
                            FROM alert_deliveries
                            WHERE channel_id = :channel
                              AND (CAST(:status AS text) IS NULL OR status = :status)
                              AND (CAST(:before AS text) IS NULL
                                   OR (created_at, id) < (SELECT created_at, id FROM alert_deliveries WHERE id = :before))
                            ORDER BY created_at DESC, id DESC
                            LIMIT :limit
                            """)
                    .bind("channel", channelId)
                    .bind("status", status)
                    .bind("before", before)
                    .bind("limit", limit)
                    .map((row, ctx) -> delivery(row))
                    .list();
            Map<String, List<ObjectNode>> attempts = attempts(
                    handle,
                    deliveries.stream()
                            .map(delivery -> delivery.path("id").asText())
                            .toList());
            deliveries.forEach(delivery -> {
                ArrayNode log = delivery.putArray("attempts");
                attempts.getOrDefault(delivery.path("id").asText(), List.of()).forEach(log::add);
            });
            return deliveries;
        });
    }

    /** Keeps what became of a trial. */
    void keepTrial(Scope scope, Channel channel, Due due, Instant startedAt, Outcome outcome) {
        database.useTransaction(scope, handle -> {
            handle.createUpdate("""
                            INSERT INTO alert_deliveries
                                (id, channel_id, alert_id, account, alert, raised_at, test, status, due_at, created_at)
                            VALUES (:id, :channel, :alertId, :account, CAST(:alert AS jsonb), :now, true, 'failed', :now, :now)
                            """)
                    .bind("id", due.ids().getFirst())
                    .bind("channel", channel.id())
                    .bind("alertId", due.message().id())
                    .bind("account", channel.account().value())
                    .bind("alert", new String(Json.bytes(due.message().alerts().getFirst()), StandardCharsets.UTF_8))
                    .bind("now", startedAt.atOffset(ZoneOffset.UTC))
                    .execute();
            var attempt = new Attempt(
                    due,
                    startedAt,
                    outcome,
                    outcome.end() == Outcome.End.DELIVERED ? new Next.Done() : new Next.GiveUp());
            DeliveryTable.log(handle, due.ids().getFirst(), channel.account(), attempt);
            DeliveryTable.settle(handle, attempt, startedAt);
        });
    }

    /**
     * Has a delivery sent once more, alone and at once, with retries as if it were new.
     *
     * @return whether there is one
     */
    boolean sendAgain(Owned owned, String channelId, String deliveryId, Instant now) {
        return database.inTransaction(owned.scope(), handle -> {
            Optional<String> before = handle.createQuery("""
                            SELECT status FROM alert_deliveries WHERE id = :id AND channel_id = :channel FOR UPDATE
                            """)
                    .bind("id", deliveryId)
                    .bind("channel", channelId)
                    .mapTo(String.class)
                    .findOne();
            before.ifPresent(status -> sendAgain(handle, owned, channelId, deliveryId, status, now));
            return before.isPresent();
        });
    }

    private static void sendAgain(
            Handle handle, Owned owned, String channelId, String deliveryId, String before, Instant now) {
        handle.createUpdate("""
                        UPDATE alert_deliveries
                        SET status = 'pending', due_at = :now, first_attempt_at = NULL, batch = NULL, finished_at = NULL
                        WHERE id = :id
                        """)
                .bind("now", now.atOffset(ZoneOffset.UTC))
                .bind("id", deliveryId)
                .execute();
        AuditLog.append(
                handle,
                owned.actor(),
                now,
                new AuditEntry(
                        owned.account(),
                        "delivery_resent",
                        "alert_delivery",
                        deliveryId,
                        Map.of("channelId", channelId, "status", before),
                        Map.of("channelId", channelId, "status", "pending")));
    }

    private static Map<String, List<ObjectNode>> attempts(Handle handle, List<String> deliveryIds) {
        return handle
                .createQuery("""
                        SELECT delivery_id, number, started_at, duration_ms, outcome, status, said
                        FROM delivery_attempts WHERE delivery_id = ANY (:ids) ORDER BY delivery_id, number
                        """)
                .bindArray("ids", String.class, deliveryIds)
                .map((row, ctx) -> Map.entry(row.getString("delivery_id"), attempt(row)))
                .list()
                .stream()
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    }

    private static ObjectNode delivery(ResultSet row) throws SQLException {
        String status = row.getString("status");
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", row.getString("id"))
                .put("alertId", row.getString("alert_id"))
                .put("title", row.getString("title"))
                .put("test", row.getBoolean("test"))
                .put("digest", row.getString("batch") != null)
                .put("status", status)
                .put("nextAttemptAt", status.equals("pending") ? time(row, "due_at") : null)
                .put("attemptCount", row.getInt("attempts"))
                .put("problem", row.getString("problem"))
                .put("createdAt", time(row, "created_at"))
                .put("finishedAt", time(row, "finished_at"));
    }

    private static ObjectNode attempt(ResultSet row) throws SQLException {
        return JsonNodeFactory.instance
                .objectNode()
                .put("number", row.getInt("number"))
                .put("startedAt", time(row, "started_at"))
                .put("durationMs", row.getInt("duration_ms"))
                .put("outcome", row.getString("outcome"))
                .put("status", row.getObject("status", Integer.class))
                .put("response", row.getString("said"));
    }

    private static @Nullable String time(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant().toString();
    }
}
