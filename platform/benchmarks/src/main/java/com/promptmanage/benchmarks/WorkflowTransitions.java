package com.promptmanage.benchmarks;

import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodeConfig;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.definition.RetryPolicy;
import com.promptmanage.runner.definition.Settings;
import com.promptmanage.testkit.JavaProcess;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Transitions of nodes that do nothing, in a chain and in a loop. */
final class WorkflowTransitions {

    private final WorkflowStand stand;

    WorkflowTransitions(WorkflowStand stand) {
        this.stand = stand;
    }

    /** @param other works, too */
    void chains(int executions, int nodes, Optional<JavaProcess> other) throws InterruptedException {
        // Nobody works before everything is there.
        other.ifPresent(JavaProcess::freeze);
        String workflow = stand.enqueue(WorkflowStand.chain(nodes), executions);
        double cpuBefore = CpuTime.seconds();
        double ownBefore = CpuTime.ownSeconds();
        long started = System.nanoTime();
        other.ifPresent(JavaProcess::thaw);
        try (var engine = stand.engine()) {
            stand.awaitEnd(workflow);
            double seconds = (System.nanoTime() - started) / 1e9;
            double cpu = CpuTime.seconds() - cpuBefore;
            double own = CpuTime.ownSeconds() - ownBefore;
            double transitions = executions * (double) nodes;
            System.out.printf(
                    "%,d executions of %d nodes that do nothing, %s: %,.0f transitions/s (%.1f s; processor for each %.0f us: %.0f here, %.0f elsewhere; working %s)%n",
                    executions,
                    nodes,
                    other.isPresent() ? "by two processes" : "by one process",
                    transitions / seconds,
                    seconds,
                    cpu / transitions * 1e6,
                    own / transitions * 1e6,
                    (cpu - own) / transitions * 1e6,
                    engine.isAlive());
        }
    }

    void loop(int items) throws InterruptedException {
        String workflow = stand.add(new Definition(
                Definition.VERSION,
                List.of(
                        new Node("each", new NodeConfig.Loop("input", "item", List.of(new NodeId("n0")), items, 100)),
                        WorkflowStand.step(0)),
                List.of(),
                new Settings(100, null, RetryPolicy.UNSET, null, null, null, null)));
        String list = IntStream.range(0, items).mapToObj(Integer::toString).collect(Collectors.joining(","));
        double cpuBefore = CpuTime.seconds();
        long started = System.nanoTime();
        try (var engine = stand.engine()) {
            stand.trigger(workflow, "{\"input\": [%s]}".formatted(list));
            stand.awaitEnd(workflow);
            double seconds = (System.nanoTime() - started) / 1e9;
            System.out.printf(
                    "a loop over %,d items, 100 at a time: %,.0f items/s (%.1f s, %.1f s of processor, working %s)%n",
                    items, items / seconds, seconds, CpuTime.seconds() - cpuBefore, engine.isAlive());
        }
    }
}
