package com.promptmanage.query.usage;

import com.promptmanage.query.request.TimeZones;
import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.routing.Asked;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.query.usage.StatsQuery.Part;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Problem.Kind;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.tier.Tiers;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code GET /api/token-tracking/stats}. */
public final class StatsRoutes implements Routes {

    private final Authentication authentication;

    private final AccountRouting routing;

    private final AccountZones zones;

    private final ShownHistory shown;

    private final Tiers tiers;

    private final HistoryStats history;

    private final Clock clock;

    public StatsRoutes(
            Database database,
            Authentication authentication,
            AccountRouting routing,
            AccountZones zones,
            ShownHistory shown,
            Tiers tiers,
            Clock clock) {
        this.history = new HistoryStats(database);
        this.authentication = authentication;
        this.routing = routing;
        this.zones = zones;
        this.shown = shown;
        this.tiers = tiers;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/token-tracking/stats", this::stats);
    }

    private void stats(Context ctx) {
        Caller caller = authentication.caller(ctx);
        StatsQuery query = query(ctx, caller);
        requireOffered(query);
        if (!query.isInLedger()) {
            answer(ctx, query, history.read(caller.scope(query.account()), query, clock.instant()));
            return;
        }
        routing.answer(ctx, query.account(), reads -> {
            Instant now = clock.instant();
            requireSeen(reads, query);
            answer(ctx, query, LedgerStats.read(reads, query, now));
        });
    }

    private void answer(Context ctx, StatsQuery query, Stats stats) {
        boolean tellsPrompts = tiers.of(query.account()).features().topPrompts();
        ctx.json(StatsAnswer.of(query, tellsPrompts ? stats : stats.withoutPrompts()));
    }

    private void requireOffered(StatsQuery query) {
        if (query.account().isTeam() && query.groupBy().equals(new GroupBy.By(Dimension.MEMBER))) {
            tiers.of(query.account()).requireMemberAnalytics();
        }
    }

    /** Spend is seen by the tags that an account has chosen, and by those that one of its budgets limits. */
    private static void requireSeen(AccountReads reads, StatsQuery query) {
        if (query.groupBy() instanceof GroupBy.By(var dimension)) {
            requireSeen(reads, query, dimension);
        }
        requireSeen(reads, query, query.dimension());
    }

    private static void requireSeen(AccountReads reads, StatsQuery query, Dimension dimension) {
        if (dimension.tag() == null) {
            return;
        }
        boolean isSeen = reads.settings(query.account()).tags().contains(dimension.tag())
                || reads.definitions(query.account()).stream()
                        .anyMatch(budget -> budget.dimension().equals(dimension));
        if (!isSeen) {
            throw new ProblemException(
                    Kind.UNSUPPORTED_GROUP_BY,
                    "%s does not see its spend by tag '%s': choose the tag for the account, or make a budget by it"
                            .formatted(query.account(), dimension.tag()));
        }
    }

    /** Rights come before the rest: a stranger is told nothing, not even what is wrong with the query. */
    private StatsQuery query(Context ctx, Caller caller) {
        var faults = new Faults();
        Optional<Asked> asked = Asked.of(caller, ctx.queryParam("teamId"), ctx.queryParam("userId"), faults);
        asked.ifPresent(about -> {
            if (about.member() == null) {
                Permissions.requireQuery(caller, about.account());
            } else {
                Permissions.requireQuery(caller, about.account(), about.member());
            }
        });
        List<Part> parts =
                PartParameters.read(ctx, asked.flatMap(about -> Optional.ofNullable(about.member())), faults);
        Optional<ZoneId> zone = zone(ctx, caller, asked, faults);
        Optional<GroupBy> groupBy = groupBy(ctx, faults);
        Optional<StatsRange> range = RangeParameters.read(ctx, zone.orElse(TimeZones.UTC), clock.instant(), faults);
        faults.check();
        Asked about = asked.orElseThrow();
        return new StatsQuery(
                about.account(), parts, shown(ctx, about.account(), range.orElseThrow()), groupBy.orElseThrow());
    }

    /** What it is compared with is cut without a word: it was not asked for by name. */
    private StatsRange shown(Context ctx, Account account, StatsRange range) {
        Instant wanted = Instant.ofEpochMilli(range.fromMs());
        shown.from(ctx, account, wanted, ctx.queryParam("startDate") != null);
        @Nullable Instant first = shown.from(ctx, account, Instant.ofEpochMilli(range.previousFromMs()), false);
        return first == null ? range : range.notBefore(first.toEpochMilli());
    }

    private Optional<ZoneId> zone(Context ctx, Caller caller, Optional<Asked> asked, Faults faults) {
        String name = ctx.queryParam("timezone");
        if (name == null) {
            return asked.map(about -> zones.of(about.account(), caller));
        }
        Optional<ZoneId> zone = TimeZones.parse(name);
        if (zone.isEmpty()) {
            faults.add("timezone", "is not a time zone", TimeZones.REMEDY);
        }
        return zone;
    }

    private static Optional<GroupBy> groupBy(Context ctx, Faults faults) {
        String name = ctx.queryParam("groupBy");
        Optional<GroupBy> groupBy = GroupBy.parse(name == null ? "day" : name);
        if (groupBy.isEmpty()) {
            faults.add("groupBy", "is not known", "Use one of " + GroupBy.NAMES + ".");
        }
        return groupBy;
    }
}
