package com.promptmanage.runner.node;

import static com.promptmanage.runner.node.NodeBench.answer;
import static com.promptmanage.runner.node.NodeBench.context;
import static com.promptmanage.runner.node.NodeBench.output;
import static com.promptmanage.runner.node.NodeBench.prompt;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.call.CallWatcher;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.call.Failure.Kind;
import com.promptmanage.runner.definition.NodeConfig.Prompt;
import com.promptmanage.runner.model.AnswerCache;
import com.promptmanage.runner.model.LanguageModel;
import com.promptmanage.runner.model.ModelRequest;
import com.promptmanage.runner.model.SimulatedModel;
import com.promptmanage.service.token.TokenCounter;
import com.promptmanage.topics.account.Account;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a node that asks a model does, with the simulated one. */
class PromptNodeTest {

    private final NodeBench nodes = new NodeBench();

    @AfterEach
    void stop() {
        nodes.close();
    }

    @Test
    void aPromptIsPlannedMadeAndUsed() throws Exception {
        Prompt prompt = prompt("Mail to {{name}} of {{company}} [[answer Dear {{name}}!]]", "gpt-4o-mini")
                .build();

        ExternalCall call = nodes.call(prompt, context("{\"name\":\"Ada\",\"company\":\"Mills\"}"));
        CallResult result = call.make(Duration.ofSeconds(60), CallWatcher.NONE);
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
        JsonNode output = nodes.run(prompt("""
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
                nodes.failure(prompt("[[answer Sorry, no.]]", "gpt-4o").json().build(), context("{}"));

        assertThat(failure.kind()).isEqualTo(Kind.VALIDATION);
        assertThat(failure.details().path("answer").asText()).isEqualTo("Sorry, no.");
    }

    @Test
    void anEmptyAnswerIsTriedAgainOnlyWhereTheNodeSaysSo() throws Exception {
        assertThat(nodes.run(prompt("[[answer  ]]", "gpt-4o").build(), context("{}"))
                        .path("text")
                        .asText())
                .isEmpty();
        assertThat(nodes.failure(prompt("[[answer  ]]", "gpt-4o").retryOnEmpty().build(), context("{}"))
                        .kind())
                .isEqualTo(Kind.TRANSIENT);
    }

    @Test
    void theModelsToFallBackOnAreAlternativesInOrder() {
        Plan plan = nodes.plan(
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
        JsonNode first = nodes.run(prompt, context("{\"name\":\"Ada\"}"));

        Plan again = nodes.plan(prompt, context("{\"name\":\"Ada\"}"));
        Plan other = nodes.plan(prompt, context("{\"name\":\"Ben\"}"));

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

    /** As after a credential has been moved: there may be another model of the same name. */
    @Test
    void anAnswerFromOnePlaceIsNotGivenForAnother() throws Exception {
        var cache = new NodeBench.Cache();
        PromptCall here = at("https://one.example/v1", cache);
        PromptCall there = at("https://two.example/v1", cache);

        here.make(Duration.ofSeconds(60), CallWatcher.NONE);

        assertThat(here.kept()).isPresent();
        assertThat(there.kept()).isEmpty();
        assertThat(there.fingerprint()).as("of what is paid for").isEqualTo(here.fingerprint());
    }

    private static PromptCall at(String place, AnswerCache cache) {
        var simulated = new SimulatedModel(new TokenCounter(), Duration.ZERO, Clock.systemUTC());
        var model = new LanguageModel() {
            @Override
            public String provider() {
                return simulated.provider();
            }

            @Override
            public String place() {
                return place;
            }

            @Override
            public CallResult ask(ModelRequest request, Duration timeout, CallWatcher watcher)
                    throws InterruptedException {
                return simulated.ask(request, timeout, watcher);
            }
        };
        return new PromptCall(
                Account.team("team_test"),
                prompt("Hello", "gpt-4o").cached().build(),
                new ModelRequest("gpt-4o", "Hello", null, null, 300, false),
                model,
                1,
                Optional.of(Duration.ofHours(1)),
                cache,
                usage -> Optional.empty());
    }

    @Test
    void dataWithBracesStaysDataAndSecretsStayOutOfPrompts() {
        ExternalCall call = nodes.call(
                prompt("Say {{input.text}} and {{secrets.CLEARBIT_API_KEY}}", "gpt-4o")
                        .build(),
                context("{\"text\":\"{{secrets.CLEARBIT_API_KEY}}\"}"));

        assertThat(call.request().path("prompt").asText())
                .isEqualTo("Say {{secrets.CLEARBIT_API_KEY}} and {{secrets.CLEARBIT_API_KEY}}");
    }

    @Test
    void theSamePlanComesEachTime() {
        Prompt prompt = prompt("Hello {{NOW}}", "gpt-4o").build();

        assertThat(nodes.call(prompt, context("{}")).fingerprint())
                .isEqualTo(nodes.call(prompt, context("{}")).fingerprint());
        assertThat(nodes.call(prompt, context("{}")).fingerprint())
                .isNotEqualTo(nodes.call(prompt("Bye {{NOW}}", "gpt-4o").build(), context("{}"))
                        .fingerprint());
    }
}
