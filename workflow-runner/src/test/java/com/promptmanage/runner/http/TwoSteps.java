package com.promptmanage.runner.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.http.RunningApi.Answer;
import com.promptmanage.testkit.Await;

/** A workflow of two nodes, of which the second takes what the first has made, and what its editor does with it over HTTP. */
final class TwoSteps {

    static final String DEFINITION = """
            {"version": "1.0",
             "nodes": [
               {"id": "first", "type": "transform", "label": "First",
                "config": {"transformType": "custom", "code": "input"}},
               {"id": "second", "type": "transform", "label": "Second",
                "config": {"transformType": "custom", "code": "input"}}],
             "edges": [{"id": "e1", "source": "first", "target": "second"}]}
            """;

    private final RunningApi api;

    private final String editor;

    TwoSteps(RunningApi api) {
        this.api = api;
        this.editor = api.signIn("editor");
    }

    /** Whoever makes the workflow, and whatever runs it. */
    String editor() {
        return editor;
    }

    /** Returns the id of a new one of the team. */
    String create(String status) {
        Answer made = api.post(
                editor,
                "/api/workflows",
                "{\"teamId\": \"team_1\", \"name\": \"Two steps\", \"status\": \"%s\", \"definition\": %s}"
                        .formatted(status, DEFINITION));
        assertThat(made.status()).as(made.json().toString()).isEqualTo(201);
        return made.json().at("/workflow/id").asText();
    }

    /** What someone may with one, from now on alone. */
    void grant(String id, String user, String level) {
        assertThat(api.put(
                                api.signIn("owner"),
                                "/api/workflows/%s/permissions".formatted(id),
                                "{\"permissions\": [{\"userId\": \"%s\", \"permissionLevel\": \"%s\"}]}"
                                        .formatted(user, level))
                        .status())
                .isEqualTo(200);
    }

    /** Returns the execution's id. */
    String trigger(String id) {
        return api.post(editor, "/api/workflows/%s/trigger".formatted(id), "{}")
                .json()
                .path("executionId")
                .asText();
    }

    void awaitStatus(String execution, String status) throws Exception {
        Await.until(() -> assertThat(api.get(editor, "/api/workflows/executions/" + execution)
                        .json()
                        .path("status")
                        .asText())
                .isEqualTo(status));
    }
}
