package com.promptmanage.service.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.settings.BadSettingsException;
import com.promptmanage.testkit.EmbeddedPostgres;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {

    private static final String APP_PASSWORD = MigratedDatabase.APP_PASSWORD;

    private static final Scope.Tenant RED =
            new Scope.Tenant("usr_red", Set.of("user:usr_red", "team:red, \"the\" {one}"));

    private final String url = MigratedDatabase.url();

    private final Database database = Database.open(DatabaseSettings.of(url, APP_PASSWORD));

    @TempDir
    Path directory;

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void worksAsARoleThatRowSecurityHolds() {
        assertThat(ask("SELECT current_user")).isEqualTo("pm_app");
        assertThat(
                        ask(
                                "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = 'pm_app'"))
                .isEqualTo("f");
        assertThat(database.<String, RuntimeException>asSystem(handle -> one(handle, "SELECT current_user")))
                .isEqualTo("pm_system");
    }

    @Test
    void tellsThePoliciesWhoIsAsking() {
        assertThat(ask("SELECT pm_user()")).isEqualTo("usr_red");
        assertThat(ask("SELECT 'team:red, \"the\" {one}' = ANY (pm_accounts())"))
                .isEqualTo("t");
        assertThat(ask("SELECT cardinality(pm_accounts())")).isEqualTo("2");
    }

    @Test
    void aTransactionWithinOneNeverGainsTheRightsOfAnotherScope() {
        assertThatThrownBy(() -> database.useTransaction(
                        RED, handle -> database.useAsSystem(inner -> inner.execute("SELECT 1"))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("another scope");

        database.useTransaction(RED, handle -> {
            assertThat(ask("SELECT pm_user()")).isEqualTo("usr_red");
            assertThat(one(handle, "SELECT current_user")).isEqualTo("pm_app");
        });
        assertThat(database.<String, RuntimeException>asSystem(handle -> one(handle, "SELECT current_user")))
                .isEqualTo("pm_system");
    }

    @Test
    void aTextThatCannotBeKeptIsTheFaultOfWhoSentIt() {
        for (String sql : List.of("SELECT :text", "SELECT to_jsonb(CAST(:text AS text))")) {
            assertThatThrownBy(() -> database.useTransaction(
                            RED,
                            handle -> handle.createQuery(sql)
                                    .bind("text", "a\0b")
                                    .mapTo(String.class)
                                    .one()))
                    .isInstanceOf(ProblemException.class);
        }
        assertThatThrownBy(() -> ask("SELECT ('{\"a\": \"\\u0000\"}'::jsonb)::text"))
                .isInstanceOf(ProblemException.class);
    }

    @Test
    void forgetsWhoAskedWhenTheTransactionEnds() {
        try (Database one = Database.open(DatabaseSettings.of(url, APP_PASSWORD).withConnectionsMax(1))) {
            one.useTransaction(RED, handle -> handle.execute("SELECT 1"));
            one.useAsSystem(handle -> handle.execute("SELECT 1"));

            var nobody = new Scope.Tenant("", Set.of());
            assertThat(one.<Optional<String>, RuntimeException>inTransaction(
                            nobody,
                            handle -> handle.createQuery("SELECT pm_user()")
                                    .mapTo(String.class)
                                    .findOne()))
                    .isEmpty();
            assertThat(one.<String, RuntimeException>inTransaction(
                            nobody, handle -> one(handle, "SELECT cardinality(pm_accounts())")))
                    .isEqualTo("0");
            assertThat(one.<String, RuntimeException>inTransaction(
                            nobody, handle -> one(handle, "SELECT current_user")))
                    .isEqualTo("pm_app");
        }
    }

    @Test
    void boundsStatementsLocksAndIdling() {
        assertThat(ask("SHOW statement_timeout")).isEqualTo("30s");
        assertThat(ask("SHOW lock_timeout")).isEqualTo("5s");
        assertThat(ask("SHOW idle_in_transaction_session_timeout")).isEqualTo("30s");
        assertThat(ask("SHOW timezone")).isEqualTo("UTC");

        var impatient = new DatabaseSettings(
                url,
                Optional.empty(),
                APP_PASSWORD,
                2,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1));
        try (Database other = Database.open(impatient)) {
            assertThatThrownBy(() -> other.useAsSystem(handle -> handle.execute("SELECT pg_sleep(60)")))
                    .isInstanceOf(DatabaseUnavailableException.class);
        }
    }

    @Test
    void whatNoRequestWaitsForLeavesConnectionsForThoseThatDo() throws Exception {
        var settings = DatabaseSettings.of(url, APP_PASSWORD).withConnectionsMax(4);
        try (Database four = Database.open(settings);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var go = new CountDownLatch(1);
            var begun = new AtomicInteger();
            List<Future<Integer>> all = IntStream.range(0, 20)
                    .mapToObj(i -> threads.submit(() -> four.background().asSystem(handle -> {
                        int order = begun.incrementAndGet();
                        go.await();
                        return order;
                    })))
                    .toList();
            com.promptmanage.testkit.Await.until(() -> assertThat(begun).hasValue(2));

            assertThat(four.<String, RuntimeException>asSystem(handle -> one(handle, "SELECT 1")))
                    .isEqualTo("1");
            // A transaction within one has its connection, and so waits for none.
            four.useAsSystem(handle -> four.background()
                    .useAsSystem(inner -> assertThat(one(inner, "SELECT 1")).isEqualTo("1")));
            assertThat(begun).hasValue(2);

            go.countDown();
            for (Future<Integer> one : all) {
                assertThat(one.get()).isPositive();
            }
        }
    }

    @Test
    void undoesAllOfATransactionThatFails() {
        assertThatThrownBy(() -> database.useAsSystem(handle -> {
                    handle.execute("INSERT INTO users (id, email, name) VALUES ('u', 'u@x', 'U')");
                    throw new IllegalArgumentException("stop");
                }))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(database.<String, RuntimeException>asSystem(handle -> one(handle, "SELECT count(*) FROM users")))
                .isEqualTo("0");
    }

    @Test
    void migratesOnceHoweverManyStartTogether() throws Exception {
        String fresh = EmbeddedPostgres.shared().createDatabase();

        List<CompletableFuture<Void>> starts = IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.runAsync(
                        () -> Database.open(
                                        DatabaseSettings.of(fresh, APP_PASSWORD).withConnectionsMax(1))
                                .close(),
                        task -> Thread.ofVirtual().start(task)))
                .toList();
        for (var start : starts) {
            start.get();
        }

        try (Database there = Database.open(DatabaseSettings.of(fresh, APP_PASSWORD))) {
            assertThat(there.isReady()).isTrue();
        }
    }

    @Test
    void doesNotMissWhatAnotherServiceHasApplied() throws Exception {
        try (var owner = DriverManager.getConnection(url);
                var statement = owner.createStatement()) {
            statement.execute("""
                    INSERT INTO flyway_schema_history
                        (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
                    VALUES (99, '20990101.01', 'of another', 'SQL', 'V20990101_01__of_another.sql', 1, 'owner', 1, true)
                    """);
        }

        try (Database again = Database.open(DatabaseSettings.of(url, APP_PASSWORD))) {
            assertThat(again.isReady()).isTrue();
        }
    }

    @Test
    void saysThatTheDatabaseIsAwayAndRecoversByItself() throws Exception {
        try (EmbeddedPostgres own = EmbeddedPostgres.start(directory);
                Database there = Database.open(DatabaseSettings.of(own.jdbcUrl(), APP_PASSWORD))) {
            own.kill();
            assertThatThrownBy(() -> there.useAsSystem(handle -> handle.execute("SELECT 1")))
                    .isInstanceOf(DatabaseUnavailableException.class);
            assertThat(there.isReady()).isFalse();
            assertThatThrownBy(() -> Database.open(DatabaseSettings.of(own.jdbcUrl(), APP_PASSWORD)))
                    .isInstanceOf(DatabaseUnavailableException.class);

            own.start();

            com.promptmanage.testkit.Await.until(
                    () -> assertThat(there.isReady()).isTrue());
            assertThat(there.<String, RuntimeException>asSystem(handle -> one(handle, "SELECT 1")))
                    .isEqualTo("1");
        }
    }

    /** As a server does that is stopped, or a proxy whose server is gone. */
    @Test
    @Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void isAwayAlsoIfItTakesTheConnectionAndStaysSilent() throws Exception {
        try (var silent = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
            String there = "jdbc:postgresql://127.0.0.1:%d/any?user=any&password=any&sslmode=disable"
                    .formatted(silent.getLocalPort());

            assertThatThrownBy(() -> Database.open(DatabaseSettings.of(there, APP_PASSWORD)))
                    .isInstanceOf(DatabaseUnavailableException.class);
        }
    }

    @Test
    void whoHasNoPasswordOrAWrongOneIsToldTheSettingAndNotThatTheDatabaseIsAway() {
        for (String login : List.of("?user=postgres", "?user=postgres&password=wrong")) {
            assertThatThrownBy(() ->
                            Database.open(DatabaseSettings.of(url.replaceFirst("\\?.*", "") + login, APP_PASSWORD)))
                    .isInstanceOf(BadSettingsException.class)
                    .hasMessageContaining("PM_DATABASE_OWNER_PASSWORD");
        }
    }

    @Test
    void refusesARoleThatMayPassRowSecurity() throws SQLException {
        try (EmbeddedPostgres own = EmbeddedPostgres.start(directory)) {
            try (var owner = DriverManager.getConnection(own.jdbcUrl());
                    var statement = owner.createStatement()) {
                statement.execute("CREATE ROLE pm_app LOGIN BYPASSRLS PASSWORD '" + APP_PASSWORD + "'");
            }

            assertThatThrownBy(() -> Database.open(DatabaseSettings.of(own.jdbcUrl(), APP_PASSWORD)))
                    .hasMessageContaining("BYPASSRLS");
        }
    }

    private String ask(String sql) {
        return database.inTransaction(RED, handle -> one(handle, sql));
    }

    private static String one(Handle handle, String sql) {
        return handle.createQuery(sql).mapTo(String.class).one();
    }
}
