package com.promptmanage.runner.work;

import static com.promptmanage.runner.work.Script.answered;
import static com.promptmanage.runner.work.Script.completed;
import static com.promptmanage.runner.work.Script.failed;
import static com.promptmanage.runner.work.Script.object;
import static com.promptmanage.runner.work.Workflow.delay;
import static com.promptmanage.runner.work.Workflow.prompt;
import static com.promptmanage.runner.work.Workflow.step;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.definition.RetryPolicy;
import com.promptmanage.runner.definition.Settings;
import com.promptmanage.runner.journal.Retention;
import com.promptmanage.runner.node.Plan;
import com.promptmanage.service.database.Scope;
import com.promptmanage.testkit.ManualClock;
import com.promptmanage.topics.event.EventJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A process whose clock jumps: when something is due, over, or old is for the database's clock to say. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClockJumpsTest {

    private final ManualClock clock = new ManualClock(Instant.now());

    private RunningEngine engine;

    @BeforeAll
    void start() {
        engine = new RunningEngine(MigratedDatabase.url(), Duration.ofSeconds(30), clock);
    }

    @AfterAll
    void stop() {
        engine.close();
    }

    @Test
    void anExecutionEndsInOrderHoweverTheClockJumpsUnderIt() throws Exception {
        for (Duration jump : List.of(Duration.ofDays(400), Duration.ofDays(-800))) {
            engine.script().when("jump", asked -> {
                clock.advance(jump);
                return completed(object());
            });
            engine.script()
                    .when(
                            "shaky",
                            asked -> asked.attempt() < 3
                                    ? failed(Failure.Kind.TRANSIENT, "not yet")
                                    : completed(object()));
            engine.script().when("ask", asked -> new Plan.Calls(new Script.Call("ask", question -> answered("there"))));

            String execution = engine.run(Workflow.of(step("jump"), delay("wait", 50), step("shaky"), prompt("ask"))
                    .edge("jump", "wait")
                    .edge("wait", "shaky")
                    .edge("shaky", "ask")
                    .with(new Settings(
                            null,
                            Duration.ofMinutes(5),
                            new RetryPolicy(
                                    3, RetryPolicy.Backoff.CONSTANT, Duration.ofMillis(10), Duration.ofMillis(10)),
                            null,
                            null,
                            null,
                            null)));

            assertThat(engine.nodes(execution))
                    .containsOnly(
                            entry("jump", "completed"),
                            entry("wait", "completed"),
                            entry("shaky", "completed at 3"),
                            entry("ask", "completed"));
            assertThat(engine.records().log(Scope.EVERYONE, execution, 0, 100)).allSatisfy(told -> {
                JsonNode event = EventJson.read(told.event().getBytes(StandardCharsets.UTF_8));
                assertThat(event.at("/data/durationMs").asLong()).isNotNegative();
            });
        }
    }

    @Test
    void onlyWhatIsOldByTheDatabasesClockIsForgottenAndNothingThatHasNotEnded() throws Exception {
        String ended = engine.run(Workflow.of(step("only")));
        String old = engine.run(Workflow.of(step("only")));
        String waiting = engine.trigger(engine.add(Workflow.of(delay("long", 3_600_000)), 1));
        engine.database().useAsSystem(handle -> {
            handle.execute("""
                    INSERT INTO run_items (execution_id, scope, owner, item_index, item)
                    SELECT id, '', 'only', 0, '1' FROM executions WHERE id = ANY (?)
                    """, (Object) new String[] {ended, old});
            handle.execute("UPDATE executions SET ended_at = now() - interval '31 days' WHERE id = ?", old);
            handle.execute("UPDATE executions SET created_at = now() - interval '400 days' WHERE id = ?", waiting);
            handle.execute("""
                    INSERT INTO prompt_answers (account, fingerprint, answer, usage, created_at, expires_at)
                    SELECT 'team:team_1', repeat(n::text, 64), '{}', '{}', now() - interval '2 hours',
                           now() + (n - 1) * interval '1 hour'
                    FROM generate_series(0, 2) n
                    """);
        });
        clock.advance(Duration.ofDays(3_650));
        var retention = new Retention(engine.database());

        assertThat(retention.forget(Duration.ofDays(30)))
                .as("there may be more")
                .isFalse();

        assertThat(engine.records().find(old)).isEmpty();
        assertThat(engine.records().find(ended)).isPresent();
        assertThat(engine.records().find(waiting)).isPresent();
        for (String table : List.of("node_runs", "run_scopes", "execution_log")) {
            assertThat(rows(table, old)).as(table).isZero();
            assertThat(rows(table, ended)).as(table).isPositive();
            assertThat(rows(table, waiting)).as(table).isPositive();
        }
        assertThat(rows("run_items", old)).isZero();
        assertThat(rows("run_items", ended)).isEqualTo(1);
        List<String> answers = engine.database()
                .asSystem(handle -> handle.createQuery("SELECT left(fingerprint, 1) FROM prompt_answers")
                        .mapTo(String.class)
                        .list());
        assertThat(answers).containsExactly("2");
        engine.runs().cancel(waiting);
    }

    @Test
    void howLongAgoAContinuousWorkflowsLastExecutionEndedIsForTheDatabasesClockToSay() throws Exception {
        String workflow = engine.add(Workflow.of(step("only")), 1);
        String execution = engine.trigger(workflow);
        engine.awaitStatus(execution, "completed");
        engine.database()
                .useAsSystem(handle ->
                        handle.execute("UPDATE workflows SET execution_mode = 'continuous' WHERE id = ?", workflow));

        clock.advance(Duration.ofDays(400));

        assertThat(engine.runs().lastOfContinuous())
                .filteredOn(last -> last.executionId().equals(execution))
                .singleElement()
                .satisfies(last -> assertThat(Duration.between(last.completedAt(), last.now()))
                        .isBetween(Duration.ZERO, Duration.ofHours(1)));
    }

    @Test
    void draftsForTryingThingsOutAreForgottenWhenNobodyUsesThemAndNothingElseIs() throws Exception {
        String unused = scratch("prompt-lab", "draft", 40);
        String used = scratch("node-test", "draft", 40);
        String young = scratch("node-test", "draft", 20);
        String active = scratch("node-test", "active", 40);
        String ordinary = scratch("leads", "draft", 40);
        String running = scratch("prompt-lab", "draft", 40);
        engine.database().useAsSystem(handle -> {
            handle.execute("""
                    INSERT INTO workflow_versions (workflow_id, version, definition, author, created_at)
                    SELECT w.id, n, v.definition, 'ada', now() - interval '40 days'
                    FROM workflows w JOIN workflow_versions v ON v.workflow_id = w.id, generate_series(2, 4) n
                    WHERE w.id = ANY (?)
                    """, (Object) new String[] {used, ordinary});
            handle.execute(
                    "UPDATE workflows SET version = 4 WHERE id = ANY (?)", (Object) new String[] {used, ordinary});
            handle.execute("UPDATE workflows SET last_executed_at = now() WHERE id = ?", used);
            handle.execute("""
                    INSERT INTO executions (id, workflow_id, workflow_version, account, user_id, triggered_by, trigger_data,
                        status, created_at, ended_at)
                    SELECT 'exe_' || id, id, 3, account, 'ada', 'manual', '{}', CASE id WHEN ? THEN 'paused' ELSE 'completed' END,
                        now() - interval '40 days', CASE id WHEN ? THEN NULL ELSE now() - interval '20 days' END
                    FROM workflows WHERE id = ANY (?)
                    """, running, running, new String[] {running, used});
        });

        new Retention(engine.database()).forget(Duration.ofDays(30));

        List<String> kept = engine.database()
                .asSystem(handle -> handle.createQuery("SELECT id FROM workflows WHERE name = 'scratch'")
                        .mapTo(String.class)
                        .list());
        assertThat(kept).containsExactlyInAnyOrder(used, young, active, ordinary, running);
        assertThat(versions(used))
                .as("the current one, and one that an execution has")
                .containsExactly(3, 4);
        assertThat(versions(ordinary)).containsExactly(1, 2, 3, 4);
        assertThat(kept).doesNotContain(unused);
    }

    private long rows(String table, String execution) {
        return engine.database()
                .asSystem(handle -> handle.createQuery("SELECT count(*) FROM <table> WHERE execution_id = :execution")
                        .define("table", table)
                        .bind("execution", execution)
                        .mapTo(Long.class)
                        .one());
    }

    /** Made, and not changed since. */
    private String scratch(String tag, String status, int days) {
        String id = engine.add(Workflow.of(step("only")), 1);
        engine.database().useAsSystem(handle -> handle.execute("""
                        UPDATE workflows SET name = 'scratch', tags = ARRAY[?], status = ?,
                            updated_at = now() - ? * interval '1 day'
                        WHERE id = ?
                        """, tag, status, days, id));
        engine.database().useAsSystem(handle -> handle.execute("""
                        UPDATE workflow_versions SET created_at = now() - ? * interval '1 day' WHERE workflow_id = ?
                        """, days, id));
        return id;
    }

    private List<Integer> versions(String workflow) {
        return engine.database()
                .asSystem(handle -> handle.createQuery(
                                "SELECT version FROM workflow_versions WHERE workflow_id = :id ORDER BY version")
                        .bind("id", workflow)
                        .mapTo(Integer.class)
                        .list());
    }
}
