package com.promptmanage.query.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.pricing.Catalogue;
import com.promptmanage.topics.pricing.CatalogueNames;
import com.promptmanage.topics.pricing.ModelName;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.pricing.PriceTier;
import com.promptmanage.topics.usage.TokenKind;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@code /api/models}: the models that have a price, and their prices over time. */
public final class ModelRoutes implements Routes {

    private final Authentication authentication;

    private final AccountRouting routing;

    private final Clock clock;

    private final List<ModelPrice> catalogue = Catalogue.prices();

    public ModelRoutes(Authentication authentication, AccountRouting routing, Clock clock) {
        this.authentication = authentication;
        this.routing = routing;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/models", this::list);
        // An id may have slashes, as gateways write them.
        routes.get("/api/models/<id>/prices", this::prices);
    }

    private record ModelsAnswer(
            List<ModelAnswer> models, @Nullable String nextCursor) {}

    /** @param price the one in force now; null if none is yet */
    private record ModelAnswer(
            String id,
            String provider,
            List<String> aliases,
            @Nullable Long contextTokensMax,
            @Nullable PriceAnswer price) {}

    private record PricesAnswer(String model, String provider, List<PriceAnswer> prices) {}

    /**
     * @param effectiveTo when the next version begins; absent for the last
     * @param override whether it is the team's own, which comes before the list's
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record PriceAnswer(
            String id,
            Instant effectiveFrom,
            @Nullable Instant effectiveTo,
            boolean override,
            List<TierAnswer> tiers) {}

    /**
     * @param inputTokensAbove absent if the tier is for any number
     * @param usdPerMillion by kind of token; a kind that is not here costs what the kind it is a part of costs
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record TierAnswer(
            String name,
            List<String> serviceTiers,
            @Nullable Long inputTokensAbove,
            Map<String, String> usdPerMillion,
            Map<String, Long> nanoUsdPerMillion) {}

    private record Listed(ModelPrice price, boolean isOverride) {}

    private void list(Context ctx) {
        String provider = ctx.queryParam("provider");
        withPrices(ctx, prices -> {
            var models = new ArrayList<ModelAnswer>();
            byModel(prices).forEach((model, versions) -> {
                if (provider == null || versions.getFirst().price().provider().equals(provider)) {
                    models.add(model(versions));
                }
            });
            ctx.json(new ModelsAnswer(models, null));
        });
    }

    private void prices(Context ctx) {
        String id = ctx.pathParam("id");
        withPrices(ctx, prices -> {
            List<Listed> versions = Optional.ofNullable(byModel(prices).get(nameOf(id, prices)))
                    .orElseThrow(() -> ProblemException.notFound(
                            "No price is known for a model '%s': GET /api/models lists those that have one"
                                    .formatted(id)));
            ModelPrice newest = versions.getLast().price();
            ctx.json(new PricesAnswer(newest.model(), newest.provider(), answers(versions)));
        });
    }

    /** A team's own prices lie in its state; the list's are everyone's. */
    private void withPrices(Context ctx, Consumer<List<Listed>> answer) {
        Caller caller = authentication.caller(ctx);
        String teamId = ctx.queryParam("teamId");
        List<Listed> list =
                catalogue.stream().map(price -> new Listed(price, false)).toList();
        if (teamId == null) {
            answer.accept(list);
            return;
        }
        if (!Account.isId(teamId)) {
            throw ProblemException.invalid("teamId", "is not an id", "Send 1 to 256 characters.");
        }
        Account team = Account.team(teamId);
        Permissions.require(caller, Action.VIEW, team);
        routing.answer(ctx, team, reads -> {
            var all = new ArrayList<>(list);
            reads.settings(team).priceOverrides().forEach(price -> all.add(new Listed(price, true)));
            answer.accept(all);
        });
    }

    private static Map<String, List<Listed>> byModel(List<Listed> prices) {
        var byModel = new TreeMap<String, List<Listed>>();
        prices.forEach(listed -> byModel.computeIfAbsent(listed.price().model(), model -> new ArrayList<>())
                .add(listed));
        byModel.values()
                .forEach(versions -> versions.sort(
                        Comparator.comparing(listed -> listed.price().effectiveFrom())));
        return byModel;
    }

    /** The model's own name for one of its names, also as gateways, clouds and releases write it. */
    private static String nameOf(String asked, List<Listed> prices) {
        String wanted = ModelName.key(asked);
        return prices.stream()
                .map(Listed::price)
                .filter(price -> ModelName.key(price.model()).equals(wanted))
                .findFirst()
                .or(() -> prices.stream()
                        .map(Listed::price)
                        .filter(price -> price.aliases().stream()
                                .anyMatch(alias -> ModelName.key(alias).equals(wanted)))
                        .findFirst())
                .map(ModelPrice::model)
                .orElseGet(() -> CatalogueNames.of(asked, null));
    }

    private ModelAnswer model(List<Listed> versions) {
        ModelPrice newest = versions.getLast().price();
        Instant now = clock.instant();
        PriceAnswer inForce = answers(versions).stream()
                .filter(price -> !price.effectiveFrom().isAfter(now))
                // An override comes before the list, whatever their dates.
                .max(Comparator.comparing(PriceAnswer::override).thenComparing(PriceAnswer::effectiveFrom))
                .orElse(null);
        return new ModelAnswer(newest.model(), newest.provider(), newest.aliases(), newest.contextTokensMax(), inForce);
    }

    private static List<PriceAnswer> answers(List<Listed> versions) {
        var answers = new ArrayList<PriceAnswer>();
        for (Listed listed : versions) {
            Instant until = versions.stream()
                    .filter(other -> other.isOverride() == listed.isOverride())
                    .map(other -> other.price().effectiveFrom())
                    .filter(from -> from.isAfter(listed.price().effectiveFrom()))
                    .min(Comparator.naturalOrder())
                    .orElse(null);
            answers.add(new PriceAnswer(
                    listed.price().id(),
                    listed.price().effectiveFrom(),
                    until,
                    listed.isOverride(),
                    listed.price().tiers().stream().map(ModelRoutes::tier).toList()));
        }
        return answers;
    }

    private static TierAnswer tier(PriceTier tier) {
        var usd = new LinkedHashMap<String, String>();
        var nanoUsd = new LinkedHashMap<String, Long>();
        Map<TokenKind, Long> rates = tier.rates().told();
        for (TokenKind kind : TokenKind.values()) {
            Long rate = rates.get(kind);
            if (rate != null) {
                usd.put(kind.field(), new NanoUsd(rate).toUsd());
                nanoUsd.put(kind.field(), rate);
            }
        }
        return new TierAnswer(
                tier.name(),
                tier.serviceTiers().stream().sorted().toList(),
                tier.inputTokensAbove() < 0 ? null : tier.inputTokensAbove(),
                usd,
                nanoUsd);
    }
}
