package com.promptmanage.runner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.access.People.NewTeam;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Json;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.testkit.FreePorts;
import com.promptmanage.testkit.JavaProcess;
import com.promptmanage.topics.TopicProvisioner;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The service as the process that is deployed: settings, database, budgets, workers, routes, and an orderly end. */
class RunnerMainTest {

    private static final String TEAM = "team_1";

    private static final String WORKFLOW = """
            {"teamId": "team_1", "name": "Alone", "status": "active", "definition": {"version": "1.0",
             "nodes": [
               {"id": "tickets", "type": "data_source", "config": {"sourceId": "sample/tickets", "sourceType": "api"}},
               {"id": "sort", "type": "prompt",
                "config": {"model": "gpt-4o-mini", "maxTokens": 50, "promptTemplate": "Sort {{record.subject}}"}}],
             "edges": [{"id": "e1", "source": "tickets", "target": "sort"}]}}
            """;

    private final EmbeddedKafka kafka = EmbeddedKafka.shared();

    private final String jdbcUrl = EmbeddedPostgres.shared().createDatabase();

    private final FakeServer query = new FakeServer();

    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        client.shutdownNow();
        query.close();
    }

    @Test
    void runsWorkflowsByItselfAsksTheBudgetsAndEndsInOrder() throws Exception {
        try (var admin = kafka.admin()) {
            new TopicProvisioner(admin, 4, (short) 1).provision(Topics.ALL);
        }
        query.thenJson(200, """
                {"allowed": true, "estimatedCostNanoUsd": 1000, "budgets": [{"id": "b1", "name": "Month"}]}
                """);
        String key = key();
        int port = FreePorts.one();
        try (var process = JavaProcess.start(RunnerMain.class, List.of("-Xmx256m"), settings(port))) {
            var api = URI.create("http://127.0.0.1:" + port);
            Await.until(
                    Duration.ofMinutes(3),
                    () -> assertThat(isReady(api, key)).as("ready").isTrue());

            String workflow = send(api, "POST", "/api/workflows", key, WORKFLOW)
                    .at("/workflow/id")
                    .asText();
            // The first questions may be answered too late, on a busy machine: then nothing is known of budgets.
            Await.until(() -> {
                int askedBefore = query.asked().size();
                JsonNode done = run(workflow, api, key);
                assertThat(done.path("simulated").asBoolean()).isTrue();
                assertThat(done.path("totalCostNanoUsd").asLong()).isPositive();
                assertThat(done.at("/nodeExecutions/1/budgets/0/name").asText()).isEqualTo("Month");
                assertThat(query.asked()).hasSize(askedBefore + 3);
            });
            assertThat(get(api, "/openapi.json", key).body())
                    .contains("/api/workflows/{id}/trigger", "/api/data-sources");
            Await.until(() -> assertThat(count("SELECT count(*) FROM outbox"))
                    .as("events that have not left")
                    .isZero());
            process.end();
            assertThat(count("SELECT count(*) FROM api_keys WHERE name = 'workflow runner' AND revoked_at IS NULL"))
                    .as("keys that were left behind")
                    .isZero();
        }
    }

    /** Returns what is told of it when it is over. */
    private JsonNode run(String workflow, URI api, String key) throws Exception {
        String execution = send(api, "POST", "/api/workflows/" + workflow + "/trigger", key, "{}")
                .path("executionId")
                .asText();
        Await.until(() -> assertThat(send(api, "GET", "/api/workflows/executions/" + execution, key, "")
                        .path("status")
                        .asText())
                .isEqualTo("completed"));
        return send(api, "GET", "/api/workflows/executions/" + execution, key, "");
    }

    private Map<String, String> settings(int port) {
        return Map.of(
                "PM_HTTP_HOST",
                "127.0.0.1",
                "PM_HTTP_PORT",
                Integer.toString(port),
                "PM_KAFKA_BOOTSTRAP_SERVERS",
                kafka.bootstrapServers(),
                "PM_DATABASE_URL",
                jdbcUrl,
                "PM_DATABASE_APP_PASSWORD",
                "of-the-tests",
                "PM_SECRET_KEYS",
                "one:" + Base64.getEncoder().encodeToString(new byte[32]),
                "PM_RUNNER_QUERY_URL",
                query.url(""),
                "PM_RUNNER_SIMULATE_MODELS",
                "always",
                "PM_RUNNER_SIMULATED_LATENCY",
                "PT0S");
    }

    private String key() {
        try (var database = Database.open(DatabaseSettings.of(jdbcUrl, "of-the-tests"));
                var access = new Access(database, Clock.systemUTC())) {
            access.people().ensureTeam(new NewTeam(TEAM, "Team", "the-team", "UTC"));
            return access.keys()
                    .create(Scope.EVERYONE, NewKey.of("test", Account.team(TEAM)))
                    .secret();
        }
    }

    private long count(String sql) {
        try (var connection = java.sql.DriverManager.getConnection(jdbcUrl);
                var rows = connection.createStatement().executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean isReady(URI api, String key) throws InterruptedException {
        try {
            return get(api, "/health/ready", key).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private HttpResponse<String> get(URI api, String path, String key) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(api.resolve(path))
                        .header("Authorization", "Bearer " + key)
                        .build(),
                BodyHandlers.ofString());
    }

    private JsonNode send(URI api, String method, String path, String key, String body)
            throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(api.resolve(path))
                        .header("Authorization", "Bearer " + key)
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
        return Json.mapper().readTree(response.body());
    }
}
