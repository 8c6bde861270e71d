package com.promptmanage.runner.work;

import static com.promptmanage.runner.work.Script.answered;
import static com.promptmanage.runner.work.Script.refused;
import static com.promptmanage.runner.work.Workflow.quick;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodeConfig;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.definition.NodePolicy;
import com.promptmanage.runner.definition.NodePolicy.OnAmbiguous;
import com.promptmanage.runner.node.ExternalCall.Repeat;
import com.promptmanage.runner.node.Plan;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.testkit.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Calls of which nobody knows whether they arrived: because the line broke, or because the worker that made them was lost. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AmbiguousCallsTest {

    private static final List<Supplier<CallResult>> FIRSTS =
            List.of(AmbiguousCallsTest::lineBreaks, AmbiguousCallsTest::workerIsLost);

    /** What a lost worker held is left alone for that long: longer than a machine with much to do stands still. */
    private static final Duration LEASE = Duration.ofSeconds(5);

    private final String url = MigratedDatabase.url();

    private RunningEngine engine;

    @BeforeAll
    void start() {
        engine = new RunningEngine(url, LEASE);
    }

    @AfterAll
    void stop() {
        engine.close();
    }

    @Test
    void underRetryTheCallIsMadeAgainAndTheFirstCountsAsPossiblyWasted() throws Exception {
        for (Supplier<CallResult> first : FIRSTS) {
            var calls = new AtomicInteger();
            String execution = trigger("again", OnAmbiguous.RETRY, calls, first);

            engine.awaitStatus(execution, "completed");

            assertThat(calls).hasValue(2);
            assertThat(states(execution)).isEqualTo("ambiguous wasted, answered");
        }
    }

    @Test
    void underFailTheExecutionFailsAndWhoeverResumesItHasTheCallMadeAgain() throws Exception {
        for (Supplier<CallResult> first : FIRSTS) {
            var calls = new AtomicInteger();
            String execution = trigger("never", OnAmbiguous.FAIL, calls, first);

            engine.awaitStatus(execution, "failed");
            assertThat(calls).hasValue(1);
            assertThat(states(execution)).isEqualTo("ambiguous wasted");

            engine.runs().resume(execution);
            engine.awaitStatus(execution, "completed");
            assertThat(calls).hasValue(2);
        }
    }

    @Test
    void underAskTheExecutionWaitsUntilAPersonHasFoundOutAndResumesIt() throws Exception {
        for (Supplier<CallResult> first : FIRSTS) {
            var calls = new AtomicInteger();
            String execution = trigger("ask", OnAmbiguous.ASK, calls, first);

            engine.awaitStatus(execution, "paused");
            assertThat(calls).hasValue(1);
            assertThat(engine.shown(execution).reason()).contains("ambiguous_call", "gpt-4o-mini");
            assertThat(engine.nodes(execution)).containsOnly(entry("ask", "held"));

            engine.runs().resume(execution);
            engine.awaitStatus(execution, "completed");
            assertThat(calls).hasValue(2);
            assertThat(states(execution)).isEqualTo("ambiguous wasted, answered");
        }
    }

    /** That nobody knows of the call is stored by then, and that a person is to be asked is not. */
    @Test
    void whoeverTakesUpANodeWhoseWorkerWasLostBeforeItAskedAsksAndDoesNotCall() throws Exception {
        for (Supplier<CallResult> first : FIRSTS) {
            var calls = new AtomicInteger();
            String execution;
            try (var refused = new RefusedPauses(url)) {
                execution = trigger("ask", OnAmbiguous.ASK, calls, first);
                Await.until(() -> assertThat(refused.count()).isGreaterThanOrEqualTo(2));
                assertThat(engine.shown(execution).status()).isEqualTo("running");
                assertThat(states(execution)).isEqualTo("ambiguous wasted");
            }

            engine.awaitStatus(execution, "paused");
            assertThat(calls).hasValue(1);
            assertThat(engine.shown(execution).reason()).contains("ambiguous_call", "gpt-4o-mini");
            assertThat(engine.nodes(execution))
                    .hasEntrySatisfying("ask", state -> assertThat(state).startsWith("held"));

            engine.runs().resume(execution);
            engine.awaitStatus(execution, "completed");
            assertThat(calls).hasValue(2);
            assertThat(states(execution)).isEqualTo("ambiguous wasted, answered");
        }
    }

    @Test
    void eachNodeAsksForItselfAlsoIfTheExecutionStoodStillByThen() throws Exception {
        Map<String, AtomicInteger> calls = Map.of("left", new AtomicInteger(), "right", new AtomicInteger());
        calls.forEach((id, made) -> breaksOnce(id, made, AmbiguousCallsTest::lineBreaks));
        String execution = engine.trigger(
                engine.add(Workflow.of(prompt("left", OnAmbiguous.ASK), prompt("right", OnAmbiguous.ASK)), 1));

        engine.awaitStatus(execution, "paused");
        boolean isLeft = String.valueOf(engine.shown(execution).reason()).contains("\"left\"");
        String other = isLeft ? "right" : "left";
        engine.runs().resume(execution);
        Await.until(() ->
                assertThat(String.valueOf(engine.shown(execution).reason())).contains("\"%s\"".formatted(other)));
        assertThat(calls.get(other))
                .as("who resumed it was not asked of this one")
                .hasValue(1);
        engine.runs().resume(execution);
        engine.awaitStatus(execution, "completed");

        assertThat(calls.values()).allSatisfy(made -> assertThat(made).hasValue(2));
    }

    @Test
    void eachItemOfALoopAsksForItself() throws Exception {
        List<AtomicInteger> calls = List.of(new AtomicInteger(), new AtomicInteger());
        var entered = new CountDownLatch(2);
        engine.script()
                .when(
                        "items",
                        asked -> Script.completed(
                                JsonNodeFactory.instance.arrayNode().addAll(Script.numbers(2))));
        engine.script().when("item-asks", asked -> {
            AtomicInteger made = calls.get(asked.context().index());
            return new Plan.Calls(new Script.Call(
                    "item-asks", question -> made.incrementAndGet() == 1 ? breaksWith(entered) : answered("there")));
        });
        var bothAtOnce = new NodeConfig.Loop("input", "item", List.of(new NodeId("item-asks")), null, 2);
        Workflow workflow = Workflow.of(
                        Workflow.step("items"), new Node("each", bothAtOnce), prompt("item-asks", OnAmbiguous.ASK))
                .edge("items", "each");
        String execution = engine.trigger(engine.add(workflow, 1));
        engine.awaitStatus(execution, "paused");
        Await.until(() -> assertThat(engine.nodes(execution))
                .contains(entry("item-asks in each[0]", "held"), entry("item-asks in each[1]", "held")));
        String first = String.valueOf(engine.shown(execution).reason());

        engine.runs().resume(execution);

        Await.until(() -> assertThat(engine.shown(execution).reason())
                .isNotNull()
                .contains("each[")
                .isNotEqualTo(first));
        assertThat(calls.get(first.contains("each[0]") ? 1 : 0))
                .as("who resumed it was not asked about this item")
                .hasValue(1);
        engine.runs().resume(execution);
        engine.awaitStatus(execution, "completed");
        assertThat(calls).allSatisfy(made -> assertThat(made).hasValue(2));
    }

    @Test
    void whoIsAskedAboutTheModelThatWasFallenBackOnDoesNotHaveTheFirstOnePaidAgain() throws Exception {
        var firsts = new AtomicInteger();
        var seconds = new AtomicInteger();
        engine.script()
                .when(
                        "falls-back",
                        asked -> new Plan.Calls(List.of(
                                new Script.Call("first", question -> {
                                    firsts.incrementAndGet();
                                    return refused(Failure.Kind.PERMANENT);
                                }),
                                new Script.Call(
                                        "second",
                                        question ->
                                                seconds.incrementAndGet() == 1 ? lineBreaks() : answered("there")))));
        String execution = engine.trigger(engine.add(Workflow.of(prompt("falls-back", OnAmbiguous.ASK)), 1));
        engine.awaitStatus(execution, "paused");

        engine.runs().resume(execution);

        engine.awaitStatus(execution, "completed");
        assertThat(seconds).hasValue(2);
        assertThat(firsts).hasValue(1);
    }

    @Test
    void whoTakesUpAnExecutionThatFailedMeanwhileIsAskedAllTheSame() throws Exception {
        var calls = new AtomicInteger();
        var entered = new CountDownLatch(2);
        var falls = new CountDownLatch(1);
        var isDown = new AtomicBoolean(true);
        breaksOnce("asks", calls, () -> breaksWith(entered));
        engine.script().when("fell", asked -> {
            entered.countDown();
            Script.awaitQuietly(falls);
            return isDown.get() ? Script.failed(Failure.Kind.PERMANENT, "it fell") : Script.completed(Script.object());
        });
        String execution =
                engine.trigger(engine.add(Workflow.of(prompt("asks", OnAmbiguous.ASK), Workflow.step("fell")), 1));
        engine.awaitStatus(execution, "paused");
        falls.countDown();
        engine.awaitStatus(execution, "failed");
        isDown.set(false);

        engine.runs().resume(execution);

        engine.awaitStatus(execution, "paused");
        assertThat(calls).as("nobody was asked yet").hasValue(1);
        engine.runs().resume(execution);
        engine.awaitStatus(execution, "completed");
        assertThat(calls).hasValue(2);
    }

    /** Its worker was taken for lost, and was not: the answer comes when the call has been made again. */
    @Test
    void whatALateAnswerHasCostIsKnownToBeWasted() throws Exception {
        var calls = new AtomicInteger();
        var entered = new CountDownLatch(1);
        var comes = new Semaphore(0);
        String execution = trigger("late", OnAmbiguous.RETRY, calls, () -> {
            entered.countDown();
            comes.acquireUninterruptibly();
            return answered("late");
        });
        entered.await();
        engine.database()
                .useAsSystem(handle -> handle.execute(
                        "UPDATE node_runs SET fence = fence + 1, due_at = now() WHERE execution_id = ?", execution));
        engine.awaitStatus(execution, "completed");
        assertThat(states(execution)).isEqualTo("ambiguous wasted, answered");

        comes.release();

        Await.until(() -> assertThat(states(execution)).isEqualTo("answered wasted, answered"));
        assertThat(engine.shown(execution).costNanoUsd()).isEqualTo(2 * 120_000);
        assertThat(engine.shown(execution).wastedNanoUsd()).isEqualTo(120_000);
    }

    /** Who does not wait for an answer pays for it all the same. */
    @Test
    void aCallGoesOnWhenItsExecutionIsCancelledAndWhatItCostIsKnownToBeWasted() throws Exception {
        var entered = new CountDownLatch(1);
        var comes = new CountDownLatch(1);
        String execution = trigger(
                "unwanted", OnAmbiguous.RETRY, new AtomicInteger(), () -> Script.slowly(entered, comes, "nobody's"));
        entered.await();

        engine.runs().cancel(execution);

        assertThat(engine.shown(execution).status()).isEqualTo("cancelled");
        assertThat(states(execution)).isEqualTo("sent wasted");
        assertThat(engine.shown(execution).wastedNanoUsd())
                .as("at most, should nobody hear of it again")
                .isEqualTo(150_000);
        awaitRenewals();
        comes.countDown();
        Await.until(() -> assertThat(states(execution)).isEqualTo("answered wasted"));
        assertThat(engine.shown(execution).costNanoUsd()).isEqualTo(120_000);
        assertThat(engine.shown(execution).wastedNanoUsd()).isEqualTo(120_000);
        assertThat(engine.nodes(execution)).containsOnly(entry("unwanted", "cancelled"));
    }

    @Test
    void anAnswerThatComesWhenItsExecutionHasFailedIsThereForWhoeverResumesIt() throws Exception {
        var calls = new AtomicInteger();
        var entered = new CountDownLatch(1);
        var comes = new CountDownLatch(1);
        var isDown = new AtomicBoolean(true);
        engine.script()
                .when(
                        "slow",
                        asked -> new Plan.Calls(new Script.Call("slow", question -> {
                            calls.incrementAndGet();
                            return Script.slowly(entered, comes, "in the end");
                        })));
        engine.script().when("falls", asked -> {
            Script.awaitQuietly(entered);
            return isDown.get() ? Script.failed(Failure.Kind.PERMANENT, "it fell") : Script.completed(Script.object());
        });
        String execution = engine.trigger(engine.add(Workflow.of(Workflow.prompt("slow"), Workflow.step("falls")), 1));

        engine.awaitStatus(execution, "failed");
        assertThat(states(execution)).isEqualTo("sent wasted");
        assertThat(underWay(execution)).isOne();
        awaitRenewals();
        comes.countDown();
        Await.until(() -> assertThat(states(execution)).isEqualTo("answered wasted"));
        assertThat(underWay(execution)).isZero();
        isDown.set(false);
        engine.runs().resume(execution);
        engine.awaitStatus(execution, "completed");

        assertThat(calls).hasValue(1);
        assertThat(engine.output(execution, "slow")).contains("in the end");
        assertThat(states(execution)).isEqualTo("answered");
        assertThat(engine.shown(execution).wastedNanoUsd()).isZero();
        assertThat(engine.shown(execution).costNanoUsd()).isEqualTo(120_000);
    }

    private int underWay(String execution) {
        return engine.records().around(Scope.EVERYONE, execution).callsUnderWay();
    }

    @Test
    void whatIsRefusedAfterItsExecutionHasEndedWasNotPaidFor() throws Exception {
        var entered = new CountDownLatch(1);
        var comes = new CountDownLatch(1);
        String execution = trigger("refused", OnAmbiguous.RETRY, new AtomicInteger(), () -> {
            Script.slowly(entered, comes, "no");
            return refused(Failure.Kind.RATE_LIMITED);
        });
        entered.await();
        engine.runs().cancel(execution);
        awaitRenewals();

        comes.countDown();

        Await.until(() -> assertThat(states(execution)).isEqualTo("failed"));
        assertThat(engine.shown(execution).wastedNanoUsd()).isZero();
    }

    @Test
    void aPersonWhoIsAskedMayAlsoCancel() throws Exception {
        var calls = new AtomicInteger();
        String execution = trigger("ask", OnAmbiguous.ASK, calls, AmbiguousCallsTest::lineBreaks);
        engine.awaitStatus(execution, "paused");

        engine.runs().cancel(execution);

        assertThat(engine.shown(execution).status()).isEqualTo("cancelled");
        assertThat(engine.runs().resume(execution)).isFalse();
        assertThat(calls).hasValue(1);
    }

    /** What it does by itself where nothing is said follows from what repeating does. */
    @Test
    void aCallThatDoesHarmWhenRepeatedIsNotRepeatedUnlessTheNodeSaysSo() throws Exception {
        var calls = new AtomicInteger();
        engine.script()
                .when(
                        "harm",
                        asked -> new Plan.Calls(new Script.Call(
                                "harm",
                                question -> {
                                    calls.incrementAndGet();
                                    return lineBreaks();
                                },
                                Repeat.HARMFUL)));

        String execution =
                engine.trigger(engine.add(Workflow.of(Workflow.step("harm")).with(quick()), 1));

        engine.awaitStatus(execution, "failed");
        assertThat(calls).hasValue(1);
    }

    private String trigger(String id, OnAmbiguous policy, AtomicInteger calls, Supplier<CallResult> first) {
        breaksOnce(id, calls, first);
        return engine.trigger(engine.add(Workflow.of(prompt(id, policy)).with(quick()), 1));
    }

    private void breaksOnce(String id, AtomicInteger calls, Supplier<CallResult> first) {
        engine.script()
                .when(
                        id,
                        asked -> new Plan.Calls(new Script.Call(
                                id, question -> calls.incrementAndGet() == 1 ? first.get() : answered("there"))));
    }

    private static Node prompt(String id, OnAmbiguous policy) {
        Node plain = Workflow.prompt(id);
        return new Node(
                plain.id(), plain.label(), plain.position(), plain.config(), new NodePolicy(null, null, policy, null));
    }

    /** Until those who hold what is not theirs any more have been told so: leases are renewed more often than this. */
    private void awaitRenewals() throws Exception {
        engine.run(Workflow.of(Workflow.delay("meanwhile", LEASE.toMillis() / 2)));
    }

    private static CallResult lineBreaks() {
        return refused(Failure.Kind.AMBIGUOUS);
    }

    /** As soon as all that are to run at that time do: each of them counts down for itself. */
    private static CallResult breaksWith(CountDownLatch entered) {
        entered.countDown();
        Script.awaitQuietly(entered);
        return lineBreaks();
    }

    /** The call is entered as sent, nothing is stored after that, and the lease runs out: as with a worker that was killed. */
    private static CallResult workerIsLost() {
        throw new UnavailableException("the database is away", Duration.ZERO, new IllegalStateException());
    }

    /** Of the execution's calls, in order. */
    private String states(String execution) {
        return engine.database()
                .asSystem(handle -> handle.createQuery("""
                        SELECT string_agg(state || CASE WHEN is_wasted THEN ' wasted' ELSE '' END, ', ' ORDER BY number)
                        FROM external_calls WHERE execution_id = :id AND state <> 'intent'
                        """)
                        .bind("id", execution)
                        .mapTo(String.class)
                        .one());
    }
}
