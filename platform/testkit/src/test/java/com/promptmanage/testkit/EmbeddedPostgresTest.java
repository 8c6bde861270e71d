package com.promptmanage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {

    /** Prints where its server is, and then waits to be killed. */
    static final class Holder {
        public static void main(String... args) throws Exception {
            System.out.println("url " + EmbeddedPostgres.start(Path.of(args[0])).jdbcUrl());
            Thread.sleep(Duration.ofMinutes(5));
        }
    }

    @TempDir
    Path directory;

    @Test
    void isThePinnedMajorVersion() throws Exception {
        assertThat(ask(EmbeddedPostgres.shared().jdbcUrl(), "SHOW server_version"))
                .startsWith("18.");
    }

    @Test
    void keepsItsPortAndItsRowsOverStopsAndCrashes() throws Exception {
        int firstPort;
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(directory)) {
            firstPort = postgres.port();
            run(postgres.jdbcUrl(), "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('before')");
            postgres.stop();
            assertThatThrownBy(() -> ask(postgres.jdbcUrl(), "SELECT 1")).isInstanceOf(SQLException.class);
            postgres.start();
            run(postgres.jdbcUrl(), "INSERT INTO kept VALUES ('between')");
            postgres.kill();
            postgres.start();
            assertThat(postgres.port()).isEqualTo(firstPort);
        }

        try (EmbeddedPostgres again = EmbeddedPostgres.start(directory, EmbeddedPostgres.Options.DURABLE)) {
            assertThat(again.port()).isEqualTo(firstPort);
            assertThat(ask(again.jdbcUrl(), "SELECT string_agg(word, ' ') FROM kept"))
                    .isEqualTo("before between");
            assertThat(ask(again.jdbcUrl(), "SHOW fsync")).isEqualTo("on");
        }
    }

    @Test
    void givesEachTestADatabaseOfItsOwn() throws Exception {
        String one = EmbeddedPostgres.shared().createDatabase();
        String other = EmbeddedPostgres.shared().createDatabase();

        run(one, "CREATE TABLE mine (word text)");

        assertThat(ask(other, "SELECT count(*) FROM pg_class WHERE relname = 'mine'"))
                .isEqualTo("0");
    }

    @Test
    void copiesADatabaseThatIsFilledOnceForEachKind() throws Exception {
        var fillings = new AtomicInteger();
        Consumer<String> filling = url -> {
            fillings.incrementAndGet();
            run(url, "CREATE TABLE filled (word text); INSERT INTO filled VALUES ('original')");
        };

        String one = EmbeddedPostgres.shared().createDatabase("of_a_test", filling);
        run(one, "INSERT INTO filled VALUES ('changed')");
        String other = EmbeddedPostgres.shared().createDatabase("of_a_test", filling);

        assertThat(fillings).hasValue(1);
        assertThat(ask(one, "SELECT string_agg(word, ' ') FROM filled")).isEqualTo("original changed");
        assertThat(ask(other, "SELECT string_agg(word, ' ') FROM filled")).isEqualTo("original");
    }

    @Test
    void letsNobodyInWithoutThePassword() {
        String url = EmbeddedPostgres.shared().jdbcUrl().replaceFirst("password=.*", "password=guessed");

        assertThatThrownBy(() -> ask(url, "SELECT 1")).hasMessageContaining("password authentication failed");
    }

    @Test
    void endsWithTheProcessThatStartedItAndTheNextOneFindsTheRows() throws Exception {
        try (var holder = JavaProcess.start(Holder.class, List.of("-Xmx64m"), Map.of(), directory.toString())) {
            String url = holder.awaitLine("url ", Duration.ofMinutes(3));
            run(url, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('before')");
            holder.kill();
            Await.until(() -> assertThatThrownBy(() -> ask(url, "SELECT 1")).isInstanceOf(SQLException.class));
        }

        try (EmbeddedPostgres next = EmbeddedPostgres.start(directory)) {
            assertThat(ask(next.jdbcUrl(), "SELECT word FROM kept")).isEqualTo("before");
        }
    }

    /** A process that was started in the background, and has not come to its own handlers yet, is deaf to what asks it to end. */
    @Test
    void aServerThatIsDeafAtFirstEndsAllTheSame() throws Exception {
        Process guard = new ProcessBuilder(
                        "sh",
                        "-c",
                        EmbeddedPostgres.GUARDED,
                        "guard",
                        "sh",
                        "-c",
                        "echo ready; sleep 1; exec env --default-signal=INT sleep 600")
                .start();
        try (var said = guard.inputReader(StandardCharsets.UTF_8)) {
            assertThat(said.readLine()).isEqualTo("ready");

            guard.getOutputStream().close();

            Await.until(() -> assertThat(guard.isAlive()).isFalse());
        } finally {
            guard.descendants().forEach(ProcessHandle::destroyForcibly);
            guard.destroyForcibly();
        }
    }

    private static void run(String url, String sql) {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static String ask(String url, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
