package com.promptmanage.runner.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.definition.Definition;
import com.promptmanage.service.http.Fault;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may edit a workflow, and not use what its account has, changes everything but the nodes that use it. */
class AccountThingsTest {

    private static final String HOOK = """
            {"id": "h", "type": "webhook", "config": {"url": "https://api.example.com/{{a.id}}?k={{secrets.KEY}}",
             "method": "POST", "body": {"x": "{{a}}"}}}""";

    private static final String RULE = """
            {"id": "a", "type": "transform", "config": {"transformType": "custom", "code": "input"}}""";

    private static final String SOURCE = """
            {"id": "s", "type": "data_source", "config": {"sourceId": "ds_1", "sourceType": "database",
             "query": {"table": "leads"}}}""";

    private static final Definition BEFORE = of(RULE, HOOK, SOURCE);

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Another address, another secret, another body, another table.
                "https://api.example.com/>https://evil.example.com/",
                "secrets.KEY>secrets.OTHER",
                "{\"x\": \"{{a}}\"}>{\"x\": \"{{a}}\", \"y\": 1}",
                "\"table\": \"leads\">\"table\": \"salaries\"",
                "ds_1>ds_2",
                // The same under another name.
                "\"id\": \"h\">\"id\": \"g\"",
            })
    void aNodeThatUsesThemStaysAsItWas(String change) {
        String[] parts = change.split(">", 2);
        Definition after = of(
                RULE.replace(parts[0], parts[1]), HOOK.replace(parts[0], parts[1]), SOURCE.replace(parts[0], parts[1]));

        List<Fault> faults = AccountThings.changes(BEFORE, after);

        assertThat(faults).hasSize(1).allSatisfy(fault -> {
            assertThat(fault.field()).matches("definition\\.nodes\\[[12]]\\.config");
            assertThat(fault.detail()).startsWith("(node ").contains("you may not use anew");
            assertThat(fault.remedy()).isNotEmpty();
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                """
                {"id": "n", "type": "webhook", "config": {"url": "https://e.example.com/?x={{secrets.TOP}}", "method": "GET"}}""",
                """
                {"id": "n", "type": "webhook", "config": {"url": "https://e.example.com/", "method": "GET",
                 "headers": {"Authorization": "Bearer {{ secrets.TOP }}"}}}""",
                """
                {"id": "n", "type": "data_source", "config": {"sourceId": "ds_9", "sourceType": "csv"}}""",
                """
                {"id": "n", "type": "data_source", "config": {"sourceId": "{{a.id}}", "sourceType": "csv"}}""",
                """
                {"id": "n", "type": "data_source", "config": {"sourceId": "sample{{a.id}}", "sourceType": "csv"}}""",
                """
                {"id": "n", "type": "data_source", "config": {"sourceId": "", "sourceType": "api",
                 "query": {"url": "https://e.example.com/"}}}""",
                """
                {"id": "n", "type": "output", "config": {"destination": "database", "sourceId": "ds_9", "table": "t"}}""",
                """
                {"id": "n", "type": "output", "config": {"destination": "slack", "url": "{{secrets.TOP}}"}}""",
            })
    void noneIsAdded(String node) {
        assertThat(AccountThings.changes(BEFORE, of(RULE, HOOK, SOURCE, node)))
                .extracting(Fault::field)
                .containsExactly("definition.nodes[3].config");
    }

    @Test
    void allElseMayBeChanged() {
        String prompt = """
                {"id": "p", "type": "prompt", "config": {"promptTemplate": "Say {{a}}", "model": "gpt-4o"}}""";
        String sample = """
                {"id": "t", "type": "data_source", "config": {"sourceId": "sample/leads", "sourceType": "csv"}}""";
        String plain = """
                {"id": "w", "type": "webhook", "config": {"url": "https://e.example.com/", "method": "GET"}}""";

        assertThat(AccountThings.changes(BEFORE, BEFORE)).isEmpty();
        assertThat(AccountThings.changes(
                        BEFORE, of(RULE.replace("\"input\"", "\"input + 1\""), SOURCE, HOOK, prompt, sample, plain)))
                .isEmpty();
        assertThat(AccountThings.changes(BEFORE, of(RULE))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                """
                {"id": "h", "type": "webhook", "config": {"url": "{{a.base}}/x?k={{secrets.KEY}}", "method": "GET"}}""",
                """
                {"id": "h", "type": "webhook", "config": {"url": "https://{{a.host}}/x?k={{secrets.KEY}}", "method": "GET"}}""",
                """
                {"id": "h", "type": "webhook", "config": {"url": "{{secrets.KEY}}{{a.rest}}", "method": "GET"}}""",
                """
                {"id": "h", "type": "data_source", "config": {"sourceId": "{{a.id}}", "sourceType": "csv"}}""",
                """
                {"id": "h", "type": "data_source", "config": {"sourceId": "ds", "sourceType": "database",
                 "query": {"table": "{{a.table}}"}}}""",
                """
                {"id": "h", "type": "output", "config": {"destination": "database", "sourceId": "ds", "table": "{{a.t}}"}}""",
            })
    void whatSaysWhereTheyAreUsedStaysAsItWasToo(String node) {
        Definition before = of(RULE, node);

        assertThat(AccountThings.changes(before, before)).isEmpty();
        assertThat(AccountThings.changes(before, of(RULE.replace("\"input\"", "\"{'host': 'evil'}\""), node)))
                .extracting(Fault::field)
                .containsExactly("definition.nodes[1].config");
    }

    private static Definition of(String... nodes) {
        return WorkflowJson.definition(
                "{\"version\": \"1.0\", \"nodes\": [%s], \"edges\": []}".formatted(String.join(", ", nodes)));
    }
}
