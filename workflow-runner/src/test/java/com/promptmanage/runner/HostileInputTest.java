package com.promptmanage.runner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.RunnerStand.Ended;
import com.promptmanage.runner.RunnerStand.Response;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What people, programs and other services may send that is meant to hurt, at the running engine. After each of them the engine
 * works as before: they share it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileInputTest {

    private static final int MEGABYTE = 1 << 20;

    private static final String TO_ECHO = """
            {"version": "1.0", "nodes": [
               {"id": "tell", "type": "webhook", "label": "Tell",
                "config": {"url": "%s", "method": "POST", "headers": {"Authorization": "Bearer {{secrets.CRM_API_KEY}}"},
                           "body": {"text": "{{variables.text}}", "again": "<{{variables.text}}>"}}}],
             "edges": []}
            """;

    private RunnerStand stand;

    @BeforeAll
    void start() {
        stand = new RunnerStand();
    }

    @AfterAll
    void stop() {
        stand.close();
    }

    @Test
    void tenMegabytesAreRefusedWhereTheyComeInAndTakenWhereTheyAreFetched() throws Exception {
        String workflow = stand.workflow(step("\"size(variables.text)\""));
        Response tooLarge = stand.send(
                "POST",
                "/api/workflows/%s/trigger".formatted(workflow),
                "{\"triggerData\": {\"text\": \"%s\"}}".formatted("x".repeat(10 * MEGABYTE)));
        assertThat(tooLarge.status()).isEqualTo(413);

        Ended large = stand.runToEnd(workflow, "{\"text\": \"%s\"}".formatted("x".repeat(MEGABYTE - 1_000)));
        assertThat(large.output("step")).isEqualTo(Integer.toString(MEGABYTE - 1_000));

        String file =
                stand.web().file("/ten.json", "[{\"id\": 1, \"text\": \"%s\"}]".formatted("y".repeat(10 * MEGABYTE)));
        String read = stand.workflow("""
                {"version": "1.0", "nodes": [
                   {"id": "read", "type": "data_source", "label": "Read",
                    "config": {"sourceId": "%s", "sourceType": "json", "query": {}, "fanOut": false}},
                   {"id": "step", "type": "transform", "label": "Step",
                    "config": {"transformType": "custom", "code": "size(input[0].text)"}}],
                 "edges": [{"id": "e1", "source": "read", "target": "step"}]}
                """.formatted(stand.source("json", "{\"url\": \"%s\"}".formatted(file))));
        Ended fetched = stand.runToEnd(read, "{}");
        // Shown by reference: nobody is sent ten megabytes who only looks.
        assertThat(fetched.output("step")).isEqualTo(Integer.toString(10 * MEGABYTE));
        assertThat(fetched.execution().at("/nodeExecutions/0/output").isNull()).isTrue();
        assertThat(fetched.execution().at("/nodeExecutions/0/outputPayloadId").isTextual())
                .isTrue();

        String endless = stand.web().file("/twenty.json", "[\"%s\"]".formatted("z".repeat(20 * MEGABYTE)));
        Ended refused = stand.runToEnd(stand.workflow("""
                {"version": "1.0", "nodes": [{"id": "get", "type": "webhook", "label": "Get",
                   "config": {"url": "%s", "method": "GET"}}], "edges": []}
                """.formatted(endless)), "{}");
        assertThat(refused.execution().path("status").asText()).isEqualTo("failed");
    }

    @Test
    void whatIsNestedWithoutEndIsRefusedAndNeverOverflows() throws Exception {
        String workflow = stand.workflow(step("\"1 + 1\""));
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        Response trigger = stand.send(
                "POST",
                "/api/workflows/%s/trigger".formatted(workflow),
                "{\"triggerData\": {\"text\": %s}}".formatted(deep));
        assertThat(trigger.status()).isEqualTo(400);
        assertThat(stand.send("POST", "/api/workflows", "{\"name\": \"x\", \"definition\": %s}".formatted(deep))
                        .status())
                .isEqualTo(400);

        Ended fetched = stand.runToEnd(stand.workflow("""
                {"version": "1.0", "nodes": [{"id": "get", "type": "webhook", "label": "Get",
                   "config": {"url": "%s", "method": "GET"}}], "edges": []}
                """.formatted(stand.web().file("/deep.json", deep))), "{}");
        assertThat(fetched.execution().path("status").asText()).isEqualTo("failed");

        String code = "(".repeat(5_000) + "1" + ")".repeat(5_000);
        assertThat(stand.send(
                                "POST",
                                "/api/workflows",
                                "{\"name\": \"x\", \"definition\": %s}".formatted(step("\"" + code + "\"")))
                        .status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/latest/meta-data/",
                "http://[::ffff:169.254.169.254]/latest",
                "http://10.0.0.1/",
                "http://192.168.0.1:8080/",
                "http://[fd00::1]/",
                "http://0.0.0.0/",
                "http://2852039166/",
                "file:///etc/passwd",
                "gopher://127.0.0.1:6379/_INFO"
            })
    void anAddressFromDataNeverLeadsInside(String address) throws Exception {
        String workflow = stand.workflow("""
                {"version": "1.0", "nodes": [{"id": "get", "type": "webhook", "label": "Get",
                   "config": {"url": "{{variables.url}}", "method": "GET"},
                   "retryPolicy": {"maxAttempts": 3, "backoff": "constant", "initialDelay": 1, "maxDelay": 1}}], "edges": []}
                """);

        Ended direct = stand.runToEnd(workflow, "{\"url\": \"%s\"}".formatted(address));
        Ended redirected = stand.runToEnd(
                workflow, "{\"url\": \"%s\"}".formatted(stand.web().redirect("/away/" + address.hashCode(), address)));

        assertThat(direct.execution().path("status").asText()).isEqualTo("failed");
        assertThat(direct.execution().at("/nodeExecutions/0/attemptNumber").asInt())
                .isEqualTo(1);
        assertThat(redirected.execution().path("status").asText()).isEqualTo("failed");
    }

    @Test
    void aPatternThatIsMeantToHangDoesNot() throws Exception {
        String workflow = stand.workflow(step("\"variables.text.matches('^(a+)+$')\""));

        Ended ended = stand.runToEnd(workflow, "{\"text\": \"%s!\"}".formatted("a".repeat(100_000)));

        assertThat(ended.output("step")).isEqualTo("false");
    }

    @Test
    void bracesInDataStayDataAndNoSecretComesBack() throws Exception {
        String address = stand.web().url("/tasks");
        String hostile = "{{secrets.CRM_API_KEY}} {{ variables.text }} \\\", \\\"admin\\\": \\\"yes";
        int before = stand.web().sent("POST", "/tasks").size();

        Ended told =
                stand.runToEnd(stand.workflow(TO_ECHO.formatted(address)), "{\"text\": \"%s\"}".formatted(hostile));
        Ended echoed =
                stand.runToEnd(stand.workflow(TO_ECHO.formatted(stand.web().url("/echo"))), "{\"text\": \"x\"}");

        JsonNode body = stand.web().sent("POST", "/tasks").get(before);
        assertThat(body.path("text").asText())
                .isEqualTo("{{secrets.CRM_API_KEY}} {{ variables.text }} \", \"admin\": \"yes");
        assertThat(body.has("admin")).isFalse();
        assertThat(told.execution().toString()).doesNotContain(FakeServices.KEY);
        assertThat(echoed.execution().path("status").asText()).isEqualTo("failed");
        assertThat(stand.web().asked("POST", "/echo").getLast().header("Authorization"))
                .isEqualTo("Bearer " + FakeServices.KEY);
        assertThat(echoed.execution().toString()).doesNotContain(FakeServices.KEY);
    }

    @Test
    void aSecretHasNoPlaceInAPromptNorInAResult() {
        String prompt = """
                {"name": "x", "definition": {"version": "1.0", "nodes": [{"id": "ask", "type": "prompt", "label": "Ask",
                   "config": {"promptTemplate": "Say {{secrets.CRM_API_KEY}}", "model": "gpt-4o"}}], "edges": []}}
                """;
        Response inPrompt = stand.send("POST", "/api/workflows", prompt);
        Response inCode = stand.send(
                "POST",
                "/api/workflows",
                "{\"name\": \"x\", \"definition\": %s}".formatted(step("\"secrets.CRM_API_KEY\"")));

        assertThat(inPrompt.status()).isEqualTo(400);
        assertThat(inPrompt.text()).contains("promptTemplate");
        assertThat(inCode.status()).isEqualTo(400);
    }

    private static String step(String code) {
        return """
                {"version": "1.0", "nodes": [
                   {"id": "step", "type": "transform", "label": "Step", "config": {"transformType": "custom", "code": %s}}],
                 "edges": []}
                """.formatted(code);
    }
}
