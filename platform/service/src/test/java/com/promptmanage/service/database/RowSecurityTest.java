package com.promptmanage.service.database;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.testkit.EmbeddedPostgres;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tables and policies as the catalogue has them, and what two tenants see of each other. */
class RowSecurityTest {

    private static final Scope RED = new Scope.Tenant("usr_red", Set.of("user:usr_red", "team:red"));

    private static final Scope BLUE = new Scope.Tenant("usr_blue", Set.of("user:usr_blue", "team:blue"));

    private static Database database;

    @BeforeAll
    static void open() {
        database =
                Database.open(DatabaseSettings.of(EmbeddedPostgres.shared().createDatabase(), "app-password-of-tests"));
        database.useAsSystem(handle -> {
            for (String tenant : List.of("red", "blue")) {
                fill(handle, tenant);
            }
        });
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void everyTableHasItForced() {
        assertThat(RowSecurity.problems(database)).isEmpty();
    }

    @Test
    void aTableThatForgetsItIsFound() throws Exception {
        String url = EmbeddedPostgres.shared().createDatabase();
        try (Database other = Database.open(DatabaseSettings.of(url, "app-password-of-tests"));
                var owner = java.sql.DriverManager.getConnection(url);
                var statement = owner.createStatement()) {
            statement.execute("CREATE TABLE forgotten (account text)");
            statement.execute("CREATE TABLE half (account text); ALTER TABLE half ENABLE ROW LEVEL SECURITY");
            statement.execute("CREATE TABLE open (account text); SELECT pm_protect('open', 'true')");

            assertThat(RowSecurity.problems(other))
                    .anySatisfy(problem -> assertThat(problem).startsWith("forgotten "))
                    .anySatisfy(problem -> assertThat(problem).startsWith("half "))
                    .anySatisfy(problem -> assertThat(problem).startsWith("open "))
                    .hasSize(3);
        }
    }

    @Test
    void aTenantSeesOnlyItsOwnRows() {
        Map<String, String> mine = Map.of(
                "users", "SELECT string_agg(id, ',') FROM (SELECT id FROM users) AS u",
                "teams", "SELECT string_agg(id, ',') FROM teams",
                "team_members", "SELECT string_agg(user_id, ',') FROM team_members",
                "api_keys", "SELECT string_agg(id, ',') FROM api_keys",
                "sessions", "SELECT string_agg(id, ',') FROM sessions");
        mine.forEach((table, sql) ->
                assertThat(ask(RED, sql)).as(table).contains("red").doesNotContain("blue"));
    }

    @Test
    void nobodyInParticularSeesNothing() {
        var nobody = new Scope.Tenant("", Set.of());
        for (String table : List.of("teams", "team_members", "api_keys", "sessions")) {
            assertThat(ask(nobody, "SELECT count(*) FROM " + table)).as(table).isEqualTo("0");
        }
    }

    @Test
    void aTenantChangesNoRowOfAnother() {
        for (String change : List.of(
                "UPDATE teams SET name = 'stolen'",
                "UPDATE users SET name = 'stolen'",
                "UPDATE team_members SET role = 'owner'",
                "UPDATE api_keys SET revoked_at = now()",
                "DELETE FROM sessions",
                "DELETE FROM team_members")) {
            assertThat(changedInBlueBy(RED, change)).as(change).isFalse();
        }
    }

    @Test
    void aTenantAddsNothingToAnother() {
        for (String insert : List.of(
                "INSERT INTO teams (id, name, slug) VALUES ('green', 'G', 'green')",
                "INSERT INTO team_members VALUES ('blue', 'usr_red', 'owner')",
                "INSERT INTO users (id, email, name) VALUES ('usr_x', 'x@x', 'X')",
                "INSERT INTO api_keys (id, prefix, hash, name, account, scopes) VALUES ('k', 'p', sha256('k'), 'k', 'team:blue', '{ingest}')",
                "INSERT INTO sessions VALUES ('s', sha256('s'), 'usr_blue', now(), now())",
                "UPDATE api_keys SET account = 'team:blue' WHERE account = 'team:red'",
                "DELETE FROM api_keys")) {
            assertThat(refused(RED, insert)).as(insert).isTrue();
        }
    }

    @Test
    void whoSharesATeamSeesTheOtherButNotTheirPassword() {
        database.useAsSystem(handle -> {
            handle.execute("INSERT INTO users (id, email, name) VALUES ('usr_shared', 'shared@x', 'S')");
            handle.execute("INSERT INTO team_members VALUES ('red', 'usr_shared', 'viewer')");
        });

        assertThat(ask(RED, "SELECT name FROM users WHERE id = 'usr_shared'")).isEqualTo("S");
        assertThat(ask(BLUE, "SELECT count(*) FROM users WHERE id = 'usr_shared'"))
                .isEqualTo("0");
        assertThat(refused(RED, "SELECT password_hash FROM users")).isTrue();
    }

    /** Or what everyone does would take longer with each team that there is. */
    @Test
    void whoMayBeSeenIsFoundWithoutReadingTheMembersOfOtherTeams() throws Exception {
        String url = EmbeddedPostgres.shared().createDatabase();
        try (Database other = Database.open(DatabaseSettings.of(url, "app-password-of-tests"));
                var owner = java.sql.DriverManager.getConnection(url);
                var statement = owner.createStatement()) {
            statement.execute("""
                    INSERT INTO users (id, email, name) SELECT 'u' || n, n || '@x', 'N' FROM generate_series(1, 3000) AS n;
                    INSERT INTO teams (id, name, slug) SELECT 't' || n, 'N', 'team-' || n FROM generate_series(1, 3000) AS n;
                    INSERT INTO team_members (team_id, user_id, role)
                    SELECT 't' || n, 'u' || m, 'viewer'
                    FROM generate_series(1, 3000) AS n, LATERAL (VALUES (n), (n % 3000 + 1)) AS members (m)
                    """);
            statement.execute("VACUUM ANALYZE users, teams, team_members");

            other.useTransaction(new Scope.Tenant("u7", Set.of("user:u7", "team:t7")), handle -> {
                long before = membersRead(handle);
                assertThat(handle.createQuery("""
                                SELECT u.id FROM team_members m JOIN users u ON u.id = m.user_id
                                WHERE m.team_id = 't7' ORDER BY u.id
                                """).mapTo(String.class).list()).containsExactly("u7", "u8");
                assertThat(handle.createQuery("SELECT id FROM teams")
                                .mapTo(String.class)
                                .list())
                        .containsExactly("t7");
                assertThat(membersRead(handle) - before).isLessThan(100);
            });
        }
    }

    private static long membersRead(Handle handle) {
        return handle.createQuery("""
                        SELECT sum(pg_stat_get_xact_tuples_returned(name::regclass))::bigint
                        FROM unnest(ARRAY['teams', 'team_members', 'team_members_pkey', 'team_members_of_user']) AS name
                        """).mapTo(Long.class).one();
    }

    @Test
    void whatWaitsForKafkaIsSeenByNoTenant() {
        database.useTransaction(
                RED, handle -> handle.execute("INSERT INTO outbox (topic, record_key) VALUES ('t', 'red')"));

        assertThat(refused(RED, "SELECT count(*) FROM outbox")).isTrue();
        assertThat(refused(RED, "DELETE FROM outbox")).isTrue();
        assertThat(refused(RED, "UPDATE outbox SET topic = 'x'")).isTrue();
    }

    private static void fill(Handle handle, String tenant) {
        handle.execute("INSERT INTO users (id, email, name) VALUES (?, ?, 'N')", "usr_" + tenant, tenant + "@x");
        handle.execute("INSERT INTO teams (id, name, slug) VALUES (?, 'N', ?)", tenant, "slug-" + tenant);
        handle.execute("INSERT INTO team_members VALUES (?, ?, 'admin')", tenant, "usr_" + tenant);
        handle.execute(
                "INSERT INTO api_keys (id, prefix, hash, name, account, scopes) VALUES (?, 'p', sha256(?::bytea), 'k', ?, '{ingest}')",
                "key_" + tenant,
                tenant,
                "team:" + tenant);
        handle.execute(
                "INSERT INTO sessions VALUES (?, sha256(?::bytea), ?, now(), now())",
                "ses_" + tenant,
                tenant,
                "usr_" + tenant);
    }

    private static String ask(Scope scope, String sql) {
        return database.inTransaction(
                scope, handle -> handle.createQuery(sql).mapTo(String.class).one());
    }

    /** Tries the change and takes it back. */
    private static boolean changedInBlueBy(Scope scope, String change) {
        String before = blue();
        database.useTransaction(scope, handle -> {
            handle.execute("SAVEPOINT before");
            handle.execute(change);
            handle.execute("SET LOCAL ROLE pm_system");
            String after = one(handle);
            handle.execute("ROLLBACK TO before");
            assertThat(after).as(change).isNotEmpty();
            if (!after.equals(before)) {
                throw new AssertionError(change + " reached another tenant");
            }
        });
        return !blue().equals(before);
    }

    private static String blue() {
        return database.asSystem(RowSecurityTest::one);
    }

    private static String one(Handle handle) {
        return handle.createQuery("""
                        SELECT concat((SELECT to_jsonb(t)::text FROM teams t WHERE id = 'blue'),
                                      (SELECT to_jsonb(u)::text FROM users u WHERE id = 'usr_blue'),
                                      (SELECT to_jsonb(m)::text FROM team_members m WHERE team_id = 'blue'),
                                      (SELECT to_jsonb(k)::text FROM api_keys k WHERE id = 'key_blue'),
                                      (SELECT to_jsonb(s)::text FROM sessions s WHERE id = 'ses_blue'))
                        """).mapTo(String.class).one();
    }

    private static boolean refused(Scope scope, String sql) {
        try {
            database.useTransaction(scope, handle -> handle.execute(sql));
            return false;
        } catch (JdbiException e) {
            return String.valueOf(e.getMessage()).contains("row-level security policy")
                    || String.valueOf(e.getMessage()).contains("permission denied");
        }
    }
}
