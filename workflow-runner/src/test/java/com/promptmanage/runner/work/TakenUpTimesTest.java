package com.promptmanage.runner.work;

import static com.promptmanage.runner.work.Script.answered;
import static com.promptmanage.runner.work.Script.completed;
import static com.promptmanage.runner.work.Script.failed;
import static com.promptmanage.runner.work.Script.numbers;
import static com.promptmanage.runner.work.Script.object;
import static com.promptmanage.runner.work.Workflow.loop;
import static com.promptmanage.runner.work.Workflow.prompt;
import static com.promptmanage.runner.work.Workflow.step;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.journal.ExecutionRecords;
import com.promptmanage.runner.node.Plan;
import com.promptmanage.runner.work.BudgetGate.Verdict;
import com.promptmanage.service.database.Scope;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** How long an execution that stood still meanwhile has taken, and its nodes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TakenUpTimesTest {

    private static final Duration STOOD_STILL = Duration.ofHours(6);

    private final AtomicBoolean isMended = new AtomicBoolean();

    @AutoClose
    private final RunningEngine engine = new RunningEngine();

    @BeforeEach
    void breaks() {
        isMended.set(false);
    }

    @Test
    void theTimeBetweenAFailureAndTheGoingOnIsNotTheNodesNorTheirLoops() throws Exception {
        engine.script()
                .when(
                        "three",
                        asked -> completed(JsonNodeFactory.instance.arrayNode().addAll(numbers(3))));
        engine.script()
                .when(
                        "body",
                        asked -> isMended.get() ? completed(object()) : failed(Failure.Kind.PERMANENT, "nobody there"));
        String workflow = engine.add(
                Workflow.of(step("three"), loop("loop", "body"), step("body")).edge("three", "loop"), 1);
        String execution = engine.trigger(workflow);
        engine.awaitStatus(execution, "failed");
        allOfThatWasLongAgo(execution);
        isMended.set(true);

        engine.runs().resume(execution);
        engine.awaitStatus(execution, "completed");

        assertThat(engine.records().nodes(Scope.EVERYONE, execution, 0, 100))
                .hasSize(5)
                .allSatisfy(node -> assertThat(took(node)).isLessThan(STOOD_STILL));
        assertThat(ranMs(execution)).isLessThan(STOOD_STILL.toMillis());
        assertThat(averageMs(workflow)).isEqualTo(ranMs(execution));
    }

    @Test
    void theTimeOfAPauseIsNotTheExecutionsThoughItEndsInIt() throws Exception {
        engine.script().when("dear", asked -> new Plan.Calls(new Script.Call("dear", question -> answered("done"))));
        engine.budgets(call -> new Verdict.Denied("the budget is spent", object()));
        String goesOn = engine.trigger(engine.add(Workflow.of(prompt("dear")), 1));
        String cancelled = engine.trigger(engine.add(Workflow.of(prompt("dear")), 1));
        for (String execution : List.of(goesOn, cancelled)) {
            engine.awaitStatus(execution, "paused_budget");
            allOfThatWasLongAgo(execution);
        }
        engine.budgets(BudgetGate.OPEN);

        engine.runs().resume(goesOn);
        engine.runs().cancel(cancelled);
        engine.awaitStatus(goesOn, "completed");

        for (String execution : List.of(goesOn, cancelled)) {
            assertThat(ranMs(execution)).isLessThan(STOOD_STILL.toMillis());
            // When it began is told as it was.
            ExecutionRecords.Shown shown = engine.shown(execution);
            assertThat(Duration.between(shown.startedAt(), shown.completedAt())).isGreaterThan(STOOD_STILL);
        }
    }

    /** Of one that failed before it was written down since when an execution stands still. */
    @Test
    void whatFailedBeforeThatWasKnownStandsStillSinceItsEnd() throws Exception {
        engine.script()
                .when("old", asked -> isMended.get() ? completed(object()) : failed(Failure.Kind.PERMANENT, "broken"));
        String execution = engine.trigger(engine.add(Workflow.of(step("old")), 1));
        engine.awaitStatus(execution, "failed");
        allOfThatWasLongAgo(execution);
        engine.database()
                .useAsSystem(handle ->
                        handle.execute("UPDATE executions SET stands_still_since = NULL WHERE id = ?", execution));
        isMended.set(true);

        engine.runs().resume(execution);
        engine.awaitStatus(execution, "completed");

        assertThat(ranMs(execution)).isLessThan(STOOD_STILL.toMillis());
    }

    /** As if nobody had taken it up for so long. */
    private void allOfThatWasLongAgo(String execution) {
        engine.database().useAsSystem(handle -> {
            handle.createUpdate("""
                            UPDATE node_runs SET started_at = started_at - CAST(:ago AS interval),
                                completed_at = completed_at - CAST(:ago AS interval)
                            WHERE execution_id = :execution
                            """)
                    .bind("ago", STOOD_STILL.toString())
                    .bind("execution", execution)
                    .execute();
            handle.createUpdate("""
                            UPDATE executions SET started_at = started_at - CAST(:ago AS interval),
                                completed_at = completed_at - CAST(:ago AS interval),
                                stands_still_since = stands_still_since - CAST(:ago AS interval)
                            WHERE id = :execution
                            """)
                    .bind("ago", STOOD_STILL.toString())
                    .bind("execution", execution)
                    .execute();
        });
    }

    private long ranMs(String execution) {
        return Objects.requireNonNull(engine.shown(execution).ranMs());
    }

    private @Nullable Long averageMs(String workflow) {
        Instant now = Instant.now();
        return engine.records()
                .statistics(
                        Scope.EVERYONE,
                        workflow,
                        now.minus(Duration.ofDays(1)),
                        now.plus(Duration.ofDays(1)),
                        ZoneOffset.UTC)
                .total()
                .averageMs();
    }

    private static Duration took(ExecutionRecords.NodeShown node) {
        return Duration.between(node.startedAt(), node.completedAt());
    }
}
