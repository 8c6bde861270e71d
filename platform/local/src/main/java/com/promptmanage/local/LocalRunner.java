package com.promptmanage.local;

import com.promptmanage.runner.Nodes;
import com.promptmanage.runner.Runner;
import com.promptmanage.runner.budget.HttpBudgetGate;
import com.promptmanage.runner.model.ModelSettings;
import com.promptmanage.runner.work.BudgetGate;
import com.promptmanage.runner.work.Engine;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.secret.SecretBox;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The workflow runner of a local system. Models are simulated, and say so: there is no key here. The budgets are asked over HTTP,
 * as anywhere, from when the server that answers is there.
 */
final class LocalRunner implements AutoCloseable {

    private final Running running = new Running();

    private final AtomicReference<BudgetGate> budgets = new AtomicReference<>(BudgetGate.OPEN);

    private final Runner runner;

    private final List<Routes> routes;

    /** Begins to work. */
    LocalRunner(
            Database database,
            Access access,
            Outbound outbound,
            Optional<Mailer> mailer,
            SecretBox secrets,
            String bootstrapServers,
            MeterRegistry meters,
            Clock clock) {
        var nodes =
                running.add(new Nodes(database, secrets, outbound, outbound, mailer, ModelSettings.SIMULATED, clock));
        nodes.start();
        runner = running.add(Runner.start(
                database,
                access.authentication(),
                Map.of("bootstrap.servers", bootstrapServers),
                nodes.parts(call -> budgets.get().check(call)),
                new Engine.Options("local", Duration.ofSeconds(15), 500, Duration.ofDays(90)),
                meters,
                clock));
        var all = new ArrayList<Routes>(nodes.routes(access.authentication()));
        all.add(runner.routes());
        routes = List.copyOf(all);
    }

    List<Routes> routes() {
        return routes;
    }

    boolean isAlive() {
        return runner.isAlive();
    }

    void askBudgetsAt(URI query, String apiKey, Database database, Clock clock) {
        budgets.set(running.add(new HttpBudgetGate(query, apiKey, database, clock)));
    }

    @Override
    public void close() {
        running.close();
    }
}
