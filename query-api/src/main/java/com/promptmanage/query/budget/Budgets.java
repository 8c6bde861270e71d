package com.promptmanage.query.budget;

import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Routes;
import java.time.Clock;
import java.util.List;

/** Everything about budgets, put together: {@code /budgets}, {@code /budget} with its recommendation, and {@code /check}. */
public final class Budgets {

    private final List<Routes> routes;

    public Budgets(Database database, Access access, AccountRouting routing, AccountZones zones, Clock clock) {
        var authentication = access.authentication();
        var table = new BudgetTable(database, access.tiers(), clock);
        var promptLimits = new PromptLimits(table, access.tiers(), database.waits());
        this.routes = List.of(
                new BudgetRoutes(authentication, routing, zones, table, clock),
                new LiteLlmBudgetRoutes(authentication, zones, table, clock),
                new SingleBudgetRoutes(authentication, routing, zones, table, promptLimits, clock),
                new RecommendationRoutes(authentication, routing, zones, clock),
                new CheckRoutes(authentication, routing, promptLimits, clock));
    }

    public List<Routes> routes() {
        return routes;
    }
}
