package com.promptmanage.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The clients that people run, as they come from npm: each reports its calls once as they are, once with its first request
 * refused, once with every request sent twice. Each call is counted once; what goes through the gateway, as often as the provider
 * is asked.
 */
class NpmClientsTest {

    private static final Path SOURCES = Path.of("src", "test", "clients");

    /** Where they are installed; the next run finds them there. */
    private static final Path INSTALLED = Path.of("target", "clients");

    private static final long TOKENS_OF_A_CALL = 150;

    @TempDir
    private Path directory;

    @Test
    void eachCallOfEachClientIsCountedOnceWhateverHappensOnTheWay() throws Exception {
        install();
        try (var models = FakeModels.start();
                var stack = LocalStack.start(Patience.in(directory, models.environment()));
                var api = Api.of(stack.local());
                var network = UnreliableNetwork.to(stack.local().baseUrl())) {
            spendBudgetOf("over-budget", api);
            JsonNode sent = Api.read(run(
                    INSTALLED,
                    "node",
                    "send.mjs",
                    network.baseUrl(),
                    stack.local().apiKey()));
            // Behind all of them in their partition, so its receipt includes them.
            String receipt = api.post("/api/token-tracking/log", """
                            {"eventId": "last", "teamId": "team_demo", "userId": "last", "model": "gpt-4o-mini",
                             "inputTokens": 1, "outputTokens": 1}
                            """)
                    .json()
                    .path("receipt")
                    .asText();

            assertThat(sent.size()).isGreaterThanOrEqualTo(42);
            var softly = new SoftAssertions();
            for (var client : sent.properties()) {
                JsonNode summary = api.get("/api/token-tracking/stats?teamId=team_demo&userId=%s&after=%s"
                                .formatted(client.getKey(), receipt))
                        .json()
                        .path("summary");
                long calls = client.getValue().longValue();
                softly.assertThat(summary.path("totalRuns").longValue())
                        .as("calls of %s", client.getKey())
                        .isEqualTo(calls);
                softly.assertThat(summary.path("totalTokens").longValue())
                        .as("tokens of %s", client.getKey())
                        .isEqualTo(calls * TOKENS_OF_A_CALL);
            }
            softly.assertAll();
            assertThat(network.refused()).isGreaterThanOrEqualTo(sent.size() / 3);
        }
    }

    /** Returns when a call of this member would be refused. */
    private static void spendBudgetOf(String member, Api api) throws Exception {
        assertThat(api.post("/api/token-tracking/budgets", """
                        {"name": "none", "account": "team:team_demo", "dimension": "member", "value": "%s",
                         "limitUsd": "0.000000001", "period": "month", "enforcement": "block"}
                        """.formatted(member))
                        .status())
                .isEqualTo(201);
        Await.until(() -> assertThat(api.post("/api/token-tracking/check", """
                        {"teamId": "team_demo", "userId": "%s", "model": "gpt-4o-mini", "inputTokens": 1000}
                        """.formatted(member))
                        .json()
                        .path("allowed")
                        .asBoolean(true))
                .isFalse());
    }

    private static void install() throws Exception {
        Files.createDirectories(INSTALLED);
        Path lock = INSTALLED.resolve("package-lock.json");
        // What npm writes when it is done.
        boolean installed = Files.exists(INSTALLED.resolve("node_modules").resolve(".package-lock.json"))
                && Files.exists(lock)
                && Files.mismatch(lock, SOURCES.resolve("package-lock.json")) == -1;
        for (String file : List.of("package.json", "package-lock.json", "send.mjs")) {
            Files.copy(SOURCES.resolve(file), INSTALLED.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        if (!installed) {
            run(INSTALLED, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline");
        }
    }

    /** Returns the last line that it wrote. */
    private static String run(Path directory, String... command) throws IOException, InterruptedException {
        Path errors = Files.createTempFile("client", ".log");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            process.getOutputStream().close();
            String written = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue())
                    .as(() -> String.join(" ", command) + "\n" + written + read(errors))
                    .isZero();
            List<String> lines = written.strip().lines().toList();
            return lines.isEmpty() ? "" : lines.getLast();
        } finally {
            process.destroyForcibly();
            Files.delete(errors);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
