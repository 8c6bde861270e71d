package com.promptmanage.query.budget;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.budget.Recommendation.Volume;
import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.routing.Asked;
import com.promptmanage.query.spend.RunRate;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Routes;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.budget.Threshold;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code GET /api/token-tracking/budget/recommendation}: a figure to begin with. */
final class RecommendationRoutes implements Routes {

    private static final int MODELS_MAX = 20;

    /** What a prompt is taken to use where nothing else is known: two pages in, one out. */
    private static final TokenCounts TYPICAL_PROMPT = TokenCounts.ofInputOutput(1_500, 750);

    private static final String OTHERWISE = "gpt-4o-mini";

    private final Authentication authentication;

    private final AccountRouting routing;

    private final AccountZones zones;

    private final Clock clock;

    RecommendationRoutes(Authentication authentication, AccountRouting routing, AccountZones zones, Clock clock) {
        this.authentication = authentication;
        this.routing = routing;
        this.zones = zones;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/token-tracking/budget/recommendation", this::recommend);
    }

    private void recommend(Context ctx) {
        Caller caller = authentication.caller(ctx);
        var faults = new Faults();
        Optional<Asked> asked = Asked.of(caller, ctx.queryParam("teamId"), ctx.queryParam("userId"), faults);
        Optional<Volume> volume = volume(ctx, faults);
        List<String> models = models(ctx, faults);
        faults.check();
        Account account = asked.orElseThrow().account();
        Permissions.require(caller, Action.VIEW_USAGE, account);
        ZoneId zone = zones.of(account, caller);
        routing.answer(ctx, account, reads -> {
            long nowMs = clock.millis();
            List<Long> costs = models.stream()
                    .map(model -> reads.quote(
                            TokenUsage.of(account.id(), account.isTeam() ? account.id() : null, model, TYPICAL_PROMPT),
                            nowMs))
                    .filter(OptionalLong::isPresent)
                    .map(OptionalLong::getAsLong)
                    .toList();
            ctx.json(json(Recommendation.of(projected(reads, account, zone, nowMs), volume.orElseThrow(), costs)));
        });
    }

    private static OptionalLong projected(AccountReads reads, Account account, ZoneId zone, long nowMs) {
        Period.Window month = Period.of(Period.Unit.MONTH, zone).windowAt(nowMs);
        long spent = reads
                .spend(new SpendQuery(
                        account, Dimension.ACCOUNT, null, month.startMs(), month.endMs(), zone, SpendQuery.Step.WHOLE))
                .stream()
                .mapToLong(entry -> entry.spend().costNanoUsd())
                .sum();
        return RunRate.project(spent, month, nowMs);
    }

    private static Optional<Volume> volume(Context ctx, Faults faults) {
        String code = ctx.queryParam("promptsPerMonth");
        Optional<Volume> volume = code == null ? Optional.of(Volume.UP_TO_200) : Volume.parse(code);
        if (volume.isEmpty()) {
            String codes = Stream.of(Volume.values()).map(Volume::code).collect(Collectors.joining(", "));
            faults.add("promptsPerMonth", "is not known", "Use one of %s.".formatted(codes));
        }
        return volume;
    }

    private static List<String> models(Context ctx, Faults faults) {
        String list = ctx.queryParam("models");
        List<String> models = list == null ? List.of(OTHERWISE) : List.of(list.split(",", -1));
        if (models.size() > MODELS_MAX || !models.stream().allMatch(Account::isId)) {
            faults.add("models", "are not names of models", "Send 1 to %d, separated by commas.".formatted(MODELS_MAX));
        }
        return models;
    }

    private static ObjectNode json(Recommendation recommendation) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("monthlyBudgetUsd", recommendation.monthly().toUsd());
        json.put("monthlyBudgetNanoUsd", recommendation.monthly().value());
        json.put("basis", recommendation.basis().name().toLowerCase(Locale.ROOT));
        json.put("expectedCost", new NanoUsd(recommendation.expectedNanoUsd()).toUsd());
        json.put("expectedCostNanoUsd", recommendation.expectedNanoUsd());
        var thresholds = json.putArray("thresholds");
        for (Threshold threshold : Budget.DEFAULT_THRESHOLDS) {
            if (threshold instanceof Threshold.Percent(var thousandths, var severity)) {
                // A multiple of five dollars is divided by a hundred thousand without a rest.
                long amount = recommendation.monthly().value() / 100_000 * thousandths;
                thresholds
                        .addObject()
                        .put("percent", thousandths / 1_000)
                        .put("amountUsd", new NanoUsd(amount).toUsd())
                        .put("amountNanoUsd", amount)
                        .put("severity", severity.value());
            }
        }
        return json;
    }
}
