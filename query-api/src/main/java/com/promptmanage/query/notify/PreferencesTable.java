package com.promptmanage.query.notify;

import com.promptmanage.query.request.Fields;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.account.Account;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** Who wants to be told of what. */
final class PreferencesTable {

    private final Database database;

    PreferencesTable(Database database) {
        this.database = database;
    }

    Preferences of(Scope scope, Account account) {
        return database.inTransaction(
                scope,
                handle -> handle.createQuery(
                                "SELECT preferences::text FROM notification_preferences WHERE account = :account")
                        .bind("account", account.value())
                        .mapTo(String.class)
                        .findOne()
                        .map(PreferencesTable::read)
                        .orElse(Preferences.DEFAULTS));
    }

    void put(Scope scope, Account account, Preferences preferences, Instant now) {
        database.useTransaction(
                scope,
                handle -> handle.createUpdate("""
                        INSERT INTO notification_preferences (account, preferences, updated_at)
                        VALUES (:account, CAST(:preferences AS jsonb), :now)
                        ON CONFLICT (account) DO UPDATE
                        SET preferences = excluded.preferences, updated_at = excluded.updated_at
                        """)
                        .bind("account", account.value())
                        .bind(
                                "preferences",
                                new String(Json.bytes(PreferencesJson.write(preferences)), StandardCharsets.UTF_8))
                        .bind("now", now.atOffset(ZoneOffset.UTC))
                        .execute());
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
