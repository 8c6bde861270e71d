package com.promptmanage.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.DefinitionJson;
import com.promptmanage.runner.definition.Edge;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodeConfig;
import com.promptmanage.runner.definition.Settings;
import com.promptmanage.runner.journal.CallLedger;
import com.promptmanage.runner.journal.NodeJournal;
import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.journal.Runs.NewRun;
import com.promptmanage.runner.journal.Runs.TriggeredBy;
import com.promptmanage.runner.journal.Versions;
import com.promptmanage.runner.journal.WorkflowRow;
import com.promptmanage.runner.journal.Workflows;
import com.promptmanage.runner.node.NodeInvocation.Context;
import com.promptmanage.runner.work.BudgetGate;
import com.promptmanage.runner.work.Engine;
import com.promptmanage.runner.work.Expressions;
import com.promptmanage.runner.work.NodeWork;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.id.Ids;
import com.promptmanage.service.tier.AccountTier;
import com.promptmanage.service.tier.Features;
import com.promptmanage.service.tier.Tier;
import com.promptmanage.topics.account.Account;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** The workflow engine at a database, and what its benchmarks ask of it. */
final class WorkflowStand implements AutoCloseable {

    static final int CONNECTIONS = 12;

    static final Clock CLOCK = Clock.systemUTC();

    private static final Ids IDS = new Ids(CLOCK);

    private final IdleNodes nodes = new IdleNodes();

    private final Database database;

    private final Runs runs;

    private final Versions versions = new Versions();

    WorkflowStand(String jdbcUrl) {
        database = Database.open(DatabaseSettings.of(jdbcUrl, "of-the-tests").withConnectionsMax(CONNECTIONS));
        runs = new Runs(database, versions, IDS, CLOCK);
    }

    IdleNodes nodes() {
        return nodes;
    }

    Database database() {
        return database;
    }

    Runs runs() {
        return runs;
    }

    Engine engine() {
        return Engine.start(
                database,
                new Runs(database.background(), versions, IDS, CLOCK),
                new NodeWork(
                        new NodeJournal(database, versions, IDS, CLOCK),
                        new CallLedger(database, versions, CLOCK),
                        nodes,
                        BudgetGate.OPEN,
                        usage -> Optional.empty(),
                        new Nothing(),
                        CLOCK,
                        new Random(1)),
                new Engine.Options(
                        IDS.next("benchmark"),
                        Duration.ofSeconds(30),
                        2_000,
                        Duration.ofDays(1),
                        Duration.ofSeconds(30)),
                new SimpleMeterRegistry());
    }

    String enqueue(Definition definition, int executions) {
        String workflow = add(definition);
        for (int i = 0; i < executions; i++) {
            trigger(workflow);
        }
        return workflow;
    }

    String trigger(String workflow) {
        return trigger(workflow, "{\"input\": 1}");
    }

    String trigger(String workflow, String data) {
        return runs.enqueue(new NewRun(workflow, null, null, TriggeredBy.API, data, null, false, null))
                .executionId();
    }

    String add(Definition definition) {
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
    void awaitEnd(String workflow) throws InterruptedException {
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

    static Definition chain(int nodes) {
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

    static Node step(int number) {
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
