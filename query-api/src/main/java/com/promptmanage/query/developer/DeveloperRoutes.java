package com.promptmanage.query.developer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.history.HistoryQuery;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Routes;
import com.promptmanage.topics.money.NanoUsd;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;

/** {@code GET /api/token-tracking/developers}: what is spent by coding agents, by developer and model. */
public final class DeveloperRoutes implements Routes {

    private static final int ROWS_MAX = 2_000;

    private final Authentication authentication;

    private final AccountZones zones;

    private final ShownHistory shown;

    private final AgentUses uses;

    public DeveloperRoutes(Authentication authentication, AccountZones zones, ShownHistory shown, Database database) {
        this.authentication = authentication;
        this.zones = zones;
        this.shown = shown;
        this.uses = new AgentUses(database);
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/token-tracking/developers", this::developers);
    }

    private void developers(Context ctx) {
        var faults = new Faults();
        HistoryQuery query = HistoryQuery.read(
                ctx, ctx.queryParam("teamId"), authentication.caller(ctx), HistoryQuery.TO_SEE, zones, shown, faults);
        faults.check();
        List<AgentUse> found = uses.read(query, ROWS_MAX);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        write(json.putObject("summary").put("developers", found.getFirst().developers()), found.getFirst());
        var list = json.putArray("developers");
        found.stream()
                .skip(1)
                .forEach(use -> write(
                        list.addObject()
                                .put("userId", use.userId())
                                .put("model", use.model())
                                .put("agent", use.agent()),
                        use));
        ctx.json(json.putNull("nextCursor"));
    }

    private static void write(ObjectNode json, AgentUse use) {
        json.put("sessions", use.sessions());
        json.put("runs", use.runs());
        json.put("unpricedRuns", use.unpriced());
        json.put("totalTokens", use.tokens());
        money(json, "cost", use.costNanoUsd());
        json.put("reportedRuns", use.reported());
        money(json, "reportedCost", use.reportedNanoUsd());
        json.put("comparedRuns", use.compared());
        money(json, "reportedOfCompared", use.reportedOfComparedNanoUsd());
        money(json, "costOfReported", use.costOfReportedNanoUsd());
    }

    private static void money(ObjectNode json, String name, long nanoUsd) {
        json.put(name, new NanoUsd(nanoUsd).toUsd()).put(name + "NanoUsd", nanoUsd);
    }
}
