package com.promptmanage.runner.work;

import static com.promptmanage.runner.work.Script.completed;
import static com.promptmanage.runner.work.Script.failed;
import static com.promptmanage.runner.work.Script.numbers;
import static com.promptmanage.runner.work.Script.object;
import static com.promptmanage.runner.work.Workflow.loop;
import static com.promptmanage.runner.work.Workflow.step;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.journal.ExecutionRecords;
import com.promptmanage.service.database.Scope;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** How long nodes have taken in an execution that stood still meanwhile. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TakenUpTimesTest {

    private static final Duration STOOD_STILL = Duration.ofHours(6);

    private final AtomicBoolean isMended = new AtomicBoolean();

    private RunningEngine engine;

    @BeforeAll
    void start() {
        engine = new RunningEngine(MigratedDatabase.url(), Duration.ofSeconds(30));
    }

    @AfterAll
    void stop() {
        engine.close();
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
        String execution = engine.trigger(engine.add(
                Workflow.of(step("three"), loop("loop", "body"), step("body")).edge("three", "loop"), 1));
        engine.awaitStatus(execution, "failed");
        allOfThatWasLongAgo(execution);
        isMended.set(true);

        engine.runs().resume(execution);
        engine.awaitStatus(execution, "completed");

        assertThat(engine.records().nodes(Scope.EVERYONE, execution, 0, 100))
                .hasSize(5)
                .allSatisfy(node -> assertThat(took(node)).isLessThan(STOOD_STILL));
    }

    /** As if nobody had taken it up for so long. */
    private void allOfThatWasLongAgo(String execution) {
        engine.database()
                .useAsSystem(handle -> handle.createUpdate("""
                        UPDATE node_runs SET started_at = started_at - CAST(:ago AS interval),
                            completed_at = completed_at - CAST(:ago AS interval)
                        WHERE execution_id = :execution
                        """)
                        .bind("ago", STOOD_STILL.toString())
                        .bind("execution", execution)
                        .execute());
    }

    private static Duration took(ExecutionRecords.NodeShown node) {
        return Duration.between(node.startedAt(), node.completedAt());
    }
}
