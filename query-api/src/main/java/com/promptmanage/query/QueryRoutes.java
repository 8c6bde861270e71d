package com.promptmanage.query;

import com.promptmanage.query.analytics.TeamUsageRoutes;
import com.promptmanage.query.budget.Budgets;
import com.promptmanage.query.model.EstimateRoutes;
import com.promptmanage.query.model.ModelRoutes;
import com.promptmanage.query.price.PriceOverrideRoutes;
import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.saving.SuggestionRoutes;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.query.usage.StatsRoutes;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Routes;
import io.javalin.config.RoutesConfig;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * Every route of the query API: the list of its parts, each of which adds its own.
 *
 * @param parts one for each concept, in the order of {@code openapi/query-api.yaml}
 */
public record QueryRoutes(List<Routes> parts) implements Routes {

    /** What describes these routes, for {@code OpenApi}. */
    public static final String OPEN_API = "openapi/query-api.yaml";

    public QueryRoutes {
        parts = List.copyOf(parts);
    }

    /** What is answered from the stream's state, and what people set for it. */
    public static QueryRoutes of(Database database, Access access, AccountRouting routing, Clock clock) {
        var authentication = access.authentication();
        var zones = new AccountZones(database);
        var parts = new ArrayList<Routes>();
        var shown = new ShownHistory(access.tiers(), clock);
        parts.add(new StatsRoutes(database, authentication, routing, zones, shown, access.tiers(), clock));
        parts.add(new SuggestionRoutes(authentication, routing, zones, shown, clock));
        parts.add(new TeamUsageRoutes(database, access, routing, zones, shown, clock));
        parts.addAll(new Budgets(database, access, routing, zones, clock).routes());
        parts.add(new PriceOverrideRoutes(database, authentication, clock));
        parts.add(new EstimateRoutes(authentication, routing, clock));
        parts.add(new ModelRoutes(authentication, routing, clock));
        return new QueryRoutes(parts);
    }

    /** With the routes of other parts after these. */
    public QueryRoutes and(List<? extends Routes> others) {
        var all = new ArrayList<Routes>(parts);
        all.addAll(others);
        return new QueryRoutes(all);
    }

    @Override
    public void addTo(RoutesConfig routes) {
        parts.forEach(part -> part.addTo(routes));
    }
}
