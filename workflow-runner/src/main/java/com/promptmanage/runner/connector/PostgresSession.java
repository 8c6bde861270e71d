package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Answer;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.service.http.Json;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A database as a list of tables, or of what a statement selects. */
final class PostgresSession implements Session {

    private static final Logger LOGGER = LoggerFactory.getLogger(PostgresSession.class);

    private static final int FETCH_ROWS = 500;

    private final Connection connection;

    private final Access access;

    private final PostgresStatements statements;

    PostgresSession(Connection connection, Access access) {
        this.connection = connection;
        this.access = access;
        this.statements = new PostgresStatements(
                access.config().path("schema").asText("public"),
                access.config().path("idColumn").asText("id"));
    }

    @Override
    public String test() throws ConnectorException, InterruptedException {
        return inTransaction(true, () -> {
            try (var statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT current_user, version()")) {
                row.next();
                return "Connected as %s to %s."
                        .formatted(row.getString(1), row.getString(2).split(" on ", 2)[0]);
            }
        });
    }

    @Override
    public List<Resource> resources() throws ConnectorException, InterruptedException {
        return inTransaction(true, () -> {
            try (PreparedStatement statement = connection.prepareStatement("""
                    SELECT table_name FROM information_schema.tables WHERE table_schema = ? ORDER BY table_name LIMIT 1000
                    """)) {
                statement.setString(1, access.config().path("schema").asText("public"));
                var resources = new ArrayList<Resource>();
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        resources.add(new Resource(rows.getString(1), rows.getString(1)));
                    }
                }
                return resources;
            }
        });
    }

    @Override
    public List<Column> schema(String resource) throws ConnectorException, InterruptedException {
        return inTransaction(true, () -> {
            try (PreparedStatement statement = connection.prepareStatement("""
                    SELECT column_name, data_type, is_generated = 'NEVER' AND is_updatable = 'YES'
                    FROM information_schema.columns WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position
                    """)) {
                statement.setString(1, access.config().path("schema").asText("public"));
                statement.setString(2, resource);
                var columns = new ArrayList<Column>();
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        columns.add(new Column(
                                rows.getString(1), PostgresRows.kind(rows.getString(2)), rows.getBoolean(3)));
                    }
                }
                return columns;
            }
        });
    }

    /** All at once, up to the query's limit: pages of a changing table would miss and repeat. */
    @Override
    public Page read(ReadRequest request) throws ConnectorException, InterruptedException {
        PostgresStatements.Statement select = statements.select(request);
        return inTransaction(true, () -> {
            try (PreparedStatement statement = connection.prepareStatement(select.sql())) {
                statement.setFetchSize(FETCH_ROWS);
                PostgresRows.bind(statement, select.values());
                var records = new ArrayList<JsonNode>();
                long bytes = 0;
                try (ResultSet rows = statement.executeQuery()) {
                    PostgresRows.requireOneOfEachName(rows.getMetaData());
                    while (rows.next()) {
                        JsonNode record = PostgresRows.read(rows);
                        bytes += Json.bytes(record).length;
                        if (bytes > Answer.BYTES_MAX) {
                            throw new ConnectorException(
                                    Failure.Kind.VALIDATION,
                                    "the rows are more than %,d bytes: select fewer columns, or set a limit"
                                            .formatted(Answer.BYTES_MAX));
                        }
                        records.add(record);
                    }
                }
                if (records.size() > PostgresStatements.ROWS_MAX) {
                    throw new ConnectorException(
                            Failure.Kind.VALIDATION,
                            "there are more than %,d rows: set a limit".formatted(PostgresStatements.ROWS_MAX));
                }
                return new Page(records, null, select.isQueried(), bytes);
            }
        });
    }

    @Override
    public Written write(WriteRequest request) throws ConnectorException, InterruptedException {
        List<PostgresStatements.Statement> changes = statements.write(request);
        return inTransaction(false, () -> {
            var ids = new ArrayList<String>();
            int count = 0;
            for (PostgresStatements.Statement change : changes) {
                try (PreparedStatement statement = connection.prepareStatement(change.sql())) {
                    PostgresRows.bind(statement, change.values());
                    if (statement.execute()) {
                        try (ResultSet rows = statement.getResultSet()) {
                            while (change.isCounted() && rows.next()) {
                                count++;
                                String id = PostgresRows.read(rows)
                                        .path(access.config().path("idColumn").asText("id"))
                                        .asText("");
                                if (!id.isEmpty()) {
                                    ids.add(id);
                                }
                            }
                        }
                    }
                }
                if (count > 0) {
                    break;
                }
            }
            return new Written(count, ids, Json.mapper().missingNode());
        });
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            LOGGER.debug("a connection that is done with does not close", e);
        }
    }

    /** What is done in a transaction. */
    private interface Work<T> {
        T run() throws SQLException, ConnectorException;
    }

    private <T> T inTransaction(boolean isReadOnly, Work<T> work) throws ConnectorException, InterruptedException {
        try {
            connection.setReadOnly(isReadOnly);
            boolean isDone = false;
            try {
                prepare();
                T result = work.run();
                connection.commit();
                isDone = true;
                return result;
            } finally {
                if (!isDone) {
                    rollBack();
                }
            }
        } catch (SQLException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while the database worked");
            }
            throw PostgresFailures.of(e, access);
        }
    }

    private void prepare() throws SQLException, ConnectorException {
        long timeoutMs = Math.max(1, access.time().get().toMillis());
        try (var statement = connection.createStatement()) {
            statement.execute("SET LOCAL statement_timeout = " + timeoutMs);
            statement.execute("SET LOCAL idle_in_transaction_session_timeout = " + timeoutMs);
            statement.execute("SET LOCAL TIME ZONE 'UTC'");
            try (ResultSet row =
                    statement.executeQuery("SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user")) {
                if (row.next() && row.getBoolean(1)) {
                    throw new ConnectorException(
                            Failure.Kind.AUTH,
                            "the database's role is a superuser, who can reach the server's files: use a role that only may what it needs");
                }
            }
        }
    }

    private void rollBack() {
        try {
            connection.rollback();
        } catch (SQLException e) {
            LOGGER.debug("a transaction that failed does not roll back: its connection is gone", e);
        }
    }
}
