package com.promptmanage.query.history;

import com.promptmanage.query.history.UsageHistory.Place;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code GET /api/token-tracking/usage}: recent activity, the newest first or in another order. */
public final class UsageRoutes implements Routes {

    private static final int LIMIT_MAX = 500;

    private static final int LIMIT_DEFAULT = 50;

    private final Authentication authentication;

    private final AccountZones zones;

    private final ShownHistory shown;

    private final UsageHistory history;

    public UsageRoutes(Authentication authentication, AccountZones zones, ShownHistory shown, UsageHistory history) {
        this.authentication = authentication;
        this.zones = zones;
        this.shown = shown;
        this.history = history;
    }

    private record Page(List<UsageEntry> usage, @Nullable String nextCursor) {}

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/token-tracking/usage", this::usage);
    }

    private void usage(Context ctx) {
        var faults = new Faults();
        HistoryQuery query = HistoryQuery.read(
                ctx, ctx.queryParam("teamId"), authentication.caller(ctx), HistoryQuery.TO_SEE, zones, shown, faults);
        HistoryOrder order = HistoryOrder.read(ctx, faults);
        @Nullable Place place = HistoryCursor.read(ctx.queryParam("cursor"), order, faults);
        int limit = limit(ctx.queryParam("limit"), faults);
        faults.check();
        // One more than wanted tells whether there is another page.
        List<UsageEntry> found = history.after(query, order, place, limit + 1);
        List<UsageEntry> page = found.subList(0, Math.min(limit, found.size()));
        ctx.json(new Page(
                page, found.size() <= limit ? null : HistoryCursor.write(Place.of(page.getLast(), order), order)));
    }

    private static int limit(@Nullable String text, Faults faults) {
        if (text == null) {
            return LIMIT_DEFAULT;
        }
        if (text.matches("\\d{1,3}")) {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= LIMIT_MAX) {
                return limit;
            }
        }
        faults.add("limit", "is not a number of events", "Send 1 to %d.".formatted(LIMIT_MAX));
        return LIMIT_DEFAULT;
    }
}
