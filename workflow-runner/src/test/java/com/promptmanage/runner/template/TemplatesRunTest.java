package com.promptmanage.runner.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.RunnerStand;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each template is deployed with what it is to work on, by the route that people use, and runs to its end on the real engine.
 * What counts is what arrived outside. Data steers the simulated model, by {@code [[answer …]]}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TemplatesRunTest {

    private static final Map<String, Case> CASES = new LinkedHashMap<>();

    static {
        SheetTemplates.addTo(CASES);
        MessageTemplates.addTo(CASES);
        TableTemplates.addTo(CASES);
    }

    private RunnerStand stand;

    /** Runs one template, and looks at what came of it. */
    interface Case {
        void run(RunnerStand stand) throws Exception;
    }

    static Stream<Arguments> cases() {
        return CASES.entrySet().stream().map(one -> argumentSet(one.getKey(), one.getValue()));
    }

    @BeforeAll
    void start() {
        stand = new RunnerStand();
    }

    @AfterAll
    void stop() {
        stand.close();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void runsToItsEnd(Case template) throws Exception {
        template.run(stand);
    }

    @Test
    void whatTheTeamDoesNotHaveIsToldBeforeAnythingIsMadeOfATemplate() {
        JsonNode told = stand.send("POST", "/api/workflow-templates/template-lead-scorer/deploy", """
                {"teamId": "team_1", "customizations": {
                  "dataSourceMappings": {"AIRTABLE_BASE_ID": "appNoSuchBase"},
                  "secretMappings": {"CRM_API_KEY": "NOT_KEPT"},
                  "values": {"COMPANY_LOOKUP_URL": "https://a.example", "CRM_API_URL": "https://b.example"}}}
                """, 400);

        assertThat(told.path("errors").findValuesAsText("field"))
                .containsExactlyInAnyOrder(
                        "customizations.dataSourceMappings.AIRTABLE_BASE_ID",
                        "customizations.secretMappings.CRM_API_KEY");
        assertThat(told.path("errors").findValuesAsText("remedy"))
                .anyMatch(remedy ->
                        remedy.contains("no connector for airtable yet: connect a table with the same fields"))
                .anyMatch(remedy -> remedy.contains("Store the secret"));
    }

    @Test
    void anApiForWhatItCannotDoIsRefusedBeforeAnythingIsMadeOfATemplate() {
        String api =
                stand.source("api", "{\"url\": \"%s\"}".formatted(stand.web().file("/contacts", "[]")));

        JsonNode told =
                stand.send("POST", "/api/workflow-templates/template-data-enrichment/deploy", """
                {"teamId": "team_1", "customizations": {
                  "dataSourceMappings": {"GOOGLE_SHEET_ID": "%s"},
                  "values": {"COMPANY_LOOKUP_URL": "https://a.example"}}}
                """.formatted(api), 400);

        assertThat(told.path("errors").findValuesAsText("field"))
                .containsExactly("customizations.definition.nodes[3].config.recordId");
        assertThat(told.at("/errors/0/detail").asText()).contains("an API, whose records are changed by their id");
        assertThat(told.at("/errors/0/remedy").asText()).contains("choose a database");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"key\": 1, \"subject\": \"Help\", \"body\": \"Now\"}",
                "{\"id\": null, \"subject\": \"Help\", \"body\": \"Now\"}"
            })
    void ticketsThatCannotBeLabelledForWantOfAnIdAreNotPaidFor(String ticket) throws Exception {
        String tickets = stand.source(
                "api", "{\"url\": \"%s\"}".formatted(stand.web().file("/tickets", "[%s]".formatted(ticket))));
        String workflow = stand.deploy(
                "template-ticket-triage", "\"dataSourceMappings\": {\"TICKETS\": \"%s\"}".formatted(tickets));

        RunnerStand.Ended ended = stand.runToEnd(workflow, "{}");

        assertThat(ended.execution().path("status").asText()).isEqualTo("failed");
        assertThat(ended.execution().path("totalTokens").asLong()).isZero();
        assertThat(ended.statuses("open_tickets")).containsExactly("failed");
        assertThat(ended.statuses("triage")).doesNotContain("completed");
        assertThat(ended.execution().toString()).contains("the data source's filter: ");
    }

    @Test
    void noTemplateIsLeftOut() {
        assertThat(TemplateCatalogue.load().all())
                .extracting(WorkflowTemplate::id)
                .containsExactlyInAnyOrderElementsOf(CASES.keySet());
    }
}
