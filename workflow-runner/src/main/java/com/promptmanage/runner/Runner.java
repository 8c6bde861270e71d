package com.promptmanage.runner;

import com.promptmanage.runner.definition.DefinitionFault;
import com.promptmanage.runner.definition.Reading;
import com.promptmanage.runner.http.WorkflowApi;
import com.promptmanage.runner.journal.CallLedger;
import com.promptmanage.runner.journal.EndOutputs;
import com.promptmanage.runner.journal.NodeJournal;
import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.journal.Versions;
import com.promptmanage.runner.node.NodeExecutor;
import com.promptmanage.runner.template.AccountSetup;
import com.promptmanage.runner.trigger.ContinuousRuns;
import com.promptmanage.runner.trigger.EventFilters;
import com.promptmanage.runner.trigger.EventTriggers;
import com.promptmanage.runner.trigger.HookSecrets;
import com.promptmanage.runner.trigger.Scheduler;
import com.promptmanage.runner.trigger.Schedules;
import com.promptmanage.runner.work.BudgetGate;
import com.promptmanage.runner.work.Engine;
import com.promptmanage.runner.work.Expressions;
import com.promptmanage.runner.work.NodeWork;
import com.promptmanage.runner.work.Prices;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.id.Ids;
import com.promptmanage.service.tier.Tiers;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Everything that runs workflows in one process: the workers, what triggers them, and the routes. Closed before the server that
 * the routes are mounted in: its live streams are requests, and a server waits for those.
 */
public final class Runner implements AutoCloseable {

    private final Engine engine;

    private final Scheduler scheduler;

    private final EventTriggers events;

    private final WorkflowApi api;

    /**
     * What the engine is given, and does not know by itself.
     *
     * @param executor does what nodes do, those of loops and delays excepted
     * @param check tells everything that is wrong with a definition
     * @param seal for the secrets of hooks
     * @param setup what accounts have of what workflows name
     */
    public record Parts(
            NodeExecutor executor,
            Expressions expressions,
            Prices prices,
            BudgetGate budgets,
            Function<Reading, List<DefinitionFault>> check,
            HookSecrets.Seal seal,
            AccountSetup setup) {}

    private Runner(Engine engine, Scheduler scheduler, EventTriggers events, WorkflowApi api) {
        this.engine = engine;
        this.scheduler = scheduler;
        this.events = events;
        this.api = api;
    }

    /** @param kafkaSettings of the consumer of events, {@code bootstrap.servers} at least */
    public static Runner start(
            Database database,
            Authentication authentication,
            Tiers tiers,
            Map<String, Object> kafkaSettings,
            Parts parts,
            Engine.Options options,
            MeterRegistry meters,
            Clock clock) {
        var ids = new Ids(clock);
        var versions = new Versions();
        var runs = new Runs(database, tiers, versions, ids, clock);
        // What the workers do between their nodes waits for turns, too: a thousand may end at once.
        var runsOfWorkers = new Runs(database.background(), tiers, versions, ids, clock);
        var work = new NodeWork(
                new NodeJournal(database, versions, ids, clock),
                new CallLedger(database, versions, clock),
                parts.executor(),
                parts.budgets(),
                parts.prices(),
                parts.expressions(),
                clock,
                RandomGenerator.getDefault());
        new HookSecrets(database, parts.seal(), clock).sealAnew();
        var goesOn = new ContinueWhile(new EndOutputs(database), parts.expressions());
        InstantSource databaseClock = Schedules.databaseClock(database);
        var schedules = new Schedules(database, databaseClock);
        return new Runner(
                Engine.start(database, runsOfWorkers, work, options, meters),
                Scheduler.start(schedules, runs, new ContinuousRuns(runs, goesOn), meters, databaseClock),
                EventTriggers.start(kafkaSettings, new EventFilters(database), runs),
                new WorkflowApi(
                        database, authentication, tiers, runs, parts.check(), parts.seal(), parts.setup(), ids, clock));
    }

    public Routes routes() {
        return api;
    }

    /** For a check of readiness. */
    public boolean isAlive() {
        return engine.isAlive() && scheduler.isAlive() && events.isAlive();
    }

    @Override
    public void close() {
        api.close();
        events.close();
        scheduler.close();
        engine.close();
    }
}
