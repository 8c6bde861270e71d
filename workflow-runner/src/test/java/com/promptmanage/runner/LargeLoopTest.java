package com.promptmanage.runner;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.RunnerStand.Ended;
import com.promptmanage.runner.RunnerStand.Response;
import com.promptmanage.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A loop over many items, as many at a time as there may be, on few connections. With {@code -Dworkflow.loop.items=10000} over as
 * many as a loop may have at all.
 */
class LargeLoopTest {

    private static final int ITEMS = Integer.getInteger("workflow.loop.items", 1_000);

    @Test
    void manyItemsAreRunWhileRequestsAreAnsweredAndOneMoreThanTheLoopAllowsIsRefused() throws Exception {
        // A machine that stands still for as long as a request waits for a connection spoils it: then once more.
        Await.until(Duration.ofMinutes(4), () -> {
            try (var stand = new RunnerStand()) {
                run(stand);
            }
        });
    }

    private static void run(RunnerStand stand) throws Exception {
        String workflow = stand.workflow("""
                {"version": "1.0", "nodes": [
                   {"id": "each", "type": "loop", "label": "Each",
                    "config": {"iterateOver": "variables.items", "itemVariable": "number", "bodyNodes": ["twice"],
                               "maxIterations": %d, "concurrency": 100}},
                   {"id": "twice", "type": "transform", "label": "Twice",
                    "config": {"transformType": "custom", "code": "number * 2"}},
                   {"id": "sum", "type": "transform", "label": "Sum",
                    "config": {"transformType": "reduce", "code": "accumulator + item", "initial": 0}}],
                 "edges": [{"id": "e1", "source": "each", "target": "sum"}],
                 "settings": {"maxConcurrentNodes": 100}}
                """.formatted(ITEMS));
        Ended tooMany = stand.runToEnd(workflow, "{\"items\": [%s]}".formatted(numbers(ITEMS + 1)));
        assertThat(tooMany.execution().path("status").asText()).isEqualTo("failed");
        assertThat(tooMany.execution().path("errorMessage").asText()).contains("%d items".formatted(ITEMS + 1));

        String execution = stand.trigger(workflow, "{\"items\": [%s]}".formatted(numbers(ITEMS)));
        var refused = new ArrayList<Response>();
        Await.until(Duration.ofMinutes(3), () -> {
            Response list = stand.send("GET", "/api/workflows/%s/executions?limit=2".formatted(workflow), null);
            if (list.status() != 200) {
                refused.add(list);
            }
            assertThat(list.text()).contains("\"completed\"");
        });
        Ended all = stand.awaitCompleted(workflow, execution);

        assertThat(refused).isEmpty();
        assertThat(all.execution().path("completedNodes").asInt()).isEqualTo(ITEMS + 2);
        assertThat(stand.output(all, "sum")).isEqualTo(Long.toString((long) ITEMS * (ITEMS - 1)));
    }

    private static String numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).collect(Collectors.joining(","));
    }
}
