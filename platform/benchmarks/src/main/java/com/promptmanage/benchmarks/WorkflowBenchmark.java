package com.promptmanage.benchmarks;

import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.testkit.JavaProcess;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What the workflow engine manages, at a PostgreSQL that waits for the disk at each commit: transitions of nodes that do nothing,
 * by one process, and by two in turns with one of them alone, a loop over ten thousand items, the time from a trigger to its first
 * node, a thousand nodes that wait for a slow model at once, and how late many schedules of the same minute are fired.
 *
 * <p>In the first rounds the code is still being compiled. {@code -Dbenchmark.only=REGEX} leaves out the parts whose name has no
 * match: one process, two processes, loop, trigger, waiting, schedules.
 *
 * <pre>  java … WorkflowBenchmark [EXECUTIONS] [NODES] [ROUNDS]</pre>
 */
public final class WorkflowBenchmark {

    private static final int LOOP_ITEMS = 10_000;

    /** As the first argument: only works, at the database of the second, until it is ended. */
    private static final String WORKER = "worker";

    private static final String WORKS = "works";

    private WorkflowBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 2 && arguments[0].equals(WORKER)) {
            work(arguments[1]);
            return;
        }
        int executions = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 2_000;
        int nodes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10;
        int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5;
        try (var postgres = EmbeddedPostgres.start(
                Files.createTempDirectory("workflow-benchmark"), EmbeddedPostgres.Options.DURABLE)) {
            postgres.createDatabase("workflows");
            try (var stand = new WorkflowStand(postgres.jdbcUrl("workflows"))) {
                measure(stand, postgres.jdbcUrl("workflows"), executions, nodes, rounds);
            }
        }
    }

    private static void measure(WorkflowStand stand, String jdbcUrl, int executions, int nodes, int rounds)
            throws InterruptedException {
        Predicate<String> only =
                Pattern.compile(System.getProperty("benchmark.only", "")).asPredicate();
        var transitions = new WorkflowTransitions(stand);
        for (int round = 1; round <= rounds && only.test("one process"); round++) {
            transitions.byOne(executions, nodes);
        }
        if (only.test("two processes")) {
            try (JavaProcess other = worker(jdbcUrl)) {
                for (int round = 1; round <= rounds; round++) {
                    transitions.byOneAndByTwo(executions, nodes, round, other);
                }
            }
        }
        if (only.test("loop")) {
            transitions.loop(LOOP_ITEMS);
        }
        if (only.test("trigger")) {
            new WorkflowStarts(stand).measure(500);
        }
        if (only.test("waiting")) {
            new WorkflowWaiting(stand).measure(1_200, Duration.ofSeconds(2));
        }
        if (only.test("schedules")) {
            new WorkflowSchedules(stand).measure(500);
        }
    }

    private static JavaProcess worker(String jdbcUrl) throws InterruptedException {
        // With all that a process has that lives long.
        List<String> options = List.of("-Xmx512m", "-XX:TieredStopAtLevel=4");
        var worker = JavaProcess.start(WorkflowBenchmark.class, options, Map.of(), WORKER, jdbcUrl);
        worker.awaitLine(WORKS, Duration.ofMinutes(1));
        return worker;
    }

    private static void work(String jdbcUrl) throws InterruptedException {
        try (var stand = new WorkflowStand(jdbcUrl);
                var engine = stand.engine()) {
            System.out.println(WORKS);
            while (engine.isAlive()) {
                Thread.sleep(1_000);
            }
        }
    }
}
