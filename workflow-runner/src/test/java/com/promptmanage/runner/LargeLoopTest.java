package com.promptmanage.runner;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.RunnerStand.Ended;
import org.junit.jupiter.api.Test;

/** As many items as a loop may have. */
class LargeLoopTest {

    @Test
    void tenThousandItemsAreRunAndOneMoreIsRefused() throws Exception {
        try (var stand = new RunnerStand()) {
            run(stand);
        }
    }

    private static void run(RunnerStand stand) throws Exception {
        String workflow = stand.workflow("""
                {"version": "1.0", "nodes": [
                   {"id": "each", "type": "loop", "label": "Each",
                    "config": {"iterateOver": "variables.items", "itemVariable": "number", "bodyNodes": ["twice"],
                               "maxIterations": 10000, "concurrency": 2}},
                   {"id": "twice", "type": "transform", "label": "Twice",
                    "config": {"transformType": "custom", "code": "number * 2"}},
                   {"id": "sum", "type": "transform", "label": "Sum",
                    "config": {"transformType": "reduce", "code": "accumulator + item", "initial": 0}}],
                 "edges": [{"id": "e1", "source": "each", "target": "sum"}],
                 "settings": {"maxConcurrentNodes": 2}}
                """);

        Ended all = stand.runToEnd(workflow, "{\"items\": %s}".formatted(numbers(10_000)));
        Ended tooMany = stand.runToEnd(workflow, "{\"items\": %s}".formatted(numbers(10_001)));

        assertThat(all.execution().path("status").asText()).isEqualTo("completed");
        assertThat(all.execution().path("completedNodes").asInt()).isEqualTo(10_002);
        assertThat(stand.output(all, "sum")).isEqualTo(Long.toString(10_000L * 9_999));
        assertThat(tooMany.execution().path("status").asText()).isEqualTo("failed");
        assertThat(tooMany.execution().path("errorMessage").asText()).contains("10001 items");
    }

    private static String numbers(int count) {
        var text = new StringBuilder("[0");
        for (int i = 1; i < count; i++) {
            text.append(',').append(i);
        }
        return text.append(']').toString();
    }
}
