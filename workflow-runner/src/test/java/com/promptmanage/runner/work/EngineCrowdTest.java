package com.promptmanage.runner.work;

import static com.promptmanage.runner.work.Script.awaitQuietly;
import static com.promptmanage.runner.work.Script.completed;
import static com.promptmanage.runner.work.Script.done;
import static com.promptmanage.runner.work.Script.failed;
import static com.promptmanage.runner.work.Script.numbers;
import static com.promptmanage.runner.work.Script.object;
import static com.promptmanage.runner.work.Workflow.delay;
import static com.promptmanage.runner.work.Workflow.source;
import static com.promptmanage.runner.work.Workflow.step;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.RetryPolicy;
import com.promptmanage.runner.definition.Settings;
import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.node.Outcome;
import com.promptmanage.service.database.Scope;
import com.promptmanage.testkit.Await;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Many nodes and executions at once, and executions that are ended before their time. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EngineCrowdTest {

    @AutoClose
    private final RunningEngine engine = new RunningEngine();

    @Test
    void noMoreNodesOfAnExecutionRunAtATimeThanItsSettingsAllow() throws Exception {
        var two = new Crowd(2);
        engine.script().when("wide", asked -> done(new Outcome.Records(numbers(20))));
        for (String id : List.of("left", "right")) {
            engine.script().when(id, asked -> {
                two.pass();
                return completed(asked.context().input());
            });
        }

        String execution = engine.trigger(engine.add(
                Workflow.of(source("wide"), step("left"), step("right"))
                        .edge("wide", "left")
                        .edge("wide", "right")
                        .with(atOnce(2)),
                1));
        two.letGoAfter(this::workOfAnother);
        engine.awaitStatus(execution, "completed");

        assertThat(engine.shown(execution).completedNodes()).isEqualTo(41);
        assertThat(two.most()).isEqualTo(2);
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
        String longGone = engine.add(Workflow.of(delay("pause", 3_600_000)), 1);
        List<String> executions = List.of(
                engine.trigger(ofTeam), engine.trigger(ofTeam), engine.trigger(ofNobody), engine.trigger(longGone));
        entered.await();
        String other = engine.trigger(engine.add(Workflow.of(delay("pause", 3_600_000)), 1));

        engine.database().useAsSystem(handle -> {
            handle.execute(
                    "INSERT INTO teams (id, name, slug, deleted_at) VALUES ('team_gone', 'T', 'team-gone', now())");
            handle.execute("UPDATE executions SET account = 'team:team_gone' WHERE workflow_id = ?", ofTeam);
            handle.execute("UPDATE workflows SET deleted_at = now() WHERE id = ?", ofNobody);
            handle.execute("UPDATE workflows SET deleted_at = now() - interval '1 day' WHERE id = ?", longGone);
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
                        .with(atOnce(40)),
                1));
        arrived.await();

        try (var connection = engine.database().connect();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SET LOCAL ROLE pm_system");
            statement.execute("SELECT 1 FROM executions WHERE id = '%s' FOR UPDATE".formatted(crowded));
            go.countDown();
            Await.until(() -> assertThat(waitingForLocks()).isPositive());

            workOfAnother();
            // Others may wait for a moment besides; more of those whom the lock holds up would wait all the time.
            Await.until(() -> assertThat(waitingForLocks()).isEqualTo(1));
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
                        .with(atOnce(40)),
                1));
        arrived.await();
        go.countDown();
        engine.awaitStatus(execution, "failed");

        Map<String, String> nodes = engine.nodes(execution);
        assertThat(nodes).containsEntry("runner in herd[20]", "failed");
        assertThat(nodes.values()).isSubsetOf("completed", "failed", "cancelled");
        assertThat(nodes.values().stream().filter("completed"::equals))
                .hasSize(engine.shown(execution).completedNodes());
        var log = engine.records().log(Scope.EVERYONE, execution, 0, 1_000);
        assertThat(log.getLast().event()).contains("\"failed\"").contains("it fell");
        assertThat(log.stream().map(entry -> entry.seq()).toList())
                .isEqualTo(IntStream.rangeClosed(1, log.size()).boxed().toList());
    }

    @Test
    void anExecutionThatTakesTooLongEndsAsTimeout() throws Exception {
        String execution =
                engine.trigger(engine.add(Workflow.of(delay("long", 60_000)).with(timeout(Duration.ofSeconds(1))), 1));

        engine.awaitStatus(execution, "timeout");
        assertThat(engine.shown(execution).errorMessage()).isEqualTo("It did not end within 1 s");
    }

    @Test
    void executionsBeyondTheLimitQueueAndNoneIsForgotten() throws Exception {
        var two = new Crowd(2);
        engine.script().when("busy", asked -> {
            two.pass();
            return completed(object());
        });
        String workflow = engine.add(Workflow.of(step("busy"), step("after")).edge("busy", "after"), 2);

        List<String> executions =
                IntStream.range(0, 12).mapToObj(i -> engine.trigger(workflow)).toList();
        two.letGoAfter(this::workOfAnother);
        for (String execution : executions) {
            engine.awaitStatus(execution, "completed");
        }

        assertThat(two.most()).isEqualTo(2);
    }

    @Test
    void whatWaitsInTheQueueOfAPausedWorkflowBeginsWhenItIsActiveAgain() throws Exception {
        var entered = new CountDownLatch(1);
        var goesOn = new CountDownLatch(1);
        engine.script().when("gate", asked -> {
            entered.countDown();
            awaitQuietly(goesOn);
            return completed(object());
        });
        String workflow = engine.add(Workflow.of(step("gate")), 1);
        String first = engine.trigger(workflow);
        String waits = engine.trigger(workflow);
        entered.await();
        status(workflow, "paused");
        goesOn.countDown();
        engine.awaitStatus(first, "completed");

        engine.runs().admit(workflow);

        assertThat(engine.runs().waiting()).doesNotContain(workflow);
        assertThat(engine.shown(waits).status()).isEqualTo("queued");
        String test = engine.runs()
                .enqueue(new Runs.NewRun(workflow, null, "ada", Runs.TriggeredBy.MANUAL, "{}", null, true, null))
                .executionId();
        engine.awaitStatus(test, "completed");
        assertThat(engine.shown(waits).status()).isEqualTo("queued");
        status(workflow, "active");
        engine.awaitStatus(waits, "completed");
    }

    private void status(String workflow, String status) {
        engine.database()
                .useAsSystem(
                        handle -> handle.execute("UPDATE workflows SET status = ? WHERE id = ?", status, workflow));
    }

    /** More queues are full than are looked into at a time, and one is not: whoever should have begun what waits in it was lost. */
    @Test
    void whatWaitsThoughThereIsRoomIsFoundBehindMoreThanAThousandFullQueues() throws Exception {
        String workflow = engine.add(Workflow.of(delay("long", 3_600_000)), 1);
        String first = engine.trigger(workflow);
        String second = engine.trigger(workflow);
        assertThat(engine.shown(second).status()).isEqualTo("queued");
        addFullQueues(workflow, 1_200);
        try {
            assertThat(engine.runs().waiting()).noneMatch(id -> id.startsWith("a-full-queue-"));

            // Nobody is told of the room that this makes.
            engine.database()
                    .useAsSystem(handle ->
                            handle.execute("UPDATE workflows SET max_concurrent_runs = 2 WHERE id = ?", workflow));

            engine.awaitStatus(second, "running");
        } finally {
            engine.database()
                    .useAsSystem(handle -> handle.execute("DELETE FROM workflows WHERE id LIKE 'a-full-queue-%'"));
            engine.runs().cancel(second);
            engine.runs().cancel(first);
        }
    }

    /** Like a workflow with one execution, each with another one that waits for its own. */
    private void addFullQueues(String like, int count) {
        engine.database().useAsSystem(handle -> {
            handle.execute("""
                    INSERT INTO workflows (id, account, created_by, name, status, created_at, updated_at)
                    SELECT 'a-full-queue-' || n, account, created_by, name, status, now(), now()
                    FROM workflows, generate_series(1, ?) AS n WHERE id = ?
                    """, count, like);
            handle.execute("""
                    INSERT INTO executions (id, workflow_id, workflow_version, account, user_id, triggered_by, trigger_data,
                                            status, created_at)
                    SELECT status || '-in-' || w.id, w.id, 1, account, 'ada', 'manual', '{}', status, now()
                    FROM (SELECT id, account FROM workflows WHERE id LIKE 'a-full-queue-%') AS w,
                         (VALUES ('running'), ('queued')) AS s (status)
                    """);
        });
    }

    /** More follow the hub than are given out at a time, and more slots are free than for those. */
    @Test
    void whatANodeTakesForThoseThatFollowItIsFreeAgainAfterIt() throws Exception {
        try (var roomy = new RunningEngine(MigratedDatabase.url(), Duration.ofSeconds(30), Clock.systemUTC(), 160)) {
            List<Node> followers =
                    IntStream.range(0, 150).mapToObj(i -> step("follower" + i)).toList();
            Workflow star = Workflow.of(Stream.concat(Stream.of(step("hub")), followers.stream())
                            .toArray(Node[]::new))
                    .with(atOnce(100));
            followers.forEach(follower -> star.edge("hub", follower.id().value()));
            roomy.run(star);

            var arrived = new CountDownLatch(140);
            var go = new CountDownLatch(1);
            roomy.script().when("host", asked -> done(new Outcome.Records(numbers(70))));
            roomy.script().when("guest", asked -> {
                arrived.countDown();
                awaitQuietly(go);
                return completed(object());
            });
            String party = roomy.add(
                    Workflow.of(source("host"), step("guest"))
                            .edge("host", "guest")
                            .with(atOnce(70)),
                    2);
            List<String> executions = List.of(roomy.trigger(party), roomy.trigger(party));
            try {
                Await.until(() -> assertThat(arrived.getCount()).isZero());
            } finally {
                go.countDown();
            }
            for (String execution : executions) {
                roomy.awaitStatus(execution, "completed");
            }
        }
    }

    /** Its version is gone, so that nothing can be made of it any more. */
    @Test
    void anExecutionThatNothingCanBeMadeOfKeepsNoOtherFromItsEnd() throws Exception {
        String workflow = engine.add(Workflow.of(delay("long", 60_000)).with(timeout(Duration.ofMillis(200))), 1);
        engine.database().useAsSystem(handle -> handle.execute("""
                INSERT INTO executions (id, workflow_id, workflow_version, account, user_id, triggered_by, trigger_data,
                    status, created_at, deadline_at)
                VALUES ('exe_broken', ?, 99, 'team:team_1', 'ada', 'manual', '{}', 'running', now(),
                    now() - interval '1 hour')
                """, engine.add(Workflow.of(step("any")), 1)));
        try {
            engine.awaitStatus(engine.trigger(workflow), "timeout");
        } finally {
            engine.database().useAsSystem(handle -> handle.execute("DELETE FROM executions WHERE id = 'exe_broken'"));
        }
    }

    /** Those who are at the same place at a time. The first so many wait there, until it is seen whether more come. */
    private static final class Crowd {

        private final CountDownLatch expected;

        private final CountDownLatch gate = new CountDownLatch(1);

        private final AtomicInteger there = new AtomicInteger();

        private final AtomicInteger most = new AtomicInteger();

        Crowd(int expected) {
            this.expected = new CountDownLatch(expected);
        }

        void pass() {
            most.accumulateAndGet(there.incrementAndGet(), Math::max);
            expected.countDown();
            awaitQuietly(gate);
            there.decrementAndGet();
        }

        /** @param others what goes on beside them once they are there, so that more would have had the time to come */
        void letGoAfter(Callable<?> others) throws Exception {
            try {
                expected.await();
                others.call();
            } finally {
                gate.countDown();
            }
        }

        int most() {
            return most.get();
        }
    }

    private String workOfAnother() throws Exception {
        return engine.run(Workflow.of(step("first"), step("second")).edge("first", "second"));
    }

    private static Settings atOnce(int nodes) {
        return new Settings(nodes, null, RetryPolicy.UNSET, null, null, null, null);
    }

    private static Settings timeout(Duration timeout) {
        return new Settings(null, timeout, RetryPolicy.UNSET, null, null, null, null);
    }

    private int waitingForLocks() {
        return engine.database()
                .<Integer, RuntimeException>asSystem(
                        handle -> handle.createQuery("""
                        SELECT count(DISTINCT l.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                        WHERE NOT l.granted AND a.datname = current_database()
                        """).mapTo(Integer.class).one());
    }
}
