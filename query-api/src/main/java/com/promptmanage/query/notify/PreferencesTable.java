package com.promptmanage.query.notify;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.request.Fields;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.account.Account;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Who wants to be told of what. */
final class PreferencesTable {

    private final Database database;

    PreferencesTable(Database database) {
        this.database = database;
    }

    Preferences of(Scope scope, Account account) {
        return database.inTransaction(scope, handle -> of(handle, account));
    }

    private static Preferences of(Handle handle, Account account) {
        return handle.createQuery("SELECT preferences::text FROM notification_preferences WHERE account = :account")
                .bind("account", account.value())
                .mapTo(String.class)
                .findOne()
                .map(PreferencesTable::read)
                .orElse(Preferences.DEFAULTS);
    }

    /** What is so already is no change. */
    void put(Owned owned, Preferences preferences, Instant now) {
        database.useTransaction(owned.scope(), handle -> {
            Preferences before = of(handle, owned.account());
            if (preferences.equals(before)) {
                return;
            }
            handle.createUpdate("""
                            INSERT INTO notification_preferences (account, preferences, updated_at)
                            VALUES (:account, CAST(:preferences AS jsonb), :now)
                            ON CONFLICT (account) DO UPDATE
                            SET preferences = excluded.preferences, updated_at = excluded.updated_at
                            """)
                    .bind("account", owned.account().value())
                    .bind(
                            "preferences",
                            new String(Json.bytes(PreferencesJson.write(preferences)), StandardCharsets.UTF_8))
                    .bind("now", now.atOffset(ZoneOffset.UTC))
                    .execute();
            release(handle, owned.account(), preferences, now);
            AuditLog.append(
                    handle,
                    owned.actor(),
                    now,
                    new AuditEntry(
                            owned.account(),
                            "notification_preferences_changed",
                            "notification_preferences",
                            owned.account().value(),
                            told(before),
                            told(preferences)));
        });
    }

    /** What is held, and was not tried yet, is held no longer than it would be if it came now. What goes together still does. */
    private static void release(Handle handle, Account account, Preferences preferences, Instant now) {
        handle.createUpdate("""
                        UPDATE alert_deliveries
                        SET due_at = CASE WHEN batch IS NULL THEN CAST(:alone AS timestamptz) ELSE CAST(:together AS timestamptz) END
                        WHERE account = :account AND status = 'pending' AND attempts = 0
                          AND due_at > CASE WHEN batch IS NULL THEN CAST(:alone AS timestamptz) ELSE CAST(:together AS timestamptz) END
                        """)
                .bind("account", account.value())
                .bind("alone", preferences.alone(now).atOffset(ZoneOffset.UTC))
                .bind("together", preferences.together(now).atOffset(ZoneOffset.UTC))
                .execute();
    }

    private static Map<String, JsonNode> told(Preferences preferences) {
        var values = new LinkedHashMap<String, JsonNode>();
        PreferencesJson.write(preferences).properties().forEach(one -> values.put(one.getKey(), one.getValue()));
        return values;
    }

    /** @param json as it is kept; null if there is nothing */
    static Preferences read(@Nullable String json) {
        if (json == null) {
            return Preferences.DEFAULTS;
        }
        var faults = new Faults();
        return PreferencesJson.read(Fields.of(json.getBytes(StandardCharsets.UTF_8), faults), faults);
    }
}
