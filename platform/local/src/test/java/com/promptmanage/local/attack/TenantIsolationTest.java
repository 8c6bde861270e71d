package com.promptmanage.local.attack;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.RowSecurity;
import com.promptmanage.testkit.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What one tenant can do to another's rows, table by table as the catalogue lists them, over raw connections of the role that
 * the services work as. A row of each tenant is made up from the columns of each table, so a new table is tried without
 * anyone thinking of it; checks and references are taken off this database before, for only who may do what is asked here.
 */
class TenantIsolationTest {

    private static final String REFUSED = "42501";

    /** Tables into which every tenant's transaction may put rows of whatever kind, each with the reason. */
    private static final Map<String, String> OPEN_TO_ALL =
            Map.of("outbox", "records on their way to Kafka are put in by whoever changes something; nobody sees them");

    private static final List<String> TENANTS = List.of("red", "blue");

    private static Database database;

    private static Connection owner;

    /** @param isPartition filled by way of the table that it is a part of */
    private record Table(String name, boolean isPartition) {}

    private record Column(String name, String type) {

        /** Something that tells whose row it is, wherever a text can stand. */
        String value(String table, String tenant) {
            if (name.equals("account")) {
                return "'team:%s'".formatted(tenant);
            }
            boolean isUser = name.equals("user_id") || (table.equals("users") && name.equals("id"));
            return switch (type) {
                case "text" -> isUser ? "'usr_%s'".formatted(tenant) : "'%s'".formatted(tenant);
                case "text[]" -> "ARRAY['%s']".formatted(tenant);
                case "bytea" -> "sha256('%s'::bytea)".formatted(tenant);
                case "json", "jsonb" -> "'{\"of\":\"%s\"}'".formatted(tenant);
                case "timestamp with time zone" -> "now()";
                case "timestamp with time zone[]" -> "ARRAY[now()]";
                case "bigint[]" -> "ARRAY[1]";
                case "date" -> "current_date";
                case "time without time zone" -> "TIME '07:00'";
                case "boolean" -> "false";
                case "uuid" -> "gen_random_uuid()";
                default -> "1";
            };
        }
    }

    @BeforeAll
    static void fill() throws SQLException {
        String url = EmbeddedPostgres.shared().createDatabase();
        database = Database.open(DatabaseSettings.of(url, "app-password-of-tests"));
        owner = DriverManager.getConnection(url);
        try (Statement statement = owner.createStatement()) {
            for (String drop : texts(statement, """
                    SELECT format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I', conrelid::regclass, conname)
                    FROM pg_constraint
                    WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f') AND conparentid = 0
                      AND coninhcount = 0
                    """)) {
                statement.execute(drop);
            }
            statement.execute("SELECT usage_history_ensure_month(now()), plain_events_ensure_month(now())");
            for (Table table : tables()) {
                for (String tenant : TENANTS) {
                    if (!table.isPartition()) {
                        statement.execute(insert(table.name(), tenant));
                    }
                }
            }
        }
    }

    @AfterAll
    static void close() throws SQLException {
        owner.close();
        database.close();
    }

    @Test
    void everyTableHasRowSecurityForced() {
        assertThat(RowSecurity.problems(database)).isEmpty();
    }

    /** If nobody saw anything, nobody would see what is another's. */
    @Test
    void aTenantSeesWhatIsItsOwn() throws SQLException {
        var shown = new ArrayList<String>();
        try (Connection raw = database.connect();
                Statement statement = raw.createStatement()) {
            raw.setAutoCommit(false);
            enter(statement, "red");
            for (Table table : tables()) {
                if (seen(statement, table.name()).stream().anyMatch(row -> row.contains("red"))) {
                    shown.add(table.name());
                }
            }
            raw.rollback();
        }
        assertThat(shown).hasSizeGreaterThan(20).contains("api_keys", "budgets", "usage_history", "workflows");
    }

    @TestFactory
    Stream<DynamicTest> noTenantReachesAnothersRows() throws SQLException {
        return tables().stream().map(table -> DynamicTest.dynamicTest(table.name(), () -> tryOn(table)));
    }

    private static void tryOn(Table table) throws SQLException {
        String name = table.name();
        assertThat(ownersCount(name)).as("rows of both tenants").isEqualTo(TENANTS.size());
        try (Connection raw = database.connect();
                Statement statement = raw.createStatement()) {
            raw.setAutoCommit(false);
            enter(statement, "red");

            assertThat(seen(statement, name)).as("what red sees").noneMatch(row -> row.contains("blue"));
            assertThat(affected(raw, "UPDATE %s SET %s".formatted(name, everyColumnAsItIs(statement, name))))
                    .as("rows that red changes")
                    .isLessThanOrEqualTo(1);
            assertThat(affected(raw, "DELETE FROM %s WHERE ctid IN (%s)".formatted(name, placesOf(name, "blue"))))
                    .as("rows of blue that red deletes")
                    .isZero();
            if (!OPEN_TO_ALL.containsKey(name)) {
                assertThat(refusal(raw, insert(name, "blue")))
                        .as("red adds to blue")
                        .isEqualTo(REFUSED);
            }
            enter(statement, "nobody");
            assertThat(seen(statement, name)).as("what a stranger sees").isEmpty();
            raw.rollback();
        }
    }

    private static void enter(Statement statement, String tenant) throws SQLException {
        statement.execute(
                "SELECT set_config('app.user_id', 'usr_%1$s', true), set_config('app.accounts', '{team:%1$s,user:usr_%1$s}', true)"
                        .formatted(tenant));
    }

    /** The columns that the role may read, of the rows that it sees. */
    private static List<String> seen(Statement statement, String table) throws SQLException {
        List<String> columns = columnsWith(statement, table, "SELECT");
        return columns.isEmpty()
                ? List.of()
                : texts(
                        statement,
                        "SELECT concat_ws(' ', %s) FROM %s"
                                .formatted(String.join("::text, ", columns) + "::text", table));
    }

    private static String everyColumnAsItIs(Statement statement, String table) throws SQLException {
        List<String> columns = columnsWith(statement, table, "UPDATE");
        return (columns.isEmpty() ? List.of("ctid") : columns)
                .stream().map(column -> column + " = " + column).collect(Collectors.joining(", "));
    }

    private static List<String> columnsWith(Statement statement, String table, String right) throws SQLException {
        return texts(statement, """
                SELECT quote_ident(attname) FROM pg_attribute
                WHERE attrelid = '%s'::regclass AND attnum > 0 AND NOT attisdropped AND attidentity <> 'a'
                  AND has_column_privilege('pm_app', attrelid, attnum, '%s')
                """.formatted(table, right));
    }

    /** How many rows a change reaches; none if it is refused. */
    private static int affected(Connection raw, String change) throws SQLException {
        var before = raw.setSavepoint();
        try (Statement statement = raw.createStatement()) {
            return statement.executeUpdate(change);
        } catch (SQLException e) {
            // A column that cannot be set, or one that may not be: no row was reached.
            assertThat(e.getSQLState()).as(e.getMessage()).isIn(REFUSED, "0A000");
            return 0;
        } finally {
            raw.rollback(before);
        }
    }

    private static String refusal(Connection raw, String insert) throws SQLException {
        var before = raw.setSavepoint();
        try (Statement statement = raw.createStatement()) {
            statement.execute(insert);
            return "none";
        } catch (SQLException e) {
            return e.getSQLState();
        } finally {
            raw.rollback(before);
        }
    }

    private static String insert(String table, String tenant) throws SQLException {
        var columns = new ArrayList<Column>();
        try (Statement statement = owner.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT quote_ident(attname), format_type(atttypid, NULL) FROM pg_attribute
                        WHERE attrelid = '%s'::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = ''
                          AND attgenerated = ''
                        """.formatted(table))) {
            while (rows.next()) {
                columns.add(new Column(rows.getString(1), rows.getString(2)));
            }
        }
        return "INSERT INTO %s (%s) VALUES (%s)"
                .formatted(
                        table,
                        columns.stream().map(Column::name).collect(Collectors.joining(", ")),
                        columns.stream()
                                .map(column -> column.value(table, tenant))
                                .collect(Collectors.joining(", ")));
    }

    private static String placesOf(String table, String tenant) throws SQLException {
        try (Statement statement = owner.createStatement()) {
            List<String> theirs =
                    texts(statement, "SELECT ctid FROM %1$s WHERE %1$s::text LIKE '%%%2$s%%'".formatted(table, tenant));
            // Where nothing tells whose a row is, none is anyone's.
            return (theirs.isEmpty() ? texts(statement, "SELECT ctid FROM " + table) : theirs)
                    .stream().map("'%s'"::formatted).collect(Collectors.joining(", "));
        }
    }

    private static int ownersCount(String table) throws SQLException {
        try (Statement statement = owner.createStatement()) {
            return texts(statement, "SELECT 1 FROM " + table).size();
        }
    }

    private static List<Table> tables() throws SQLException {
        var tables = new ArrayList<Table>();
        try (Statement statement = owner.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT oid::regclass::text, relispartition FROM pg_class
                        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                          AND relname <> 'flyway_schema_history'
                        ORDER BY 1
                        """)) {
            while (rows.next()) {
                tables.add(new Table(rows.getString(1), rows.getBoolean(2)));
            }
        }
        return tables;
    }

    private static List<String> texts(Statement statement, String query) throws SQLException {
        var texts = new ArrayList<String>();
        try (ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                texts.add(String.valueOf(rows.getString(1)));
            }
        }
        return texts;
    }
}
