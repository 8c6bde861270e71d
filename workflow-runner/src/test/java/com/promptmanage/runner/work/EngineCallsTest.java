package com.promptmanage.runner.work;

import static com.promptmanage.runner.work.Script.answered;
import static com.promptmanage.runner.work.Script.completed;
import static com.promptmanage.runner.work.Script.failed;
import static com.promptmanage.runner.work.Script.object;
import static com.promptmanage.runner.work.Script.refused;
import static com.promptmanage.runner.work.Workflow.prompt;
import static com.promptmanage.runner.work.Workflow.quick;
import static com.promptmanage.runner.work.Workflow.step;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Answer;
import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.call.CallWatcher;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.call.HttpFailures;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodePolicy;
import com.promptmanage.runner.definition.NodePolicy.OnAmbiguous;
import com.promptmanage.runner.journal.ExecutionRecords;
import com.promptmanage.runner.node.CallEstimate;
import com.promptmanage.runner.node.ExternalCall;
import com.promptmanage.runner.node.Outcome;
import com.promptmanage.runner.node.Plan;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.service.secret.SecretKeys;
import com.promptmanage.service.secret.UnreadableSecretException;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.usage.TokenCounts;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Calls that cost: what of their answers is kept, used, and asked for anew. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EngineCallsTest {

    @AutoClose
    private final RunningEngine engine = new RunningEngine();

    @Test
    void whatFailedBeforeAPersonWasAskedDoesNotCountForTheCallThatTheyAllow() throws Exception {
        var calls = new AtomicInteger();
        engine.script()
                .when(
                        "shaky",
                        asked -> new Plan.Calls(new Script.Call("shaky", question -> switch (calls.incrementAndGet()) {
                            case 1, 2, 4, 5 -> refused(Failure.Kind.TRANSIENT);
                            case 3 -> refused(Failure.Kind.AMBIGUOUS);
                            default -> answered("there");
                        })));
        Node plain = prompt("shaky");
        var asks = new Node(
                plain.id(),
                plain.label(),
                plain.position(),
                plain.config(),
                new NodePolicy(null, null, OnAmbiguous.ASK, null));
        String execution = engine.trigger(engine.add(Workflow.of(asks).with(quick()), 1));
        engine.awaitStatus(execution, "paused");
        assertThat(calls).as("three attempts, as the workflow says").hasValue(3);

        engine.runs().resume(execution);

        engine.awaitStatus(execution, "completed");
        assertThat(calls).hasValue(6);
    }

    /** It may have done what it was asked before something broke. */
    @Test
    void whatHasAnEffectIsNotDoneAgainAfterAnAnswerThatSomethingBroke() throws Exception {
        for (int status : List.of(500, 502, 503)) {
            var calls = new AtomicInteger();
            engine.script().when("send", asked -> sending(calls, trouble(status, Optional.empty())));

            String execution =
                    engine.trigger(engine.add(Workflow.of(prompt("send")).with(quick()), 1));

            engine.awaitStatus(execution, "failed");
            assertThat(calls).as("answered %d", status).hasValue(1);
        }
    }

    @Test
    void whatHasAnEffectIsDoneAgainIfItWasRefusedForNowOrTheNodeSaysSo() throws Exception {
        var calls = new AtomicInteger();
        engine.script().when("send", asked -> sending(calls, trouble(503, Optional.of("0"))));
        engine.run(Workflow.of(prompt("send")).with(quick()));
        assertThat(calls).hasValue(2);

        Node plain = prompt("send");
        var retries = new Node(
                plain.id(),
                plain.label(),
                plain.position(),
                plain.config(),
                new NodePolicy(null, null, OnAmbiguous.RETRY, null));
        calls.set(0);
        engine.script().when("send", asked -> sending(calls, trouble(500, Optional.empty())));
        engine.run(Workflow.of(retries).with(quick()));
        assertThat(calls).hasValue(2);
    }

    /** The first answer is this one. */
    private static Plan sending(AtomicInteger calls, CallResult first) {
        return new Plan.Calls(new Script.Call(
                "send",
                question -> calls.incrementAndGet() == 1 ? first : answered("sent"),
                ExternalCall.Repeat.HARMFUL));
    }

    private static CallResult trouble(int status, Optional<String> retryAfter) {
        return new CallResult.Failed(HttpFailures.of(
                "POST https://example.com/",
                status,
                name -> name.equals("Retry-After") ? retryAfter : Optional.empty(),
                "",
                Clock.systemUTC()));
    }

    /** As the gateway marks it, for whoever compares with the provider's bill. */
    @Test
    void whatWeCountedOurselvesIsMarked() throws Exception {
        var counted = new CallUsage(
                "openai",
                "gpt-4o-mini",
                TokenCounts.ofInputOutput(100, 20),
                Instant.now(),
                Duration.ofMillis(5),
                null,
                null,
                false,
                true);
        engine.script()
                .when(
                        "counted",
                        asked -> new Plan.Calls(new Script.Call(
                                "counted",
                                question -> new CallResult.Answered(
                                        new Answer(object().put("text", "there"), Optional.of(counted))))));
        engine.script().when("told", asked -> new Plan.Calls(new Script.Call("told", question -> answered("there"))));

        String execution = engine.run(Workflow.of(prompt("counted"), prompt("told")));

        assertThat(usage(execution))
                .extracting(
                        event -> event.at("/data/nodeId").asText(),
                        event -> event.at("/data/tags/usageestimated").asText())
                .containsExactlyInAnyOrder(tuple("counted", "true"), tuple("told", ""));
    }

    private List<JsonNode> usage(String execution) {
        return engine
                .database()
                .asSystem(handle -> handle.createQuery("""
                        SELECT record_value FROM outbox WHERE topic = :topic ORDER BY id
                        """)
                        .bind("topic", Topics.USAGE_EVENTS.name())
                        .mapTo(byte[].class)
                        .list())
                .stream()
                .map(EventJson::read)
                .filter(event -> event.at("/data/executionId").asText().equals(execution))
                .toList();
    }

    @Test
    void resumeGoesOnWhereItFailedAndPaysNothingTwice() throws Exception {
        var paid = new AtomicInteger();
        var isDown = new AtomicBoolean(true);
        engine.script()
                .when(
                        "write",
                        asked -> new Plan.Calls(new Script.Call("write", question -> {
                            paid.incrementAndGet();
                            return answered("a poem");
                        })));
        engine.script()
                .when(
                        "send",
                        asked -> isDown.get()
                                ? failed(Failure.Kind.PERMANENT, "nobody there")
                                : completed(asked.context().input()));

        String execution = engine.trigger(
                engine.add(Workflow.of(prompt("write"), step("send")).edge("write", "send"), 1));
        engine.awaitStatus(execution, "failed");
        isDown.set(false);
        assertThat(engine.runs().resume(execution)).isTrue();
        engine.awaitStatus(execution, "completed");

        assertThat(paid).hasValue(1);
        assertThat(engine.nodes(execution)).containsOnly(entry("write", "completed"), entry("send", "completed"));
        assertThat(engine.shown(execution).failedNodes()).isZero();
        assertThat(engine.shown(execution).costNanoUsd()).isEqualTo(120_000);
        assertThat(engine.runs().resume(execution))
                .as("there is nothing to resume")
                .isFalse();
    }

    @Test
    void theNextModelIsAskedWhenOneHasFailedForGood() throws Exception {
        engine.script()
                .when(
                        "chain",
                        asked -> new Plan.Calls(List.of(
                                new Script.Call("first", question -> refused(Failure.Kind.AUTH)),
                                new Script.Call("second", question -> answered("from the second")))));

        String execution = engine.run(Workflow.of(prompt("chain")).with(quick()));

        assertThat(engine.output(execution, "chain")).contains("from the second");
    }

    @Test
    void anAnswerOfWhichNothingCanBeMadeIsPaidForAndAskedForAnew() throws Exception {
        var asked = new AtomicInteger();
        engine.script()
                .when(
                        "empty",
                        invocation -> new Plan.Calls(new Picky(new Script.Call(
                                "empty", question -> answered(asked.incrementAndGet() < 3 ? "" : "a poem")))));

        String execution = engine.run(Workflow.of(prompt("empty")).with(quick()));

        assertThat(asked).hasValue(3);
        assertThat(engine.nodes(execution)).containsOnly(entry("empty", "completed at 3"));
        assertThat(engine.output(execution, "empty")).contains("a poem");
        assertThat(engine.shown(execution).costNanoUsd()).isEqualTo(3 * 120_000);
    }

    @Test
    void anAnswerThatStaysOfNoUseFailsAndWhoeverResumesAsksAnew() throws Exception {
        var asked = new AtomicInteger();
        engine.script()
                .when(
                        "useless",
                        invocation -> new Plan.Calls(new Picky(new Script.Call(
                                "useless", question -> answered(asked.incrementAndGet() < 4 ? "" : "a poem")))));

        String execution =
                engine.trigger(engine.add(Workflow.of(prompt("useless")).with(quick()), 1));
        engine.awaitStatus(execution, "failed");
        assertThat(asked).hasValue(3);
        engine.runs().resume(execution);
        engine.awaitStatus(execution, "completed");

        assertThat(asked).hasValue(4);
    }

    @Test
    void whatAnAnswerFromBeforeSavesStandsWithTheExecution() throws Exception {
        engine.script().when("known", asked -> new Plan.Known(new Outcome.Completed(object()), 120_000));

        String execution = engine.run(Workflow.of(prompt("known")));

        assertThat(engine.shown(execution).savedNanoUsd()).isEqualTo(120_000);
        assertThat(engine.shown(execution).costNanoUsd()).isZero();
    }

    /** Asking again brings no key back. */
    @Test
    void aCredentialWhoseKeyIsLostFailsItsNodeAndIsNotTriedAgain() throws Exception {
        String sealed = box("lost").seal("credentials", "sk-1");
        engine.script()
                .when(
                        "keyless",
                        asked -> completed(object().put("key", box("new").open("credentials", sealed))));

        String execution =
                engine.trigger(engine.add(Workflow.of(prompt("keyless")).with(quick()), 1));
        engine.awaitStatus(execution, "failed");

        assertThat(engine.script().invocations("keyless")).hasSize(1);
        assertThat(engine.nodes(execution)).containsOnly(entry("keyless", "failed"));
        assertThat(engine.records().nodes(Scope.EVERYONE, execution, 0, 10))
                .extracting(ExecutionRecords.NodeShown::errorKind, ExecutionRecords.NodeShown::errorMessage)
                .containsExactly(tuple("auth", UnreadableSecretException.TOLD));
    }

    /** Of a process with this key alone. */
    private static SecretBox box(String key) {
        return new SecretBox(SecretKeys.of(key, Arrays.copyOf(key.getBytes(StandardCharsets.UTF_8), 32)));
    }

    /** Can make nothing of an empty answer. */
    private record Picky(Script.Call call) implements ExternalCall {

        @Override
        public String target() {
            return call.target();
        }

        @Override
        public JsonNode request() {
            return call.request();
        }

        @Override
        public String fingerprint() {
            return call.fingerprint();
        }

        @Override
        public Optional<CallEstimate> estimate() {
            return call.estimate();
        }

        @Override
        public Repeat repeat() {
            return call.repeat();
        }

        @Override
        public CallResult make(Duration timeout, CallWatcher watcher) {
            return call.make(timeout, watcher);
        }

        @Override
        public Outcome use(Answer answer) {
            return answer.content().path("text").asText().isEmpty()
                    ? new Outcome.Failed(Failure.Kind.TRANSIENT, "the answer is empty")
                    : call.use(answer);
        }
    }
}
