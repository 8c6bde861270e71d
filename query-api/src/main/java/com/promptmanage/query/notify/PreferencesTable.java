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
import java.util.Set;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Who wants to be told of what. */
final class PreferencesTable {

    private final Database database;

    PreferencesTable(Database database) {
        this.database = database;
    }

    Preferences of(Scope scope, Account account) {
        return database.inTransaction(scope, handle -> kept(handle, account, "").among(channels(handle, account, "")));
    }

    private static Preferences kept(Handle handle, Account account, String lock) {
        return handle.createQuery(
                        "SELECT preferences::text FROM notification_preferences WHERE account = :account" + lock)
                .bind("account", account.value())
                .mapTo(String.class)
                .findOne()
                .map(PreferencesTable::read)
                .orElse(Preferences.DEFAULTS);
    }

    private static Set<String> channels(Handle handle, Account account, String lock) {
        return Set.copyOf(
                handle.createQuery("SELECT id FROM notification_channels WHERE account = :account ORDER BY id" + lock)
                        .bind("account", account.value())
                        .mapTo(String.class)
                        .list());
    }

    /**
     * What is so already is no change.
     *
     * @param wanted makes them, or refuses to, of the ids of all channels of the account: none of those goes meanwhile
     * @return what is kept now
     */
    Preferences put(Owned owned, Function<Set<String>, Preferences> wanted, Instant now) {
        return database.inTransaction(owned.scope(), handle -> {
            Preferences preferences = wanted.apply(channels(handle, owned.account(), " FOR KEY SHARE"));
            Preferences before = kept(handle, owned.account(), "");
            if (!preferences.equals(before)) {
                keep(handle, owned, before, preferences, now);
                release(handle, owned.account(), preferences, now);
            }
            return preferences;
        });
    }

    /** In the transaction that deletes channels of an account: they are chosen no longer. */
    static void forgetDeletedChannels(Handle handle, Owned owned, Instant now) {
        Preferences before = kept(handle, owned.account(), " FOR UPDATE");
        Preferences after = before.among(channels(handle, owned.account(), ""));
        if (!after.equals(before)) {
            keep(handle, owned, before, after, now);
        }
    }

    private static void keep(Handle handle, Owned owned, Preferences before, Preferences after, Instant now) {
        handle.createUpdate("""
                        INSERT INTO notification_preferences (account, preferences, updated_at)
                        VALUES (:account, CAST(:preferences AS jsonb), :now)
                        ON CONFLICT (account) DO UPDATE
                        SET preferences = excluded.preferences, updated_at = excluded.updated_at
                        """)
                .bind("account", owned.account().value())
                .bind("preferences", new String(Json.bytes(PreferencesJson.write(after)), StandardCharsets.UTF_8))
                .bind("now", now.atOffset(ZoneOffset.UTC))
                .execute();
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
                        told(after)));
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
