package com.promptmanage.query.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the log, the newest entry first. */
final class AuditTable {

    private final Database database;

    AuditTable(Database database) {
        this.database = database;
    }

    record AuditActor(String kind, String id, String name) {}

    /**
     * @param oldValues null if the thing was not there before
     * @param newValues null if the thing is not there any more
     */
    record Entry(
            String id,
            Instant at,
            String action,
            AuditActor actor,
            String resourceType,
            String resourceId,
            @Nullable JsonNode oldValues,
            @Nullable JsonNode newValues,
            @Nullable String address,
            @Nullable String userAgent) {}

    /** @param before the id of the last entry of the page before; null for the first page */
    List<Entry> list(Scope scope, AuditQuery query, @Nullable Long before, int limit) {
        // The place is given as it is: a condition with coalesce waits for a row's policy, and no page begins there.
        return database.inTransaction(
                scope,
                handle -> handle.createQuery("""
                                SELECT id, at, action, actor_kind, actor_id, actor_name, resource_type, resource_id,
                                       old_values::text AS old_values, new_values::text AS new_values, address, user_agent
                                FROM audit_log
                                WHERE account = :account
                                  AND id < :before
                                  AND (CAST(:action AS text) IS NULL OR action = :action)
                                  AND (CAST(:actor AS text) IS NULL OR actor_id = :actor)
                                  AND (CAST(:type AS text) IS NULL OR resource_type = :type)
                                  AND (CAST(:resource AS text) IS NULL OR resource_id = :resource)
                                  AND at >= coalesce(CAST(:from AS timestamptz), '-infinity')
                                  AND at < coalesce(CAST(:to AS timestamptz), 'infinity')
                                ORDER BY id DESC LIMIT :limit
                                """)
                        .bind("account", query.account().value())
                        .bind("before", before == null ? Long.MAX_VALUE : before)
                        .bind("action", query.action())
                        .bind("actor", query.actorId())
                        .bind("type", query.resourceType())
                        .bind("resource", query.resourceId())
                        .bind("from", query.range().from())
                        .bind("to", query.range().to())
                        .bind("limit", limit)
                        .map((row, ctx) -> entry(row))
                        .list());
    }

    private static Entry entry(ResultSet row) throws SQLException {
        return new Entry(
                Long.toString(row.getLong("id")),
                row.getTimestamp("at").toInstant(),
                row.getString("action"),
                new AuditActor(row.getString("actor_kind"), row.getString("actor_id"), row.getString("actor_name")),
                row.getString("resource_type"),
                row.getString("resource_id"),
                values(row.getString("old_values")),
                values(row.getString("new_values")),
                row.getString("address"),
                row.getString("user_agent"));
    }

    private static @Nullable JsonNode values(@Nullable String json) {
        try {
            return json == null ? null : Json.mapper().readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException("the audit log holds what is not JSON", e);
        }
    }
}
