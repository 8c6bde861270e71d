package com.promptmanage.service.access;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.id.Ids;
import com.promptmanage.topics.account.Account;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** API keys: made, revoked, and recognised. Of a key only its SHA-256 is kept, so it is shown once. */
public final class ApiKeys implements AutoCloseable {

    private static final int SHOWN_LENGTH = 11;

    private final Database database;

    private final Ids ids;

    private final KnownKeys known;

    private final Clock clock;

    /**
     * @param id the key's own id, by which it is revoked
     * @param secret the key in clear: kept nowhere
     * @param prefix what people tell it by later
     */
    public record Created(String id, String secret, String prefix) {

        @Override
        public String toString() {
            return "Created[%s, %s…]".formatted(id, prefix);
        }
    }

    /**
     * A key as people see it later.
     *
     * @param createdBy a user's id; null if the product made it
     * @param lastUsedAt to some seconds; null if never
     */
    public record Listed(
            String id,
            String name,
            String prefix,
            List<String> scopes,
            boolean maySpeakForOthers,
            String role,
            @Nullable String createdBy,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant lastUsedAt) {

        static final String COLUMNS =
                "id, name, prefix, scopes, may_speak_for_others, role, created_by, created_at, expires_at, last_used_at";

        static Listed read(ResultSet row) throws SQLException {
            return new Listed(
                    row.getString("id"),
                    row.getString("name"),
                    row.getString("prefix"),
                    Stream.of((String[]) row.getArray("scopes").getArray())
                            .sorted()
                            .toList(),
                    row.getBoolean("may_speak_for_others"),
                    row.getString("role"),
                    row.getString("created_by"),
                    row.getTimestamp("created_at").toInstant(),
                    time(row, "expires_at"),
                    time(row, "last_used_at"));
        }

        private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
            Timestamp time = row.getTimestamp(column);
            return time == null ? null : time.toInstant();
        }
    }

    public ApiKeys(Database database, Clock clock) {
        this(database, clock, KnownKeys.REFRESH_EVERY);
    }

    ApiKeys(Database database, Clock clock, Duration refreshEvery) {
        this.database = database;
        this.ids = new Ids(clock);
        this.known = new KnownKeys(database, clock, refreshEvery);
        this.clock = clock;
    }

    /** Whether what looks like a key, of ours or of another installation, stands anywhere in a text. */
    public static boolean isKeyIn(String text) {
        return Secrets.isIn(Secrets.KEY_PREFIX, text);
    }

    public Created create(Scope scope, NewKey wanted) {
        return database.inTransaction(scope, handle -> create(handle, wanted));
    }

    /** As {@link #create(Scope, NewKey)}, in a transaction that may work with the key's account. */
    public Created create(Handle handle, NewKey wanted) {
        String id = ids.next("key");
        String secret = Secrets.make(Secrets.KEY_PREFIX);
        String prefix = secret.substring(0, SHOWN_LENGTH);
        handle.createUpdate("""
                        INSERT INTO api_keys (id, prefix, hash, name, account, scopes, may_speak_for_others, role,
                                              created_by, created_at, expires_at)
                        VALUES (:id, :prefix, :hash, :name, :account, :scopes, :others, :role, :by, :now, :expires)
                        """)
                .bind("id", id)
                .bind("prefix", prefix)
                .bind("hash", Secrets.hash(secret))
                .bind("name", wanted.name())
                .bind("account", wanted.account().value())
                .bindArray(
                        "scopes",
                        String.class,
                        wanted.scopes().stream().map(KeyScope::code).toList())
                .bind("others", wanted.maySpeakForOthers())
                .bind("role", wanted.role().code())
                .bind("by", wanted.createdBy())
                .bind("now", clock.instant())
                .bind("expires", wanted.expiresAt())
                .execute();
        return new Created(id, secret, prefix);
    }

    /**
     * As {@link #revoke(Scope, String)}, in the caller's transaction.
     *
     * @return the key as it was, if there is one of this account that was not revoked before. It is refused here from when
     *     the caller says {@link #refresh}, after the transaction
     */
    public Optional<Listed> revoke(Handle handle, Account account, String id) {
        return handle.createQuery("""
                        UPDATE api_keys SET revoked_at = :now
                        WHERE id = :id AND account = :account AND revoked_at IS NULL
                        RETURNING
                        """ + Listed.COLUMNS)
                .bind("now", clock.instant())
                .bind("id", id)
                .bind("account", account.value())
                .map((row, ctx) -> Listed.read(row))
                .findOne();
    }

    /**
     * Revokes what this person made of an account's keys, in the caller's transaction: a copy of such a key would be a way
     * back in for someone who was shown out.
     *
     * @return the keys as they were. They are refused here from when the caller says {@link #refresh}, after the transaction
     */
    public List<Listed> revokeMadeBy(Handle handle, Account account, String userId) {
        return handle.createQuery("""
                        UPDATE api_keys SET revoked_at = :now
                        WHERE account = :account AND created_by = :user AND revoked_at IS NULL
                        RETURNING
                        """ + Listed.COLUMNS)
                .bind("now", clock.instant())
                .bind("account", account.value())
                .bind("user", userId)
                .map((row, ctx) -> Listed.read(row))
                .list();
    }

    /**
     * Lets what this person made of a team's keys do no more than the role, in the caller's transaction; what may less stays
     * as it is. It holds here from when the caller says {@link #refresh}, after the transaction.
     */
    public void limitMadeBy(Handle handle, Account team, String userId, Role role) {
        handle.createUpdate("""
                        UPDATE api_keys SET role = :role
                        WHERE account = :account AND created_by = :user AND revoked_at IS NULL AND role = ANY (:above)
                        """)
                .bind("role", role.code())
                .bind("account", team.value())
                .bind("user", userId)
                .bindArray(
                        "above",
                        String.class,
                        Stream.of(Role.values())
                                .filter(other -> other.compareTo(role) < 0)
                                .map(Role::code)
                                .toList())
                .execute();
    }

    /** Revokes every key of an account, in the caller's transaction. */
    public void revokeAll(Handle handle, Account account) {
        handle.createUpdate("UPDATE api_keys SET revoked_at = :now WHERE account = :account AND revoked_at IS NULL")
                .bind("now", clock.instant())
                .bind("account", account.value())
                .execute();
    }

    /** Keys of an account that are not revoked, the newest first. */
    public List<Listed> list(Handle handle, Account account) {
        return handle.createQuery("SELECT " + Listed.COLUMNS + """
                         FROM api_keys WHERE account = :account AND revoked_at IS NULL
                        ORDER BY created_at DESC, id DESC
                        """)
                .bind("account", account.value())
                .map((row, ctx) -> Listed.read(row))
                .list();
    }

    /** What was changed in a transaction of the caller's counts in this process from now on. */
    public void refresh() {
        known.refresh();
    }

    /**
     * From now on in this process, and within a few seconds in every other, the key is not accepted.
     *
     * @return whether there was a key with this id that the scope may change and that was not revoked before
     */
    public boolean revoke(Scope scope, String id) {
        boolean revoked = database.inTransaction(
                scope,
                handle -> handle.createUpdate("""
                                UPDATE api_keys SET revoked_at = :now
                                WHERE id = :id AND revoked_at IS NULL
                                """)
                                .bind("now", clock.instant())
                                .bind("id", id)
                                .execute()
                        == 1);
        refresh();
        return revoked;
    }

    /**
     * Who carries this key. A key that was seen before is known without the database.
     *
     * @return nothing if there is no such key, or it is revoked or expired
     * @throws com.promptmanage.service.http.UnavailableException if the key is not known here and the database is away
     */
    Optional<Caller.Key> caller(String secret) {
        if (!Secrets.isWhole(Secrets.KEY_PREFIX, secret)) {
            return Optional.empty();
        }
        return known.find(Secrets.hash(secret)).map(ApiKey::caller);
    }

    @Override
    public void close() {
        known.close();
    }
}
