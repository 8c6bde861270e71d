package com.promptmanage.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.promptmanage.runner.call.Answer;
import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.call.CallWatcher;
import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.DefinitionJson;
import com.promptmanage.runner.definition.Edge;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodeConfig;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.definition.RetryPolicy;
import com.promptmanage.runner.definition.Settings;
import com.promptmanage.runner.journal.CallLedger;
import com.promptmanage.runner.journal.ExecutionRecords;
import com.promptmanage.runner.journal.ExecutionRecords.Filter;
import com.promptmanage.runner.journal.ExecutionRecords.Shown;
import com.promptmanage.runner.journal.NodeJournal;
import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.journal.Runs.NewRun;
import com.promptmanage.runner.journal.Runs.TriggeredBy;
import com.promptmanage.runner.journal.Versions;
import com.promptmanage.runner.journal.WorkflowRow;
import com.promptmanage.runner.journal.Workflows;
import com.promptmanage.runner.node.CallEstimate;
import com.promptmanage.runner.node.ExternalCall;
import com.promptmanage.runner.node.NodeExecutor;
import com.promptmanage.runner.node.NodeInvocation;
import com.promptmanage.runner.node.NodeInvocation.Context;
import com.promptmanage.runner.node.Outcome;
import com.promptmanage.runner.node.Plan;
import com.promptmanage.runner.trigger.ContinuousRuns;
import com.promptmanage.runner.trigger.Schedule;
import com.promptmanage.runner.trigger.Scheduler;
import com.promptmanage.runner.trigger.Schedules;
import com.promptmanage.runner.work.BudgetGate;
import com.promptmanage.runner.work.Engine;
import com.promptmanage.runner.work.Expressions;
import com.promptmanage.runner.work.NodeWork;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.id.Ids;
import com.promptmanage.service.tier.AccountTier;
import com.promptmanage.service.tier.Features;
import com.promptmanage.service.tier.Tier;
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.testkit.JavaProcess;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenCounts;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What the workflow engine manages, at a PostgreSQL that waits for the disk at each commit: transitions of nodes that do nothing,
 * by one process and by two, a loop over ten thousand items, the time from a trigger to its first node, a thousand nodes that wait
 * for a slow model at once, and how late many schedules of the same minute are fired.
 *
 * <p>In the first rounds the code is still being compiled. {@code -Dbenchmark.only=REGEX} leaves out the parts whose name has no
 * match: one process, two processes, loop, trigger, waiting, schedules.
 *
 * <pre>  java … WorkflowBenchmark [EXECUTIONS] [NODES] [ROUNDS]</pre>
 */
public final class WorkflowBenchmark {

    private static final int CONNECTIONS = 12;

    private static final int LOOP_ITEMS = 10_000;

    /** As the first argument: only works, at the database of the second, until it is ended. */
    private static final String WORKER = "worker";

    private static final String WORKS = "works";

    private static final Clock CLOCK = Clock.systemUTC();

    private static final Ids IDS = new Ids(CLOCK);

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
            try (var bench = new Bench(postgres.jdbcUrl("workflows"))) {
                measure(bench, postgres.jdbcUrl("workflows"), executions, nodes, rounds);
            }
        }
    }

    private static void measure(Bench bench, String jdbcUrl, int executions, int nodes, int rounds)
            throws InterruptedException {
        Predicate<String> only =
                Pattern.compile(System.getProperty("benchmark.only", "")).asPredicate();
        for (int round = 1; round <= rounds && only.test("one process"); round++) {
            bench.transitions(executions, nodes, Optional.empty());
        }
        if (only.test("two processes")) {
            try (JavaProcess other = worker(jdbcUrl)) {
                for (int round = 1; round <= 2; round++) {
                    bench.transitions(executions, nodes, Optional.of(other));
                }
            }
        }
        if (only.test("loop")) {
            bench.loop(LOOP_ITEMS);
        }
        if (only.test("trigger")) {
            bench.latency(500);
        }
        if (only.test("waiting")) {
            bench.waiting(1_200, Duration.ofSeconds(2));
        }
        if (only.test("schedules")) {
            bench.schedules(500);
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
        try (var bench = new Bench(jdbcUrl);
                var engine = bench.engine()) {
            System.out.println(WORKS);
            while (engine.isAlive()) {
                Thread.sleep(1_000);
            }
        }
    }

    /** Nodes that do nothing, or ask a slow model. */
    private static final class Idle implements NodeExecutor {

        private final Map<String, Long> startedNanos = new ConcurrentHashMap<>();

        private final AtomicInteger running = new AtomicInteger();

        private final AtomicInteger most = new AtomicInteger();

        private volatile Duration takes = Duration.ZERO;

        @Override
        public Plan plan(NodeInvocation invocation) {
            startedNanos.putIfAbsent(invocation.run().executionId(), System.nanoTime());
            if (takes.isPositive()) {
                return new Plan.Calls(new Slow(this, takes, invocation.idempotencyKey()));
            }
            return new Plan.Done(new Outcome.Completed(invocation.context().input()));
        }
    }

    /** A call to a model that takes its time: entered into the ledger, paid for, told as usage. */
    private record Slow(Idle idle, Duration takes, String question) implements ExternalCall {

        @Override
        public String target() {
            return "gpt-4o-mini";
        }

        @Override
        public JsonNode request() {
            return JsonNodeFactory.instance.textNode(question);
        }

        @Override
        public String fingerprint() {
            return question;
        }

        @Override
        public Optional<CallEstimate> estimate() {
            return Optional.of(new CallEstimate("openai", target(), 100, 50));
        }

        @Override
        public Repeat repeat() {
            return Repeat.PAID_AGAIN;
        }

        @Override
        public CallResult make(Duration timeout, CallWatcher watcher) throws InterruptedException {
            idle.most.accumulateAndGet(idle.running.incrementAndGet(), Math::max);
            Thread.sleep(takes);
            idle.running.decrementAndGet();
            var usage = new CallUsage(
                    "openai", target(), TokenCounts.ofInputOutput(100, 20), CLOCK.instant(), takes, null, null, false);
            return new CallResult.Answered(new Answer(request(), Optional.of(usage)));
        }

        @Override
        public Outcome use(Answer answer) {
            return new Outcome.Completed(answer.content());
        }
    }

    private static final class Bench implements AutoCloseable {

        private final Idle idle = new Idle();

        private final Database database;

        private final Runs runs;

        private final Versions versions = new Versions();

        Bench(String jdbcUrl) {
            database =
                    Database.open(DatabaseSettings.of(jdbcUrl, "of-the-tests").withConnectionsMax(CONNECTIONS));
            runs = new Runs(database, versions, IDS, CLOCK);
        }

        /** @param other works, too */
        void transitions(int executions, int nodes, Optional<JavaProcess> other) throws InterruptedException {
            // Nobody works before everything is there.
            other.ifPresent(JavaProcess::freeze);
            String workflow = enqueue(chain(nodes), executions);
            double cpuBefore = CpuTime.seconds();
            double ownBefore = CpuTime.ownSeconds();
            long started = System.nanoTime();
            other.ifPresent(JavaProcess::thaw);
            try (var engine = engine()) {
                awaitEnd(workflow);
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
            String workflow = add(new Definition(
                    Definition.VERSION,
                    List.of(
                            new Node(
                                    "each",
                                    new NodeConfig.Loop("input", "item", List.of(new NodeId("n0")), items, 100)),
                            step(0)),
                    List.of(),
                    new Settings(100, null, RetryPolicy.UNSET, null, null, null, null)));
            String list = IntStream.range(0, items).mapToObj(Integer::toString).collect(Collectors.joining(","));
            double cpuBefore = CpuTime.seconds();
            long started = System.nanoTime();
            try (var engine = engine()) {
                trigger(workflow, "{\"input\": [%s]}".formatted(list));
                awaitEnd(workflow);
                double seconds = (System.nanoTime() - started) / 1e9;
                System.out.printf(
                        "a loop over %,d items, 100 at a time: %,.0f items/s (%.1f s, %.1f s of processor, working %s)%n",
                        items, items / seconds, seconds, CpuTime.seconds() - cpuBefore, engine.isAlive());
            }
        }

        void latency(int count) throws InterruptedException {
            String workflow = add(chain(1));
            var random = new Random(1);
            var micros = new long[count];
            try (var engine = engine()) {
                Thread.sleep(500);
                for (int i = 0; i < count; i++) {
                    Thread.sleep(random.nextInt(40));
                    long before = System.nanoTime();
                    String id = trigger(workflow);
                    while (!idle.startedNanos.containsKey(id)) {
                        Thread.sleep(Duration.ofNanos(100_000));
                    }
                    micros[i] = (idle.startedNanos.getOrDefault(id, before) - before) / 1_000;
                }
                System.out.printf("from the trigger's call to the first node's start (%s): ", engine.isAlive());
            }
            Arrays.sort(micros);
            System.out.printf(
                    "p50 %.1f ms, p99 %.1f ms, most %.1f ms (%d triggers)%n",
                    micros[count / 2] / 1e3, micros[count * 99 / 100] / 1e3, micros[count - 1] / 1e3, count);
        }

        void waiting(int executions, Duration takes) throws InterruptedException {
            // One workflow runs a thousand times at once at most.
            List<String> workflows = List.of(enqueue(chain(1), executions / 2), enqueue(chain(1), executions / 2));
            idle.takes = takes;
            idle.most.set(0);
            long started = System.nanoTime();
            try (var engine = engine()) {
                for (String workflow : workflows) {
                    awaitEnd(workflow);
                }
                System.out.printf(
                        "%,d nodes that wait %d s for a model, on %d connections: %,d at once, all over after %.1f s (%s)%n",
                        executions,
                        takes.toSeconds(),
                        CONNECTIONS,
                        idle.most.get(),
                        (System.nanoTime() - started) / 1e9,
                        engine.isAlive());
            }
            idle.takes = Duration.ZERO;
        }

        void schedules(int count) throws InterruptedException {
            var schedules = new Schedules(database, CLOCK);
            var everyMinute = new Schedule("cron", "* * * * *", null, null, null, null);
            var workflows = new ArrayList<String>();
            for (int i = 0; i < count; i++) {
                String id = add(chain(1));
                schedules.put(Scope.EVERYONE, Actor.SYSTEM, Account.team("acme"), id, everyMinute);
                workflows.add(id);
            }
            var lateMs = new long[count];
            try (var engine = engine();
                    var scheduler = Scheduler.start(
                            schedules,
                            runs,
                            new ContinuousRuns(runs, last -> false),
                            new SimpleMeterRegistry(),
                            CLOCK)) {
                for (int i = 0; i < count; i++) {
                    Shown first = awaitFirst(workflows.get(i));
                    Instant due = scheduledFor(first);
                    Instant started = first.startedAt() == null ? CLOCK.instant() : first.startedAt();
                    lateMs[i] = Duration.between(due, started).toMillis();
                }
                System.out.printf(
                        "from the time of %,d schedules of the same minute to the start (%s, %s): ",
                        count, engine.isAlive(), scheduler.isAlive());
            }
            Arrays.sort(lateMs);
            System.out.printf(
                    "p50 %,d ms, p99 %,d ms, most %,d ms%n",
                    lateMs[count / 2], lateMs[count * 99 / 100], lateMs[count - 1]);
        }

        private static Instant scheduledFor(Shown execution) {
            JsonNode told = Json.read(execution.triggerData().getBytes(StandardCharsets.UTF_8), JsonNode.class);
            return Instant.parse(told.path("scheduledFor").asText());
        }

        private Shown awaitFirst(String workflow) throws InterruptedException {
            while (true) {
                List<Shown> found = new ExecutionRecords(database)
                        .list(Scope.EVERYONE, new Filter(workflow, null, null, null, null, Instant.EPOCH, null), 10);
                if (!found.isEmpty() && found.getLast().startedAt() != null) {
                    return found.getLast();
                }
                Thread.sleep(50);
            }
        }

        private Engine engine() {
            return Engine.start(
                    database,
                    new Runs(database.background(), versions, IDS, CLOCK),
                    new NodeWork(
                            new NodeJournal(database, versions, IDS, CLOCK),
                            new CallLedger(database, versions, CLOCK),
                            idle,
                            BudgetGate.OPEN,
                            usage -> Optional.empty(),
                            new Nothing(),
                            CLOCK,
                            new Random(1)),
                    new Engine.Options(IDS.next("benchmark"), Duration.ofSeconds(30), 2_000, Duration.ofDays(1)),
                    new SimpleMeterRegistry());
        }

        private String enqueue(Definition definition, int executions) {
            String workflow = add(definition);
            for (int i = 0; i < executions; i++) {
                trigger(workflow);
            }
            return workflow;
        }

        private String trigger(String workflow) {
            return trigger(workflow, "{\"input\": 1}");
        }

        private String trigger(String workflow, String data) {
            return runs.enqueue(new NewRun(workflow, null, null, TriggeredBy.API, data, null, false, null))
                    .executionId();
        }

        private String add(Definition definition) {
            String id = IDS.next("wf");
            new Workflows(database, CLOCK)
                    .add(
                            Scope.EVERYONE,
                            Actor.SYSTEM,
                            new AccountTier(Tier.FREE, Features.ALL),
                            new WorkflowRow(
                                    id,
                                    Account.team("acme"),
                                    "ada",
                                    "benchmark",
                                    "",
                                    null,
                                    List.of(),
                                    WorkflowRow.Status.ACTIVE,
                                    WorkflowRow.ExecutionMode.MANUAL,
                                    1,
                                    1_000,
                                    null,
                                    null,
                                    CLOCK.instant(),
                                    CLOCK.instant(),
                                    null),
                            new String(DefinitionJson.bytes(definition), StandardCharsets.UTF_8));
            return id;
        }

        /** Looks often, and at little: what it takes is counted with what is measured. */
        private void awaitEnd(String workflow) throws InterruptedException {
            try (Connection connection = database.connect();
                    var role = connection.createStatement();
                    var look = connection.prepareStatement("""
                            SELECT EXISTS (SELECT 1 FROM executions WHERE workflow_id = ? AND status = 'running')
                                OR EXISTS (SELECT 1 FROM executions WHERE workflow_id = ? AND status = 'queued')
                            """)) {
                role.execute("SET ROLE pm_system");
                look.setString(1, workflow);
                look.setString(2, workflow);
                while (isTrue(look)) {
                    Thread.sleep(20);
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        private static boolean isTrue(PreparedStatement query) throws SQLException {
            try (var row = query.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }

        @Override
        public void close() {
            database.close();
        }
    }

    private static Definition chain(int nodes) {
        var steps = new ArrayList<Node>();
        var edges = new ArrayList<Edge>();
        for (int i = 0; i < nodes; i++) {
            steps.add(step(i));
            if (i > 0) {
                edges.add(new Edge("e" + i, "n" + (i - 1), "n" + i));
            }
        }
        return new Definition(Definition.VERSION, steps, edges, Settings.UNSET);
    }

    private static Node step(int number) {
        return new Node(
                "n" + number,
                new NodeConfig.Transform(NodeConfig.TransformType.CUSTOM, "input", Map.of(), null, false));
    }

    /** No workflow here asks for more than what the execution was triggered with. */
    private static final class Nothing implements Expressions {

        @Override
        public boolean holds(String condition, Context context) {
            return true;
        }

        @Override
        public Optional<JsonNode> value(String path, Context context) {
            return Optional.of(context.input());
        }
    }
}
