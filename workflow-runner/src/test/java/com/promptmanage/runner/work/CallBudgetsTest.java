package com.promptmanage.runner.work;

import static com.promptmanage.runner.work.Script.answered;
import static com.promptmanage.runner.work.Script.object;
import static com.promptmanage.runner.work.Script.refused;
import static com.promptmanage.runner.work.Workflow.prompt;
import static com.promptmanage.runner.work.Workflow.quick;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.promptmanage.runner.call.Answer;
import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.call.CallWatcher;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.definition.RetryPolicy;
import com.promptmanage.runner.definition.Settings;
import com.promptmanage.runner.journal.ExecutionRecords;
import com.promptmanage.runner.node.CallEstimate;
import com.promptmanage.runner.node.ExternalCall;
import com.promptmanage.runner.node.Outcome;
import com.promptmanage.runner.node.Plan;
import com.promptmanage.runner.work.BudgetGate.Verdict;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Fault;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.money.NanoUsd;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a call may cost, and who says so: budgets, an execution's own limit, and the price that a model has or has not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CallBudgetsTest {

    @AutoClose
    private final RunningEngine engine = new RunningEngine();

    @Test
    void aBudgetThatSaysNoPausesAndResumeAsksAgain() throws Exception {
        var paid = new AtomicInteger();
        engine.script()
                .when(
                        "dear",
                        asked -> new Plan.Calls(new Script.Call("dear", question -> {
                            paid.incrementAndGet();
                            return answered("done");
                        })));
        engine.budgets(call -> call.nodeId().equals("dear")
                ? new Verdict.Denied("the budget is spent", object().put("budgetId", "b1"))
                : BudgetGate.OPEN.check(call));

        String execution = engine.trigger(engine.add(Workflow.of(prompt("dear")), 1));
        engine.awaitStatus(execution, "paused_budget");
        assertThat(engine.shown(execution).reason()).contains("b1");
        engine.budgets(BudgetGate.OPEN);
        engine.runs().resume(execution);
        engine.awaitStatus(execution, "completed");

        assertThat(paid).hasValue(1);
        assertThat(engine.nodes(execution)).containsOnly(entry("dear", "completed"));
    }

    @Test
    void anExecutionsOwnLimitPausesItBeforeTheCallThatCouldPassIt() throws Exception {
        engine.script().when("one", asked -> new Plan.Calls(new Script.Call("one", question -> answered("1"))));
        engine.script().when("two", asked -> new Plan.Calls(new Script.Call("two", question -> answered("2"))));
        engine.budgets(call -> new Verdict.Allowed(OptionalLong.of(150_000)));

        String execution = engine.trigger(engine.add(
                Workflow.of(prompt("one"), prompt("two"))
                        .edge("one", "two")
                        .with(new Settings(null, null, RetryPolicy.UNSET, null, new NanoUsd(200_000), null, null)),
                1));
        engine.awaitStatus(execution, "paused_budget");
        engine.budgets(BudgetGate.OPEN);

        assertThat(engine.nodes(execution)).containsOnly(entry("one", "completed"), entry("two", "held"));
    }

    @Test
    void anExecutionsOwnLimitHoldsAlsoWhileNoBudgetSaysWhatACallCosts() throws Exception {
        var calls = new AtomicInteger();
        engine.script()
                .when(
                        "unasked",
                        asked -> new Plan.Calls(new Script.Call("unasked", question -> {
                            calls.incrementAndGet();
                            return answered("paid for");
                        })));

        String execution = engine.trigger(engine.add(
                Workflow.of(prompt("unasked"))
                        .with(new Settings(null, null, RetryPolicy.UNSET, null, new NanoUsd(149_999), null, null)),
                1));
        engine.awaitStatus(execution, "paused_budget");

        assertThat(calls).hasValue(0);
    }

    /** Else a model that lets every call run out of time would be paid without an end. */
    @Test
    void whatWasPerhapsPaidForCountsTowardAnExecutionsOwnLimit() throws Exception {
        var calls = new AtomicInteger();
        engine.script()
                .when(
                        "silent",
                        asked -> new Plan.Calls(new Script.Call("silent", question -> {
                            calls.incrementAndGet();
                            return refused(Failure.Kind.AMBIGUOUS);
                        })));
        engine.budgets(call -> new Verdict.Allowed(OptionalLong.of(150_000)));

        String execution = engine.trigger(engine.add(
                Workflow.of(prompt("silent"))
                        .with(new Settings(null, null, quick().retryPolicy(), null, new NanoUsd(200_000), null, null)),
                1));
        engine.awaitStatus(execution, "paused_budget");
        engine.budgets(BudgetGate.OPEN);

        assertThat(calls).hasValue(1);
        assertThat(engine.shown(execution).wastedNanoUsd()).isEqualTo(150_000);
    }

    @Test
    void whoResumesAnExecutionWithAHigherLimitHasItGoOn() throws Exception {
        var calls = new AtomicInteger();
        engine.script()
                .when(
                        "bounded",
                        asked -> new Plan.Calls(new Script.Call("bounded", question -> {
                            calls.incrementAndGet();
                            return answered("worth it");
                        })));
        String execution =
                engine.trigger(engine.add(Workflow.of(prompt("bounded")).with(limit(100_000)), 1));
        engine.awaitStatus(execution, "paused_budget");
        assertThat(engine.shown(execution).reason()).contains("execution_cost_limit", "\"message\"", "0.0001 USD");

        engine.runs().resume(execution, Optional.of(new NanoUsd(149_999)));
        Await.until(
                () -> assertThat(engine.shown(execution).reason()).isNotNull().contains("149999"));
        assertThat(calls).hasValue(0);
        engine.runs().resume(execution, Optional.of(new NanoUsd(150_000)));
        engine.awaitStatus(execution, "completed");

        assertThat(calls).hasValue(1);
    }

    @Test
    void anExecutionIsResumedWithNoLowerLimitAndWithNoneThatIsSpentAlready() throws Exception {
        engine.script().when("paid", asked -> new Plan.Calls(new Script.Call("paid", question -> answered("1"))));
        engine.script().when("next", asked -> new Plan.Calls(new Script.Call("next", question -> answered("2"))));
        // Less than what it comes to.
        engine.budgets(call -> new Verdict.Allowed(OptionalLong.of(1)));
        String execution = engine.trigger(engine.add(
                Workflow.of(prompt("paid"), prompt("next")).edge("paid", "next").with(limit(100_000)), 1));
        engine.awaitStatus(execution, "paused_budget");

        assertThat(refusal(execution, 99_999)).contains("is 0.000099999 USD", "less than the 0.0001 USD");
        assertThat(refusal(execution, 120_000)).contains("is 0.00012 USD", "has spent 0.00012 USD");
        assertThat(engine.shown(execution).status()).isEqualTo("paused_budget");
        engine.runs().resume(execution, Optional.of(new NanoUsd(120_001)));
        engine.awaitStatus(execution, "completed");
        engine.budgets(BudgetGate.OPEN);

        assertThat(engine.nodes(execution)).containsOnly(entry("paid", "completed"), entry("next", "completed"));
    }

    private String refusal(String execution, long nanoUsd) {
        var refused = catchThrowableOfType(
                ProblemException.class, () -> engine.runs().resume(execution, Optional.of(new NanoUsd(nanoUsd))));
        Fault fault = refused.problem().errors().getFirst();
        assertThat(fault.field()).isEqualTo("maxCostUsd");
        return fault.detail();
    }

    @Test
    void aModelWithoutAPriceIsNotCalledUnderALimitUntilItHasOne() throws Exception {
        var calls = new AtomicInteger();
        engine.script()
                .when(
                        "unbounded",
                        asked -> new Plan.Calls(new Unlisted(new Script.Call("u", question -> {
                            calls.incrementAndGet();
                            return answered("who knows");
                        }))));
        String execution =
                engine.trigger(engine.add(Workflow.of(prompt("unbounded")).with(limit(100_000)), 1));

        engine.awaitStatus(execution, "paused_budget");
        assertThat(calls).hasValue(0);
        assertThat(engine.shown(execution).reason()).contains("execution_cost_unknown", "has no price");
        engine.budgets(call -> new Verdict.Allowed(OptionalLong.of(90_000)));
        engine.runs().resume(execution);
        engine.awaitStatus(execution, "completed");
        engine.budgets(BudgetGate.OPEN);

        assertThat(calls).hasValue(1);
    }

    @Test
    void whatAModelWithoutAPriceCostIsNotToldAsNothing() throws Exception {
        engine.script()
                .when(
                        "unlisted",
                        asked -> new Plan.Calls(new Unlisted(new Script.Call("u", question -> answered("who knows")))));
        engine.script().when("listed", asked -> new Plan.Calls(new Script.Call("l", question -> answered("known"))));

        String execution = engine.run(Workflow.of(prompt("unlisted"), prompt("listed")));

        assertThat(engine.shown(execution).unpricedCalls()).isEqualTo(1);
        assertThat(engine.shown(execution).costNanoUsd()).isEqualTo(120_000);
        assertThat(engine.records().nodes(Scope.EVERYONE, execution, 0, 10))
                .extracting(ExecutionRecords.NodeShown::nodeId, ExecutionRecords.NodeShown::unpricedCalls)
                .containsExactlyInAnyOrder(tuple("unlisted", 1), tuple("listed", 0));
    }

    @Test
    void whatStandsStillForWhatPassesGoesOnByItself() throws Exception {
        engine.script().when("asked", asked -> new Plan.Calls(new Script.Call("asked", question -> answered("1"))));
        engine.budgets(call -> call.nodeId().equals("asked")
                ? new Verdict.Denied("nobody answers", object().put("code", "budget_unanswered"), true)
                : BudgetGate.OPEN.check(call));

        String execution = engine.trigger(engine.add(Workflow.of(prompt("asked")), 1));
        engine.awaitStatus(execution, "paused_budget");
        assertThat(engine.shown(execution).reason()).contains("budget_unanswered", "nobody answers");
        int waited = waitSeconds(execution);
        hurry(execution);
        Await.until(() ->
                assertThat(waitSeconds(execution)).as("asked again in vain").isGreaterThan(waited));
        engine.budgets(BudgetGate.OPEN);
        hurry(execution);

        engine.awaitStatus(execution, "completed");
    }

    @Test
    void nothingOfAPausedWorkflowGoesOnByItself() throws Exception {
        engine.script().when("unheard", asked -> new Plan.Calls(new Script.Call("unheard", question -> answered("1"))));
        engine.budgets(call -> new Verdict.Denied("nobody answers", object().put("code", "budget_unanswered"), true));
        String workflow = engine.add(Workflow.of(prompt("unheard")), 1);
        String execution = engine.trigger(workflow);
        engine.awaitStatus(execution, "paused_budget");
        status(workflow, "paused");
        engine.budgets(BudgetGate.OPEN);
        hurry(execution);

        assertThat(engine.runs().passed()).doesNotContain(execution);
        engine.runs().takeUp(execution);
        assertThat(engine.shown(execution).status()).isEqualTo("paused_budget");

        status(workflow, "active");
        engine.awaitStatus(execution, "completed");
    }

    private void status(String workflow, String status) {
        engine.database()
                .useAsSystem(
                        handle -> handle.execute("UPDATE workflows SET status = ? WHERE id = ?", status, workflow));
    }

    /** It may have been frozen since. */
    @Test
    void whoFoundLongAgoThatSomethingHasPassedTakesUpNothingThatWaitsForAPersonByNow() throws Exception {
        engine.script().when("hopeless", asked -> Script.failed(Failure.Kind.PERMANENT, "no"));
        engine.script().when("denied", asked -> new Plan.Calls(new Script.Call("denied", question -> answered("1"))));
        engine.budgets(call -> new Verdict.Denied("the budget is spent", object().put("budgetId", "b1")));

        String failed = engine.trigger(engine.add(Workflow.of(Workflow.step("hopeless")), 1));
        String paused = engine.trigger(engine.add(Workflow.of(prompt("denied")), 1));
        engine.awaitStatus(failed, "failed");
        engine.awaitStatus(paused, "paused_budget");
        engine.budgets(BudgetGate.OPEN);
        engine.runs().takeUp(failed);
        engine.runs().takeUp(paused);

        assertThat(engine.shown(failed).status()).isEqualTo("failed");
        assertThat(engine.shown(paused).status()).isEqualTo("paused_budget");
    }

    @Test
    void whatIsReservedForACallIsSoUntilItHasEndedHoweverItEnds() throws Exception {
        var ended = new AtomicInteger();
        var endedInCalls = new AtomicInteger();
        engine.script()
                .when(
                        "answered",
                        asked -> new Plan.Calls(new Script.Call("answered", question -> {
                            endedInCalls.addAndGet(ended.get());
                            return answered("1");
                        })));
        engine.script()
                .when(
                        "refused",
                        asked -> new Plan.Calls(
                                new Script.Call("refused", question -> refused(Failure.Kind.PERMANENT))));
        engine.budgets(
                call -> new Verdict.Allowed(OptionalLong.of(1), Optional.empty(), used -> ended.incrementAndGet()));

        engine.run(Workflow.of(prompt("answered")));
        assertThat(endedInCalls).as("before the answer").hasValue(0);
        assertThat(ended).hasValue(1);
        String failed = engine.trigger(engine.add(Workflow.of(prompt("refused")), 1));
        engine.awaitStatus(failed, "failed");
        engine.budgets(BudgetGate.OPEN);

        assertThat(ended).hasValue(2);
    }

    @Test
    void howTheBudgetsStandRidesOnTheNodesResult() throws Exception {
        engine.script().when("paid", asked -> new Plan.Calls(new Script.Call("paid", question -> answered("1"))));
        engine.budgets(call -> new Verdict.Allowed(
                OptionalLong.of(1),
                Optional.of(JsonNodeFactory.instance
                        .arrayNode()
                        .add(object().put("id", "b1").put("remainingNanoUsd", 5)))));

        String execution = engine.run(Workflow.of(prompt("paid")));
        engine.budgets(BudgetGate.OPEN);

        assertThat(engine.records()
                        .nodes(Scope.EVERYONE, execution, 0, 10)
                        .getFirst()
                        .budgets())
                .isEqualTo("[{\"id\":\"b1\",\"remainingNanoUsd\":5}]");
    }

    /** Its time to be taken up again has come. */
    private void hurry(String execution) {
        engine.database()
                .useAsSystem(
                        handle -> handle.execute("UPDATE executions SET take_up_at = now() WHERE id = ?", execution));
    }

    private int waitSeconds(String execution) {
        return engine.database()
                .<Integer, RuntimeException>asSystem(
                        handle -> handle.createQuery("SELECT take_up_seconds FROM executions WHERE id = :id")
                                .bind("id", execution)
                                .mapTo(Integer.class)
                                .one());
    }

    private static Settings limit(long nanoUsd) {
        return new Settings(null, null, RetryPolicy.UNSET, null, new NanoUsd(nanoUsd), null, null);
    }

    /** To a model that has no price. */
    private record Unlisted(Script.Call call) implements ExternalCall {

        @Override
        public String target() {
            return RunningEngine.UNLISTED;
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
            return Optional.of(new CallEstimate("openai", RunningEngine.UNLISTED, 100, 50));
        }

        @Override
        public Repeat repeat() {
            return call.repeat();
        }

        @Override
        public CallResult make(Duration timeout, CallWatcher watcher) {
            if (!(call.make(timeout, watcher) instanceof CallResult.Answered(Answer answer))) {
                throw new IllegalStateException("a test's model answers");
            }
            CallUsage used = answer.usage().orElseThrow();
            return new CallResult.Answered(new Answer(
                    answer.content(),
                    Optional.of(new CallUsage(
                            used.provider(),
                            RunningEngine.UNLISTED,
                            used.tokens(),
                            used.endedAt(),
                            used.took(),
                            null,
                            null,
                            false))));
        }

        @Override
        public Outcome use(Answer answer) {
            return call.use(answer);
        }
    }
}
