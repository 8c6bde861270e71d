package com.promptmanage.query.execution;

import com.promptmanage.query.execution.WorkflowAnalytics.Range;
import com.promptmanage.query.request.DateRange;
import com.promptmanage.query.request.TimeZones;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.routing.Asked;
import com.promptmanage.query.routing.ExecutionRouting;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.tier.Tiers;
import com.promptmanage.topics.account.Account;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/workflow-analytics}: how the executions of an account's workflows have gone, from what the streams have added
 * up. They are known as long as usage is, also when the runner has deleted them.
 */
public final class WorkflowAnalyticsRoutes implements Routes {

    /** What describes the route. */
    public static final String OPEN_API = "openapi/query-executions.yaml";

    private static final Duration RANGE_USUAL = Duration.ofDays(30);

    private static final int DAYS_MAX = 400;

    private final Authentication authentication;

    private final ExecutionRouting routing;

    private final AccountZones zones;

    private final ShownHistory shown;

    private final Clock clock;

    /** @param tiers that say how far back an account is shown */
    public WorkflowAnalyticsRoutes(
            Authentication authentication, ExecutionRouting routing, AccountZones zones, Tiers tiers, Clock clock) {
        this.authentication = authentication;
        this.routing = routing;
        this.zones = zones;
        this.shown = ShownHistory.ofWorkflows(tiers, clock);
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/workflow-analytics", this::get);
    }

    private void get(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account account = account(ctx, caller);
        var faults = new Faults();
        @Nullable String workflowId = ctx.queryParam("workflowId");
        if (workflowId != null && !Account.isId(workflowId)) {
            faults.add("workflowId", "is not an id", "Send 1 to 256 characters, none of them a control character.");
        }
        Range wanted = range(ctx, zone(ctx, account, caller, faults), faults);
        faults.check();
        Range range = shown(ctx, account, wanted);
        routing.answer(
                ctx,
                account,
                reads -> ctx.json(
                        workflowId == null
                                ? WorkflowAnalytics.ofAll(
                                        account, range, reads.workflows(account, range.fromMs(), range.toMs()))
                                : WorkflowAnalytics.ofOne(
                                        account,
                                        workflowId,
                                        range,
                                        reads.workflow(
                                                account, workflowId, range.fromMs(), range.toMs(), range.zone()))));
    }

    /** Rights come before the rest: a stranger is told nothing, not even what is wrong with the query. */
    private static Account account(Context ctx, Caller caller) {
        var faults = new Faults();
        Optional<Asked> asked = Asked.of(caller, ctx.queryParam("teamId"), ctx.queryParam("userId"), faults);
        faults.check();
        Asked about = asked.orElseThrow();
        Permissions.requireQuery(caller, about.account());
        if (about.member() != null) {
            throw ProblemException.invalid(
                    "userId", "names one member of a team", "Leave it out: a team's workflows belong to all of it.");
        }
        return about.account();
    }

    private ZoneId zone(Context ctx, Account account, Caller caller, Faults faults) {
        String name = ctx.queryParam("timezone");
        if (name == null) {
            return zones.of(account, caller);
        }
        Optional<ZoneId> zone = TimeZones.parse(name);
        if (zone.isEmpty()) {
            faults.add("timezone", "is not a time zone", TimeZones.REMEDY);
        }
        return zone.orElse(TimeZones.UTC);
    }

    private Range shown(Context ctx, Account account, Range wanted) {
        boolean isExplicit = ctx.queryParam("startDate") != null || ctx.queryParam("endDate") != null;
        @Nullable Instant from = shown.from(ctx, account, wanted.from(), isExplicit);
        return from == null ? wanted : new Range(from, wanted.to(), wanted.zone());
    }

    private Range range(Context ctx, ZoneId zone, Faults faults) {
        DateRange asked = DateRange.read(ctx, zone, faults);
        Instant to = asked.to() == null ? clock.instant() : asked.to();
        Instant from = asked.from() == null ? to.minus(RANGE_USUAL) : asked.from();
        if (DateRange.isLonger(from, to, DAYS_MAX, zone)) {
            faults.add(
                    "startDate", "is more than %d days before endDate".formatted(DAYS_MAX), "Ask for a shorter range.");
        }
        return new Range(from, to, zone);
    }
}
