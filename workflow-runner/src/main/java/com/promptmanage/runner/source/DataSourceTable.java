package com.promptmanage.runner.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.connector.StoredSources;
import com.promptmanage.runner.journal.GoneAccounts;
import com.promptmanage.runner.source.DataSource.Draft;
import com.promptmanage.runner.source.DataSource.Frequency;
import com.promptmanage.runner.source.DataSource.Mode;
import com.promptmanage.runner.source.DataSource.Status;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.id.Ids;
import com.promptmanage.service.tier.AccountTier;
import com.promptmanage.topics.account.Account;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/** Data sources as they are kept. */
final class DataSourceTable implements StoredSources {

    static final int SOURCES_MAX = 500;

    private final Database database;

    private final Ids ids;

    private final Clock clock;

    DataSourceTable(Database database, Clock clock) {
        this.database = database;
        this.ids = new Ids(clock);
        this.clock = clock;
    }

    /**
     * In the order of ids.
     *
     * @param afterId null for the first page
     */
    List<DataSource> list(Scope scope, Account account, @Nullable String afterId, int limit) {
        return database.inTransaction(
                scope,
                handle -> handle.createQuery("""
                    SELECT * FROM data_sources
                    WHERE account = :account AND (CAST(:after AS text) IS NULL OR id > :after)
                    ORDER BY id LIMIT :limit
                    """)
                        .bind("account", account.value())
                        .bind("after", afterId)
                        .bind("limit", limit)
                        .map((row, ctx) -> source(row))
                        .list());
    }

    Optional<DataSource> find(Scope scope, String id) {
        return database.inTransaction(scope, handle -> find(handle, id));
    }

    @Override
    public Optional<StoredSource> find(Account account, String id) {
        return find(scope(account), id)
                .filter(source -> source.account().equals(account))
                .map(source -> new StoredSource(
                        source.id(),
                        source.draft().type(),
                        source.draft().config(),
                        Optional.ofNullable(source.draft().credentialId())));
    }

    /** @throws ProblemException 409 if the account has as many as it may; 403 {@code tier_limit} if its tier allows no more */
    DataSource create(
            Scope scope, Account account, AccountTier tier, @Nullable String createdBy, Actor actor, Draft draft) {
        return database.inTransaction(scope, handle -> {
            requireRoom(handle, account, tier);
            String id = ids.next("ds");
            Instant now = clock.instant();
            bind(handle.createUpdate("""
                INSERT INTO data_sources (id, account, name, description, type, config, credential_id,
                    sync_frequency, sync_mode, since_field, next_sync_at, created_by, created_at, updated_at)
                VALUES (:id, :account, :name, :description, :type, CAST(:config AS json), :credentialId,
                    :frequency, :mode, :sinceField, :nextSyncAt, :createdBy, :now, :now)
                """), draft)
                    .bind("id", id)
                    .bind("account", account.value())
                    .bind("nextSyncAt", draft.frequency().after(now).isPresent() ? now : null)
                    .bind("createdBy", createdBy)
                    .bind("now", now)
                    .execute();
            AuditLog.append(
                    handle,
                    actor,
                    now,
                    AuditEntry.added(account, "data_source_created", "data_source", id, told(draft, Status.ACTIVE)));
            return find(handle, id).orElseThrow();
        });
    }

    /** Also forgets its errors: what was changed may have mended them. Empty if there is none of that id. */
    Optional<DataSource> change(Scope scope, String id, Actor actor, Draft draft, Status status) {
        Instant now = clock.instant();
        return database.inTransaction(scope, handle -> {
            Optional<DataSource> before = find(handle, id);
            bind(handle.createUpdate("""
                UPDATE data_sources SET name = :name, description = :description, type = :type,
                    config = CAST(:config AS json), credential_id = :credentialId, sync_frequency = :frequency,
                    sync_mode = :mode, since_field = :sinceField, next_sync_at = :nextSyncAt,
                    status = :status, error_log = NULL, error_count = 0, updated_at = :now
                WHERE id = :id
                """), draft)
                    .bind("id", id)
                    .bind("status", status.value())
                    .bind("nextSyncAt", draft.frequency().after(now).isPresent() ? now : null)
                    .bind("now", now)
                    .execute();
            before.ifPresent(source -> AuditLog.append(
                    handle,
                    actor,
                    now,
                    new AuditEntry(
                            source.account(),
                            "data_source_changed",
                            "data_source",
                            id,
                            told(source.draft(), source.status()),
                            told(draft, status))));
            return find(handle, id);
        });
    }

    /** @return whether there was one */
    boolean delete(Scope scope, String id, Actor actor) {
        return database.inTransaction(scope, handle -> {
            Optional<DataSource> before = find(handle, id);
            before.ifPresent(source -> {
                handle.execute("DELETE FROM data_sources WHERE id = ?", id);
                AuditLog.append(
                        handle,
                        actor,
                        clock.instant(),
                        AuditEntry.removed(
                                source.account(),
                                "data_source_deleted",
                                "data_source",
                                id,
                                told(source.draft(), source.status())));
            });
            return before.isPresent();
        });
    }

    private static Map<String, Object> told(Draft draft, Status status) {
        var told = new LinkedHashMap<String, Object>();
        told.put("name", draft.name());
        if (draft.description() != null) {
            told.put("description", draft.description());
        }
        told.put("type", draft.type());
        told.put("config", draft.config());
        if (draft.credentialId() != null) {
            told.put("credentialId", draft.credentialId());
        }
        told.put("syncFrequency", draft.frequency().value());
        told.put("syncMode", draft.mode().value());
        told.put("sinceField", draft.sinceField());
        told.put("status", status.value());
        return told;
    }

    /** Sources whose time to sync has come, of everyone; whoever asks first has them for a while. */
    List<DataSource> due(int most) {
        Instant now = clock.instant();
        return database.asSystem(handle -> handle.createQuery("""
            UPDATE data_sources SET next_sync_at = :again
            WHERE id IN (SELECT d.id FROM data_sources d
                         WHERE d.status = 'active' AND d.next_sync_at <= :now AND
            """ + GoneAccounts.exclude("d.account") + """
                         ORDER BY d.next_sync_at LIMIT :most FOR UPDATE SKIP LOCKED)
            RETURNING *
            """)
                .bind("now", now)
                // Should nobody come back with a result, it is due again then.
                .bind("again", now.plus(Syncs.LEASE))
                .bind("most", most)
                .map((row, ctx) -> source(row))
                .list());
    }

    static Scope scope(Account account) {
        return new Scope.Tenant("", Set.of(account.value()));
    }

    static Optional<DataSource> find(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM data_sources WHERE id = :id")
                .bind("id", id)
                .map((row, ctx) -> source(row))
                .findOne();
    }

    private static <S extends SqlStatement<S>> S bind(S statement, Draft draft) {
        return statement
                .bind("name", draft.name())
                .bind("description", draft.description())
                .bind("type", draft.type())
                .bind("config", draft.config().toString())
                .bind("credentialId", draft.credentialId())
                .bind("frequency", draft.frequency().value())
                .bind("mode", draft.mode().value())
                .bind("sinceField", draft.sinceField());
    }

    private static void requireRoom(Handle handle, Account account, AccountTier tier) {
        // Two at a time would both find room for one.
        handle.execute("SELECT pg_advisory_xact_lock(hashtextextended(?, 54))", account.value());
        long count = handle.createQuery("SELECT count(*) FROM data_sources WHERE account = :account")
                .bind("account", account.value())
                .mapTo(Long.class)
                .one();
        tier.requireRoom("dataSourcesMax", tier.features().workflows().dataSourcesMax(), count);
        if (count >= SOURCES_MAX) {
            throw ProblemException.conflict(
                    "%s has %d data sources, which is the most it may have: delete one".formatted(account, count));
        }
    }

    private static DataSource source(ResultSet row) throws SQLException {
        return new DataSource(
                row.getString("id"),
                Account.parse(row.getString("account")).orElseThrow(),
                new Draft(
                        row.getString("name"),
                        row.getString("description"),
                        row.getString("type"),
                        json(row.getString("config")),
                        row.getString("credential_id"),
                        one(Frequency.values(), Frequency::value, row.getString("sync_frequency")),
                        one(Mode.values(), Mode::value, row.getString("sync_mode")),
                        row.getString("since_field")),
                one(Status.values(), Status::value, row.getString("status")),
                instant(row.getTimestamp("last_sync_at")),
                instant(row.getTimestamp("next_sync_at")),
                row.getString("error_log"),
                row.getInt("error_count"),
                row.getString("created_by"),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant());
    }

    private static <E> E one(E[] all, java.util.function.Function<E, String> value, String text) {
        return Arrays.stream(all)
                .filter(each -> value.apply(each).equals(text))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode json(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a json column holds JSON", e);
        }
    }

    private static @Nullable Instant instant(@Nullable Timestamp time) {
        return time == null ? null : time.toInstant();
    }
}
