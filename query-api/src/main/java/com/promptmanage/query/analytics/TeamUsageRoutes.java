package com.promptmanage.query.analytics;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.request.PathTeam;
import com.promptmanage.query.request.TimeZones;
import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.query.usage.RangeParameters;
import com.promptmanage.query.usage.StatsRange;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Routes;
import com.promptmanage.topics.account.Account;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code GET /api/teams/{id}/usage}: what a team spends, for its owners and admins. */
public final class TeamUsageRoutes implements Routes {

    private static final int DAYS_DEFAULT = 30;

    private final Access access;

    private final AccountRouting routing;

    private final AccountZones zones;

    private final ShownHistory shown;

    private final TeamMembers members;

    private final Clock clock;

    public TeamUsageRoutes(
            Database database,
            Access access,
            AccountRouting routing,
            AccountZones zones,
            ShownHistory shown,
            Clock clock) {
        this.access = access;
        this.routing = routing;
        this.zones = zones;
        this.shown = shown;
        this.members = new TeamMembers(database);
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/teams/{id}/usage", this::usage);
    }

    private void usage(Context ctx) {
        Caller caller = access.authentication().caller(ctx);
        Account team = PathTeam.of(ctx);
        Permissions.requireQuery(caller, team);
        access.tiers().of(team).requireMemberAnalytics();
        var faults = new Faults();
        ZoneId zone = TimeZones.read(ctx, () -> zones.of(team, caller), faults);
        Interval interval = interval(ctx, faults);
        Instant now = clock.instant();
        Optional<StatsRange> wanted = range(ctx, zone, now, faults);
        faults.check();
        StatsRange range = shown(ctx, team, wanted.orElseThrow());
        routing.answer(ctx, team, reads -> {
            AccountUsage usage = AccountUsage.read(reads, team, range, now);
            ObjectNode json = JsonNodeFactory.instance.objectNode().put("teamId", team.id());
            json.setAll(TeamUsageJson.of(
                    usage,
                    members.read(caller.scope(team), team),
                    access.tiers().of(team).features().seats()));
            json.putObject("period")
                    .put("start", Instant.ofEpochMilli(range.fromMs()).toString())
                    .put("end", Instant.ofEpochMilli(range.toMs()).toString())
                    .put("timezone", zone.getId());
            json.put("interval", interval.code());
            json.set("series", TeamUsageJson.series(usage.series(range, interval, now)));
            ctx.json(json.put("asOf", now.toString()));
        });
    }

    private static Optional<StatsRange> range(Context ctx, ZoneId zone, Instant now, Faults faults) {
        if (Stream.of("period", "startDate", "endDate").allMatch(name -> ctx.queryParam(name) == null)) {
            LocalDate today = now.atZone(zone).toLocalDate();
            return Optional.of(StatsRange.days(today.minusDays(DAYS_DEFAULT - 1L), today, zone));
        }
        return RangeParameters.read(ctx, zone, now, faults);
    }

    private StatsRange shown(Context ctx, Account team, StatsRange range) {
        boolean isExplicit = ctx.queryParam("startDate") != null;
        shown.from(ctx, team, Instant.ofEpochMilli(range.fromMs()), isExplicit);
        @Nullable Instant first = shown.from(ctx, team, Instant.ofEpochMilli(range.previousFromMs()), false);
        return first == null ? range : range.notBefore(first.toEpochMilli());
    }

    private static Interval interval(Context ctx, Faults faults) {
        @Nullable String code = ctx.queryParam("interval");
        Optional<Interval> interval = Interval.parse(code == null ? Interval.DAY.code() : code);
        if (interval.isEmpty()) {
            faults.add("interval", "is not known", "Use day, week or month.");
        }
        return interval.orElse(Interval.DAY);
    }
}
