package com.promptmanage.runner.work;

import static com.promptmanage.runner.work.Script.answered;
import static com.promptmanage.runner.work.Script.completed;
import static com.promptmanage.runner.work.Script.done;
import static com.promptmanage.runner.work.Script.failed;
import static com.promptmanage.runner.work.Script.object;
import static com.promptmanage.runner.work.Script.refused;
import static com.promptmanage.runner.work.Workflow.collect;
import static com.promptmanage.runner.work.Workflow.condition;
import static com.promptmanage.runner.work.Workflow.delay;
import static com.promptmanage.runner.work.Workflow.loop;
import static com.promptmanage.runner.work.Workflow.prompt;
import static com.promptmanage.runner.work.Workflow.source;
import static com.promptmanage.runner.work.Workflow.step;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.definition.ErrorHandling;
import com.promptmanage.runner.definition.RetryPolicy;
import com.promptmanage.runner.definition.Settings;
import com.promptmanage.runner.node.Outcome;
import com.promptmanage.runner.node.Plan;
import com.promptmanage.runner.work.BudgetGate.Verdict;
import com.promptmanage.service.database.RowSecurity;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.money.NanoUsd;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EngineTest {

    private RunningEngine engine;

    @BeforeAll
    void start() {
        engine = new RunningEngine(MigratedDatabase.url(), Duration.ofSeconds(10));
    }

    @AfterAll
    void stop() {
        engine.close();
    }

    @Test
    void everyTableIsHeldByRowSecurity() {
        assertThat(RowSecurity.problems(engine.database())).isEmpty();
    }

    @Test
    void oneBranchIsTakenTheOtherSkippedAndTheJoinBehindThemRunsOnce() throws Exception {
        engine.script().when("ask", asked -> done(new Outcome.Branched(object().put("result", true), true)));

        String execution = engine.run(Workflow.of(condition("ask", "yes", "no"), step("yes"), step("no"), step("join"))
                .edge("ask", "yes", "true")
                .edge("ask", "no", "false")
                .edge("yes", "join")
                .edge("no", "join"));

        assertThat(engine.nodes(execution))
                .containsOnly(
                        entry("ask", "completed"),
                        entry("yes", "completed"),
                        entry("no", "skipped"),
                        entry("join", "completed"));
        assertThat(engine.shown(execution).completedNodes()).isEqualTo(3);
        assertThat(engine.shown(execution).skippedNodes()).isEqualTo(1);
    }

    @Test
    void eachRecordRunsByItselfAndWhoCollectsGetsAllInTheirOrder() throws Exception {
        engine.script().when("fetch", asked -> done(new Outcome.Records(numbers(7))));
        engine.script()
                .when(
                        "square",
                        asked -> completed(
                                IntNode.valueOf(squared(asked.context().input()))));

        String execution = engine.run(Workflow.of(source("fetch"), step("square"), collect("all"))
                .edge("fetch", "square")
                .edge("square", "all"));

        assertThat(engine.output(execution, "all")).isEqualTo("[0,1,4,9,16,25,36]");
        assertThat(engine.script().invocations("square")).hasSize(7).allSatisfy(invocation -> {
            assertThat(invocation.context().record())
                    .isEqualTo(invocation.context().input());
            assertThat(invocation.context().index())
                    .isEqualTo(invocation.context().input().intValue());
            assertThat(String.valueOf(invocation.context().variables().get("city")))
                    .isEqualTo("\"Paris\"");
        });
    }

    @Test
    void whoeverIsReachedByTheErrorEdgeOfASourceRunsWhenItFailedAndIsSkippedWhenNot() throws Exception {
        Workflow workflow = Workflow.of(source("leads"), step("score"), step("tell"))
                .edge("leads", "score")
                .edge("leads", "tell", "error");
        engine.script().when("leads", asked -> failed(Failure.Kind.PERMANENT, "nobody there"));

        String failing = engine.run(workflow);
        engine.script().when("leads", asked -> done(new Outcome.Records(numbers(2))));
        String working = engine.run(workflow);

        assertThat(engine.nodes(failing))
                .containsOnly(entry("leads", "failed"), entry("score", "skipped"), entry("tell", "completed"));
        assertThat(engine.nodes(working))
                .containsOnly(
                        entry("leads", "completed"),
                        entry("score in leads[0]", "completed"),
                        entry("score in leads[1]", "completed"),
                        entry("tell", "skipped"));
    }

    @Test
    void aLoopsOutputIsTheListOfItsBodysResults() throws Exception {
        engine.script()
                .when(
                        "three",
                        asked -> completed(JsonNodeFactory.instance.arrayNode().addAll(numbers(3))));
        engine.script()
                .when(
                        "twice",
                        asked -> completed(IntNode.valueOf(2
                                * Objects.requireNonNull(asked.context().items().get("item"))
                                        .intValue())));

        String execution = engine.run(Workflow.of(step("three"), loop("loop", "twice"), step("twice"), step("after"))
                .edge("three", "loop")
                .edge("loop", "after"));

        assertThat(engine.output(execution, "loop")).isEqualTo("[0,2,4]");
        assertThat(engine.output(execution, "after")).isEqualTo("[0,2,4]");
    }

    @Test
    void noMoreNodesOfAnExecutionRunAtATimeThanItsSettingsAllow() throws Exception {
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        engine.script().when("wide", asked -> done(new Outcome.Records(numbers(20))));
        for (String id : List.of("left", "right")) {
            engine.script().when(id, asked -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                Thread.onSpinWait();
                running.decrementAndGet();
                return completed(asked.context().input());
            });
        }

        String execution = engine.run(Workflow.of(source("wide"), step("left"), step("right"))
                .edge("wide", "left")
                .edge("wide", "right")
                .with(new Settings(2, null, RetryPolicy.UNSET, null, null, null, null)));

        assertThat(engine.shown(execution).completedNodes()).isEqualTo(41);
        assertThat(most).hasValueBetween(1, 2);
    }

    @Test
    void aDelayIsADueTimeThatNobodyWaitsFor() throws Exception {
        String execution =
                engine.run(Workflow.of(step("before"), delay("wait", 300), delay("not", 60_000, "no"), step("done"))
                        .edge("before", "wait")
                        .edge("wait", "not")
                        .edge("not", "done"));

        var node = engine.records()
                .nodes(com.promptmanage.service.database.Scope.EVERYONE, execution, 0, 10)
                .get(1);
        assertThat(node.nodeId()).isEqualTo("wait");
        assertThat(Duration.between(node.startedAt(), node.completedAt()))
                .isGreaterThanOrEqualTo(Duration.ofMillis(290));
        assertThat(node.attempt()).isEqualTo(1);
    }

    @Test
    void whatFailsForNowIsTriedAgainAndWhatFailsForGoodEndsTheExecution() throws Exception {
        engine.script()
                .when(
                        "shaky",
                        asked -> asked.attempt() < 3
                                ? failed(Failure.Kind.TRANSIENT, "not yet")
                                : completed(object().put("attempt", asked.attempt())));
        engine.script().when("wrong", asked -> failed(Failure.Kind.VALIDATION, "this is no city"));

        String execution = engine.trigger(engine.add(
                Workflow.of(step("shaky"), step("wrong"), step("never"))
                        .edge("shaky", "wrong")
                        .edge("wrong", "never")
                        .with(quick()),
                1));
        engine.awaitStatus(execution, "failed");

        assertThat(engine.nodes(execution)).containsOnly(entry("shaky", "completed at 3"), entry("wrong", "failed"));
        assertThat(engine.shown(execution).errorNodeId()).isEqualTo("wrong");
        assertThat(engine.shown(execution).errorMessage()).isEqualTo("this is no city");
    }

    @Test
    void resumeGoesOnWhereItFailedAndPaysNothingTwice() throws Exception {
        var paid = new AtomicInteger();
        var isDown = new java.util.concurrent.atomic.AtomicBoolean(true);
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
    void cancelEndsAnExecutionThatHangsAndRefusesWhatItBringsLater() throws Exception {
        var entered = new CountDownLatch(1);
        var gate = new CountDownLatch(1);
        engine.script().when("hang", asked -> {
            entered.countDown();
            awaitQuietly(gate);
            return completed(object());
        });

        String execution = engine.trigger(
                engine.add(Workflow.of(step("hang"), step("never")).edge("hang", "never"), 1));
        entered.await();
        assertThat(engine.runs().cancel(execution)).isPresent();
        assertThat(engine.shown(execution).status()).isEqualTo("cancelled");
        gate.countDown();
        assertThat(engine.runs().cancel(execution)).as("it is over").isEmpty();

        Await.until(() -> assertThat(engine.nodes(execution)).containsOnly(entry("hang", "cancelled")));
    }

    @Test
    void whatADeletedTeamOrWorkflowHasUnderWayIsCancelled() throws Exception {
        var entered = new CountDownLatch(1);
        var gate = new CountDownLatch(1);
        engine.script().when("stuck", asked -> {
            entered.countDown();
            awaitQuietly(gate);
            return completed(object());
        });
        String ofTeam = engine.add(Workflow.of(step("stuck"), step("never")).edge("stuck", "never"), 1);
        String ofNobody = engine.add(Workflow.of(delay("pause", 3_600_000)), 1);
        List<String> executions = List.of(engine.trigger(ofTeam), engine.trigger(ofTeam), engine.trigger(ofNobody));
        entered.await();
        String other = engine.trigger(engine.add(Workflow.of(delay("pause", 3_600_000)), 1));

        engine.database().useAsSystem(handle -> {
            handle.execute(
                    "INSERT INTO teams (id, name, slug, deleted_at) VALUES ('team_gone', 'T', 'team-gone', now())");
            handle.execute("UPDATE executions SET account = 'team:team_gone' WHERE workflow_id = ?", ofTeam);
            handle.execute("UPDATE workflows SET deleted_at = now() WHERE id = ?", ofNobody);
        });

        for (String execution : executions) {
            engine.awaitStatus(execution, "cancelled");
        }
        gate.countDown();
        assertThat(engine.nodes(executions.getFirst())).containsOnly(entry("stuck", "cancelled"));
        assertThat(engine.shown(other).status()).isEqualTo("running");
    }

    @Test
    void whoWaitsForAnExecutionsLockHoldsUpNoOtherAndLeavesTheDatabaseToRequests() throws Exception {
        var arrived = new CountDownLatch(40);
        var go = new CountDownLatch(1);
        engine.script().when("crowd", asked -> done(new Outcome.Records(numbers(40))));
        engine.script().when("visitor", asked -> {
            arrived.countDown();
            awaitQuietly(go);
            return completed(object());
        });
        String crowded = engine.trigger(engine.add(
                Workflow.of(source("crowd"), step("visitor"))
                        .edge("crowd", "visitor")
                        .with(new Settings(40, null, RetryPolicy.UNSET, null, null, null, null)),
                1));
        arrived.await();

        try (var connection = engine.database().connect();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SET LOCAL ROLE pm_system");
            statement.execute("SELECT 1 FROM executions WHERE id = '%s' FOR UPDATE".formatted(crowded));
            go.countDown();
            Await.until(() -> assertThat(waitingForLocks()).isPositive());

            engine.run(Workflow.of(step("first"), step("second")).edge("first", "second"));
            assertThat(waitingForLocks()).isEqualTo(1);
            connection.rollback();
        }

        engine.awaitStatus(crowded, "completed");
        assertThat(engine.shown(crowded).completedNodes()).isEqualTo(41);
    }

    @Test
    void whenOneOfManyThatEndAtOnceEndsTheExecutionNothingOfTheOthersComesAfterIt() throws Exception {
        var arrived = new CountDownLatch(40);
        var go = new CountDownLatch(1);
        engine.script().when("herd", asked -> done(new Outcome.Records(numbers(40))));
        engine.script().when("runner", asked -> {
            arrived.countDown();
            awaitQuietly(go);
            return asked.context().index() == 20
                    ? failed(Failure.Kind.VALIDATION, "it fell")
                    : completed(asked.context().input());
        });
        String execution = engine.trigger(engine.add(
                Workflow.of(source("herd"), step("runner"), step("after"))
                        .edge("herd", "runner")
                        .edge("runner", "after")
                        .with(new Settings(40, null, RetryPolicy.UNSET, null, null, null, null)),
                1));
        arrived.await();
        go.countDown();
        engine.awaitStatus(execution, "failed");

        Map<String, String> nodes = engine.nodes(execution);
        assertThat(nodes).containsEntry("runner in herd[20]", "failed");
        assertThat(nodes.values()).isSubsetOf("completed", "failed", "cancelled");
        assertThat(nodes.values().stream().filter("completed"::equals))
                .hasSize(engine.shown(execution).completedNodes());
        var log = engine.records().log(com.promptmanage.service.database.Scope.EVERYONE, execution, 0, 1_000);
        assertThat(log.getLast().event()).contains("\"failed\"").contains("it fell");
        assertThat(log.stream().map(entry -> entry.seq()).toList())
                .isEqualTo(IntStream.rangeClosed(1, log.size()).boxed().toList());
    }

    private int waitingForLocks() {
        return engine.database()
                .<Integer, RuntimeException>asSystem(
                        handle -> handle.createQuery("""
                        SELECT count(DISTINCT l.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                        WHERE NOT l.granted AND a.datname = current_database()
                        """).mapTo(Integer.class).one());
    }

    @Test
    void anExecutionThatTakesTooLongEndsAsTimeout() throws Exception {
        String execution = engine.trigger(engine.add(
                Workflow.of(delay("long", 60_000))
                        .with(new Settings(null, Duration.ofMillis(200), RetryPolicy.UNSET, null, null, null, null)),
                1));

        engine.awaitStatus(execution, "timeout");
    }

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
        engine.budgets(call -> new Verdict.Allowed(java.util.OptionalLong.of(150_000)));

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

    @Test
    void howTheBudgetsStandRidesOnTheNodesResult() throws Exception {
        engine.script().when("paid", asked -> new Plan.Calls(new Script.Call("paid", question -> answered("1"))));
        engine.budgets(call -> new Verdict.Allowed(
                java.util.OptionalLong.of(1),
                java.util.Optional.of(JsonNodeFactory.instance
                        .arrayNode()
                        .add(object().put("id", "b1").put("remainingNanoUsd", 5)))));

        String execution = engine.run(Workflow.of(prompt("paid")));
        engine.budgets(BudgetGate.OPEN);

        assertThat(engine.records()
                        .nodes(com.promptmanage.service.database.Scope.EVERYONE, execution, 0, 10)
                        .getFirst()
                        .budgets())
                .isEqualTo("[{\"id\":\"b1\",\"remainingNanoUsd\":5}]");
    }

    /** Can make nothing of an empty answer. */
    private record Picky(Script.Call call) implements com.promptmanage.runner.node.ExternalCall {

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
        public java.util.Optional<com.promptmanage.runner.node.CallEstimate> estimate() {
            return call.estimate();
        }

        @Override
        public Repeat repeat() {
            return call.repeat();
        }

        @Override
        public com.promptmanage.runner.call.CallResult make(
                Duration timeout, com.promptmanage.runner.call.CallWatcher watcher) {
            return call.make(timeout, watcher);
        }

        @Override
        public Outcome use(com.promptmanage.runner.call.Answer answer) {
            return answer.content().path("text").asText().isEmpty()
                    ? new Outcome.Failed(Failure.Kind.TRANSIENT, "the answer is empty")
                    : call.use(answer);
        }
    }

    @Test
    void underContinueWhatDependsIsSkippedAndTheRestGoesOn() throws Exception {
        engine.script().when("records", asked -> done(new Outcome.Records(numbers(4))));
        engine.script()
                .when(
                        "odd",
                        asked -> asked.context().index() % 2 == 0
                                ? completed(asked.context().input())
                                : failed(Failure.Kind.VALIDATION, "odd"));

        String execution = engine.run(Workflow.of(source("records"), step("odd"), step("then"), collect("good"))
                .edge("records", "odd")
                .edge("odd", "then")
                .edge("then", "good")
                .with(new Settings(null, null, RetryPolicy.UNSET, ErrorHandling.CONTINUE, null, null, null)));

        assertThat(engine.output(execution, "good")).isEqualTo("[0,2]");
        assertThat(engine.shown(execution).failedNodes()).isEqualTo(2);
        assertThat(engine.shown(execution).skippedNodes()).isEqualTo(2);
    }

    @Test
    void executionsBeyondTheLimitQueueAndNoneIsForgotten() throws Exception {
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        engine.script().when("busy", asked -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            running.decrementAndGet();
            return completed(object());
        });
        String workflow = engine.add(Workflow.of(step("busy"), step("after")).edge("busy", "after"), 2);

        List<String> executions =
                IntStream.range(0, 12).mapToObj(i -> engine.trigger(workflow)).toList();
        for (String execution : executions) {
            engine.awaitStatus(execution, "completed");
        }

        assertThat(most).hasValueBetween(1, 2);
    }

    @Test
    void edgesWithAConditionOfTheirOwnAreFollowedIfItHolds() throws Exception {
        String execution = engine.run(Workflow.of(step("start"), step("open"), step("shut"))
                .edge("start", "open", "yes")
                .edge("start", "shut", "certainly not"));

        assertThat(engine.nodes(execution))
                .containsOnly(entry("start", "completed"), entry("open", "completed"), entry("shut", "skipped"));
    }

    @Test
    void outputsTooLargeForARowAreKeptBesideItAndReadLikeAnyOther() throws Exception {
        String text = "x".repeat(100_000);
        engine.script().when("large", asked -> completed(object().put("text", text)));
        engine.script()
                .when(
                        "reader",
                        asked -> completed(IntNode.valueOf(
                                asked.context().input().path("text").textValue().length())));

        String execution = engine.run(Workflow.of(step("large"), step("reader")).edge("large", "reader"));

        assertThat(engine.output(execution, "reader")).isEqualTo("100000");
        assertThat(engine.output(execution, "large")).isEqualTo("null");
    }

    @Test
    void everyChangeIsLoggedInOrderAndWaitsForKafka() throws Exception {
        String execution = engine.run(Workflow.of(step("one"), step("two")).edge("one", "two"));

        var log = engine.records().log(com.promptmanage.service.database.Scope.EVERYONE, execution, 0, 100);
        assertThat(log.stream().map(entry -> entry.seq()).toList())
                .isEqualTo(IntStream.rangeClosed(1, log.size()).boxed().toList());
        Map<String, Integer> waiting = engine.database()
                .asSystem(handle -> handle.createQuery("""
                        SELECT convert_from(record_value, 'UTF8')::json ->> 'id' AS id, count(*)::int AS count
                        FROM outbox GROUP BY 1
                        """)
                        .setMapKeyColumn("id")
                        .setMapValueColumn("count")
                        .collectInto(new org.jdbi.v3.core.generic.GenericType<Map<String, Integer>>() {}));
        assertThat(waiting)
                .containsAllEntriesOf(IntStream.rangeClosed(1, log.size())
                        .boxed()
                        .collect(java.util.stream.Collectors.toMap(seq -> execution + "/" + seq, seq -> 1)));
    }

    private static Settings quick() {
        return new Settings(
                null,
                null,
                new RetryPolicy(3, RetryPolicy.Backoff.CONSTANT, Duration.ofMillis(10), Duration.ofMillis(10)),
                null,
                null,
                null,
                null);
    }

    private static List<JsonNode> numbers(int count) {
        return IntStream.range(0, count).<JsonNode>mapToObj(IntNode::valueOf).toList();
    }

    private static int squared(JsonNode number) {
        return number.intValue() * number.intValue();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
