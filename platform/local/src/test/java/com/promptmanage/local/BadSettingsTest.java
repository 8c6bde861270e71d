package com.promptmanage.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.ingest.IngestMain;
import com.promptmanage.query.QueryMain;
import com.promptmanage.runner.RunnerMain;
import com.promptmanage.testkit.EmbeddedPostgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every process that is set up wrongly says what is wrong, all of it, and nothing of its own insides; and does not start. */
class BadSettingsTest {

    /** What a process said and how it ended. */
    private record Ended(int status, List<String> lines) {}

    @ParameterizedTest
    @ValueSource(classes = {QueryMain.class, IngestMain.class, RunnerMain.class})
    void aServiceTellsAllThatIsWrong(Class<?> main) throws Exception {
        Ended ended = run(main, Map.of("PM_HTTP_PORT", "many", "PM_HTTP_PROT", "8080"));

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.lines().getFirst()).matches("\\d+ problem\\(s\\) with the settings:");
        assertThat(ended.lines().subList(1, ended.lines().size()))
                .contains(
                        "  PM_HTTP_PORT: cannot read 'many'",
                        "  PM_HTTP_PROT: not a setting",
                        "  PM_DATABASE_URL: missing")
                .allMatch(line -> line.startsWith("  PM_"));
    }

    @Test
    void soDoesTheWholeProductInOneProcess(@TempDir Path directory) throws Exception {
        Ended ended = run(
                LocalMain.class,
                Map.of(
                        "PM_SMTP_PORT",
                        "many",
                        "PM_SECRET_KEYS",
                        "local:" + Base64.getEncoder().encodeToString(new byte[32])),
                "--data",
                directory.toString(),
                "--port",
                "0",
                "--no-demo");

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.lines())
                .containsExactly(
                        "2 problem(s) with the settings:",
                        "  PM_SMTP_PORT: cannot read 'many'",
                        "  PM_SECRET_KEYS: the id 'local' stands for another key already: choose another id");
    }

    /** As when the owner's password is left out: nothing that waiting would heal. */
    @Test
    void whoIsNotLetInByTheDatabaseIsToldWhichSettingsSayWhoComes() throws Exception {
        Ended ended = run(
                RunnerMain.class,
                Map.of(
                        "PM_HTTP_PORT",
                        "0",
                        "PM_KAFKA_BOOTSTRAP_SERVERS",
                        "127.0.0.1:1",
                        "PM_RUNNER_QUERY_URL",
                        "http://127.0.0.1:1",
                        "PM_SECRET_KEYS",
                        "test:" + Base64.getEncoder().encodeToString(new byte[32]),
                        "PM_DATABASE_APP_PASSWORD",
                        "any",
                        "PM_DATABASE_URL",
                        "jdbc:postgresql://127.0.0.1:%d/postgres?user=postgres"
                                .formatted(EmbeddedPostgres.shared().port())));

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.lines())
                .contains("1 problem(s) with the settings:")
                .anyMatch(line -> line.startsWith("  PM_DATABASE_OWNER and PM_DATABASE_OWNER_PASSWORD"))
                .noneMatch(line -> line.startsWith("\tat "));
    }

    @Test
    void aDirectoryThatCannotBeMadeIsNamedWithItsSetting(@TempDir Path directory) throws Exception {
        Path below = Files.createFile(directory.resolve("file")).resolve("below");

        Ended ended = run(LocalMain.class, Map.of(), "--data", below.toString(), "--port", "0", "--no-demo");

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.lines())
                .singleElement()
                .asString()
                .startsWith(below + " cannot be made")
                .endsWith("--data");
    }

    private static Ended run(Class<?> main, Map<String, String> environment, String... arguments) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        // A service by itself has one logback.xml on its class path; here are several, of which Logback would tell.
        command.add("-Dlogback.statusListenerClass=ch.qos.logback.core.status.NopStatusListener");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("PM_"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        try (var output = process.inputReader(StandardCharsets.UTF_8)) {
            List<String> lines = output.lines().toList();
            return new Ended(process.waitFor(), lines);
        } finally {
            process.destroyForcibly();
        }
    }
}
