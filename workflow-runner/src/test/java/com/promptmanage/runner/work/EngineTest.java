package com.promptmanage.runner.work;

import static com.promptmanage.runner.work.Script.completed;
import static com.promptmanage.runner.work.Script.done;
import static com.promptmanage.runner.work.Script.failed;
import static com.promptmanage.runner.work.Script.numbers;
import static com.promptmanage.runner.work.Script.object;
import static com.promptmanage.runner.work.Workflow.collect;
import static com.promptmanage.runner.work.Workflow.condition;
import static com.promptmanage.runner.work.Workflow.delay;
import static com.promptmanage.runner.work.Workflow.loop;
import static com.promptmanage.runner.work.Workflow.quick;
import static com.promptmanage.runner.work.Workflow.source;
import static com.promptmanage.runner.work.Workflow.step;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.definition.ErrorHandling;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.definition.RetryPolicy;
import com.promptmanage.runner.definition.Settings;
import com.promptmanage.runner.node.Outcome;
import com.promptmanage.service.database.RowSecurity;
import com.promptmanage.service.database.Scope;
import com.promptmanage.testkit.Await;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jdbi.v3.core.generic.GenericType;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** How an execution goes through its workflow, node by node. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EngineTest {

    @AutoClose
    private final RunningEngine engine = new RunningEngine();

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
    void whoCollectsBehindBothBranchesGetsWhatEitherMadeOfEachItemInTheirOrder() throws Exception {
        engine.script().when("numbers", asked -> done(new Outcome.Records(numbers(6))));
        engine.script().when("parity", asked -> {
            JsonNode number = asked.context().input();
            return done(new Outcome.Branched(number, number.intValue() % 2 == 0));
        });
        engine.script()
                .when(
                        "negate",
                        asked -> completed(
                                IntNode.valueOf(-asked.context().input().intValue())));

        String execution = engine.run(Workflow.of(
                        source("numbers"),
                        condition("parity", "keep", "negate"),
                        step("keep"),
                        step("negate"),
                        collect("both"))
                .edge("numbers", "parity")
                .edge("parity", "keep", "true")
                .edge("parity", "negate", "false")
                .edge("keep", "both")
                .edge("negate", "both"));

        assertThat(engine.output(execution, "both")).isEqualTo("[0,-1,2,-3,4,-5]");
    }

    @Test
    void whoTakesAListBehindTwoBranchesGetsThatOfTheOneThatWasTaken() throws Exception {
        engine.script().when("which", asked -> done(new Outcome.Branched(object().put("result", false), false)));
        engine.script()
                .when(
                        "short",
                        asked -> completed(JsonNodeFactory.instance.arrayNode().add(1)));
        engine.script()
                .when(
                        "long",
                        asked -> completed(
                                JsonNodeFactory.instance.arrayNode().add(2).add(3)));

        String execution = engine.run(
                Workflow.of(condition("which", "short", "long"), step("short"), step("long"), collect("taken"))
                        .edge("which", "short", "true")
                        .edge("which", "long", "false")
                        .edge("short", "taken")
                        .edge("long", "taken"));
        String joined = engine.run(Workflow.of(step("short"), step("long"), collect("each"))
                .edge("short", "each")
                .edge("long", "each"));

        assertThat(engine.output(execution, "taken")).isEqualTo("[2,3]");
        assertThat(engine.output(joined, "each")).isEqualTo("[1,2,3]");
    }

    /** Else it would be run again and again, by one worker after the other. */
    @Test
    void aNodeThatIsNotComeToAnEndOfFails() throws Exception {
        engine.script().when("deep", asked -> {
            throw new StackOverflowError();
        });

        String execution = engine.trigger(engine.add(Workflow.of(step("deep")), 1));

        engine.awaitStatus(execution, "failed");
        assertThat(engine.nodes(execution)).containsOnly(entry("deep", "failed"));
        assertThat(engine.script().invocations("deep")).hasSize(1);
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
    void whoeverIsReachedByAnErrorEdgeIsToldOfTheErrorUnderEachErrorHandling() throws Exception {
        engine.script().when("breaks", asked -> failed(Failure.Kind.PERMANENT, "no \"such\" thing"));
        for (ErrorHandling handling : ErrorHandling.values()) {
            String execution = engine.run(Workflow.of(step("breaks"), step("never"), step("tell"))
                    .edge("breaks", "never")
                    .edge("breaks", "tell", "error")
                    .with(new Settings(null, null, RetryPolicy.UNSET, handling, null, null, null)));

            assertThat(engine.nodes(execution))
                    .as("under %s", handling)
                    .containsOnly(entry("breaks", "failed"), entry("never", "skipped"), entry("tell", "completed"));
            assertThat(engine.output(execution, "tell"))
                    .contains("\"nodeId\"", "\"breaks\"", "\"permanent\"", "no \\\"such\\\" thing");
        }
        assertThat(engine.script().invocations("tell").getLast().context().outputs())
                .hasEntrySatisfying(
                        new NodeId("breaks"),
                        told -> assertThat(told.at("/error/message").asText()).isEqualTo("no \"such\" thing"));
    }

    @Test
    void whatContinuesWithNothingDoneHasFailedAndIsTakenUpAtItsLastNode() throws Exception {
        engine.script()
                .when(
                        "dead",
                        asked -> engine.script().invocations("dead").size() == 1
                                ? failed(Failure.Kind.PERMANENT, "gone")
                                : completed(object()));

        String execution = engine.trigger(engine.add(
                Workflow.of(step("dead"), step("behind"))
                        .edge("dead", "behind")
                        .with(new Settings(null, null, RetryPolicy.UNSET, ErrorHandling.CONTINUE, null, null, null)),
                1));
        engine.awaitStatus(execution, "failed");

        assertThat(engine.shown(execution).errorNodeId()).isEqualTo("dead");
        assertThat(engine.shown(execution).errorMessage()).isEqualTo("gone");
        engine.runs().resume(execution);
        engine.awaitStatus(execution, "completed");
        assertThat(engine.nodes(execution)).containsOnly(entry("dead", "completed"), entry("behind", "completed"));
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

    /** It is looked into whenever an execution ends, and a commit would wait for the disk each time: for nothing but a lock. */
    @Test
    void whoFindsNothingInAQueueCommitsNothing() {
        String workflow = engine.add(Workflow.of(step("only")), 1);

        engine.runs().admit(workflow);

        String end = engine.database()
                .asSystem(handle -> handle.createQuery("""
                        SELECT pg_xact_status(CAST(CAST(xmax AS text) AS xid8)) FROM workflows WHERE id = :id
                        """)
                        .bind("id", workflow)
                        .mapTo(String.class)
                        .one());
        assertThat(end).as("of whoever last locked it").isEqualTo("aborted");
    }

    /** It would be each second, and a thousand of them would hide one in which something was missed. */
    @Test
    void aQueueBehindWhichThereIsNoRoomIsNotLookedInto() {
        String workflow = engine.add(Workflow.of(delay("long", 3_600_000)), 1);
        String first = engine.trigger(workflow);
        String second = engine.trigger(workflow);

        assertThat(engine.shown(second).status()).isEqualTo("queued");
        assertThat(engine.runs().waiting()).doesNotContain(workflow);

        engine.runs().cancel(second);
        engine.runs().cancel(first);
    }

    @Test
    void aDelayIsADueTimeThatNobodyWaitsFor() throws Exception {
        String execution =
                engine.run(Workflow.of(step("before"), delay("wait", 300), delay("not", 60_000, "no"), step("done"))
                        .edge("before", "wait")
                        .edge("wait", "not")
                        .edge("not", "done"));

        var node = engine.records().nodes(Scope.EVERYONE, execution, 0, 10).get(1);
        assertThat(node.nodeId()).isEqualTo("wait");
        assertThat(Duration.between(node.startedAt(), node.completedAt()))
                .isGreaterThanOrEqualTo(Duration.ofMillis(290));
        assertThat(node.attempt()).isEqualTo(1);
    }

    @Test
    void aDelayThatAFailureCutOffIsAsLongAsItWasWhenTheExecutionIsTakenUp() throws Exception {
        var waits = new CountDownLatch(1);
        var mended = new AtomicBoolean();
        engine.script().when("breaks", asked -> {
            Script.awaitQuietly(waits);
            return mended.get() ? completed(object()) : failed(Failure.Kind.PERMANENT, "gone");
        });

        String execution = engine.trigger(engine.add(Workflow.of(delay("wait", 3_600_000), step("breaks")), 1));
        Await.until(() -> assertThat(isDelayed(execution)).isTrue());
        waits.countDown();
        engine.awaitStatus(execution, "failed");
        mended.set(true);
        engine.runs().resume(execution);
        Await.until(() -> assertThat(engine.nodes(execution)).contains(entry("breaks", "completed")));

        assertThat(engine.nodes(execution)).doesNotContain(entry("wait", "completed"));
        assertThat(isDelayed(execution)).isTrue();
        engine.runs().cancel(execution);
    }

    private boolean isDelayed(String execution) {
        return engine.database()
                .<Boolean, RuntimeException>asSystem(handle -> handle.createQuery("""
                        SELECT waited AND due_at > now() + interval '30 minutes' FROM node_runs
                        WHERE execution_id = :execution AND node_id = 'wait'
                        """)
                        .bind("execution", execution)
                        .mapTo(Boolean.class)
                        .one());
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

        var log = engine.records().log(Scope.EVERYONE, execution, 0, 100);
        assertThat(log.stream().map(entry -> entry.seq()).toList())
                .isEqualTo(IntStream.rangeClosed(1, log.size()).boxed().toList());
        Map<String, Integer> waiting = engine.database()
                .asSystem(handle -> handle.createQuery("""
                        SELECT convert_from(record_value, 'UTF8')::json ->> 'id' AS id, count(*)::int AS count
                        FROM outbox GROUP BY 1
                        """)
                        .setMapKeyColumn("id")
                        .setMapValueColumn("count")
                        .collectInto(new GenericType<Map<String, Integer>>() {}));
        assertThat(waiting)
                .containsAllEntriesOf(IntStream.rangeClosed(1, log.size())
                        .boxed()
                        .collect(Collectors.toMap(seq -> execution + "/" + seq, seq -> 1)));
    }

    private static int squared(JsonNode number) {
        return number.intValue() * number.intValue();
    }
}
