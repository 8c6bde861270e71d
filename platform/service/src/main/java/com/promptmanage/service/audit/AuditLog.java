package com.promptmanage.service.audit;

import com.promptmanage.service.http.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Writes the log. There is no change without its entry, and no entry without its change: they are one transaction. */
public final class AuditLog {

    private AuditLog() {}

    /** @param handle of a transaction that may work with the entry's account */
    public static void append(Handle handle, Actor actor, Instant at, AuditEntry entry) {
        handle.createUpdate("""
                        INSERT INTO audit_log (account, at, action, actor_kind, actor_id, actor_name, resource_type,
                                               resource_id, old_values, new_values, address, user_agent)
                        VALUES (:account, :at, :action, :kind, :actor, :name, :type, :resource,
                                CAST(:before AS jsonb), CAST(:after AS jsonb), :address, :agent)
                        """)
                .bind("account", entry.account().value())
                .bind("at", at)
                .bind("action", entry.action())
                .bind("kind", actor.kind())
                .bind("actor", actor.id())
                .bind("name", actor.name())
                .bind("type", entry.resourceType())
                .bind("resource", entry.resourceId())
                .bind("before", json(entry.before()))
                .bind("after", json(entry.after()))
                .bind("address", actor.address())
                .bind("agent", actor.userAgent())
                .execute();
    }

    private static @Nullable String json(@Nullable Map<String, ?> values) {
        return values == null ? null : new String(Json.bytes(values), StandardCharsets.UTF_8);
    }
}
