package com.promptmanage.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.local.command.LocalFile;
import com.promptmanage.testkit.Await;
import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;

/** What the runner's tables and the streams say of a workflow's executions: two ways that must come to the same. */
final class ExecutionFigures {

    private ExecutionFigures() {}

    /** A person with an account of their own: what they run is not the team's to pay. */
    static Api person(LocalFile local) throws Exception {
        try (Api api = Api.of(local)) {
            Api.Answer signedIn = api.post(
                    "/api/auth/login",
                    "{\"email\": \"%s\", \"password\": \"%s\"}".formatted(local.email(), local.password()));
            return new Api(local.baseUrl(), signedIn.json().path("token").asText());
        }
    }

    /**
     * Makes an active workflow that asks a simulated model about some records.
     *
     * @param answer in front of each question: what the model is to say
     */
    static String workflow(Api api, int records, String answer) throws Exception {
        Api.Answer made = api.post("/api/workflows", """
                {"name": "counted", "status": "active", "definition": {"version": "1.0",
                 "nodes": [
                   {"id": "read", "type": "data_source", "label": "Read",
                    "config": {"sourceId": "sample", "sourceType": "json", "query": {"limit": %d}}},
                   {"id": "ask", "type": "prompt", "label": "Ask",
                    "config": {"promptTemplate": "%s Who is {{record.name}}?", "model": "gpt-4o-mini", "responseFormat": "json"}}],
                 "edges": [{"id": "e1", "source": "read", "target": "ask"}]}}
                """.formatted(records, answer));
        assertThat(made.status()).as("%s", made.json()).isEqualTo(201);
        return made.json().at("/workflow/id").asText();
    }

    static void run(Api api, String workflow, int times) throws Exception {
        long before = ended(api, workflow);
        for (int i = 0; i < times; i++) {
            assertThat(api.post("/api/workflows/%s/trigger".formatted(workflow), "{}")
                            .status())
                    .isEqualTo(202);
        }
        Await.until(() -> assertThat(ended(api, workflow)).isEqualTo(before + times));
    }

    private static long ended(Api api, String workflow) throws Exception {
        JsonNode tables =
                api.get("/api/workflows/%s/analytics".formatted(workflow)).json();
        return tables.path("successfulExecutions").asLong()
                + tables.path("failedExecutions").asLong();
    }

    /** Waits until both agree on an execution count, and holds everything else against each other. */
    static void assertAgreed(Api api, String workflow, int executions) throws Exception {
        Await.until(() -> {
            JsonNode tables =
                    api.get("/api/workflows/%s/analytics".formatted(workflow)).json();
            JsonNode streams =
                    api.get("/api/workflow-analytics?workflowId=" + workflow).json();
            assertThat(streams.at("/summary/executions").asInt())
                    .as("%s", streams)
                    .isEqualTo(executions);
            assertThat(tables.path("totalExecutions").asInt()).isEqualTo(executions);
            JsonNode states = streams.at("/summary/byStatus");
            assertThat(states.path("completed").asLong())
                    .isEqualTo(tables.path("successfulExecutions").asLong());
            assertThat(states.path("failed").asLong())
                    .isEqualTo(tables.path("failedExecutions").asLong());
            assertThat(streams.at("/summary/totalTokens").asLong())
                    .isEqualTo(tables.path("totalTokens").asLong());
            assertThat(streams.at("/summary/totalCostNanoUsd").asLong())
                    .isEqualTo(tables.path("totalCostNanoUsd").asLong());
            assertThat(new BigDecimal(streams.at("/summary/successRate").asText()))
                    .isEqualByComparingTo(tables.path("successRate").asText());
            assertThat(nodes(streams)).isEqualTo(nodes(tables));
            assertThat(failures(streams)).isEqualTo(failures(tables));
        });
    }

    private static Map<String, String> nodes(JsonNode figures) {
        var nodes = new TreeMap<String, String>();
        for (JsonNode node : figures.path("nodes")) {
            JsonNode counts = node.has("byStatus") ? node.path("byStatus") : node;
            nodes.put(
                    node.path("nodeId").asText(),
                    "%d runs, %d completed, %d failed, %d tokens, %d nanoUSD"
                            .formatted(
                                    node.path("runs").asLong(),
                                    counts.path("completed").asLong(),
                                    counts.path("failed").asLong(),
                                    node.path("tokens").asLong(),
                                    node.path("costNanoUsd").asLong()));
        }
        return nodes;
    }

    private static Map<String, Long> failures(JsonNode figures) {
        var failures = new TreeMap<String, Long>();
        figures.path("failuresByNode")
                .properties()
                .forEach(node -> failures.put(node.getKey(), node.getValue().asLong()));
        for (JsonNode day : figures.path("days")) {
            day.path("failuresByNode")
                    .properties()
                    .forEach(node ->
                            failures.merge(node.getKey(), node.getValue().asLong(), Long::sum));
        }
        return failures;
    }
}
