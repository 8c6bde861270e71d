package com.promptmanage.runner.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.promptmanage.runner.http.RunningApi.Answer;
import com.promptmanage.runner.node.Outcome;
import com.promptmanage.runner.node.Plan;
import com.promptmanage.service.http.Json;
import com.promptmanage.testkit.Await;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NodeInputTest {

    private RunningApi api;

    private String editor;

    private String viewer;

    @BeforeAll
    void start() {
        api = new RunningApi();
        editor = api.signIn("editor");
        viewer = api.signIn("viewer");
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @Test
    void whatEachNodeWasGivenIsShownForEachRecordForWhoCollectsAndNotForWhatWasSkipped() throws Exception {
        JsonNode records = Json.mapper().readTree("[{\"n\": 1}, {\"n\": 2}]");
        api.engine()
                .script()
                .when("fetch", asked -> new Plan.Done(new Outcome.Records(List.of(records.get(0), records.get(1)))));
        String id = workflow("""
                {"version": "1.0", "nodes": [
                   {"id": "fetch", "type": "data_source", "label": "Fetch", "errorHandling": "fallback",
                    "config": {"sourceId": "s", "sourceType": "json"}},
                   {"id": "score", "type": "transform", "label": "Score",
                    "config": {"transformType": "custom", "code": "input"}},
                   {"id": "sum", "type": "transform", "label": "Sum",
                    "config": {"transformType": "reduce", "code": "accumulator + item.n", "initial": 0}},
                   {"id": "tell", "type": "transform", "label": "Tell",
                    "config": {"transformType": "custom", "code": "input"}}],
                 "edges": [{"id": "e1", "source": "fetch", "target": "score"},
                   {"id": "e2", "source": "score", "target": "sum"},
                   {"id": "e3", "source": "fetch", "target": "tell", "condition": "error"}]}
                """);

        String execution = run(id, "{\"input\": {\"since\": \"May\"}}");

        assertThat(input(execution, "fetch", "").path("input")).hasToString("{\"since\":\"May\"}");
        assertThat(input(execution, "score", "fetch[1]").path("input")).isEqualTo(records.get(1));
        assertThat(input(execution, "score", "fetch[1]").path("record")).isEqualTo(records.get(1));
        assertThat(input(execution, "sum", "").path("input")).isEqualTo(records);
        assertThat(input(execution, "tell", "").path("input").isNull()).isTrue();
        for (String none : List.of("0", "x", "999999999999999999")) {
            assertThat(api.get(viewer, "/api/workflows/executions/%s/nodes/%s/input".formatted(execution, none))
                            .status())
                    .isEqualTo(404);
        }
    }

    @Test
    void anInputOfWhichNoPageCouldBeMadeIsOnlyMeasured() throws Exception {
        JsonNode large = TextNode.valueOf("x".repeat(17 << 20));
        api.engine().script().when("large", asked -> new Plan.Done(new Outcome.Completed(large)));
        api.engine().script().when("small", asked -> new Plan.Done(new Outcome.Completed(TextNode.valueOf("y"))));
        String id = workflow("""
                {"version": "1.0", "nodes": [
                   {"id": "large", "type": "transform", "label": "Large",
                    "config": {"transformType": "custom", "code": "input"}},
                   {"id": "small", "type": "transform", "label": "Small",
                    "config": {"transformType": "custom", "code": "input"}}],
                 "edges": [{"id": "e1", "source": "large", "target": "small"}]}
                """);

        String execution = run(id, "{}");

        assertThat(input(execution, "small", "").path("tooLargeBytes").intValue())
                .isEqualTo((17 << 20) + 2);
        assertThat(input(execution, "small", "").path("input").isNull()).isTrue();
    }

    @Test
    void aLoopOfAnExecutionThatWasCancelledIsNotShownAsRunning() throws Exception {
        String execution = trigger(workflow("""
                {"version": "1.0", "nodes": [
                   {"id": "each", "type": "loop", "label": "Each",
                    "config": {"iterateOver": "input", "itemVariable": "part", "bodyNodes": ["wait"]}},
                   {"id": "wait", "type": "delay", "label": "Wait", "config": {"delayMs": 3600000}}]}
                """), "{\"input\": [1]}");
        Await.until(() -> assertThat(statuses(execution)).hasSize(2).first().isEqualTo("running"));

        api.post(editor, "/api/workflows/executions/%s/cancel".formatted(execution), "");

        assertThat(statuses(execution)).containsExactly("cancelled", "cancelled");
    }

    private List<String> statuses(String execution) {
        return api.get(viewer, "/api/workflows/executions/" + execution)
                .json()
                .path("nodeExecutions")
                .findValuesAsText("status");
    }

    private String workflow(String definition) {
        Answer made = api.post(
                editor,
                "/api/workflows",
                "{\"teamId\": \"team_1\", \"name\": \"Given\", \"status\": \"active\", \"definition\": %s}"
                        .formatted(definition));
        assertThat(made.status()).as(made.json().toString()).isEqualTo(201);
        return made.json().at("/workflow/id").asText();
    }

    private String run(String workflow, String triggerData) throws Exception {
        String execution = trigger(workflow, triggerData);
        api.engine().awaitStatus(execution, "completed");
        return execution;
    }

    private String trigger(String workflow, String triggerData) {
        return api.post(
                        editor,
                        "/api/workflows/%s/trigger".formatted(workflow),
                        "{\"triggerData\": %s}".formatted(triggerData))
                .json()
                .path("executionId")
                .asText();
    }

    /** What a node was given, as its execution's viewers see it. */
    private JsonNode input(String execution, String node, String scope) {
        for (JsonNode run :
                api.get(viewer, "/api/workflows/executions/" + execution).json().path("nodeExecutions")) {
            if (run.path("nodeId").asText().equals(node)
                    && run.path("scope").asText().equals(scope)) {
                String path = "/api/workflows/executions/%s/nodes/%s/input"
                        .formatted(execution, run.path("id").asText());
                return api.get(viewer, path).json();
            }
        }
        throw new AssertionError("no run of %s in '%s'".formatted(node, scope));
    }
}
