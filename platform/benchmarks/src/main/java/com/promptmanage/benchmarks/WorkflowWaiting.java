package com.promptmanage.benchmarks;

import java.time.Duration;
import java.util.List;

/** Many nodes that wait for a slow model at once. */
final class WorkflowWaiting {

    private final WorkflowStand stand;

    WorkflowWaiting(WorkflowStand stand) {
        this.stand = stand;
    }

    void measure(int executions, Duration takes) throws InterruptedException {
        // One workflow runs a thousand times at once at most.
        List<String> workflows = List.of(
                stand.enqueue(WorkflowStand.chain(1), executions / 2),
                stand.enqueue(WorkflowStand.chain(1), executions / 2));
        stand.nodes().take(takes);
        long started = System.nanoTime();
        try (var engine = stand.engine()) {
            for (String workflow : workflows) {
                stand.awaitEnd(workflow);
            }
            System.out.printf(
                    "%,d nodes that wait %d s for a model, on %d connections: %,d at once, all over after %.1f s (%s)%n",
                    executions,
                    takes.toSeconds(),
                    WorkflowStand.CONNECTIONS,
                    stand.nodes().most(),
                    (System.nanoTime() - started) / 1e9,
                    engine.isAlive());
        }
        stand.nodes().take(Duration.ZERO);
    }
}
