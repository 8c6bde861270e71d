package com.promptmanage.runner.node;

import static com.promptmanage.runner.node.NodeBench.SECRET;
import static com.promptmanage.runner.node.NodeBench.answer;
import static com.promptmanage.runner.node.NodeBench.context;
import static com.promptmanage.runner.node.NodeBench.json;
import static com.promptmanage.runner.node.NodeBench.output;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.FakeServer;
import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.CallWatcher;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.call.Failure.Kind;
import com.promptmanage.runner.definition.NodeConfig.Condition;
import com.promptmanage.runner.definition.NodeConfig.DataSource;
import com.promptmanage.runner.definition.NodeConfig.Destination;
import com.promptmanage.runner.definition.NodeConfig.Method;
import com.promptmanage.runner.definition.NodeConfig.Operation;
import com.promptmanage.runner.definition.NodeConfig.Operator;
import com.promptmanage.runner.definition.NodeConfig.Output;
import com.promptmanage.runner.definition.NodeConfig.Query;
import com.promptmanage.runner.definition.NodeConfig.RecordTransform;
import com.promptmanage.runner.definition.NodeConfig.SourceType;
import com.promptmanage.runner.definition.NodeConfig.Transform;
import com.promptmanage.runner.definition.NodeConfig.TransformType;
import com.promptmanage.runner.definition.NodeConfig.Webhook;
import com.promptmanage.runner.definition.NodeConfig.Where;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.node.NodeInvocation.Context;
import com.promptmanage.service.http.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What nodes of each other type do, with a server on loopback. */
class NodeExecutorsTest {

    private final NodeBench nodes = new NodeBench();

    private final FakeServer server = nodes.server();

    @AfterEach
    void stop() {
        nodes.close();
    }

    @Test
    void aConditionChoosesABranchAndWhatCannotBeEvaluatedDoesNotHold() {
        var condition = new Condition("analyze.score > 7", List.of(new NodeId("task")), List.of(new NodeId("nurture")));

        Outcome.Branched high = branched(condition, Map.of("analyze", json("{\"score\":9}")));
        Outcome.Branched low = branched(condition, Map.of("analyze", json("{\"score\":7}")));
        Outcome.Branched missing = branched(condition, Map.of("analyze", json("{}")));

        assertThat(high.result()).isTrue();
        assertThat(high.output().path("branch").asText()).isEqualTo("task");
        assertThat(low.result()).isFalse();
        assertThat(low.output().path("branch").asText()).isEqualTo("nurture");
        assertThat(low.output().path("input")).isEqualTo(json("{}"));
        assertThat(missing.result()).isFalse();
        assertThat(missing.output().path("error").asText()).isNotEmpty();
    }

    @Test
    void transformsMapFilterReduceAndCompute() {
        Context list = context("[{\"n\":1,\"t\":\"a\"},{\"n\":2,\"t\":\"b\"},{\"n\":3,\"t\":\"c\"}]");

        assertThat(transform(TransformType.MAP, "item.n * 2", Map.of(), null, false, list))
                .hasToString("[2,4,6]");
        assertThat(transform(
                        TransformType.MAP,
                        null,
                        Map.of("name", Json.mapper().valueToTree("{{item.t}}-{{index}}")),
                        null,
                        false,
                        list))
                .hasToString("[{\"name\":\"a-0\"},{\"name\":\"b-1\"},{\"name\":\"c-2\"}]");
        assertThat(transform(TransformType.FILTER, "item.n > 1", Map.of(), null, false, list))
                .hasToString("[{\"n\":2,\"t\":\"b\"},{\"n\":3,\"t\":\"c\"}]");
        assertThat(transform(TransformType.REDUCE, "accumulator + item.n", Map.of(), json("10"), false, list))
                .hasToString("16");
        assertThat(transform(TransformType.CUSTOM, "size(input)", Map.of(), null, false, list))
                .hasToString("3");
        assertThat(((Plan.Done) nodes.plan(
                                new Transform(TransformType.FILTER, "item.n > 1", Map.of(), null, true), list))
                        .outcome())
                .isInstanceOf(Outcome.Records.class);
    }

    @Test
    void aTransformThatCannotWorkFailsForGood() {
        var map = new Transform(TransformType.MAP, "item.n", Map.of(), null, false);

        Outcome outcome = ((Plan.Done) nodes.plan(map, context("{\"not\":\"a list\"}"))).outcome();

        assertThat(((Outcome.Failed) outcome).failure().kind()).isEqualTo(Kind.VALIDATION);
    }

    @Test
    void aNewDataSourceHasSamplesAndItsRecordsFanOut() throws Exception {
        var source = new DataSource(
                "sample/leads",
                SourceType.JSON,
                new Query(
                        List.of("company_name", "employee_count"),
                        List.of(new Where(
                                "status", Operator.EQUAL, Json.mapper().valueToTree("{{status}}"))),
                        "employee_count DESC",
                        2,
                        Map.of()),
                new RecordTransform("record.employee_count > 500", Map.of("company", "company_name"), null),
                true);

        ExternalCall call = nodes.call(source, context("{\"status\":\"New\"}"));
        Outcome outcome = call.use(answer(call.make(Duration.ofSeconds(60), CallWatcher.NONE)));

        assertThat(call.repeat()).isEqualTo(ExternalCall.Repeat.HARMLESS);
        assertThat(((Outcome.Records) outcome).records()).hasToString("[{\"company\":\"Meridian Payroll\"}]");
    }

    @Test
    void aWebhookSendsItsFieldsWithSecretsThatAreNowhereElse() throws Exception {
        server.thenJson(200, "{\"name\":\"Mills\",\"echo\":\"Bearer %s\"}".formatted(SECRET));
        var webhook = new Webhook(
                server.url("/v2/companies/find"),
                Method.POST,
                Map.of("Authorization", "Bearer {{secrets.CLEARBIT_API_KEY}}"),
                Map.of("domain", "{{website}}"),
                Json.mapper().valueToTree("{\"note\": \"{{note}}\", \"id\": {{id}}}"));

        ExternalCall call = nodes.call(
                webhook, context("{\"website\":\"a&b.example\",\"note\":\"say \\\"hi\\\"\\nthen\",\"id\":7}"));
        CallResult result = call.make(Duration.ofSeconds(60), CallWatcher.NONE);
        JsonNode output = output(call.use(answer(result)));

        FakeServer.Asked asked = server.last();
        assertThat(asked.header("Authorization")).isEqualTo("Bearer " + SECRET);
        assertThat(asked.uri().getRawQuery()).isEqualTo("domain=a%26b.example");
        assertThat(asked.json().path("note").asText()).isEqualTo("say \"hi\"\nthen");
        assertThat(asked.json().path("id").asInt()).isEqualTo(7);
        assertThat(asked.header("Content-type")).isEqualTo("application/json");
        assertThat(asked.header("Idempotency-key")).isEqualTo("exe_1/node/0");
        assertThat(output.path("name").asText()).isEqualTo("Mills");
        assertThat(output.toString()
                        + call.request()
                        + call.target()
                        + answer(result).content())
                .doesNotContain(SECRET)
                .contains("{{secrets.CLEARBIT_API_KEY}}", "[secret]");
        assertThat(call.repeat()).isEqualTo(ExternalCall.Repeat.HARMFUL);
    }

    /** The other side has done what was asked: to call again would have it done twice. */
    @Test
    void aWebhookWhoseAnswerIsNotTheJsonThatItSaysHasArrivedAllTheSame() throws Exception {
        server.thenJson(200, "ok");
        ExternalCall call =
                nodes.call(new Webhook(server.url("/"), Method.POST, Map.of(), Map.of(), null), context("{}"));

        JsonNode output = output(call.use(answer(call.make(Duration.ofSeconds(60), CallWatcher.NONE))));

        assertThat(output.path("status").asInt()).isEqualTo(200);
        assertThat(output.path("text").asText()).isEqualTo("ok");
    }

    @Test
    void aWebhookThatFailsTellsNoSecret() throws Exception {
        server.thenJson(500, "{\"was\":\"Bearer %s\"}".formatted(SECRET));
        var webhook = new Webhook(
                server.url("/{{secrets.CLEARBIT_API_KEY}}/x"),
                Method.GET,
                Map.of("X-Key", "{{secrets.CLEARBIT_API_KEY}}"),
                Map.of(),
                null);

        ExternalCall call = nodes.call(webhook, context("{}"));
        Failure failure = ((CallResult.Failed) call.make(Duration.ofSeconds(60), CallWatcher.NONE)).failure();
        Failure unknown = ((CallResult.Failed) nodes.call(
                                new Webhook(
                                        server.url("/"), Method.GET, Map.of("X", "{{secrets.NOBODY}}"), Map.of(), null),
                                context("{}"))
                        .make(Duration.ofSeconds(60), CallWatcher.NONE))
                .failure();

        assertThat(server.asked().getFirst().uri().getPath()).isEqualTo("/" + SECRET + "/x");
        assertThat(failure.kind()).isEqualTo(Kind.TRANSIENT);
        assertThat(failure.message() + failure.details()).doesNotContain(SECRET);
        assertThat(unknown.kind()).isEqualTo(Kind.VALIDATION);
        assertThat(unknown.message()).contains("NOBODY");
        assertThat(call.repeat()).isEqualTo(ExternalCall.Repeat.HARMLESS);
    }

    @Test
    void anOutputWritesItsMappingWhereItsSecretsLead() throws Exception {
        server.then(200, "text/html", "ok");
        nodes.secret("SLACK_WEBHOOK_URL", server.url("/services/T0/B0/XXSECRETXX"));
        var output = new Output(
                Destination.SLACK,
                null,
                Operation.CREATE,
                null,
                null,
                Map.of(),
                Map.of("text", Json.mapper().valueToTree("{{analyze.severity}}: {{analyze.reason}}")),
                Map.of("url", Json.mapper().valueToTree("{{secrets.SLACK_WEBHOOK_URL}}")));

        ExternalCall call = nodes.call(
                output, context("{}", Map.of("analyze", json("{\"severity\":\"high\",\"reason\":\"spam\"}"))));
        JsonNode written = output(call.use(answer(call.make(Duration.ofSeconds(60), CallWatcher.NONE))));

        assertThat(server.last().json().path("text").asText()).isEqualTo("high: spam");
        assertThat(written.path("written").asInt()).isEqualTo(1);
        assertThat(call.request().toString() + written).doesNotContain("XXSECRETXX");
        assertThat(call.repeat()).isEqualTo(ExternalCall.Repeat.HARMFUL);
    }

    @Test
    void aPlaceThatThereIsNoConnectorForIsToldSo() {
        var source = new DataSource("x", SourceType.CRM, Query.ALL, RecordTransform.NONE, true);

        Outcome outcome = ((Plan.Done) nodes.plan(source, context("{}"))).outcome();

        assertThat(((Outcome.Failed) outcome).failure().message()).contains("crm");
    }

    private JsonNode transform(
            TransformType type,
            @Nullable String code,
            Map<String, JsonNode> mapping,
            @Nullable JsonNode initial,
            boolean fanOut,
            Context context) {
        return output(((Plan.Done) nodes.plan(new Transform(type, code, mapping, initial, fanOut), context)).outcome());
    }

    private Outcome.Branched branched(Condition condition, Map<String, JsonNode> outputs) {
        return (Outcome.Branched) ((Plan.Done) nodes.plan(condition, context("{}", outputs))).outcome();
    }
}
