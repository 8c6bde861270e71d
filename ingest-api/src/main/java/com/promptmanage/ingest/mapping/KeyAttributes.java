package com.promptmanage.ingest.mapping;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.promptmanage.ingest.admission.AttributeMapping;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.topics.account.Account;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The attributes that keys have set, as they are needed with each request. A change works within five seconds everywhere. What was read
 * once works on while the database is away; a key that is not known yet is answered 503 then, for its calls might be charged
 * to the wrong account.
 *
 * <p>Safe for use by several threads.
 */
public final class KeyAttributes {

    private static final int KEYS_MAX = 100_000;

    private static final Duration FRESH = Duration.ofSeconds(5);

    private static final AttributeMapping NONE = AttributeMapping.parse(List.of());

    private final Database database;

    private final Clock clock;

    private final Cache<String, AttributeMapping> fresh =
            Caffeine.newBuilder().maximumSize(KEYS_MAX).expireAfterWrite(FRESH).build();

    private final Cache<String, AttributeMapping> known =
            Caffeine.newBuilder().maximumSize(KEYS_MAX).build();

    public KeyAttributes(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** What the caller's key has set; nothing for a person. */
    public AttributeMapping of(Caller caller) {
        return switch (caller) {
            case Caller.Person person -> NONE;
            case Caller.Key key -> fresh.get(key.keyId(), this::load);
        };
    }

    /** As they were set. Empty if the key is not there, or not the caller's to see. */
    Optional<List<String>> entries(Caller caller, String keyId) {
        return account(caller, keyId)
                .map(account -> database.inTransaction(caller.scope(account), handle -> entries(handle, keyId)));
    }

    private static List<String> entries(Handle handle, String keyId) {
        return handle.createQuery("SELECT attributes FROM key_attributes WHERE key_id = :id")
                .bind("id", keyId)
                .map((row, ctx) -> List.of((String[]) row.getArray("attributes").getArray()))
                .findOne()
                .orElse(List.of());
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
    void set(Caller caller, Actor actor, Account account, String keyId, List<String> entries) {
        database.useTransaction(caller.scope(account), handle -> {
            Instant now = clock.instant();
            List<String> before = entries(handle, keyId);
            handle.createUpdate("""
                            INSERT INTO key_attributes (key_id, account, attributes, changed_at)
                            VALUES (:id, :account, :attributes, :now)
                            ON CONFLICT (key_id) DO UPDATE
                            SET attributes = excluded.attributes, changed_at = excluded.changed_at
                            """)
                    .bind("id", keyId)
                    .bind("account", account.value())
                    .bindArray("attributes", String.class, entries)
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
                            Map.of("attributes", before),
                            Map.of("attributes", entries)));
        });
        fresh.invalidate(keyId);
    }

    private AttributeMapping load(String keyId) {
        try {
            AttributeMapping loaded = database.asSystem(handle -> handle.createQuery(
                            "SELECT attributes FROM key_attributes WHERE key_id = :id")
                    .bind("id", keyId)
                    .map((row, ctx) -> AttributeMapping.parse(
                            List.of((String[]) row.getArray("attributes").getArray())))
                    .findOne()
                    .orElse(NONE));
            known.put(keyId, loaded);
            return loaded;
        } catch (UnavailableException e) {
            AttributeMapping before = known.getIfPresent(keyId);
            if (before == null) {
                throw e;
            }
            return before;
        }
    }
}
