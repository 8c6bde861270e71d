package com.promptmanage.query.saving;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.request.TimeZones;
import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.routing.Asked;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.query.usage.RangeParameters;
import com.promptmanage.query.usage.StatsRange;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Problem.Kind;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import com.promptmanage.topics.account.Account;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code GET /api/token-tracking/suggestions}: how an account could spend less. */
public final class SuggestionRoutes implements Routes {

    private final Authentication authentication;

    private final AccountRouting routing;

    private final AccountZones zones;

    private final ShownHistory shown;

    private final Clock clock;

    public SuggestionRoutes(
            Authentication authentication,
            AccountRouting routing,
            AccountZones zones,
            ShownHistory shown,
            Clock clock) {
        this.authentication = authentication;
        this.routing = routing;
        this.zones = zones;
        this.shown = shown;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/token-tracking/suggestions", this::suggest);
    }

    private void suggest(Context ctx) {
        Caller caller = authentication.caller(ctx);
        var first = new Faults();
        Optional<Asked> asked = Asked.of(caller, ctx.queryParam("teamId"), ctx.queryParam("userId"), first);
        first.check();
        Account account = asked.orElseThrow().account();
        Permissions.requireQuery(caller, account);
        if (asked.get().member() != null) {
            throw new ProblemException(
                    Kind.UNSUPPORTED_GROUP_BY,
                    "One member's part is not known by model, so nothing can be suggested for it: leave userId out");
        }
        var faults = new Faults();
        ZoneId zone = TimeZones.read(ctx, () -> zones.of(account, caller), faults);
        Instant now = clock.instant();
        Optional<StatsRange> wanted = RangeParameters.read(ctx, zone, now, faults);
        faults.check();
        StatsRange range = shown(ctx, account, wanted.orElseThrow());
        routing.answer(ctx, account, reads -> {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.putObject("range")
                    .put("start", Instant.ofEpochMilli(range.fromMs()).toString())
                    .put("end", Instant.ofEpochMilli(range.toMs()).toString())
                    .put("timezone", zone.getId());
            SavingsJson.write(
                    json, Savings.read(reads, account, range.fromMs(), range.toMs(), zone, now.toEpochMilli()));
            ctx.json(json.put("asOf", now.toString()));
        });
    }

    private StatsRange shown(Context ctx, Account account, StatsRange range) {
        @Nullable
        Instant from =
                shown.from(ctx, account, Instant.ofEpochMilli(range.fromMs()), ctx.queryParam("startDate") != null);
        return from == null ? range : range.notBefore(from.toEpochMilli());
    }
}
