package com.promptmanage.runner.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.RunnerStand;
import com.promptmanage.runner.template.TemplateParameter.Kind;
import com.promptmanage.service.http.Json;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is offered as a sample is tried out with it, on the real engine, as someone does who has connected nothing to read. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TemplateSamplesTest {

    private RunnerStand stand;

    static Stream<WorkflowTemplate> withSamples() {
        return TemplateCatalogue.load().all().stream()
                .filter(template -> template.parameters().stream().anyMatch(parameter -> parameter.sample() != null));
    }

    @BeforeAll
    void start() throws Exception {
        stand = new RunnerStand();
        stand.execute("""
                CREATE TABLE product_texts (sku text PRIMARY KEY, description text, keywords text);
                CREATE TABLE invoices (source_id text PRIMARY KEY, number text, supplier text, currency text, total numeric,
                    due_date text);
                """);
    }

    @AfterAll
    void stop() {
        stand.close();
    }

    @ParameterizedTest
    @MethodSource("withSamples")
    void runsToItsEndWithTheSampleThatItNames(WorkflowTemplate template) throws Exception {
        ObjectNode customizations = Json.mapper().createObjectNode();
        for (TemplateParameter parameter : template.parameters()) {
            if (parameter.kind() == Kind.DATA_SOURCE) {
                customizations
                        .withObject("/dataSourceMappings")
                        .put(parameter.name(), parameter.sample() == null ? stand.databaseSource() : "sample");
            } else if (parameter.kind() != Kind.SECRET && parameter.defaultValue() == null) {
                customizations.withObject("/values").put(parameter.name(), typed(parameter.kind()));
            }
        }
        String fields = customizations.toString();

        RunnerStand.Ended ended = stand.run(template.id(), fields.substring(1, fields.length() - 1), "{}");

        // One that stops is not begun anew, and of one that goes on what failed is told.
        assertThat(ended.execution().path("nodeExecutions"))
                .isNotEmpty()
                .allSatisfy(run -> assertThat(run.path("status").asText())
                        .as(run.toString())
                        .isIn("completed", "skipped"));
    }

    @Test
    void aWorkflowThatWritesToSampleRecordsIsNotSaved() {
        JsonNode told = stand.send("POST", "/api/workflows", """
                {"teamId": "team_1", "name": "To the samples", "definition": {"version": "1.0", "edges": [], "nodes": [
                  {"id": "write", "type": "output", "label": "Write", "position": {"x": 0, "y": 0},
                   "config": {"destination": "database", "sourceId": "sample/leads", "table": "leads", "mapping": {"a": "b"}}}]}}
                """, 400);

        assertThat(told.path("errors").findValuesAsText("field"))
                .containsExactly("definition.nodes[0].config.sourceId");
        assertThat(told.toString()).contains("sample records, which are only read");
    }

    private String typed(Kind kind) {
        return switch (kind) {
            case NUMBER -> "2";
            case EMAIL -> "mara@example.com";
            case URL -> stand.web().url("/cms/drafts");
            case TEXT, LIST, DATA_SOURCE, SECRET -> "anything";
        };
    }
}
