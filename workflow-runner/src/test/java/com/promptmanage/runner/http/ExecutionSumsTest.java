package com.promptmanage.runner.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What many runs come to: of a workflow, of its days, and of each node of one execution. */
class ExecutionSumsTest {

    @AutoClose
    private final RunningApi api = new RunningApi();

    private final TwoSteps steps = new TwoSteps(api);

    private final String viewer = api.signIn("viewer");

    @Test
    void whatHasNoPriceIsToldOfAWorkflowOfItsDaysAndOfItsNodesAndIsNotThoughtFree() throws Exception {
        String id = steps.create("active");
        String execution = steps.trigger(id);
        steps.awaitStatus(execution, "completed");
        api.engine().database().useAsSystem(handle -> {
            handle.execute("UPDATE executions SET unpriced_calls = 3, tokens = 12 WHERE id = ?", execution);
            handle.execute(
                    "UPDATE node_runs SET unpriced_calls = 3 WHERE execution_id = ? AND node_id = 'second'", execution);
        });

        JsonNode analytics =
                api.get(viewer, "/api/workflows/%s/analytics".formatted(id)).json();
        JsonNode listed = api.get(viewer, "/api/workflows?limit=200").json().path("workflows");

        assertThat(analytics.path("unpricedCalls").intValue()).isEqualTo(3);
        assertThat(analytics.at("/costByDay/0/unpricedCalls").intValue()).isEqualTo(3);
        assertThat(analytics.path("nodes").findValuesAsText("unpricedCalls")).containsExactly("0", "3");
        assertThat(listed.findValues("lastExecution"))
                .singleElement()
                .satisfies(last ->
                        assertThat(last.path("unpricedCalls").intValue()).isEqualTo(3));
    }

    @Test
    void whatAllRunsOfEachNodeComeToIsToldWithTheFirstPageAndWhatFailedCanBeAskedForByItself() throws Exception {
        String execution = steps.trigger(steps.create("active"));
        steps.awaitStatus(execution, "completed");
        api.engine().database().useAsSystem(handle -> handle.execute("""
                INSERT INTO node_runs (execution_id, scope, node_id, status, due_at, started_at, completed_at,
                                       tokens, cost_nano_usd, unpriced_calls, error_kind, error_message)
                SELECT ?, 'second[' || n || ']', 'second', CASE WHEN n = 1081 THEN 'failed' ELSE 'completed' END,
                       now(), now() - interval '1 second', now(), 3, 41244, CASE WHEN n = 7 THEN 1 ELSE 0 END,
                       CASE WHEN n = 1081 THEN 'permanent' END, CASE WHEN n = 1081 THEN 'Nobody there' END
                FROM generate_series(0, 1099) AS n
                """, execution));
        String path = "/api/workflows/executions/" + execution;

        JsonNode first = api.get(viewer, path).json();
        JsonNode rest = api.get(
                        viewer, path + "?cursor=" + first.path("nextCursor").asText())
                .json();
        JsonNode failed = api.get(viewer, path + "?status=failed").json();

        assertThat(first.path("nodes").findValuesAsText("nodeId")).containsExactly("first", "second");
        JsonNode second = first.at("/nodes/1");
        assertThat(second.path("label").asText()).isEqualTo("Second");
        assertThat(second.path("runs").intValue()).isEqualTo(1_101);
        assertThat(second.path("kept").intValue()).isZero();
        assertThat(second.path("tokens").longValue()).isEqualTo(3_300);
        assertThat(second.path("costNanoUsd").longValue()).isEqualTo(45_368_400);
        assertThat(second.path("cost").asText()).isEqualTo("0.0453684");
        assertThat(second.path("unpricedCalls").intValue()).isEqualTo(1);
        assertThat(second.path("longestMs").longValue()).isEqualTo(1_000);
        assertThat(second.path("states").toString()).isEqualTo("""
                        [{"status":"completed","runs":1100,"waitsUntil":null},\
                        {"status":"failed","runs":1,"waitsUntil":null}]""");
        assertThat(rest.has("nodes")).as("told once").isFalse();
        assertThat(failed.path("nodeExecutions").findValuesAsText("scope")).containsExactly("second[1081]");
        assertThat(failed.path("nextCursor").isNull()).isTrue();
        assertThat(api.get(viewer, path + "?status=completed")
                        .json()
                        .path("errors")
                        .findValuesAsText("field"))
                .containsExactly("status");
    }
}
