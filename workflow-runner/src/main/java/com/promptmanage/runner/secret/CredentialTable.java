package com.promptmanage.runner.secret;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.promptmanage.runner.secret.Credential.Status;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.id.Ids;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.service.secret.UnreadableSecretException;
import com.promptmanage.topics.account.Account;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Credentials as they are kept: what they hold leaves here only through {@link SecretValues}. */
public final class CredentialTable implements SecretValues {

    private static final Logger LOGGER = LoggerFactory.getLogger(CredentialTable.class);

    /** More is no set of credentials, but a table. */
    static final int CREDENTIALS_MAX = 200;

    private static final Duration USE_SEEN_EVERY = Duration.ofMinutes(1);

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final String COLUMNS =
            "id, account, name, kind, fields, status, created_by, created_at, updated_at, last_used_at";

    private final Database database;

    private final SecretBox box;

    private final Ids ids;

    private final Clock clock;

    public CredentialTable(Database database, SecretBox box, Clock clock) {
        this.database = database;
        this.box = box;
        this.ids = new Ids(clock);
        this.clock = clock;
    }

    private enum By {
        ID,
        NAME,
        KIND
    }

    /** @param values by name; replaces all that was held before */
    record Draft(String name, String kind, Map<String, String> values) {

        Draft {
            values = Map.copyOf(values);
        }

        /** Without what is secret. */
        @Override
        public String toString() {
            return "Draft[%s, %s]".formatted(name, kind);
        }
    }

    List<Credential> list(Scope scope, Account account) {
        return database.inTransaction(
                scope,
                handle -> handle.createQuery(
                                "SELECT " + COLUMNS + " FROM credentials WHERE account = :account ORDER BY name")
                        .bind("account", account.value())
                        .map((row, ctx) -> credential(row))
                        .list());
    }

    Optional<Credential> find(Scope scope, String id) {
        return database.inTransaction(scope, handle -> find(handle, id));
    }

    /** @throws ProblemException 409 if the account has one of this name, or as many as it may */
    Credential create(Scope scope, Account account, @Nullable String createdBy, Actor actor, Draft draft) {
        return database.inTransaction(scope, handle -> {
            requireRoom(handle, account);
            String id = ids.next("cred");
            int inserted = handle.createUpdate("""
                INSERT INTO credentials (id, account, name, kind, fields, sealed, created_by, created_at, updated_at)
                VALUES (:id, :account, :name, :kind, :fields, :sealed, :createdBy, :now, :now)
                ON CONFLICT (account, name) DO NOTHING
                """)
                    .bind("id", id)
                    .bind("account", account.value())
                    .bind("name", draft.name())
                    .bind("kind", draft.kind())
                    .bind("fields", names(draft))
                    .bind("sealed", box.seal(place(account, id), json(draft)))
                    .bind("createdBy", createdBy)
                    .bind("now", clock.instant())
                    .execute();
            if (inserted == 0) {
                throw nameTaken(draft.name());
            }
            Credential created = find(handle, id).orElseThrow();
            tell(handle, actor, "credential_created", created, null, told(created));
            return created;
        });
    }

    /** Replaces what it holds. Empty if there is none of that id. */
    Optional<Credential> change(Scope scope, String id, Actor actor, Draft draft) {
        return database.inTransaction(scope, handle -> {
            Optional<Credential> before = find(handle, id);
            if (before.isEmpty()) {
                return before;
            }
            Account account = before.get().account();
            boolean isTaken = handle.createQuery(
                                    "SELECT count(*) FROM credentials WHERE account = :account AND name = :name AND id"
                                            + " <> :id")
                            .bind("account", account.value())
                            .bind("name", draft.name())
                            .bind("id", id)
                            .mapTo(Long.class)
                            .one()
                    > 0;
            if (isTaken) {
                throw nameTaken(draft.name());
            }
            handle.createUpdate("""
                UPDATE credentials SET name = :name, kind = :kind, fields = :fields, sealed = :sealed,
                       status = 'active', updated_at = :now
                WHERE id = :id
                """)
                    .bind("id", id)
                    .bind("name", draft.name())
                    .bind("kind", draft.kind())
                    .bind("fields", names(draft))
                    .bind("sealed", box.seal(place(account, id), json(draft)))
                    .bind("now", clock.instant())
                    .execute();
            Optional<Credential> after = find(handle, id);
            tell(handle, actor, "credential_changed", before.get(), told(before.get()), told(after.orElseThrow()));
            return after;
        });
    }

    /** @return whether there was one */
    boolean delete(Scope scope, String id, Actor actor) {
        return database.inTransaction(scope, handle -> {
            Optional<Credential> before = find(handle, id);
            boolean isGone = handle.execute("DELETE FROM credentials WHERE id = ?", id) > 0;
            if (isGone && before.isPresent()) {
                tell(handle, actor, "credential_deleted", before.get(), told(before.get()), null);
            }
            return isGone;
        });
    }

    private void tell(
            Handle handle,
            Actor actor,
            String action,
            Credential credential,
            @Nullable Map<String, Object> before,
            @Nullable Map<String, Object> after) {
        AuditLog.append(
                handle,
                actor,
                clock.instant(),
                new AuditEntry(credential.account(), action, "credential", credential.id(), before, after));
    }

    /** Without what is secret. */
    private static Map<String, Object> told(Credential credential) {
        return Map.of("name", credential.name(), "kind", credential.kind(), "fields", credential.fields());
    }

    @Override
    public Optional<String> named(Account account, String name) {
        return open(account, By.NAME, name).flatMap(values -> Optional.ofNullable(values.get("value")));
    }

    @Override
    public Optional<Map<String, String>> ofCredential(Account account, String credentialId) {
        return open(account, By.ID, credentialId);
    }

    @Override
    public Optional<Map<String, String>> ofKind(Account account, String kind) {
        return open(account, By.KIND, kind);
    }

    /** Whether there is such a one that may be used. It is not opened. */
    public boolean isActive(Account account, String credentialId) {
        return isThere(account, "id = :key", credentialId);
    }

    /** Whether workflows of the account may refer to a secret by this name. It is not opened. */
    public boolean isSecret(Account account, String name) {
        return isThere(account, "kind = 'secret' AND name = :key", name);
    }

    private boolean isThere(Account account, String condition, String key) {
        return database.inTransaction(
                new Scope.Tenant("", Set.of(account.value())),
                handle -> handle.createQuery("""
                        SELECT EXISTS (
                            SELECT 1 FROM credentials WHERE account = :account AND status = 'active' AND
                        """ + condition + ")")
                        .bind("account", account.value())
                        .bind("key", key)
                        .mapTo(Boolean.class)
                        .one());
    }

    /**
     * Encrypts anew what is encrypted with another key than the one that seals now. Any number of processes may do it.
     *
     * @return how many were
     */
    public int rotate() {
        int rotated = 0;
        String after = "";
        while (true) {
            String from = after;
            List<Sealed> some = database.asSystem(handle -> handle.createQuery(
                            "SELECT id, account, sealed FROM credentials WHERE id > :from ORDER BY id LIMIT 200")
                    .bind("from", from)
                    .map((row, ctx) ->
                            new Sealed(row.getString("id"), row.getString("account"), row.getString("sealed")))
                    .list());
            if (some.isEmpty()) {
                return rotated;
            }
            for (Sealed one : some) {
                rotated += box.isOld(one.sealed()) ? rotate(one) : 0;
            }
            after = some.getLast().id();
        }
    }

    /** Unless it has been changed in between: then it is sealed with the right key already. */
    private int rotate(Sealed old) {
        String place = place(Account.parse(old.account()).orElseThrow(), old.id());
        String anew;
        try {
            anew = box.seal(place, box.open(place, old.sealed()));
        } catch (UnreadableSecretException e) {
            // Whoever uses it is told; the others must not go without because of it.
            LOGGER.atError().addKeyValue("cause", e.getMessage()).log("a credential cannot be read any more");
            return 0;
        }
        return database.asSystem(
                handle -> handle.createUpdate("UPDATE credentials SET sealed = :anew WHERE id = :id AND sealed = :old")
                        .bind("anew", anew)
                        .bind("id", old.id())
                        .bind("old", old.sealed())
                        .execute());
    }

    private record Sealed(String id, String account, String sealed) {}

    private Optional<Map<String, String>> open(Account account, By by, String key) {
        var scope = new Scope.Tenant("", Set.of(account.value()));
        Optional<Sealed> found = database.inTransaction(scope, handle -> {
            Optional<Sealed> one = handle.createQuery("""
                SELECT id, sealed FROM credentials
                WHERE account = :account AND status = 'active'
                  AND CASE :by WHEN 'ID' THEN id = :key
                               WHEN 'KIND' THEN kind = :key
                               ELSE kind = 'secret' AND name = :key END
                ORDER BY created_at DESC, id DESC LIMIT 1
                """)
                    .bind("account", account.value())
                    .bind("by", by.name())
                    .bind("key", key)
                    .map((row, ctx) -> new Sealed(row.getString("id"), account.value(), row.getString("sealed")))
                    .findOne();
            one.ifPresent(used -> touch(handle, used.id()));
            return one;
        });
        return found.map(one -> values(box.open(place(account, one.id()), one.sealed())));
    }

    /** Once a minute is enough to see what is in use, and keeps a thousand runs from queueing for the row. */
    private void touch(Handle handle, String id) {
        Instant now = clock.instant();
        handle.createUpdate("""
            UPDATE credentials SET last_used_at = :now
            WHERE id = :id AND (last_used_at IS NULL OR last_used_at < :before)
            """)
                .bind("id", id)
                .bind("now", now)
                .bind("before", now.minus(USE_SEEN_EVERY))
                .execute();
    }

    private static Map<String, String> values(String json) {
        try {
            return MAPPER.readValue(json, new TypeReference<Map<String, String>>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a credential does not hold what was put into it");
        }
    }

    private static String json(Draft draft) {
        return new String(Json.bytes(new TreeMap<>(draft.values())), StandardCharsets.UTF_8);
    }

    private static String[] names(Draft draft) {
        return draft.values().keySet().stream().sorted().toArray(String[]::new);
    }

    private static String place(Account account, String id) {
        return "credentials/" + account.value() + "/" + id;
    }

    private static Optional<Credential> find(Handle handle, String id) {
        return handle.createQuery("SELECT " + COLUMNS + " FROM credentials WHERE id = :id")
                .bind("id", id)
                .map((row, ctx) -> credential(row))
                .findOne();
    }

    private static void requireRoom(Handle handle, Account account) {
        // Two at a time would both find room for one.
        handle.execute("SELECT pg_advisory_xact_lock(hashtextextended(?, 53))", account.value());
        long count = handle.createQuery("SELECT count(*) FROM credentials WHERE account = :account")
                .bind("account", account.value())
                .mapTo(Long.class)
                .one();
        if (count >= CREDENTIALS_MAX) {
            throw ProblemException.conflict(
                    "%s has %d credentials, which is the most it may have: delete one".formatted(account, count));
        }
    }

    private static ProblemException nameTaken(String name) {
        return ProblemException.conflict("There is a credential '%s' already: choose another name".formatted(name));
    }

    private static Credential credential(ResultSet row) throws SQLException {
        return new Credential(
                row.getString("id"),
                Account.parse(row.getString("account")).orElseThrow(),
                row.getString("name"),
                row.getString("kind"),
                Arrays.asList((String[]) row.getArray("fields").getArray()),
                Status.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                row.getString("created_by"),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant(),
                instant(row.getTimestamp("last_used_at")));
    }

    private static @Nullable Instant instant(@Nullable Timestamp time) {
        return time == null ? null : time.toInstant();
    }
}
