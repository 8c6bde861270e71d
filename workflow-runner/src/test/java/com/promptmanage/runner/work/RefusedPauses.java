package com.promptmanage.runner.work;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** A database that lets no execution be paused until this is closed: to a worker that wants to, it is as if it were killed. */
final class RefusedPauses implements AutoCloseable {

    private final Connection owner;

    /** @param url of the database's superuser */
    RefusedPauses(String url) throws SQLException {
        owner = DriverManager.getConnection(url);
        // What a sequence has counted stays counted when all else is rolled back.
        execute("""
                CREATE SEQUENCE refused_pauses;
                CREATE FUNCTION refuse_pause() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
                BEGIN
                    PERFORM nextval('public.refused_pauses');
                    RAISE EXCEPTION 'the worker was killed';
                END $$;
                CREATE TRIGGER refuse_pause BEFORE UPDATE ON executions
                    FOR EACH ROW WHEN (NEW.status = 'paused') EXECUTE FUNCTION refuse_pause()
                """);
    }

    /** How many were refused. */
    long count() throws SQLException {
        try (var statement = owner.createStatement();
                var row = statement.executeQuery(
                        "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM refused_pauses")) {
            row.next();
            return row.getLong(1);
        }
    }

    @Override
    public void close() throws SQLException {
        try (owner) {
            execute("""
                    DROP TRIGGER refuse_pause ON executions;
                    DROP FUNCTION refuse_pause;
                    DROP SEQUENCE refused_pauses
                    """);
        }
    }

    private void execute(String sql) throws SQLException {
        try (var statement = owner.createStatement()) {
            statement.execute(sql);
        }
    }
}
