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
        engine = new RunningEngine(MigratedDatabase.url(), Duration.ofSeconds(10), clock);
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
        Long nodes = engine.database()
                .asSystem(handle -> handle.createQuery("SELECT count(*) FROM node_runs WHERE execution_id = :old")
                        .bind("old", old)
                        .mapTo(Long.class)
                        .one());
        assertThat(nodes).isZero();
        List<String> answers = engine.database()
                .asSystem(handle -> handle.createQuery("SELECT left(fingerprint, 1) FROM prompt_answers")
                        .mapTo(String.class)
                        .list());
        assertThat(answers).containsExactly("2");
        engine.runs().cancel(waiting);
    }
}
