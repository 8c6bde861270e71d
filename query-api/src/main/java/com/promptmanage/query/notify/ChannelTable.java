package com.promptmanage.query.notify;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Severity;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The channels, their destinations encrypted. */
final class ChannelTable {

    private static final String COLUMNS =
            "id, account, name, sealed, minimum_level, enabled, disabled_reason, failing_since, created_at, updated_at";

    private final Database database;

    private final SecretBox secrets;

    ChannelTable(Database database, SecretBox secrets) {
        this.database = database;
        this.secrets = secrets;
    }

    List<Channel> list(Scope scope, Account account) {
        return database.inTransaction(
                scope,
                handle -> handle.createQuery("SELECT " + COLUMNS
                                + " FROM notification_channels WHERE account = :account ORDER BY created_at, id")
                        .bind("account", account.value())
                        .map((row, ctx) -> channel(row))
                        .list());
    }

    Optional<Channel> find(Scope scope, Account account, String id) {
        return database.inTransaction(scope, handle -> find(handle, account, id, ""));
    }

    /**
     * Keeps a new channel, unless the account has as many as it may.
     *
     * @param most how many channels an account may have
     * @return whether it is kept
     */
    boolean create(Scope scope, Channel channel, String by, int most) {
        return database.inTransaction(scope, handle -> create(handle, channel, by, most));
    }

    /** As {@link #create(Scope, Channel, String, int)}, in a transaction that may work with the channel's account. */
    boolean create(Handle handle, Channel channel, String by, int most) {
        // Two at a time would both find room for one.
        handle.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(?, 51))",
                channel.account().value());
        int there = handle.createQuery("SELECT count(*) FROM notification_channels WHERE account = :account")
                .bind("account", channel.account().value())
                .mapTo(Integer.class)
                .one();
        if (there >= most) {
            return false;
        }
        handle.createUpdate("""
                        INSERT INTO notification_channels
                            (id, account, name, kind, joins, sealed, minimum_level, enabled, created_by, created_at, updated_at)
                        VALUES (:id, :account, :name, :kind, :joins, :sealed, :minimumLevel, :enabled, :by, :createdAt, :updatedAt)
                        """)
                .bind("id", channel.id())
                .bind("account", channel.account().value())
                .bind("name", channel.name())
                .bind("kind", channel.destination().kind())
                .bind("joins", channel.destination().joins())
                .bind("sealed", seal(channel))
                .bind("minimumLevel", channel.minimumLevel().value())
                .bind("enabled", channel.enabled())
                .bind("by", by)
                .bind("createdAt", utc(channel.createdAt()))
                .bind("updatedAt", utc(channel.updatedAt()))
                .execute();
        return true;
    }

    /** Changes it under a lock; what was switched off and is on again begins without the failures of before. */
    Optional<Channel> change(Scope scope, Account account, String id, UnaryOperator<Channel> change) {
        return database.inTransaction(
                scope,
                handle -> find(handle, account, id, " FOR UPDATE").map(before -> {
                    Channel after = change.apply(before);
                    handle.createUpdate("""
                                    UPDATE notification_channels
                                    SET name = :name, joins = :joins, sealed = :sealed, minimum_level = :minimumLevel,
                                        enabled = :enabled, disabled_reason = :disabledReason,
                                        failing_since = :failingSince, updated_at = :updatedAt
                                    WHERE id = :id
                                    """)
                            .bind("id", id)
                            .bind("name", after.name())
                            .bind("joins", after.destination().joins())
                            .bind("sealed", seal(after))
                            .bind("minimumLevel", after.minimumLevel().value())
                            .bind("enabled", after.enabled())
                            .bind("disabledReason", after.disabledReason())
                            .bind("failingSince", utc(after.failingSince()))
                            .bind("updatedAt", utc(after.updatedAt()))
                            .execute();
                    return after;
                }));
    }

    boolean delete(Scope scope, Account account, String id) {
        return database.inTransaction(
                scope,
                handle -> handle.createUpdate("DELETE FROM notification_channels WHERE id = :id AND account = :account")
                                .bind("id", id)
                                .bind("account", account.value())
                                .execute()
                        == 1);
    }

    /** Encrypts with the current key what is encrypted with an older one. */
    void reseal() {
        database.useAsSystem(handle -> handle
                .createQuery("SELECT id, sealed FROM notification_channels")
                .map((row, ctx) -> new Sealed(row.getString("id"), row.getString("sealed")))
                .list()
                .stream()
                .filter(row -> secrets.isOld(row.sealed()))
                .forEach(row -> handle.createUpdate(
                                "UPDATE notification_channels SET sealed = :new WHERE id = :id AND sealed = :old")
                        .bind("id", row.id())
                        .bind("old", row.sealed())
                        .bind("new", secrets.seal(place(row.id()), secrets.open(place(row.id()), row.sealed())))
                        .execute()));
    }

    private record Sealed(String id, String sealed) {}

    /** @throws com.promptmanage.service.secret.UnreadableSecretException if its key is gone */
    Destination open(String id, String sealed) {
        return Destination.read(secrets.open(place(id), sealed));
    }

    private Optional<Channel> find(Handle handle, Account account, String id, String lock) {
        return handle.createQuery("SELECT " + COLUMNS
                        + " FROM notification_channels WHERE id = :id AND account = :account" + lock)
                .bind("id", id)
                .bind("account", account.value())
                .map((row, ctx) -> channel(row))
                .findOne();
    }

    private Channel channel(ResultSet row) throws SQLException {
        OffsetDateTime failing = row.getObject("failing_since", OffsetDateTime.class);
        return new Channel(
                row.getString("id"),
                new Account(row.getString("account")),
                row.getString("name"),
                open(row.getString("id"), row.getString("sealed")),
                Severity.parse(row.getString("minimum_level")).orElseThrow(),
                row.getBoolean("enabled"),
                row.getString("disabled_reason"),
                failing == null ? null : failing.toInstant(),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant());
    }

    private String seal(Channel channel) {
        return secrets.seal(place(channel.id()), channel.destination().write());
    }

    private static String place(String id) {
        return "notification_channels.sealed/" + id;
    }

    private static @Nullable OffsetDateTime utc(@Nullable Instant moment) {
        return moment == null ? null : moment.atOffset(ZoneOffset.UTC);
    }
}
