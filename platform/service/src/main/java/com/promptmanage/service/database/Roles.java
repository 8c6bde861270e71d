package com.promptmanage.service.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two roles that the services work as, made here unless an operator made them before: {@code pm_app} signs in,
 * {@code pm_system} is taken on by it for a transaction. They belong to the server, not to one database.
 */
final class Roles {

    static final String APP = "pm_app";

    static final String SYSTEM = "pm_system";

    private static final Logger LOGGER = LoggerFactory.getLogger(Roles.class);

    /** duplicate_object, unique_violation, and internal_error, which says that a role was changed at the same time. */
    private static final Set<String> SOMEONE_ELSE_WAS_FASTER = Set.of("42710", "23505", "XX000");

    private static final int ATTEMPTS = 5;

    private final DataSource owner;

    private final DataSource app;

    private final String appPassword;

    Roles(DataSource owner, DataSource app, String appPassword) {
        this.owner = owner;
        this.app = app;
        this.appPassword = appPassword;
    }

    void ensure() throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try (Connection connection = owner.getConnection();
                    Statement statement = connection.createStatement()) {
                create(statement);
                break;
            } catch (SQLException e) {
                if (attempt == ATTEMPTS || !SOMEONE_ELSE_WAS_FASTER.contains(e.getSQLState())) {
                    throw e;
                }
            }
        }
        refuseWhatRowSecurityDoesNotHold();
    }

    private void create(Statement statement) throws SQLException {
        if (!exists(statement, SYSTEM)) {
            statement.execute("CREATE ROLE pm_system NOLOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT");
        }
        if (!exists(statement, APP)) {
            statement.execute("CREATE ROLE pm_app LOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT PASSWORD "
                    + statement.enquoteLiteral(appPassword));
            LOGGER.info("created role pm_app");
        } else if (!signsIn()) {
            statement.execute("ALTER ROLE pm_app LOGIN PASSWORD " + statement.enquoteLiteral(appPassword));
            LOGGER.info("gave role pm_app the password of the settings");
        }
        if (!isMember(statement)) {
            statement.execute("GRANT pm_system TO pm_app WITH INHERIT FALSE, SET TRUE");
        }
    }

    private static boolean exists(Statement statement, String role) throws SQLException {
        try (ResultSet rows =
                statement.executeQuery("SELECT 1 FROM pg_roles WHERE rolname = " + statement.enquoteLiteral(role))) {
            return rows.next();
        }
    }

    private static boolean isMember(Statement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery("SELECT pg_has_role('pm_app', 'pm_system', 'SET')")) {
            return rows.next() && rows.getBoolean(1);
        }
    }

    private boolean signsIn() {
        try (Connection connection = app.getConnection()) {
            return connection.isValid(5);
        } catch (SQLException e) {
            return false;
        }
    }

    private void refuseWhatRowSecurityDoesNotHold() throws SQLException {
        try (Connection connection = app.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT bool_or(rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)
                        FROM pg_roles WHERE rolname IN ('pm_app', 'pm_system')
                        """)) {
            if (!rows.next() || rows.getBoolean(1)) {
                throw new IllegalStateException(
                        "role pm_app or pm_system has rights that row-level security does not hold: take from both SUPERUSER, BYPASSRLS, CREATEROLE and CREATEDB");
            }
        }
    }
}
