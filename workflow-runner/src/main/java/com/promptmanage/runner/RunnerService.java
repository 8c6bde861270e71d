package com.promptmanage.runner;

import com.promptmanage.runner.budget.HttpBudgetGate;
import com.promptmanage.runner.http.WorkflowApi;
import com.promptmanage.runner.source.DataSources;
import com.promptmanage.runner.work.Engine;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.id.Ids;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.secret.SecretBox;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The workflow runner put together: what nodes do, the workers, the triggers, the budgets that are asked, the routes. The same
 * for a process of its own and for one that runs everything. Closed before the server that the routes are mounted in.
 */
public final class RunnerService implements AutoCloseable {

    /** What describes the routes. */
    public static final List<String> OPEN_API = List.of(WorkflowApi.OPEN_API, DataSources.OPEN_API);

    private final Nodes nodes;

    private final HttpBudgetGate budgets;

    private final Runner runner;

    private final List<Routes> routes;

    /**
     * What it works with, and does not close.
     *
     * @param guarded for addresses that tenants give
     * @param trusted for those that the operator gives, which may lead inside
     * @param mailer empty if the operator has set up no mail
     */
    public record Means(
            Database database,
            Access access,
            Outbound guarded,
            Outbound trusted,
            Optional<Mailer> mailer,
            SecretBox secrets,
            MeterRegistry meters,
            Clock clock) {}

    private RunnerService(Nodes nodes, HttpBudgetGate budgets, Runner runner, List<Routes> routes) {
        this.nodes = nodes;
        this.budgets = budgets;
        this.runner = runner;
        this.routes = List.copyOf(routes);
    }

    /** Begins to work. Neither Kafka nor the query API need be there yet. */
    public static RunnerService start(Means means, RunnerSettings settings) {
        Clock clock = means.clock();
        var nodes = new Nodes(
                means.database(),
                means.secrets(),
                means.guarded(),
                means.trusted(),
                means.mailer(),
                settings.models(),
                clock);
        nodes.start();
        Map<String, Object> kafka = Map.of("bootstrap.servers", settings.bootstrapServers());
        var budgets = new HttpBudgetGate(
                means.access().keys(), means.database().background(), clock, settings.nodesMax(), kafka);
        settings.query().ifPresent(budgets::askAt);
        Runner runner = Runner.start(
                means.database(),
                means.access().authentication(),
                means.access().tiers(),
                kafka,
                nodes.parts(budgets),
                new Engine.Options(
                        new Ids(clock).next("runner"),
                        settings.lease(),
                        settings.nodesMax(),
                        settings.history(),
                        settings.stop()),
                means.meters(),
                clock);
        var routes = new ArrayList<Routes>(
                nodes.routes(means.access().authentication(), means.access().tiers()));
        routes.add(runner.routes());
        return new RunnerService(nodes, budgets, runner, routes);
    }

    public List<Routes> routes() {
        return routes;
    }

    /** For a check of readiness. */
    public boolean isAlive() {
        return runner.isAlive();
    }

    /** Until it is known where, a budget that wants calls blocked while it does not answer blocks them. */
    public void askBudgetsAt(URI query) {
        budgets.askAt(query);
    }

    /** Takes on nothing more, ends what it does or gives it back, and then lets go of the rest. */
    @Override
    public void close() {
        runner.close();
        budgets.close();
        nodes.close();
    }
}
