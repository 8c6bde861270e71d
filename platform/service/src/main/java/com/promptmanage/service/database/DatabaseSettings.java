package com.promptmanage.service.database;

import com.promptmanage.service.settings.Settings;
import java.time.Duration;
import java.util.Optional;

/**
 * @param url JDBC; may carry the owner's user and password
 * @param owner who migrates: owns the tables, and may create roles unless pm_app and pm_system are there. Empty if the
 *     URL says it
 * @param appPassword of the role {@code pm_app}, which the service works as
 * @param connectionsMax the pool's size
 * @param statementMax how long one statement may run
 * @param lockMax how long a statement may wait for a lock
 * @param idleInTransactionMax how long a transaction may stand still before the server ends it
 * @param waits how long a request waits for it; no operator sets them
 */
public record DatabaseSettings(
        String url,
        Optional<Owner> owner,
        String appPassword,
        int connectionsMax,
        Duration statementMax,
        Duration lockMax,
        Duration idleInTransactionMax,
        Waits waits) {

    /** With the usual waits. */
    public DatabaseSettings(
            String url,
            Optional<Owner> owner,
            String appPassword,
            int connectionsMax,
            Duration statementMax,
            Duration lockMax,
            Duration idleInTransactionMax) {
        this(url, owner, appPassword, connectionsMax, statementMax, lockMax, idleInTransactionMax, Waits.USUAL);
    }

    /** Who migrates. */
    public record Owner(String user, String password) {

        @Override
        public String toString() {
            return "Owner[" + user + "]";
        }
    }

    public static DatabaseSettings from(Settings settings) {
        String url = settings.text("DATABASE_URL");
        Optional<String> user = settings.optionalText("DATABASE_OWNER");
        Optional<String> password = settings.optionalText("DATABASE_OWNER_PASSWORD");
        settings.require(
                user.isPresent() == password.isPresent(),
                "PM_DATABASE_OWNER and PM_DATABASE_OWNER_PASSWORD go together: set both, or neither");
        settings.require(
                url.isEmpty() || isForPostgres(url),
                "PM_DATABASE_URL: is not a JDBC address of PostgreSQL, such as jdbc:postgresql://db:5432/promptmanage");
        return new DatabaseSettings(
                url,
                user.flatMap(name -> password.map(secret -> new Owner(name, secret))),
                settings.text("DATABASE_APP_PASSWORD"),
                settings.integer("DATABASE_CONNECTIONS", 10, 1, 200),
                settings.duration(
                        "DATABASE_STATEMENT_TIMEOUT",
                        Duration.ofSeconds(30),
                        Duration.ofMillis(100),
                        Duration.ofMinutes(30)),
                settings.duration(
                        "DATABASE_LOCK_TIMEOUT", Duration.ofSeconds(5), Duration.ofMillis(10), Duration.ofMinutes(5)),
                settings.duration(
                        "DATABASE_IDLE_IN_TRANSACTION_TIMEOUT",
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(30)));
    }

    /** With the defaults of {@link #from}. */
    public static DatabaseSettings of(String url, String appPassword) {
        return new DatabaseSettings(
                url,
                Optional.empty(),
                appPassword,
                10,
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                Duration.ofSeconds(30));
    }

    /** Of this database, whose URL says who migrates. */
    public DatabaseSettings at(String otherUrl, String otherAppPassword) {
        return new DatabaseSettings(
                otherUrl,
                Optional.empty(),
                otherAppPassword,
                connectionsMax,
                statementMax,
                lockMax,
                idleInTransactionMax,
                waits);
    }

    public DatabaseSettings withConnectionsMax(int other) {
        return new DatabaseSettings(url, owner, appPassword, other, statementMax, lockMax, idleInTransactionMax, waits);
    }

    public DatabaseSettings withWaits(Waits other) {
        return new DatabaseSettings(
                url, owner, appPassword, connectionsMax, statementMax, lockMax, idleInTransactionMax, other);
    }

    /** Where a machine may stand still for a while and nobody minds: for each statement, lock and answer it is waited so long. */
    public DatabaseSettings patient(Duration max) {
        return new DatabaseSettings(url, owner, appPassword, connectionsMax, max, max, max, Waits.of(max));
    }

    /** Only the driver knows what it takes. */
    private static boolean isForPostgres(String url) {
        try {
            var unused = BoundedLogin.to(url, Duration.ZERO);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Without the passwords: settings end up in logs. */
    @Override
    public String toString() {
        return "DatabaseSettings[%s, connectionsMax=%d, statementMax=%s, lockMax=%s, idleInTransactionMax=%s]"
                .formatted(url.replaceAll("\\?.*", ""), connectionsMax, statementMax, lockMax, idleInTransactionMax);
    }
}
