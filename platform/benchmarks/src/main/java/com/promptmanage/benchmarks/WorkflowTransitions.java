package com.promptmanage.benchmarks;

import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodeConfig;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.definition.RetryPolicy;
import com.promptmanage.runner.definition.Settings;
import com.promptmanage.testkit.JavaProcess;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Transitions of nodes that do nothing, in a chain and in a loop. */
final class WorkflowTransitions {

    private final WorkflowStand stand;

    WorkflowTransitions(WorkflowStand stand) {
        this.stand = stand;
    }

    void byOne(int executions, int nodes) throws InterruptedException {
        chains(executions, nodes, "by one process", () -> {});
    }

    /**
     * By this process and another, and by this one while the other stands still. In odd rounds both are first, in even ones this one
     * alone: what is measured later finds code that is compiled better, and a larger database.
     *
     * @param other works, too
     */
    void byOneAndByTwo(int executions, int nodes, int round, JavaProcess other) throws InterruptedException {
        if (round % 2 == 1) {
            byTwo(executions, nodes, round, other);
        }
        freeze(other);
        chains(executions, nodes, "by one of two processes, round " + round, () -> {});
        other.thaw();
        if (round % 2 == 0) {
            byTwo(executions, nodes, round, other);
        }
    }

    private void byTwo(int executions, int nodes, int round, JavaProcess other) throws InterruptedException {
        // Nobody works before everything is there.
        freeze(other);
        chains(executions, nodes, "by two processes, round " + round, other::thaw);
    }

    /** When it is through with what it had to do: a transaction that stands still with it would keep the database from its work. */
    private static void freeze(JavaProcess other) throws InterruptedException {
        Thread.sleep(500);
        other.freeze();
    }

    /** @param begin done when everything is there, and counted with what is measured */
    private void chains(int executions, int nodes, String by, Runnable begin) throws InterruptedException {
        String workflow = stand.enqueue(WorkflowStand.chain(nodes), executions);
        double cpuBefore = CpuTime.seconds();
        double ownBefore = CpuTime.ownSeconds();
        long started = System.nanoTime();
        begin.run();
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
                    by,
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
