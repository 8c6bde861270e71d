package com.promptmanage.runner.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.FakeServer;
import com.promptmanage.runner.call.Answer;
import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.CallWatcher;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.connector.ApiConnector;
import com.promptmanage.runner.connector.Connectors;
import com.promptmanage.runner.connector.HttpSender;
import com.promptmanage.runner.connector.Places;
import com.promptmanage.runner.connector.SampleConnector;
import com.promptmanage.runner.connector.SlackConnector;
import com.promptmanage.runner.connector.WebhookConnector;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodeConfig;
import com.promptmanage.runner.definition.NodeConfig.Prompt;
import com.promptmanage.runner.definition.NodeConfig.ResponseFormat;
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

/** Where nodes are tried one at a time, with the simulated model and a server on loopback. */
final class NodeBench implements AutoCloseable {

    static final String SECRET = "clearbit-key-0123456789";

    private static final TokenCounter COUNTER = new TokenCounter();

    private static final Expressions EXPRESSIONS = new Expressions();

    private static final Account ACCOUNT = Account.team("team_test");

    private final Outbound outbound = FakeServer.outbound();

    private final HttpSender sender = new HttpSender(outbound, Clock.systemUTC());

    private final FakeServer server = new FakeServer();

    private final Secrets secrets = new Secrets();

    private final NodeExecutors executors = executors();

    FakeServer server() {
        return server;
    }

    void secret(String name, String value) {
        secrets.values.put(name, value);
    }

    Plan plan(NodeConfig config, Context context) {
        return executors.plan(new NodeInvocation(
                new Run(ACCOUNT, "ada", "wf_1", "exe_1"), new Node("node", config), context, 1, "exe_1/node/0"));
    }

    /** The first that is tried of a node's calls. */
    ExternalCall call(NodeConfig config, Context context) {
        return ((Plan.Calls) plan(config, context)).alternatives().getFirst();
    }

    /** The output of a node whose call is answered. */
    JsonNode run(NodeConfig config, Context context) throws InterruptedException {
        ExternalCall call = call(config, context);
        return output(call.use(answer(call.make(Duration.ofSeconds(60), CallWatcher.NONE))));
    }

    /** What is wrong with an answer. */
    Failure failure(NodeConfig config, Context context) throws InterruptedException {
        ExternalCall call = call(config, context);
        return ((Outcome.Failed) call.use(answer(call.make(Duration.ofSeconds(60), CallWatcher.NONE)))).failure();
    }

    static Answer answer(CallResult result) {
        assertThat(result).isInstanceOf(CallResult.Answered.class);
        return ((CallResult.Answered) result).answer();
    }

    static JsonNode output(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Completed.class);
        return ((Outcome.Completed) outcome).output();
    }

    static Context context(String input) {
        return context(input, Map.of());
    }

    static Context context(String input, Map<String, JsonNode> outputs) {
        Map<NodeId, JsonNode> byId = new HashMap<>();
        outputs.forEach((id, output) -> byId.put(new NodeId(id), output));
        return new Context(json(input), byId, Map.of(), null, Map.of(), 0, Instant.parse("2026-11-25T12:00:00Z"));
    }

    static JsonNode json(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static PromptBuilder prompt(String template, String model) {
        return new PromptBuilder(template, model);
    }

    @Override
    public void close() {
        server.close();
        outbound.close();
    }

    private NodeExecutors executors() {
        var models = new Models(
                new ModelSettings(Map.of(), ModelSettings.Simulate.WITHOUT_KEY, Duration.ZERO),
                SecretValues.NONE,
                outbound,
                outbound,
                COUNTER,
                Clock.systemUTC());
        var connectors = new Connectors(List.of(
                new SampleConnector(),
                new ApiConnector(sender),
                new SlackConnector(sender),
                new WebhookConnector(sender)));
        return NodeExecutors.of(
                EXPRESSIONS,
                models,
                COUNTER,
                new Cache(),
                new Places(connectors, (account, id) -> Optional.empty(), secrets),
                sender,
                secrets);
    }

    /** Of a prompt's ten fields, a test names the few that it is about. */
    static final class PromptBuilder {

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

    /** In memory, and for ever. */
    static final class Cache implements AnswerCache {

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
