package com.promptmanage.runner.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.http.RunningApi.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TemplateRoutesTest {

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
    void templatesAreListedAndShown() {
        Answer all = api.get(viewer, "/api/workflow-templates");
        Answer some = api.get(viewer, "/api/workflow-templates?category=reporting");
        Answer one = api.get(viewer, "/api/workflow-templates/template-news-digest");

        assertThat(all.json().path("templates")).hasSize(20);
        assertThat(all.json().at("/templates/0/difficulty").asText()).isEqualTo("beginner");
        assertThat(all.json().at("/templates/0/definition").isMissingNode()).isTrue();
        assertThat(some.json().path("templates"))
                .isNotEmpty()
                .allSatisfy(template ->
                        assertThat(template.path("category").asText()).isEqualTo("reporting"));
        assertThat(one.json().at("/template/definition/nodes")).hasSize(4);
        assertThat(api.get(viewer, "/api/workflow-templates/nothing").status()).isEqualTo(404);
    }

    @Test
    void aTemplateBecomesAWorkflowWhichGoesOutAndComesBackIn() {
        Answer deployed = api.post(editor, "/api/workflow-templates/template-news-digest/deploy", """
            {"teamId":"team_1","customizations":{"name":"Our news","dataSourceMappings":{"NEWS":"ds_secret_id"},
             "values":{"SUBJECT":"bees"}}}\
            """);
        String id = deployed.json().path("workflowId").asText();
        Answer export = api.get(viewer, "/api/workflows/%s/export".formatted(id));
        Answer back = api.post(
                editor,
                "/api/workflows/import",
                "{\"teamId\":\"team_1\",\"template\":%s,\"customizations\":{\"dataSourceMappings\":{\"DATA_SOURCE_1\":\"ds_2\"}}}"
                        .formatted(export.json()));

        assertThat(deployed.status()).isEqualTo(201);
        assertThat(deployed.json().at("/workflow/name").asText()).isEqualTo("Our news");
        assertThat(deployed.json().at("/workflow/status").asText()).isEqualTo("draft");
        assertThat(export.json().toString()).doesNotContain("ds_secret_id", "secrets.");
        assertThat(back.status()).isEqualTo(201);
        assertThat(back.json()
                        .at("/workflow/definition/nodes/0/config/sourceId")
                        .asText())
                .isEqualTo("ds_2");
        assertThat(back.json().at("/workflow/definition/edges"))
                .isEqualTo(deployed.json().at("/workflow/definition/edges"));
    }

    @Test
    void anExportComesBackInAsItIs() {
        Answer made = api.post(
                editor,
                "/api/workflows",
                "{\"teamId\": \"team_1\", \"name\": \"Out and in\", \"definition\": %s}"
                        .formatted(TwoSteps.DEFINITION));
        Answer export = api.get(
                viewer,
                "/api/workflows/%s/export"
                        .formatted(made.json().at("/workflow/id").asText()));

        Answer own = api.post(editor, "/api/workflows/import", export.json().toString());
        Answer teams = api.post(
                editor, "/api/workflows/import?teamId=team_1", export.json().toString());

        assertThat(own.status()).as(own.json().toString()).isEqualTo(201);
        assertThat(own.json().at("/workflow/account").asText()).isEqualTo("user:editor");
        assertThat(teams.json().at("/workflow/account").asText()).isEqualTo("team:team_1");
        assertThat(teams.json().at("/workflow/definition"))
                .isEqualTo(made.json().at("/workflow/definition"));
        assertThat(api.post(editor, "/api/workflows/import", "[1]").status()).isEqualTo(400);
    }

    @Test
    void aValueThatIsNotOfItsKindIsRefusedAtItsFieldAndOneThatIsTypedLooselyIsNot() {
        String form =
                "{\"teamId\":\"team_1\",\"customizations\":{\"dataSourceMappings\":{\"METRICS\":\"ds_1\"},\"values\":{\"FACTOR\":\"%s\"}}}";
        Answer wrong = api.post(editor, "/api/workflow-templates/template-metric-watch/deploy", form.formatted("abc"));
        Answer right = api.post(editor, "/api/workflow-templates/template-metric-watch/deploy", form.formatted(" 2 "));

        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.json().path("errors")).singleElement().satisfies(error -> {
            assertThat(error.path("field").asText()).isEqualTo("customizations.values.FACTOR");
            assertThat(error.path("detail").asText()).isEqualTo("is no number");
            assertThat(error.path("remedy").asText())
                    .isEqualTo("Give a number from 1 to 1000, with a point before decimals.");
        });
        assertThat(right.status()).isEqualTo(201);
        assertThat(right.json()
                        .at("/workflow/definition/nodes/3/config/condition")
                        .asText())
                .startsWith("compare.latest > compare.average * 2 ");
    }

    @Test
    void everythingWrongIsToldAtOnceAndViewersMakeNothing() {
        Answer wrong = api.post(editor, "/api/workflow-templates/template-news-digest/deploy", """
            {"teamId":"team_1","customizations":{"values":{"OTHER":"x"},"promptCustomizations":{"digest":"{{ghost.text}} {{"}}}\
            """);
        Answer forbidden =
                api.post(viewer, "/api/workflow-templates/template-incident-summary/deploy", "{\"teamId\":\"team_1\"}");

        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.json().path("errors").findValuesAsText("field"))
                .containsExactlyInAnyOrder(
                        "customizations.dataSourceMappings.NEWS",
                        "customizations.values.SUBJECT",
                        "customizations.values.OTHER",
                        "customizations.definition.nodes[2].config.promptTemplate");
        assertThat(forbidden.status()).isEqualTo(403);
        assertThat(api.post(editor, "/api/workflows/import", "{\"teamId\":\"team_1\",\"template\":{\"id\":1}}")
                        .status())
                .isEqualTo(400);
    }
}
