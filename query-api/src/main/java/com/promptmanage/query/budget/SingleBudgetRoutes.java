package com.promptmanage.query.budget;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.request.Fields;
import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.routing.Asked;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.money.NanoUsd;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code /api/token-tracking/budget}: the plain form of an account's budget. */
final class SingleBudgetRoutes implements Routes {

    private static final String PATH = "/api/token-tracking/budget";

    private static final long BODY_BYTES_MAX = 16 << 10;

    private final Authentication authentication;

    private final AccountRouting routing;

    private final AccountZones zones;

    private final BudgetTable table;

    private final PromptLimits promptLimits;

    private final Clock clock;

    SingleBudgetRoutes(
            Authentication authentication,
            AccountRouting routing,
            AccountZones zones,
            BudgetTable table,
            PromptLimits promptLimits,
            Clock clock) {
        this.authentication = authentication;
        this.routing = routing;
        this.zones = zones;
        this.table = table;
        this.promptLimits = promptLimits;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get(PATH, this::get);
        routes.put(PATH, this::put);
    }

    private void get(Context ctx) {
        Caller caller = authentication.caller(ctx);
        var faults = new Faults();
        Account account = account(caller, ctx.queryParam("entityType"), ctx.queryParam("entityId"), faults);
        faults.check();
        Permissions.require(caller, Action.VIEW_USAGE, account);
        ZoneId zone = zones.of(account, caller);
        routing.answer(ctx, account, reads -> {
            SingleBudget budget = SingleBudget.of(account, table.holdings(caller.scope(account), account));
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.set("budget", budget.isEmpty() ? null : json(account, budget, zone, Optional.of(reads)));
            ctx.json(json);
        });
    }

    private void put(Context ctx) {
        Caller caller = authentication.caller(ctx);
        var faults = new Faults();
        Fields fields = Fields.of(RequestBody.bytes(ctx, BODY_BYTES_MAX), faults);
        Account account = account(
                caller,
                fields.text("entityType").orElse(ctx.queryParam("entityType")),
                fields.text("entityId").orElse(ctx.queryParam("entityId")),
                faults);
        SingleBudget.Request request = SingleBudget.Request.read(fields);
        faults.check();
        Permissions.require(caller, Action.MANAGE_BUDGETS, account);
        Scope scope = caller.scope(account);
        ZoneId zone = zones.of(account, caller);
        BudgetTable.Holdings after = table.rework(
                scope,
                account,
                authentication.actor(ctx),
                before -> SingleBudget.of(account, before).change(fields, request, account, zone));
        promptLimits.forget(account);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("success", true);
        json.set("budget", json(account, SingleBudget.of(account, after), zone, routing.here(account)));
        ctx.json(json);
    }

    private static Account account(
            Caller caller, @Nullable String entityType, @Nullable String entityId, Faults faults) {
        Account own = Asked.own(caller);
        String type = entityType == null ? (own.isTeam() ? "team" : "user") : entityType;
        boolean isTypeKnown = type.equals("user") || type.equals("team");
        if (!isTypeKnown) {
            faults.add("entityType", "is not known", "Use user or team.");
        }
        if (entityId == null) {
            if (isTypeKnown && type.equals("team") != own.isTeam()) {
                faults.add("entityId", "is missing", "Say which %s.".formatted(type));
            }
            return own;
        }
        boolean isIdFine = Account.isId(entityId);
        if (!isIdFine) {
            faults.add("entityId", "is not an id", "Send 1 to 256 characters, none of them a control character.");
        }
        if (!isTypeKnown || !isIdFine) {
            return own;
        }
        return type.equals("team") ? Account.team(entityId) : Account.user(entityId);
    }

    private ObjectNode json(Account account, SingleBudget single, ZoneId zone, Optional<AccountReads> reads) {
        long nowMs = clock.millis();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("entityType", account.isTeam() ? "team" : "user");
        json.put("entityId", account.id());
        limit(json, "monthlyBudget", single.monthly());
        limit(json, "dailyBudget", single.daily());
        single.tokensPerPromptMax()
                .ifPresentOrElse(max -> json.put("maxTokensPerPrompt", max), () -> json.putNull("maxTokensPerPrompt"));
        var thresholds = json.putArray("alertThresholds");
        single.alertPercents().forEach(thresholds::add);
        single.leading()
                .ifPresent(budget ->
                        json.put("enforcement", budget.enforcement().name().toLowerCase(Locale.ROOT)));
        Period month = single.monthly()
                .map(kept -> kept.budget().period())
                .orElse(Period.of(
                        Period.Unit.MONTH,
                        single.leading().map(budget -> budget.period().zone()).orElse(zone)));
        reads.ifPresent(state -> use(json, account, single, month, state, nowMs));
        return json;
    }

    private static void use(
            ObjectNode json, Account account, SingleBudget single, Period month, AccountReads reads, long nowMs) {
        Period.Window window = month.windowAt(nowMs);
        Spend spend = reads
                .spend(new SpendQuery(
                        account,
                        Dimension.ACCOUNT,
                        null,
                        window.startMs(),
                        window.endMs(),
                        month.zone(),
                        SpendQuery.Step.WHOLE))
                .stream()
                .map(SpendEntry::spend)
                .reduce(Spend.NONE, Spend::plus);
        json.put("periodStart", Instant.ofEpochMilli(window.startMs()).toString());
        json.put("periodEnd", Instant.ofEpochMilli(window.endMs()).toString());
        json.put("periodTokensUsed", spend.tokens().total());
        json.put("periodCostUsd", new NanoUsd(spend.costNanoUsd()).toUsd());
        json.put("periodCostNanoUsd", spend.costNanoUsd());
        var progresses = new Progresses(reads, account, nowMs);
        single.monthly().ifPresent(kept -> json.set("status", status(progresses, kept.budget(), nowMs)));
        single.daily().ifPresent(kept -> json.set("dailyStatus", status(progresses, kept.budget(), nowMs)));
    }

    private static ObjectNode status(Progresses progresses, Budget budget, long nowMs) {
        Progress progress = progresses.of(budget).getFirst();
        return BudgetJson.status(progress, progresses.forecast(progress), nowMs);
    }

    private static void limit(ObjectNode json, String name, Optional<BudgetTable.Kept> kept) {
        kept.ifPresentOrElse(
                budget -> {
                    long nanoUsd = budget.budget().limit().amount();
                    json.put(name + "Usd", new NanoUsd(nanoUsd).toUsd());
                    json.put(name + "NanoUsd", nanoUsd);
                },
                () -> {
                    json.putNull(name + "Usd");
                    json.putNull(name + "NanoUsd");
                });
    }
}
