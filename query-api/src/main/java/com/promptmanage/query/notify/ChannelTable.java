package com.promptmanage.query.notify;

import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.service.secret.UnreadableSecretException;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Severity;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The channels, their destinations encrypted. */
final class ChannelTable {

    private static final String COLUMNS =
            "id, account, name, kind, sealed, minimum_level, enabled, disabled_reason, failing_since, created_at, updated_at";

    private static final Logger LOGGER = LoggerFactory.getLogger(ChannelTable.class);

    private static final String TESTED = "channel_tested";

    private final Database database;

    private final SecretBox secrets;

    /** What of a channel did not open the last time, by its id: the log tells of it when that changes, and not each time. */
    private final Map<String, String> unreadable = new ConcurrentHashMap<>();

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
    boolean create(Owned owned, Channel channel, int most) {
        return database.inTransaction(owned.scope(), handle -> create(handle, owned, channel, most));
    }

    /** As {@link #create(Owned, Channel, int)}, in a transaction that may work with the channel's account. */
    boolean create(Handle handle, Owned owned, Channel channel, int most) {
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
                .bind("by", owned.by())
                .bind("createdAt", utc(channel.createdAt()))
                .bind("updatedAt", utc(channel.updatedAt()))
                .execute();
        tell(handle, owned, channel.id(), "channel_created", channel.createdAt(), null, channel);
        return true;
    }

    /**
     * Changes it under a lock; what was switched off and is on again begins without the failures of before. A change that changes
     * nothing is none.
     *
     * @param action what the audit log calls it
     */
    Optional<Channel> change(Owned owned, String id, String action, UnaryOperator<Channel> change) {
        return database.inTransaction(
                owned.scope(),
                handle -> find(handle, owned.account(), id, " FOR UPDATE").map(before -> {
                    Channel after = change.apply(before);
                    if (after.isAs(before)) {
                        return before;
                    }
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
                    tell(handle, owned, id, action, after.updatedAt(), before, after);
                    return after;
                }));
    }

    boolean delete(Owned owned, String id, Instant now) {
        return database.inTransaction(
                owned.scope(),
                handle -> find(handle, owned.account(), id, " FOR UPDATE")
                        .map(before -> {
                            handle.execute("DELETE FROM notification_channels WHERE id = ?", id);
                            tell(handle, owned, id, "channel_deleted", now, before, null);
                            PreferencesTable.forgetDeletedChannels(handle, owned, now);
                            return before;
                        })
                        .isPresent());
    }

    /**
     * Notes that a channel is tried out, for anyone's address may stand in one.
     *
     * @param most how often an account may in an hour
     * @return whether it still may
     */
    boolean noteTrial(Owned owned, Channel channel, Instant now, int most) {
        return database.inTransaction(owned.scope(), handle -> {
            handle.execute(
                    "SELECT pg_advisory_xact_lock(hashtextextended(?, 51))",
                    owned.account().value());
            int trials = trials(handle, owned.account(), now.minus(Duration.ofHours(1)));
            if (trials < most) {
                tell(handle, owned, channel.id(), TESTED, now, channel, channel);
            }
            return trials < most;
        });
    }

    static int trials(Handle handle, Account account, Instant since) {
        // The action is written out, for the index has no others.
        return handle.createQuery("""
                        SELECT count(*) FROM audit_log
                        WHERE account = :account AND action = 'channel_tested' AND at > :since
                        """)
                .bind("account", account.value())
                .bind("since", since)
                .mapTo(Integer.class)
                .one();
    }

    /** Encrypts with the current key what is encrypted with an older one. What cannot be read stays as it is. */
    void reseal() {
        database.useAsSystem(handle -> {
            List<Sealed> all = handle.createQuery("SELECT id, sealed FROM notification_channels")
                    .map((row, ctx) -> new Sealed(row.getString("id"), row.getString("sealed")))
                    .list();
            all.stream().filter(row -> secrets.isOld(row.sealed())).forEach(row -> reseal(handle, row));
            unreadable.keySet().retainAll(all.stream().map(Sealed::id).collect(Collectors.toSet()));
        });
    }

    private void reseal(Handle handle, Sealed row) {
        opened(row.id(), row.sealed())
                .ifPresent(secret -> handle.createUpdate(
                                "UPDATE notification_channels SET sealed = :new WHERE id = :id AND sealed = :old")
                        .bind("id", row.id())
                        .bind("old", row.sealed())
                        .bind("new", secrets.seal(place(row.id()), secret))
                        .execute());
    }

    private static void tell(
            Handle handle,
            Owned owned,
            String id,
            String action,
            Instant now,
            @Nullable Channel before,
            @Nullable Channel after) {
        AuditLog.append(
                handle,
                owned.actor(),
                now,
                new AuditEntry(
                        owned.account(),
                        action,
                        "notification_channel",
                        id,
                        before == null ? null : before.told(),
                        after == null ? null : after.told()));
    }

    private record Sealed(String id, String sealed) {}

    /** Where a channel leads. One that cannot be read must not hide the others. */
    Destination open(String id, String kind, String sealed) {
        return opened(id, sealed).map(Destination::read).orElseGet(() -> new Destination.Unreadable(kind));
    }

    /** Empty if its key is gone. */
    private Optional<String> opened(String id, String sealed) {
        try {
            String secret = secrets.open(place(id), sealed);
            if (unreadable.remove(id) != null) {
                LOGGER.atInfo().addKeyValue("channelId", id).log("a channel can be read again");
            }
            return Optional.of(secret);
        } catch (UnreadableSecretException e) {
            if (!sealed.equals(unreadable.put(id, sealed))) {
                LOGGER.atError()
                        .addKeyValue("channelId", id)
                        .addKeyValue("cause", e.getMessage())
                        .log("a channel cannot be read: nothing is delivered on it");
            }
            return Optional.empty();
        }
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
                open(row.getString("id"), row.getString("kind"), row.getString("sealed")),
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
