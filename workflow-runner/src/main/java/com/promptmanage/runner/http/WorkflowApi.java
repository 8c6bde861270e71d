package com.promptmanage.runner.http;

import com.promptmanage.runner.definition.DefinitionFault;
import com.promptmanage.runner.definition.Reading;
import com.promptmanage.runner.journal.ExecutionRecords;
import com.promptmanage.runner.journal.GivenInputs;
import com.promptmanage.runner.journal.ListedOutputs;
import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.journal.Sharing;
import com.promptmanage.runner.journal.Workflows;
import com.promptmanage.runner.template.AccountSetup;
import com.promptmanage.runner.template.Deployer;
import com.promptmanage.runner.template.SetupRules;
import com.promptmanage.runner.template.TemplateCatalogue;
import com.promptmanage.runner.trigger.HookSecrets;
import com.promptmanage.runner.trigger.Schedules;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.id.Ids;
import com.promptmanage.service.tier.Tiers;
import io.javalin.config.RoutesConfig;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;

/** Everything about workflows and executions over HTTP, put together. Closed before the server that it is mounted in. */
public final class WorkflowApi implements Routes, AutoCloseable {

    /** What describes these routes. */
    public static final String OPEN_API = "openapi/workflow-runner.yaml";

    private final List<Routes> parts;

    private final StreamRoutes streams;

    /**
     * @param check tells everything that is wrong with a definition that was read
     * @param seal for the secrets of hooks
     * @param setup what accounts have of what workflows and templates ask for
     */
    public WorkflowApi(
            Database database,
            Authentication authentication,
            Tiers tiers,
            Runs runs,
            Function<Reading, List<DefinitionFault>> check,
            HookSecrets.Seal seal,
            AccountSetup setup,
            Ids ids,
            Clock clock) {
        var workflows = new Workflows(database, clock);
        var sharing = new Sharing(database, clock);
        var records = new ExecutionRecords(database);
        var history = new ShownHistory(tiers, clock);
        var access = new WorkflowAccess(authentication, tiers, workflows, sharing, records, history);
        var gate = new DefinitionGate(check, new SetupRules(setup));
        // By which schedules are fired: a process whose own is wrong must not say when they are.
        InstantSource databaseClock = Schedules.databaseClock(database);
        this.streams = new StreamRoutes(access, records);
        this.parts = List.of(
                new WorkflowRoutes(access, workflows, gate, ids, clock),
                new TemplateRoutes(access, workflows, TemplateCatalogue.load(), new Deployer(check, setup), ids, clock),
                new VersionRoutes(access, workflows, gate),
                new SharingRoutes(access, sharing, clock),
                new RunRoutes(access, workflows, runs, records, history),
                new NodeInputRoutes(access, new GivenInputs(database), clock),
                new ScheduleRoutes(access, new Schedules(database, databaseClock), databaseClock),
                new HookRoutes(access, new HookSecrets(database, seal, clock), runs, clock),
                new AnalyticsRoutes(access, records, history, clock),
                new OutputRoutes(access, new ListedOutputs(database), history, clock),
                streams);
    }

    @Override
    public void addTo(RoutesConfig routes) {
        parts.forEach(part -> part.addTo(routes));
    }

    @Override
    public void close() {
        streams.close();
    }
}
