package com.promptmanage.runner.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.http.RunningApi.Answer;
import com.promptmanage.service.http.Json;
import com.promptmanage.testkit.Await;
import java.time.Instant;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Executions that wait behind one that goes on for as long as the test does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QueuedRunsTest {

    @AutoClose
    private final RunningApi api = new RunningApi();

    private final TwoSteps steps = new TwoSteps(api);

    @ParameterizedTest
    @ValueSource(strings = {"archived", "paused", "error"})
    void whatWaitsForAWorkflowThatIsNotActiveSaysSoUntilItIs(String status) throws Exception {
        String id = create();
        String running = steps.trigger(id);
        steps.awaitStatus(running, "running");
        String waiting = steps.trigger(id);
        assertThat(shown(waiting).path("reason").isNull()).as("its turn comes").isTrue();

        status(id, status);
        JsonNode shown = shown(waiting);
        assertThat(shown.path("status").asText()).isEqualTo("queued");
        assertThat(shown.at("/reason/code").asText()).isEqualTo("workflow_not_active");
        assertThat(shown.at("/reason/workflowStatus").asText()).isEqualTo(status);
        assertThat(shown.at("/reason/message").asText()).contains(status, "set it to active", "cancel");
        JsonNode listed = api.get(steps.editor(), "/api/workflows/%s/executions".formatted(id))
                .json()
                .path("executions");
        assertThat(listed.at("/0/reason")).isEqualTo(shown.path("reason"));
        assertThat(listed.at("/1/reason").isNull()).as("it runs to its end").isTrue();
        assertThat(lastExecution(id).path("id").asText()).isEqualTo(waiting);
        assertThat(lastExecution(id).path("reason")).isEqualTo(shown.path("reason"));

        status(id, "active");
        assertThat(shown(waiting).path("reason").isNull()).isTrue();
        cancel(running);
        steps.awaitStatus(waiting, "running");
        cancel(waiting);
    }

    @Test
    void whatWaitsForItsTurnSaysWhatComesFirstAndIsNoneOfThoseThatAnAverageIsOf() throws Exception {
        String id = create();
        String running = steps.trigger(id);
        steps.awaitStatus(running, "running");
        String next = steps.trigger(id);
        String last = steps.trigger(id);
        api.engine()
                .database()
                .useAsSystem(handle -> handle.execute(
                        "UPDATE executions SET tokens = 7, cost_nano_usd = 90600 WHERE id = ?", running));

        JsonNode analytics = api.get(steps.editor(), "/api/workflows/%s/analytics".formatted(id))
                .json();

        assertThat(shown(running).has("queue")).isFalse();
        assertThat(shown(next).path("queue").toString())
                .isEqualTo("{\"running\":1,\"maxConcurrentRuns\":1,\"ahead\":0}");
        assertThat(shown(last).at("/queue/ahead").intValue()).isEqualTo(1);
        assertThat(analytics.path("totalExecutions").intValue()).isEqualTo(3);
        assertThat(analytics.path("begunExecutions").intValue()).isEqualTo(1);
        assertThat(analytics.path("averageTokens").longValue()).isEqualTo(7);
        assertThat(analytics.path("averageCostNanoUsd").longValue()).isEqualTo(90_600);
        cancel(last);
        cancel(next);
        cancel(running);
    }

    @Test
    void ofADeletedWorkflowNoExecutionIsShownAnyMore() throws Exception {
        String id = create();
        String running = steps.trigger(id);
        steps.awaitStatus(running, "running");

        assertThat(api.send(steps.editor(), "DELETE", "/api/workflows/" + id, "")
                        .status())
                .isEqualTo(204);

        assertThat(api.get(steps.editor(), "/api/workflows/executions/" + running)
                        .status())
                .isEqualTo(404);
        assertThat(api.get(steps.editor(), "/api/workflows/%s/executions".formatted(id))
                        .status())
                .isEqualTo(404);
    }

    @Test
    void aDelayThatIsNotOverIsUnderWayAndSaysUntilWhen() throws Exception {
        Instant before = Instant.now();
        String execution = steps.trigger(create());

        Await.until(
                () -> assertThat(node(execution).path("waitsUntil").isTextual()).isTrue());

        JsonNode waiting = node(execution);
        assertThat(waiting.path("status").asText()).isEqualTo("running");
        assertThat(shown(execution).at("/nodes/0/states/0"))
                .as("of all its runs")
                .isEqualTo(stateOf(waiting));
        assertThat(Instant.parse(waiting.path("waitsUntil").asText()))
                .isBetween(before.plusSeconds(3_590), Instant.now().plusSeconds(3_610));
        cancel(execution);
        steps.awaitStatus(execution, "cancelled");
        assertThat(node(execution).path("status").asText()).isEqualTo("cancelled");
        assertThat(node(execution).path("waitsUntil").isNull()).isTrue();
    }

    @Test
    void whatIsToBeTriedAgainSaysWhen() throws Exception {
        String execution = steps.trigger(create());
        steps.awaitStatus(execution, "running");
        Await.until(
                () -> assertThat(node(execution).path("waitsUntil").isTextual()).isTrue());
        api.engine()
                .database()
                .useAsSystem(handle -> handle.execute(
                        "UPDATE node_runs SET waited = false, error_kind = 'transient', attempt = 1 WHERE execution_id = ?",
                        execution));

        JsonNode failed = node(execution);

        assertThat(failed.path("status").asText()).isEqualTo("retrying");
        assertThat(failed.path("waitsUntil").isTextual()).isTrue();
        cancel(execution);
    }

    /** Of a node that is run once. */
    private static JsonNode stateOf(JsonNode run) {
        return Json.mapper()
                .createObjectNode()
                .put("status", run.path("status").asText())
                .put("runs", 1)
                .put("waitsUntil", run.path("waitsUntil").asText());
    }

    private JsonNode node(String execution) {
        return shown(execution).at("/nodeExecutions/0");
    }

    @Test
    void whatWaitsForAnArchivedWorkflowCanBeCancelled() throws Exception {
        String id = create();
        String running = steps.trigger(id);
        steps.awaitStatus(running, "running");
        String waiting = steps.trigger(id);
        status(id, "archived");

        cancel(waiting);
        steps.awaitStatus(waiting, "cancelled");
        assertThat(shown(waiting).path("reason").isNull()).isTrue();
        cancel(running);
    }

    private String create() {
        Answer made = api.post(steps.editor(), "/api/workflows", """
                {"teamId": "team_1", "name": "One at a time", "status": "active", "maxConcurrentRuns": 1,
                 "definition": {"version": "1.0", "nodes": [
                   {"id": "wait", "type": "delay", "label": "Wait", "config": {"delayMs": 3600000}}]}}
                """);
        assertThat(made.status()).as(made.json().toString()).isEqualTo(201);
        return made.json().at("/workflow/id").asText();
    }

    private void status(String id, String status) {
        assertThat(api.put(steps.editor(), "/api/workflows/" + id, "{\"status\": \"%s\"}".formatted(status))
                        .status())
                .isEqualTo(200);
    }

    /** As the list of workflows tells it. */
    private JsonNode lastExecution(String workflow) {
        return api.get(steps.editor(), "/api/workflows?limit=200")
                .json()
                .path("workflows")
                .valueStream()
                .filter(one -> one.path("id").asText().equals(workflow))
                .findAny()
                .orElseThrow()
                .path("lastExecution");
    }

    private JsonNode shown(String execution) {
        return api.get(steps.editor(), "/api/workflows/executions/" + execution).json();
    }

    private void cancel(String execution) {
        assertThat(api.post(steps.editor(), "/api/workflows/executions/%s/cancel".formatted(execution), "")
                        .status())
                .isEqualTo(200);
    }
}
