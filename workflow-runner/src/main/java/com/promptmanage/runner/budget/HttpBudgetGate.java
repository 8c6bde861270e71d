package com.promptmanage.runner.budget;

import com.promptmanage.runner.work.BudgetGate;
import com.promptmanage.service.access.ApiKeys;
import com.promptmanage.service.access.ServiceKey;
import com.promptmanage.service.budget.BudgetClient;
import com.promptmanage.service.budget.Reservations;
import com.promptmanage.service.database.Database;
import java.net.URI;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/** What the budgets say of a node's next paid call. */
public final class HttpBudgetGate implements BudgetGate, AutoCloseable {

    private final BudgetClient client;

    private final OutboxPlaces places;

    private final ReservingGate gate;

    /**
     * @param nodesMax how many nodes the worker runs at the same time, some of which may wait for others
     * @param kafkaSettings {@code bootstrap.servers} at least; it need not be there yet
     */
    public HttpBudgetGate(
            ApiKeys keys, Database database, Clock clock, int nodesMax, Map<String, Object> kafkaSettings) {
        this.client = new BudgetClient(new ServiceKey(keys, "workflow-runner", clock), database, clock);
        this.places = OutboxPlaces.start(database, kafkaSettings);
        this.gate = new ReservingGate(
                client::ask,
                new Reservations(System::nanoTime),
                places,
                WaitingCalls.among(nodesMax),
                Thread::sleep,
                clock);
    }

    /** @param query where the query API is */
    public void askAt(URI query) {
        client.askAt(query, Optional.empty());
    }

    @Override
    public Verdict check(Planned call) throws InterruptedException {
        return gate.check(call);
    }

    @Override
    public void close() {
        client.close();
        places.close();
    }
}
