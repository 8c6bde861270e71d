package com.promptmanage.runner.work;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.runner.Runner;
import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.DefinitionJson;
import com.promptmanage.runner.definition.Reading;
import com.promptmanage.runner.journal.CallLedger;
import com.promptmanage.runner.journal.ExecutionRecords;
import com.promptmanage.runner.journal.NodeJournal;
import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.journal.Versions;
import com.promptmanage.runner.journal.WorkflowRow;
import com.promptmanage.runner.journal.Workflows;
import com.promptmanage.runner.template.AccountSetup;
import com.promptmanage.runner.trigger.HookSecrets;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.id.Ids;
import com.promptmanage.service.tier.AccountTier;
import com.promptmanage.service.tier.Features;
import com.promptmanage.service.tier.Tier;
import com.promptmanage.service.tier.Tiers;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.money.NanoUsd;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Workers at a database, with scripted nodes. */
public final class RunningEngine implements AutoCloseable {

    public static final Account TEAM = Account.team("team_1");

    /** Of the names of models that have no price. */
    static final String UNLISTED = "unlisted";

    private static final Duration STOP = Duration.ofSeconds(30);

    private final Script script = new Script();

    private final AtomicReference<BudgetGate> budgets = new AtomicReference<>(BudgetGate.OPEN);

    private final Database database;

    private final Runs runs;

    private final ExecutionRecords records;

    private final Ids ids = new Ids(Clock.systemUTC());

    private final Engine engine;

    /** At a new database, with a lease that outlasts what a busy machine stands still. */
    public RunningEngine() {
        this(MigratedDatabase.url(), Duration.ofSeconds(30));
    }

    /** @param lease of the workers */
    public RunningEngine(String jdbcUrl, Duration lease) {
        this(jdbcUrl, lease, Clock.systemUTC());
    }

    /** @param clock of this process; the database has its own */
    RunningEngine(String jdbcUrl, Duration lease, Clock clock) {
        this(jdbcUrl, lease, clock, 64);
    }

    /** @param nodesMax how many run at the same time */
    RunningEngine(String jdbcUrl, Duration lease, Clock clock, int nodesMax) {
        database = Database.open(MigratedDatabase.settings(jdbcUrl).withConnectionsMax(8));
        var versions = new Versions();
        runs = new Runs(database, versions, ids, clock);
        records = new ExecutionRecords(database);
        engine = Engine.start(
                database,
                new Runs(database.background(), versions, ids, clock),
                new NodeWork(
                        new NodeJournal(database, versions, ids, clock),
                        new CallLedger(database, versions, clock),
                        script,
                        call -> budgets.get().check(call),
                        usage -> usage.model().startsWith(UNLISTED)
                                ? Optional.empty()
                                : Optional.of(new NanoUsd(usage.tokens().total() * 1_000)),
                        new ScriptedExpressions(),
                        clock,
                        new Random(1)),
                new Engine.Options("test-" + ids.next("own"), lease, nodesMax, Duration.ofDays(30), STOP),
                new SimpleMeterRegistry());
    }

    /** Everything that runs workflows, with nodes that pass on their input. */
    public static Runner runner(Database database, Authentication authentication, Map<String, Object> kafkaSettings) {
        return Runner.start(
                database,
                authentication,
                new Tiers(database, false),
                kafkaSettings,
                new Runner.Parts(
                        new Script(),
                        new ScriptedExpressions(),
                        usage -> Optional.empty(),
                        BudgetGate.OPEN,
                        Reading::faults,
                        new NoSeal(),
                        AccountSetup.UNKNOWN),
                new Engine.Options("test", Duration.ofSeconds(30), 64, Duration.ofDays(30), STOP),
                new SimpleMeterRegistry(),
                Clock.systemUTC());
    }

    /** Where nothing is sealed. */
    private static final class NoSeal implements HookSecrets.Seal {

        @Override
        public String seal(String plain, String place) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String open(String closed, String place) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isOld(String closed) {
            return false;
        }
    }

    public Script script() {
        return script;
    }

    public Runs runs() {
        return runs;
    }

    public Database database() {
        return database;
    }

    public ExecutionRecords records() {
        return records;
    }

    public void budgets(BudgetGate gate) {
        budgets.set(gate);
    }

    /** Returns the workflow's id. */
    public String add(Workflow workflow, int runsMax) {
        return add(workflow.definition(), runsMax);
    }

    private String add(Definition definition, int runsMax) {
        return add(database, definition, runsMax);
    }

    /** Adds an active workflow of which people want to be told this. */
    String add(Workflow workflow, String notifications) {
        return add(database, workflow.definition(), 1, notifications);
    }

    /** Adds an active workflow of the team. */
    public static String add(Database database, Definition definition, int runsMax) {
        return add(database, definition, runsMax, null);
    }

    private static String add(Database database, Definition definition, int runsMax, @Nullable String notifications) {
        Clock clock = Clock.systemUTC();
        String id = new Ids(clock).next("wf");
        new Workflows(database, clock)
                .add(
                        Scope.EVERYONE,
                        Actor.SYSTEM,
                        new AccountTier(Tier.FREE, Features.ALL),
                        new WorkflowRow(
                                id,
                                TEAM,
                                "ada",
                                "A workflow",
                                "",
                                null,
                                List.of(),
                                WorkflowRow.Status.ACTIVE,
                                WorkflowRow.ExecutionMode.MANUAL,
                                1,
                                runsMax,
                                null,
                                notifications,
                                clock.instant(),
                                clock.instant(),
                                null),
                        new String(DefinitionJson.bytes(definition), StandardCharsets.UTF_8));
        return id;
    }

    public String trigger(String workflowId) {
        return runs.enqueue(new Runs.NewRun(
                        workflowId, null, "ada", Runs.TriggeredBy.MANUAL, "{\"city\":\"Paris\"}", null, false, null))
                .executionId();
    }

    /** Adds a workflow and runs it to its end. Returns the execution's id. */
    public String run(Workflow workflow) throws Exception {
        String execution = trigger(add(workflow, 1));
        awaitStatus(execution, "completed");
        return execution;
    }

    public void awaitStatus(String execution, String status) throws Exception {
        Await.until(() -> assertThat(shown(execution).status()).isEqualTo(status));
    }

    public ExecutionRecords.Shown shown(String execution) {
        return records.find(execution).orElseThrow();
    }

    /** By node, or node and scope if it is not the root: the status, and the attempt if it is not the first. */
    public Map<String, String> nodes(String execution) {
        var nodes = new HashMap<String, String>();
        for (var node : records.nodes(Scope.EVERYONE, execution, 0, 100_000)) {
            String where = node.scope().isEmpty() ? node.nodeId() : node.nodeId() + " in " + node.scope();
            nodes.put(where, node.attempt() > 1 ? node.status() + " at " + node.attempt() : node.status());
        }
        return nodes;
    }

    public String output(String execution, String node) {
        return records.nodes(Scope.EVERYONE, execution, 0, 100_000).stream()
                .filter(run -> run.nodeId().equals(node))
                .map(run -> String.valueOf(run.output()))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        engine.close();
        database.close();
    }
}
