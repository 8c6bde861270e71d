package com.promptmanage.runner.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.simulation.SimulatedWorkflow.Report;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.execution.ExecutionChange;
import com.promptmanage.topics.execution.ExecutionChange.ExecutionChanged;
import com.promptmanage.topics.execution.ExecutionChange.Status;
import com.promptmanage.topics.execution.ExecutionChangeCodec;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SimulatedWorkflowTest {

    private static final Instant START = Instant.parse("2026-11-24T12:00:00Z");

    @Test
    void everyExecutionIsQueuedRunsAndEnds() {
        assertThat(runs()).allSatisfy(run -> {
            List<Status> states = changes(run)
                    .filter(ExecutionChanged.class::isInstance)
                    .map(change -> ((ExecutionChanged) change).status())
                    .toList();
            assertThat(states).hasSize(3).startsWith(Status.QUEUED, Status.RUNNING);
            assertThat(states.getLast()).isIn(Status.COMPLETED, Status.FAILED);
            assertThat(run).isSortedAccordingTo(Comparator.comparing(Report::time));
        });
        assertThat(runs().flatMap(SimulatedWorkflowTest::changes)
                        .filter(change ->
                                change instanceof ExecutionChanged changed && changed.status() == Status.FAILED))
                .as("some fail, so that failures can be seen")
                .isNotEmpty();
    }

    @Test
    void everyEventSaysThatItIsSimulated() {
        assertThat(runs().flatMap(SimulatedWorkflowTest::changes)).allSatisfy(change -> {
            var event = EventJson.read(ExecutionChangeCodec.write("1", SimulatedWorkflow.SOURCE, change));
            assertThat(event.at("/source").asText()).isEqualTo("/workflow-runner/simulated");
            assertThat(event.at("/subject").asText()).isEqualTo("team:team_demo");
            assertThat(event.at("/data/simulated").asBoolean()).isTrue();
        });
        assertThat(usages()).isNotEmpty().allSatisfy(event -> {
            assertThat(event.source()).isEqualTo("/workflow-runner/simulated");
            assertThat(event.usage().tags()).containsEntry("simulated", "true");
        });
    }

    @Test
    void whatItsCallsUsedIsAPublicUsageEvent() {
        assertThat(usages()).allSatisfy(event -> {
            assertThat(UsageEventCodec.read(UsageEventCodec.write(event))).isEqualTo(event);
            assertThat(event.account().value()).isEqualTo("team:team_demo");
            assertThat(event.usage().executionId()).isNotNull();
            assertThat(event.usage().tokens().total()).isPositive();
        });
        assertThat(usages().map(UsageEvent::id)).doesNotHaveDuplicates();
    }

    @Test
    void theSameNumbersMakeTheSameExecution() {
        SimulatedWorkflow workflow = SimulatedWorkflow.ALL.getFirst();

        assertThat(workflow.run("exe_1", "ada", "team_demo", START, new SplittableRandom(1)))
                .isEqualTo(workflow.run("exe_1", "ada", "team_demo", START, new SplittableRandom(1)));
    }

    private static Stream<List<Report>> runs() {
        var random = new SplittableRandom(3);
        return Stream.iterate(0, i -> i + 1)
                .limit(200)
                .map(i -> SimulatedWorkflow.ALL
                        .get(i % SimulatedWorkflow.ALL.size())
                        .run("exe_" + i, "ada", "team_demo", START, random));
    }

    private static Stream<ExecutionChange> changes(List<Report> run) {
        return run.stream().filter(Report.Change.class::isInstance).map(report -> ((Report.Change) report).change());
    }

    private static Stream<UsageEvent> usages() {
        return runs().flatMap(List::stream)
                .filter(Report.Usage.class::isInstance)
                .map(report -> ((Report.Usage) report).event());
    }
}
