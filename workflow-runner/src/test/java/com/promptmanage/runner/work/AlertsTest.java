package com.promptmanage.runner.work;

import static com.promptmanage.runner.work.Script.answered;
import static com.promptmanage.runner.work.Script.completed;
import static com.promptmanage.runner.work.Script.done;
import static com.promptmanage.runner.work.Script.failed;
import static com.promptmanage.runner.work.Script.object;
import static com.promptmanage.runner.work.Workflow.delay;
import static com.promptmanage.runner.work.Workflow.prompt;
import static com.promptmanage.runner.work.Workflow.source;
import static com.promptmanage.runner.work.Workflow.step;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.definition.ErrorHandling;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.RetryPolicy;
import com.promptmanage.runner.definition.Settings;
import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.node.Outcome;
import com.promptmanage.runner.node.Plan;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.money.NanoUsd;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What people are told of executions: on the topic of the alerts, each once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AlertsTest {

    private static final String DEFAULTS = "{}";

    @AutoClose
    private final RunningEngine engine = new RunningEngine();

    @Test
    void ofAFailureIsToldEachTimeAnExecutionFailsWithTheReasonAndTheNode() throws Exception {
        engine.script().when("wrong", asked -> failed(Failure.Kind.VALIDATION, "this is no city"));

        String execution = engine.trigger(engine.add(Workflow.of(step("wrong")), DEFAULTS));
        engine.awaitStatus(execution, "failed");
        engine.runs().resume(execution);
        com.promptmanage.testkit.Await.until(() -> assertThat(alerts(execution)).hasSize(2));

        JsonNode event = alerts(execution).getFirst();
        assertThat(event.path("type").asText()).isEqualTo("com.promptmanage.workflow.failure.v1");
        JsonNode alert = event.path("data");
        assertThat(alert.path("type").asText()).isEqualTo("workflow_failure");
        assertThat(alert.path("id").asText())
                .isEqualTo(event.path("id").asText())
                .startsWith(execution + ".failure.");
        assertThat(alert.path("account").asText()).isEqualTo(RunningEngine.TEAM.value());
        assertThat(alert.path("message").asText()).startsWith("this is no city. ");
        assertThat(alert.path("nodeId").asText()).isEqualTo("wrong");
        assertThat(alert.path("executionId").asText()).isEqualTo(execution);
        assertThat(alert.path("workflowName").asText()).isEqualTo("A workflow");
        assertThat(types(execution)).containsOnly("workflow_failure");
    }

    @Test
    void ofRetriesInVainIsToldOnceForANodeHoweverManyItemsItRunsFor() throws Exception {
        engine.script()
                .when(
                        "four",
                        asked -> done(new Outcome.Records(IntStream.range(0, 4)
                                .<JsonNode>mapToObj(IntNode::valueOf)
                                .toList())));
        engine.script().when("shaky", asked -> failed(Failure.Kind.TRANSIENT, "not now"));

        String execution = engine.trigger(engine.add(
                Workflow.of(source("four"), step("shaky"))
                        .edge("four", "shaky")
                        .with(settings(null, ErrorHandling.CONTINUE, null)),
                DEFAULTS));
        engine.awaitStatus(execution, "completed");

        assertThat(types(execution)).containsExactly("workflow_retry_exhausted");
        assertThat(alerts(execution).getFirst().at("/data/message").asText())
                .isEqualTo("Node shaky was tried 2 times in vain. The last time: not now.");
    }

    @Test
    void ofAnExecutionThatContinuesWithNothingDoneIsToldThatItFailed() throws Exception {
        engine.script().when("dead", asked -> failed(Failure.Kind.PERMANENT, "gone"));

        String execution = engine.trigger(engine.add(
                Workflow.of(step("dead"), step("behind"))
                        .edge("dead", "behind")
                        .with(settings(null, ErrorHandling.CONTINUE, null)),
                DEFAULTS));
        engine.awaitStatus(execution, "failed");

        assertThat(types(execution)).containsExactly("workflow_failure");
    }

    @Test
    void ofATimeoutIsTold() throws Exception {
        String execution = engine.trigger(engine.add(
                Workflow.of(delay("long", 60_000)).with(settings(Duration.ofMillis(200), null, null)), DEFAULTS));
        engine.awaitStatus(execution, "timeout");

        assertThat(types(execution)).containsExactly("workflow_timeout");
    }

    @Test
    void ofAnEmptyOutputIsToldUnlessSomethingCameOrNothingWasToCome() throws Exception {
        engine.script().when("nothing", asked -> completed(object()));
        engine.script()
                .when("silent", asked -> completed(object().put("model", "m").put("text", "")));
        engine.script().when("none", asked -> done(new Outcome.Records(List.of())));
        engine.script().when("something", asked -> completed(object().put("text", "")));

        assertThat(types(ran(Workflow.of(step("nothing"), prompt("silent"))))).containsExactly("workflow_empty_output");
        assertThat(types(ran(Workflow.of(step("nothing"), step("something"))))).isEmpty();
        assertThat(types(ran(Workflow.of(source("none"), step("never")).edge("none", "never"))))
                .isEmpty();
    }

    @Test
    void ofTheCostIsToldWhenItCrossesTheThresholdOrMostOfTheExecutionsOwnLimit() throws Exception {
        for (String id : List.of("one", "two", "three")) {
            engine.script().when(id, asked -> new Plan.Calls(new Script.Call(id, question -> answered(id))));
        }
        Workflow workflow = Workflow.of(prompt("one"), prompt("two"), prompt("three"))
                .edge("one", "two")
                .edge("two", "three");

        String over = engine.trigger(engine.add(workflow, "{\"costThresholdUsd\": \"0.0002\"}"));
        String under = engine.trigger(engine.add(workflow, "{\"costThresholdUsd\": \"0.001\"}"));
        String near = engine.trigger(engine.add(workflow.with(settings(null, null, new NanoUsd(400_000))), DEFAULTS));
        for (String execution : List.of(over, under, near)) {
            engine.awaitStatus(execution, "completed");
        }

        assertThat(types(over)).containsExactly("workflow_cost_threshold");
        assertThat(alerts(over).getFirst().at("/data/message").asText()).contains("0.00024");
        assertThat(types(under)).isEmpty();
        assertThat(types(near)).containsExactly("workflow_cost_threshold");
    }

    /** Each call costs 0.00012 USD, and is estimated to cost 0.00015. */
    @Test
    void whoAllowsAnExecutionMoreIsToldWhenMostOfThatIsSpent() throws Exception {
        List<String> ids = List.of("a", "b", "c", "d", "e");
        Workflow workflow = Workflow.of(ids.stream()
                .map(id -> {
                    engine.script().when(id, asked -> new Plan.Calls(new Script.Call(id, question -> answered(id))));
                    return prompt(id);
                })
                .toArray(Node[]::new));
        for (int i = 1; i < ids.size(); i++) {
            workflow.edge(ids.get(i - 1), ids.get(i));
        }
        String execution =
                engine.trigger(engine.add(workflow.with(settings(null, null, new NanoUsd(300_000))), DEFAULTS));
        engine.awaitStatus(execution, "paused_budget");
        assertThat(types(execution)).containsExactly("workflow_cost_threshold");

        engine.runs().resume(execution, Optional.of(new NanoUsd(700_000)));
        engine.awaitStatus(execution, "completed");

        assertThat(alerts(execution))
                .extracting(alert -> alert.at("/data/message").asText())
                .satisfiesExactly(
                        first -> assertThat(first).contains("$0.00024 so far", "the threshold is $0.00024"),
                        second -> assertThat(second).contains("$0.0006 so far", "the threshold is $0.00056"));
    }

    @Test
    void ofSlownessIsToldWhenThereIsSomethingToCompareWith() throws Exception {
        String id = engine.add(
                Workflow.of(delay("wait", 1_100)).with(Settings.UNSET),
                "{\"slowFactor\": 2, \"alertTypes\": [\"performance_degradation\"]}");
        String first = engine.trigger(id);
        engine.awaitStatus(first, "completed");
        assertThat(types(first)).isEmpty();
        engine.database().useAsSystem(handle -> handle.execute("""
                INSERT INTO executions (id, workflow_id, workflow_version, account, user_id, triggered_by, trigger_data,
                    status, created_at, started_at, completed_at)
                SELECT 'exe_usual_' || n, ?, 1, ?, 'ada', 'manual', '{}', 'completed', now(), now() - interval '50 ms', now()
                FROM generate_series(1, 12) n
                """, id, RunningEngine.TEAM.value()));

        String slow = engine.trigger(id);
        engine.awaitStatus(slow, "completed");

        assertThat(types(slow)).containsExactly("workflow_performance_degradation");
    }

    @Test
    void ofWhatNobodyWantsToKnowAndOfTestsNothingIsTold() throws Exception {
        engine.script().when("broken", asked -> failed(Failure.Kind.PERMANENT, "broken"));
        String workflow = engine.add(Workflow.of(step("broken")), "{\"alertTypes\": [\"timeout\"]}");
        String loud = engine.add(Workflow.of(step("broken")), DEFAULTS);

        String unwanted = engine.trigger(workflow);
        String test = engine.runs()
                .enqueue(new Runs.NewRun(loud, null, "ada", Runs.TriggeredBy.MANUAL, "{}", null, true, null))
                .executionId();
        engine.awaitStatus(unwanted, "failed");
        engine.awaitStatus(test, "failed");

        assertThat(alerts(unwanted)).isEmpty();
        assertThat(alerts(test)).isEmpty();
    }

    private String ran(Workflow workflow) throws Exception {
        String execution = engine.trigger(engine.add(workflow, DEFAULTS));
        engine.awaitStatus(execution, "completed");
        return execution;
    }

    private List<String> types(String execution) {
        return alerts(execution).stream()
                .map(event -> event.at("/data/type").asText())
                .toList();
    }

    private List<JsonNode> alerts(String execution) {
        return engine
                .database()
                .asSystem(handle -> handle.createQuery("""
                        SELECT record_value FROM outbox WHERE topic = :topic ORDER BY id
                        """)
                        .bind("topic", Topics.BUDGET_ALERTS.name())
                        .mapTo(byte[].class)
                        .list())
                .stream()
                .map(EventJson::read)
                .filter(event -> event.at("/data/executionId").asText().equals(execution))
                .toList();
    }

    private static Settings settings(
            @Nullable Duration timeout, @Nullable ErrorHandling errorHandling, @Nullable NanoUsd maxCost) {
        return new Settings(
                null,
                timeout,
                new RetryPolicy(2, RetryPolicy.Backoff.CONSTANT, Duration.ofMillis(10), Duration.ofMillis(10)),
                errorHandling,
                maxCost,
                null,
                null);
    }
}
