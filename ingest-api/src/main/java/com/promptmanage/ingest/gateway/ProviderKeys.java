package com.promptmanage.ingest.gateway;

import com.promptmanage.service.access.Caller;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.LastKnown;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.service.secret.UnreadableSecretException;
import com.promptmanage.topics.account.Account;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of providers that accounts have left here, encrypted at rest and shown to nobody. A change works within five seconds
 * everywhere. A key that was used before works on while the database is away or stands still.
 *
 * <p>Safe for use by several threads.
 */
final class ProviderKeys {

    private static final Logger LOGGER = LoggerFactory.getLogger(ProviderKeys.class);

    private static final int ENDING_LENGTH = 4;

    /** Of shorter keys the ending is too much of it. */
    private static final int SHOWN_FROM_LENGTH = 20;

    private static final Duration FRESH = Duration.ofSeconds(5);

    private final Database database;

    private final SecretBox box;

    private final Clock clock;

    private final LastKnown<Place, Optional<Stored>> known;

    private record Place(Account account, Provider provider) {

        /** What a sealed key is bound to. */
        String name() {
            return "provider_keys.sealed %s %s".formatted(provider.value(), account);
        }
    }

    /** @param keyIds the API keys that may use it, unless it is for all */
    private record Stored(String key, Set<String> keyIds, boolean isForAll) {

        boolean isFor(String keyId) {
            return isForAll || keyIds.contains(keyId);
        }

        @Override
        public String toString() {
            return "Stored";
        }
    }

    /**
     * A key as people see it.
     *
     * @param ending its last characters; empty if the key is short
     * @param apiKeys the API keys that may use it; none for those of whoever left it here
     * @param allApiKeys whether every API key that may send usage for the account may use it
     */
    record Listed(
            String provider,
            String ending,
            List<String> apiKeys,
            boolean allApiKeys,
            String changedBy,
            Instant changedAt) {}

    /** A key to be left here. Its API keys are each named once; none if it is for all. */
    record Draft(String key, List<String> apiKeys, boolean allApiKeys) {

        @Override
        public String toString() {
            return "Draft";
        }
    }

    ProviderKeys(Database database, SecretBox box, Clock clock) {
        this.database = database;
        this.box = box;
        this.clock = clock;
        this.known = new LastKnown<>(FRESH, database.waits());
    }

    /**
     * The key by which an account calls a provider, if this API key may use it: one that is named, or that whoever left the
     * provider's key here has made or is.
     *
     * @throws com.promptmanage.service.http.UnavailableException if it is not known here and the database is away
     */
    Optional<String> find(Account account, Provider provider, String keyId) {
        var place = new Place(account, provider);
        return known.get(place, () -> load(place))
                .filter(one -> one.isFor(keyId))
                .map(Stored::key);
    }

    List<Listed> list(Caller caller, Account account) {
        return database.inTransaction(
                caller.scope(account),
                handle -> handle.createQuery("""
                                SELECT provider, ending, key_ids, for_all, changed_by, changed_at FROM provider_keys
                                WHERE account = :account ORDER BY provider
                                """)
                        .bind("account", account.value())
                        .map((row, ctx) -> new Listed(
                                row.getString("provider"),
                                row.getString("ending"),
                                List.of((String[]) row.getArray("key_ids").getArray()),
                                row.getBoolean("for_all"),
                                row.getString("changed_by"),
                                row.getTimestamp("changed_at").toInstant()))
                        .list());
    }

    void put(Caller caller, Account account, Provider provider, Draft draft, Actor actor) {
        var place = new Place(account, provider);
        Instant now = clock.instant();
        database.useTransaction(caller.scope(account), handle -> {
            Optional<Map<String, Object>> before = told(handle, place);
            handle.createUpdate("""
                        INSERT INTO provider_keys (account, provider, sealed, ending, key_ids, for_all, changed_by, changed_at)
                        VALUES (:account, :provider, :sealed, :ending, :keyIds, :forAll, :by, :now)
                        ON CONFLICT (account, provider) DO UPDATE
                        SET sealed = excluded.sealed, ending = excluded.ending, key_ids = excluded.key_ids,
                            for_all = excluded.for_all, changed_by = excluded.changed_by, changed_at = excluded.changed_at
                        """)
                    .bind("account", account.value())
                    .bind("provider", provider.value())
                    .bind("sealed", box.seal(place.name(), draft.key()))
                    .bind("ending", ending(draft.key()))
                    .bindArray("keyIds", String.class, draft.apiKeys())
                    .bind("forAll", draft.allApiKeys())
                    .bind("by", actor.id())
                    .bind("now", now)
                    .execute();
            AuditLog.append(
                    handle,
                    actor,
                    now,
                    new AuditEntry(
                            account,
                            "provider_key_set",
                            "provider_key",
                            provider.value(),
                            before.orElse(null),
                            Map.of(
                                    "ending",
                                    ending(draft.key()),
                                    "apiKeys",
                                    draft.apiKeys(),
                                    "allApiKeys",
                                    draft.allApiKeys())));
        });
        known.forget(place);
    }

    private static Optional<Map<String, Object>> told(Handle handle, Place place) {
        return handle.createQuery("""
                        SELECT ending, key_ids, for_all FROM provider_keys
                        WHERE account = :account AND provider = :provider FOR UPDATE
                        """)
                .bind("account", place.account().value())
                .bind("provider", place.provider().value())
                .map((row, ctx) -> Map.<String, Object>of(
                        "ending",
                        row.getString("ending"),
                        "apiKeys",
                        List.of((String[]) row.getArray("key_ids").getArray()),
                        "allApiKeys",
                        row.getBoolean("for_all")))
                .findOne();
    }

    /** Whether there was one. */
    boolean remove(Caller caller, Account account, Provider provider, Actor actor) {
        Instant now = clock.instant();
        boolean wasThere = database.inTransaction(caller.scope(account), handle -> {
            Optional<Map<String, Object>> before = told(handle, new Place(account, provider));
            handle.createUpdate("DELETE FROM provider_keys WHERE account = :account AND provider = :provider")
                    .bind("account", account.value())
                    .bind("provider", provider.value())
                    .execute();
            before.ifPresent(gone -> AuditLog.append(
                    handle,
                    actor,
                    now,
                    AuditEntry.removed(account, "provider_key_removed", "provider_key", provider.value(), gone)));
            return before.isPresent();
        });
        known.forget(new Place(account, provider));
        return wasThere;
    }

    private record Sealed(Place place, String sealed) {}

    /** Encrypts with the key of now what is encrypted with an older one, so that the older one may go. */
    void sealAnew() {
        List<Sealed> all = database.asSystem(handle -> handle.createQuery(
                        "SELECT account, provider, sealed FROM provider_keys")
                .map((row, ctx) -> new Sealed(
                        new Place(
                                new Account(row.getString("account")),
                                Provider.parse(row.getString("provider")).orElseThrow()),
                        row.getString("sealed")))
                .list());
        all.stream().filter(one -> box.isOld(one.sealed())).forEach(this::sealAnew);
    }

    /** Unless it has been changed in between: then it is sealed with the right key already. */
    private void sealAnew(Sealed old) {
        String name = old.place().name();
        try {
            String sealed = box.seal(name, box.open(name, old.sealed()));
            database.useAsSystem(handle -> handle.createUpdate("""
                            UPDATE provider_keys SET sealed = :sealed
                            WHERE account = :account AND provider = :provider AND sealed = :old
                            """)
                    .bind("sealed", sealed)
                    .bind("account", old.place().account().value())
                    .bind("provider", old.place().provider().value())
                    .bind("old", old.sealed())
                    .execute());
        } catch (UnreadableSecretException e) {
            // Whoever uses it is refused; the others must not go without because of it.
            LOGGER.atError().addKeyValue("cause", e.getMessage()).log("a provider's key cannot be read any more");
        }
    }

    private Optional<Stored> load(Place place) {
        return database.asSystem(handle -> handle.createQuery("""
                        SELECT sealed, for_all,
                               CASE WHEN for_all OR cardinality(key_ids) > 0 THEN key_ids
                                    ELSE ARRAY(SELECT id FROM api_keys
                                               WHERE api_keys.account = provider_keys.account
                                                 AND (created_by = changed_by OR id = changed_by)) END AS key_ids
                        FROM provider_keys WHERE account = :account AND provider = :provider
                        """)
                .bind("account", place.account().value())
                .bind("provider", place.provider().value())
                .map((row, ctx) -> new Stored(
                        box.open(place.name(), row.getString("sealed")),
                        Set.of((String[]) row.getArray("key_ids").getArray()),
                        row.getBoolean("for_all")))
                .findOne());
    }

    private static String ending(String key) {
        return key.length() < SHOWN_FROM_LENGTH ? "" : key.substring(key.length() - ENDING_LENGTH);
    }
}
