package com.promptmanage.runner.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.FakeServer;
import com.promptmanage.runner.call.Answer;
import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.call.CallWatcher;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.call.Failure.Kind;
import com.promptmanage.runner.connector.ApiConnector;
import com.promptmanage.runner.connector.Connectors;
import com.promptmanage.runner.connector.HttpSender;
import com.promptmanage.runner.connector.Places;
import com.promptmanage.runner.connector.SampleConnector;
import com.promptmanage.runner.connector.SlackConnector;
import com.promptmanage.runner.connector.WebhookConnector;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodeConfig;
import com.promptmanage.runner.definition.NodeConfig.Condition;
import com.promptmanage.runner.definition.NodeConfig.DataSource;
import com.promptmanage.runner.definition.NodeConfig.Destination;
import com.promptmanage.runner.definition.NodeConfig.Method;
import com.promptmanage.runner.definition.NodeConfig.Operation;
import com.promptmanage.runner.definition.NodeConfig.Operator;
import com.promptmanage.runner.definition.NodeConfig.Output;
import com.promptmanage.runner.definition.NodeConfig.Prompt;
import com.promptmanage.runner.definition.NodeConfig.Query;
import com.promptmanage.runner.definition.NodeConfig.RecordTransform;
import com.promptmanage.runner.definition.NodeConfig.ResponseFormat;
import com.promptmanage.runner.definition.NodeConfig.SourceType;
import com.promptmanage.runner.definition.NodeConfig.Transform;
import com.promptmanage.runner.definition.NodeConfig.TransformType;
import com.promptmanage.runner.definition.NodeConfig.Webhook;
import com.promptmanage.runner.definition.NodeConfig.Where;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.expression.Expressions;
import com.promptmanage.runner.model.AnswerCache;
import com.promptmanage.runner.model.ModelSettings;
import com.promptmanage.runner.model.Models;
import com.promptmanage.runner.node.NodeInvocation.Context;
import com.promptmanage.runner.node.NodeInvocation.Run;
import com.promptmanage.runner.secret.SecretValues;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.token.TokenCounter;
import com.promptmanage.topics.account.Account;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What nodes of each type do, with the simulated model and servers on loopback. */
class NodeExecutorsTest {

    private static final String SECRET = "clearbit-key-0123456789";

    private static final Outbound OUTBOUND = FakeServer.outbound();

    private static final TokenCounter COUNTER = new TokenCounter();

    private static final Expressions EXPRESSIONS = new Expressions();

    private static final HttpSender SENDER = new HttpSender(OUTBOUND, Clock.systemUTC());

    private static final Account ACCOUNT = Account.team("team_test");

    private final FakeServer server = new FakeServer();

    private final Cache cache = new Cache();

    private final Secrets secrets = new Secrets();

    private final NodeExecutors executors = executors();

    @AfterEach
    void stop() {
        server.close();
    }

    @AfterAll
    static void close() {
        OUTBOUND.close();
    }

    @Test
    void aPromptIsPlannedMadeAndUsed() throws Exception {
        Prompt prompt = prompt("Mail to {{name}} of {{company}} [[answer Dear {{name}}!]]", "gpt-4o-mini")
                .build();

        ExternalCall call = call(prompt, context("{\"name\":\"Ada\",\"company\":\"Mills\"}"));
        CallResult result = call.make(Duration.ofSeconds(5), CallWatcher.NONE);
        JsonNode output = output(call.use(answer(result)));

        assertThat(call.target()).isEqualTo("simulated/gpt-4o-mini");
        assertThat(call.repeat()).isEqualTo(ExternalCall.Repeat.PAID_AGAIN);
        CallEstimate estimate = call.estimate().orElseThrow();
        CallUsage usage = answer(result).usage().orElseThrow();
        assertThat(estimate.inputTokens()).isGreaterThanOrEqualTo(usage.tokens().totalInput());
        assertThat(estimate.maxOutputTokens()).isEqualTo(300);
        assertThat(call.request().path("prompt").asText()).startsWith("Mail to Ada of Mills");
        assertThat(output.path("text").asText()).isEqualTo("Dear Ada!");
        assertThat(output.path("output").asText()).isEqualTo("Dear Ada!");
        assertThat(output.path("simulated").asBoolean()).isTrue();
        assertThat(output.path("tokens").asLong()).isEqualTo(usage.tokens().total());
        assertThat(output.path("cost").isTextual()).isTrue();
        assertThat(output.path("costNanoUsd").asLong()).isPositive();
        assertThat(output).isEqualTo(output(call.use(answer(result))));
    }

    @Test
    void theFieldsOfAJsonAnswerJoinTheOutputAndNeverReplaceOurs() throws Exception {
        JsonNode output = run(prompt("""
                                [[answer Here it is:
                                ```json
                                {"score": 9, "tokens": 1, "tags": ["a"]}
                                ```]]""", "gpt-4o").build(), context("{}"));

        assertThat(output.path("score").asInt()).isEqualTo(9);
        assertThat(output.at("/tags/0").asText()).isEqualTo("a");
        assertThat(output.path("tokens").asInt()).isGreaterThan(1);
        assertThat(output.at("/json/tokens").asInt()).isEqualTo(1);
    }

    @Test
    void anAnswerThatHasToBeJsonAndIsNotFailsForGood() throws Exception {
        Failure failure =
                failure(prompt("[[answer Sorry, no.]]", "gpt-4o").json().build(), context("{}"));

        assertThat(failure.kind()).isEqualTo(Kind.VALIDATION);
        assertThat(failure.details().path("answer").asText()).isEqualTo("Sorry, no.");
    }

    @Test
    void anEmptyAnswerIsTriedAgainOnlyWhereTheNodeSaysSo() throws Exception {
        assertThat(run(prompt("[[answer  ]]", "gpt-4o").build(), context("{}"))
                        .path("text")
                        .asText())
                .isEmpty();
        assertThat(failure(prompt("[[answer  ]]", "gpt-4o").retryOnEmpty().build(), context("{}"))
                        .kind())
                .isEqualTo(Kind.TRANSIENT);
    }

    @Test
    void theModelsToFallBackOnAreAlternativesInOrder() {
        Plan plan = plan(
                prompt("Hello", "{{model}}")
                        .fallback("gpt-4o-mini", "gpt-4o", "gpt-3.5-turbo")
                        .build(),
                context("{\"model\":\"gpt-4o\"}"));

        assertThat(((Plan.Calls) plan).alternatives())
                .extracting(ExternalCall::target)
                .containsExactly("simulated/gpt-4o", "simulated/gpt-4o-mini", "simulated/gpt-3.5-turbo");
    }

    @Test
    void anIdenticalPromptIsAnsweredFromTheCacheAndTellsWhatThatSaves() throws Exception {
        Prompt prompt = prompt("Hello {{name}}", "gpt-4o").cached().build();
        JsonNode first = run(prompt, context("{\"name\":\"Ada\"}"));

        Plan again = plan(prompt, context("{\"name\":\"Ada\"}"));
        Plan other = plan(prompt, context("{\"name\":\"Ben\"}"));

        JsonNode kept = output(((Plan.Known) again).outcome());
        assertThat(((Plan.Known) again).savedNanoUsd())
                .isEqualTo(first.path("costNanoUsd").asLong());
        assertThat(kept.path("text")).isEqualTo(first.path("text"));
        assertThat(kept.path("tokens").asLong()).isZero();
        assertThat(kept.path("costNanoUsd").asLong()).isZero();
        assertThat(kept.at("/saved/costNanoUsd")).isEqualTo(first.path("costNanoUsd"));
        assertThat(kept.path("cached").asBoolean()).isTrue();
        assertThat(first.path("cached").asBoolean()).isFalse();
        assertThat(other).isInstanceOf(Plan.Calls.class);
    }

    @Test
    void dataWithBracesStaysDataAndSecretsStayOutOfPrompts() {
        ExternalCall call = call(
                prompt("Say {{input.text}} and {{secrets.CLEARBIT_API_KEY}}", "gpt-4o")
                        .build(),
                context("{\"text\":\"{{secrets.CLEARBIT_API_KEY}}\"}"));

        assertThat(call.request().path("prompt").asText())
                .isEqualTo("Say {{secrets.CLEARBIT_API_KEY}} and {{secrets.CLEARBIT_API_KEY}}");
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
        assertThat(((Plan.Done) plan(new Transform(TransformType.FILTER, "item.n > 1", Map.of(), null, true), list))
                        .outcome())
                .isInstanceOf(Outcome.Records.class);
    }

    @Test
    void aTransformThatCannotWorkFailsForGood() {
        var map = new Transform(TransformType.MAP, "item.n", Map.of(), null, false);

        Outcome outcome = ((Plan.Done) plan(map, context("{\"not\":\"a list\"}"))).outcome();

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

        ExternalCall call = call(source, context("{\"status\":\"New\"}"));
        Outcome outcome = call.use(answer(call.make(Duration.ofSeconds(5), CallWatcher.NONE)));

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

        ExternalCall call =
                call(webhook, context("{\"website\":\"a&b.example\",\"note\":\"say \\\"hi\\\"\\nthen\",\"id\":7}"));
        CallResult result = call.make(Duration.ofSeconds(5), CallWatcher.NONE);
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

    @Test
    void aWebhookThatFailsTellsNoSecret() throws Exception {
        server.thenJson(500, "{\"was\":\"Bearer %s\"}".formatted(SECRET));
        var webhook = new Webhook(
                server.url("/{{secrets.CLEARBIT_API_KEY}}/x"),
                Method.GET,
                Map.of("X-Key", "{{secrets.CLEARBIT_API_KEY}}"),
                Map.of(),
                null);

        ExternalCall call = call(webhook, context("{}"));
        Failure failure = ((CallResult.Failed) call.make(Duration.ofSeconds(5), CallWatcher.NONE)).failure();
        Failure unknown = ((CallResult.Failed) call(
                                new Webhook(
                                        server.url("/"), Method.GET, Map.of("X", "{{secrets.NOBODY}}"), Map.of(), null),
                                context("{}"))
                        .make(Duration.ofSeconds(5), CallWatcher.NONE))
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
        secrets.values.put("SLACK_WEBHOOK_URL", server.url("/services/T0/B0/XXSECRETXX"));
        var output = new Output(
                Destination.SLACK,
                null,
                Operation.CREATE,
                null,
                null,
                Map.of(),
                Map.of("text", Json.mapper().valueToTree("{{analyze.severity}}: {{analyze.reason}}")),
                Map.of("url", Json.mapper().valueToTree("{{secrets.SLACK_WEBHOOK_URL}}")));

        ExternalCall call =
                call(output, context("{}", Map.of("analyze", json("{\"severity\":\"high\",\"reason\":\"spam\"}"))));
        JsonNode written = output(call.use(answer(call.make(Duration.ofSeconds(5), CallWatcher.NONE))));

        assertThat(server.last().json().path("text").asText()).isEqualTo("high: spam");
        assertThat(written.path("written").asInt()).isEqualTo(1);
        assertThat(call.request().toString() + written).doesNotContain("XXSECRETXX");
        assertThat(call.repeat()).isEqualTo(ExternalCall.Repeat.HARMFUL);
    }

    @Test
    void aPlaceThatThereIsNoConnectorForIsToldSo() {
        var source = new DataSource("x", SourceType.CRM, Query.ALL, RecordTransform.NONE, true);

        Outcome outcome = ((Plan.Done) plan(source, context("{}"))).outcome();

        assertThat(((Outcome.Failed) outcome).failure().message()).contains("crm");
    }

    @Test
    void theSamePlanComesEachTime() {
        Prompt prompt = prompt("Hello {{NOW}}", "gpt-4o").build();

        assertThat(call(prompt, context("{}")).fingerprint())
                .isEqualTo(call(prompt, context("{}")).fingerprint());
        assertThat(call(prompt, context("{}")).fingerprint())
                .isNotEqualTo(call(prompt("Bye {{NOW}}", "gpt-4o").build(), context("{}"))
                        .fingerprint());
    }

    private NodeExecutors executors() {
        var models = new Models(
                new ModelSettings(Map.of(), ModelSettings.Simulate.WITHOUT_KEY, Duration.ZERO),
                SecretValues.NONE,
                OUTBOUND,
                OUTBOUND,
                COUNTER,
                Clock.systemUTC());
        var connectors = new Connectors(List.of(
                new SampleConnector(),
                new ApiConnector(SENDER),
                new SlackConnector(SENDER),
                new WebhookConnector(SENDER)));
        return NodeExecutors.of(
                EXPRESSIONS,
                models,
                COUNTER,
                cache,
                new Places(connectors, (account, id) -> Optional.empty(), secrets),
                SENDER,
                secrets);
    }

    private JsonNode transform(
            TransformType type,
            @Nullable String code,
            Map<String, JsonNode> mapping,
            @Nullable JsonNode initial,
            boolean fanOut,
            Context context) {
        return output(((Plan.Done) plan(new Transform(type, code, mapping, initial, fanOut), context)).outcome());
    }

    private Outcome.Branched branched(Condition condition, Map<String, JsonNode> outputs) {
        return (Outcome.Branched) ((Plan.Done) plan(condition, context("{}", outputs))).outcome();
    }

    private JsonNode run(NodeConfig config, Context context) throws InterruptedException {
        ExternalCall call = call(config, context);
        return output(call.use(answer(call.make(Duration.ofSeconds(5), CallWatcher.NONE))));
    }

    private Failure failure(NodeConfig config, Context context) throws InterruptedException {
        ExternalCall call = call(config, context);
        return ((Outcome.Failed) call.use(answer(call.make(Duration.ofSeconds(5), CallWatcher.NONE)))).failure();
    }

    private ExternalCall call(NodeConfig config, Context context) {
        return ((Plan.Calls) plan(config, context)).alternatives().getFirst();
    }

    private Plan plan(NodeConfig config, Context context) {
        return executors.plan(new NodeInvocation(
                new Run(ACCOUNT, "ada", "wf_1", "exe_1"), new Node("node", config), context, 1, "exe_1/node/0"));
    }

    private static Answer answer(CallResult result) {
        assertThat(result).isInstanceOf(CallResult.Answered.class);
        return ((CallResult.Answered) result).answer();
    }

    private static JsonNode output(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Completed.class);
        return ((Outcome.Completed) outcome).output();
    }

    private static Context context(String input) {
        return context(input, Map.of());
    }

    private static Context context(String input, Map<String, JsonNode> outputs) {
        Map<NodeId, JsonNode> byId = new HashMap<>();
        outputs.forEach((id, output) -> byId.put(new NodeId(id), output));
        return new Context(json(input), byId, Map.of(), null, Map.of(), 0, Instant.parse("2026-11-25T12:00:00Z"));
    }

    private static JsonNode json(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static PromptBuilder prompt(String template, String model) {
        return new PromptBuilder(template, model);
    }

    /** Of a prompt's ten fields, a test names the few that it is about. */
    private static final class PromptBuilder {

        private final String template;

        private final String model;

        private ResponseFormat format = ResponseFormat.TEXT;

        private List<String> fallback = List.of();

        private @Nullable Duration cacheTtl;

        private boolean retryOnEmpty;

        PromptBuilder(String template, String model) {
            this.template = template;
            this.model = model;
        }

        PromptBuilder json() {
            format = ResponseFormat.JSON;
            return this;
        }

        PromptBuilder fallback(String... models) {
            fallback = List.of(models);
            return this;
        }

        PromptBuilder cached() {
            cacheTtl = Duration.ofHours(1);
            return this;
        }

        PromptBuilder retryOnEmpty() {
            retryOnEmpty = true;
            return this;
        }

        Prompt build() {
            return new Prompt(template, model, null, 0.7, 300, null, format, fallback, cacheTtl, retryOnEmpty);
        }
    }

    private static final class Cache implements AnswerCache {

        private final Map<String, Kept> kept = new HashMap<>();

        @Override
        public Optional<Kept> find(Account account, String fingerprint, Duration maxAge) {
            return Optional.ofNullable(kept.get(account + fingerprint));
        }

        @Override
        public void keep(Account account, String fingerprint, Kept answer, Duration ttl) {
            kept.put(account + fingerprint, answer);
        }
    }

    private static final class Secrets implements SecretValues {

        private final Map<String, String> values = new HashMap<>(Map.of("CLEARBIT_API_KEY", SECRET));

        @Override
        public Optional<String> named(Account account, String name) {
            return Optional.ofNullable(values.get(name));
        }

        @Override
        public Optional<Map<String, String>> ofCredential(Account account, String credentialId) {
            return Optional.empty();
        }

        @Override
        public Optional<Map<String, String>> ofKind(Account account, String kind) {
            return Optional.empty();
        }
    }
}
