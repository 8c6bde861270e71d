package com.promptmanage.benchmarks;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The time from a trigger to the start of the first node. */
final class WorkflowStarts {

    private final WorkflowStand stand;

    WorkflowStarts(WorkflowStand stand) {
        this.stand = stand;
    }

    void measure(int count) throws InterruptedException {
        String workflow = stand.add(WorkflowStand.chain(1));
        var random = new Random(1);
        var micros = new long[count];
        try (var engine = stand.engine()) {
            Thread.sleep(500);
            for (int i = 0; i < count; i++) {
                Thread.sleep(random.nextInt(40));
                long before = System.nanoTime();
                String id = stand.trigger(workflow);
                @Nullable Long started = stand.nodes().startedNanos(id);
                while (started == null) {
                    Thread.sleep(Duration.ofNanos(100_000));
                    started = stand.nodes().startedNanos(id);
                }
                micros[i] = (started - before) / 1_000;
            }
            System.out.printf("from the trigger's call to the first node's start (%s): ", engine.isAlive());
        }
        Arrays.sort(micros);
        System.out.printf(
                "p50 %.1f ms, p99 %.1f ms, most %.1f ms (%d triggers)%n",
                micros[count / 2] / 1e3, micros[count * 99 / 100] / 1e3, micros[count - 1] / 1e3, count);
    }
}
