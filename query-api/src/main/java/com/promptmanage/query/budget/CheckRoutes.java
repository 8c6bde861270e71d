package com.promptmanage.query.budget;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import com.promptmanage.query.request.Fields;
import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.Problem;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Budget.Enforcement;
import com.promptmanage.topics.budget.Budget.FailMode;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.pricing.CallPricesCodec;
import com.promptmanage.topics.usage.Receipt;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.TokenUsage;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** {@code POST /api/token-tracking/check}: may this call be paid for? */
final class CheckRoutes implements Routes {

    private static final long BODY_BYTES_MAX = 64 << 10;

    private final Authentication authentication;

    private final AccountRouting routing;

    private final PromptLimits promptLimits;

    private final Clock clock;

    CheckRoutes(Authentication authentication, AccountRouting routing, PromptLimits promptLimits, Clock clock) {
        this.authentication = authentication;
        this.routing = routing;
        this.promptLimits = promptLimits;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post("/api/token-tracking/check", this::check);
    }

    private void check(Context ctx) {
        Caller caller = authentication.caller(ctx);
        byte[] body = RequestBody.bytes(ctx, BODY_BYTES_MAX);
        var faults = new Faults();
        Fields fields = Fields.of(body, faults);
        TokenUsage call = PlannedCall.read(fields, caller, faults);
        Permissions.requireQuery(caller, call.account(), call.userId());
        routing.answer(ctx, call.account(), body, reads -> answer(ctx, caller, call, reads));
    }

    private void answer(Context ctx, Caller caller, TokenUsage call, AccountReads reads) {
        Receipt counted = routing.included(call.account(), reads);
        long nowMs = clock.millis();
        List<Progress> covering =
                reads.covering(call, nowMs).stream().map(Progress::of).toList();
        Decision decision = Decision.on(
                covering,
                reads.quote(call, nowMs),
                call.tokens().totalInput(),
                call.tokens().get(TokenKind.OUTPUT),
                promptLimits.tokensMax(call.account(), caller));
        if (decision.denial().isPresent() && "true".equals(ctx.queryParam("enforce"))) {
            refuse(ctx, call.account(), decision, decision.denial().get());
        } else {
            ObjectNode json = json(decision);
            // What others' budgets are on is not for everyone to see, nor is what the account has agreed on.
            if (Permissions.mayQuery(caller, call.account())) {
                json.put("counted", counted.encode());
                json.set("failClosed", failClosed(reads.definitions(call.account())));
                json.putRawValue("prices", new RawValue(CallPricesCodec.write(reads.prices(call, nowMs))));
            }
            ctx.json(json);
        }
    }

    /** What those budgets are on that block what they cover also while they cannot be asked: for whoever asks to know by then. */
    private static ArrayNode failClosed(List<Budget> budgets) {
        var told = JsonNodeFactory.instance.arrayNode();
        budgets.stream()
                .filter(budget -> budget.enforcement() == Enforcement.BLOCK && budget.failMode() == FailMode.CLOSED)
                .forEach(budget -> told.addObject()
                        .put("dimension", budget.dimension().value())
                        .put("value", budget.value()));
        return told;
    }

    /** A problem with the members of the decision besides its own. */
    private static void refuse(Context ctx, Account account, Decision decision, Decision.Denial denial) {
        Problem problem = kind(denial).because(detail(account, denial), List.of());
        ObjectNode json = Json.mapper().valueToTree(problem);
        json.setAll(json(decision));
        if (denial instanceof Decision.Denial.PromptTooLong(var inputTokens, var inputTokensMax)) {
            json.putObject("limit")
                    .put("name", "tokensPerPromptMax")
                    .put("max", inputTokensMax)
                    .put("current", inputTokens);
        }
        ctx.status(problem.status()).result(Json.bytes(json)).contentType(Problem.CONTENT_TYPE);
    }

    private static Problem.Kind kind(Decision.Denial denial) {
        return switch (denial) {
            case Decision.Denial.OverBudget overBudget -> Problem.Kind.BUDGET_EXCEEDED;
            case Decision.Denial.PromptTooLong tooLong -> Problem.Kind.PROMPT_TOO_LONG;
        };
    }

    private static String detail(Account account, Decision.Denial denial) {
        return switch (denial) {
            case Decision.Denial.OverBudget(var progress) ->
                "Budget '%s' of %s %s until the period ends: wait, or have it raised"
                        .formatted(progress.budget().name(), account, left(progress));
            case Decision.Denial.PromptTooLong(var inputTokens, var inputTokensMax) ->
                "A prompt of %d tokens is too long for %s, which allows %d: shorten it"
                        .formatted(inputTokens, account, inputTokensMax);
        };
    }

    private static String left(Progress progress) {
        return progress.overBy() > 0
                ? "is over by " + amount(progress, progress.overBy())
                : "has %s left".formatted(amount(progress, progress.remaining()));
    }

    private static String amount(Progress progress, long amount) {
        return progress.isOfTokens() ? amount + " tokens" : new NanoUsd(amount).toUsd() + " USD";
    }

    private static ObjectNode json(Decision decision) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("allowed", decision.isAllowed());
        decision.costNanoUsd()
                .ifPresentOrElse(
                        cost -> {
                            json.put("estimatedCost", new NanoUsd(cost).toUsd());
                            json.put("estimatedCostNanoUsd", cost);
                        },
                        () -> {
                            json.putNull("estimatedCost");
                            json.putNull("estimatedCostNanoUsd");
                        });
        json.put("estimatedTokens", decision.tokens());
        json.put("unpriced", decision.costNanoUsd().isEmpty());
        var budgets = json.putArray("budgets");
        decision.budgets().forEach(applied -> budgets.add(json(applied)));
        decision.denial().ifPresent(denial -> {
            switch (denial) {
                case Decision.Denial.OverBudget(var progress) ->
                    json.put("deniedBy", progress.budget().id());
                case Decision.Denial.PromptTooLong tooLong -> {
                    json.put("deniedBy", "max_tokens_per_prompt");
                    json.put("maxTokensPerPrompt", tooLong.inputTokensMax());
                }
            }
        });
        return json;
    }

    private static ObjectNode json(Decision.Applied applied) {
        Progress progress = applied.progress();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", progress.budget().id());
        json.put("name", progress.budget().name());
        json.put("dimension", progress.budget().dimension().value());
        json.put("value", progress.value());
        json.put("unit", progress.isOfTokens() ? "tokens" : "usd");
        BudgetJson.amount(json, "remaining", progress, progress.remaining());
        BudgetJson.amount(json, "overBy", progress, progress.overBy());
        json.put("wouldExceed", applied.wouldExceed());
        json.put("enforcement", lower(progress.budget().enforcement()));
        json.put("failMode", lower(progress.budget().failMode()));
        json.put("periodEnd", Instant.ofEpochMilli(progress.window().endMs()).toString());
        return json;
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
