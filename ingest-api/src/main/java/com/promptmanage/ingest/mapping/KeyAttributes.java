package com.promptmanage.ingest.mapping;

import com.promptmanage.ingest.admission.AttributeMapping;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.LastKnown;
import com.promptmanage.topics.account.Account;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The attributes that keys have set, as they are needed with each request. A change works within five seconds everywhere. What was read
 * once works on while the database is away or stands still; a key that is not known yet is answered 503 then, for its calls might be charged
 * to the wrong account.
 *
 * <p>Safe for use by several threads.
 */
public final class KeyAttributes {

    private static final Duration FRESH = Duration.ofSeconds(5);

    private final Database database;

    private final Clock clock;

    private final LastKnown<String, KeyRules> known;

    /**
     * What people set.
     *
     * @param metricsOnly whether what is sent with the key tells its usage by metrics alone
     */
    record Entries(List<String> attributes, boolean metricsOnly) {

        Entries {
            attributes = List.copyOf(attributes);
        }
    }

    public KeyAttributes(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
        this.known = new LastKnown<>(FRESH, database.waits());
    }

    /** What the caller's key has set; nothing for a person. */
    public KeyRules of(Caller caller) {
        return switch (caller) {
            case Caller.Person person -> KeyRules.NONE;
            case Caller.Key key -> known.get(key.keyId(), () -> read(key.keyId()));
        };
    }

    private static KeyRules rules(ResultSet row) throws SQLException {
        @Nullable Timestamp since = row.getTimestamp("metrics_since");
        return new KeyRules(
                AttributeMapping.parse(
                        List.of((String[]) row.getArray("attributes").getArray())),
                since == null ? null : since.toInstant());
    }

    /** As they were set. Empty if the key is not there, or not the caller's to see. */
    Optional<Entries> entries(Caller caller, String keyId) {
        return account(caller, keyId)
                .map(account -> database.inTransaction(caller.scope(account), handle -> entries(handle, keyId)));
    }

    private static Entries entries(Handle handle, String keyId) {
        return handle.createQuery(
                        "SELECT attributes, metrics_since IS NOT NULL AS metrics FROM key_attributes WHERE key_id = :id")
                .bind("id", keyId)
                .map((row, ctx) -> new Entries(
                        List.of((String[]) row.getArray("attributes").getArray()), row.getBoolean("metrics")))
                .findOne()
                .orElse(new Entries(List.of(), false));
    }

    /** Whose key it is. Empty if it is not there, or not the caller's to see. */
    Optional<Account> account(Caller caller, String keyId) {
        return database.inTransaction(
                caller.scope(),
                handle -> handle.createQuery("SELECT account FROM api_keys WHERE id = :id AND revoked_at IS NULL")
                        .bind("id", keyId)
                        .mapTo(String.class)
                        .findOne()
                        .map(Account::new));
    }

    /** They decide who is charged, so the audit log tells who set them. */
    void set(Caller caller, Actor actor, Account account, String keyId, Entries entries) {
        database.useTransaction(caller.scope(account), handle -> {
            Instant now = clock.instant();
            Entries before = entries(handle, keyId);
            handle.createUpdate("""
                            INSERT INTO key_attributes AS held (key_id, account, attributes, metrics_since, changed_at)
                            VALUES (:id, :account, :attributes, CASE WHEN :metrics THEN CAST(:now AS timestamptz) END, :now)
                            ON CONFLICT (key_id) DO UPDATE
                            SET attributes = excluded.attributes, changed_at = excluded.changed_at,
                                metrics_since = CASE WHEN :metrics THEN coalesce(held.metrics_since, excluded.metrics_since) END
                            """)
                    .bind("id", keyId)
                    .bind("account", account.value())
                    .bindArray("attributes", String.class, entries.attributes())
                    .bind("metrics", entries.metricsOnly())
                    .bind("now", now)
                    .execute();
            AuditLog.append(
                    handle,
                    actor,
                    now,
                    new AuditEntry(
                            account,
                            "key_attributes_changed",
                            "api_key",
                            keyId,
                            Map.of("attributes", before.attributes(), "metricsOnly", before.metricsOnly()),
                            Map.of("attributes", entries.attributes(), "metricsOnly", entries.metricsOnly())));
        });
        known.forget(keyId);
    }

    private KeyRules read(String keyId) {
        return database.asSystem(
                handle -> handle.createQuery("SELECT attributes, metrics_since FROM key_attributes WHERE key_id = :id")
                        .bind("id", keyId)
                        .map((row, ctx) -> rules(row))
                        .findOne()
                        .orElse(KeyRules.NONE));
    }
}
