package com.promptmanage.ingest.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.promptmanage.ingest.gateway.GatewayMeters.Outcome;
import com.promptmanage.ingest.gateway.GatewaySettings.Budgets;
import com.promptmanage.service.access.ServiceKey;
import com.promptmanage.service.budget.BudgetClient;
import com.promptmanage.service.budget.CallCost;
import com.promptmanage.service.budget.Reservation;
import com.promptmanage.service.budget.Reservations;
import com.promptmanage.service.budget.Share;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.Problem.Kind;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.pricing.ListPrices;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the budgets say of a call that is to be passed on. */
final class BudgetCheck implements AutoCloseable {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    /** Most calls under way end sooner than that, or not for long. */
    private static final Duration RESERVED_RETRY_AFTER = Duration.ofSeconds(1);

    private static final int PRICES_MAX = 10_000;

    private final BudgetClient client;

    private final Reservations reservations;

    private final ListPrices list;

    private final Clock clock;

    /** As they were said last. */
    private final Cache<Priced, JsonNode> prices =
            Caffeine.newBuilder().maximumSize(PRICES_MAX).build();

    /** What an account pays for, by the name that is asked for. */
    private record Priced(Account account, String model, String provider) {}

    /**
     * The answer.
     *
     * @param refusal empty if the call may be made
     * @param headers what the caller is told of its budgets
     * @param prices what they say of the account's prices, or said last, as they say it; empty if they have not answered
     * @param reservation of what the call may use; whoever makes it ends or releases it
     */
    record Verdict(
            Optional<Refusal> refusal,
            Map<String, String> headers,
            Optional<JsonNode> prices,
            Reservation reservation) {

        static final Verdict UNASKED = new Verdict(Optional.empty(), Map.of(), Optional.empty(), Reservation.NONE);
    }

    /**
     * Why a call is not made.
     *
     * @param outcome as it is counted
     * @param problem which budget stands in the way, and what to do
     */
    record Refusal(Outcome outcome, ProblemException problem) {}

    /** @param reservations of all calls of this process, whichever budgets it asks */
    BudgetCheck(
            Budgets budgets,
            ServiceKey ownKey,
            Database database,
            Clock clock,
            Reservations reservations,
            ListPrices list) {
        this.client = new BudgetClient(ownKey, database, clock);
        this.reservations = reservations;
        this.list = list;
        this.clock = clock;
        client.askAt(budgets.query(), budgets.apiKey());
    }

    /**
     * Reserves what the call may use of the budgets that block, if they allow it. If they do not answer, what they said last does.
     *
     * @throws ProblemException 503 if the budgets do not answer and want nothing paid for then
     */
    Verdict check(GatewayRequest request, Attribution call) {
        ObjectNode question = question(request, call);
        return switch (client.ask(call.payer().account(), question)) {
            case BudgetClient.Answer.Told(var answer) -> {
                reservations.hear(call.payer().account(), question, answer, clock.millis());
                yield verdict(request, call, answer);
            }
            case BudgetClient.Answer.Untold(var isClosed) -> {
                if (isClosed) {
                    throw ProblemException.unavailable(
                            "The budgets did not answer in time, and one of them blocks in that case (failMode closed), or whether one does could not be found out: try again",
                            RETRY_AFTER);
                }
                yield unanswered(request, call, question);
            }
        };
    }

    @Override
    public void close() {
        client.close();
    }

    private static ObjectNode question(GatewayRequest request, Attribution call) {
        ObjectNode body = Json.mapper().createObjectNode();
        String team = call.payer().teamId();
        if (team != null) {
            body.put("teamId", team);
        }
        body.put("userId", call.payer().userId());
        body.put("model", request.model());
        body.put("provider", request.api().provider().pricedAs());
        body.put("inputTokens", request.inputTokensAtMost());
        body.put("maxOutputTokens", request.maxOutputTokens());
        put(body, "apiKeyId", call.apiKeyId());
        put(body, "workflowId", call.workflowId());
        put(body, "promptId", call.promptId());
        put(body, "serviceTier", request.serviceTier());
        if (!call.tags().isEmpty()) {
            body.set("tags", Json.mapper().valueToTree(call.tags()));
        }
        return body;
    }

    private static void put(ObjectNode body, String name, @Nullable String value) {
        if (value != null) {
            body.put(name, value);
        }
    }

    private Verdict verdict(GatewayRequest request, Attribution call, JsonNode answer) {
        String deniedBy = answer.path("deniedBy").asText("");
        JsonNode tightest = tightest(answer.path("budgets"), deniedBy);
        Map<String, String> headers = headers(answer, tightest);
        if (!answer.path("allowed").asBoolean()) {
            var problem = new ProblemException(Kind.BUDGET_EXCEEDED, refusal(deniedBy, tightest));
            return refused(Outcome.REFUSED_BY_BUDGET, problem, headers);
        }
        JsonNode told = answer.path("prices");
        if (told.isObject()) {
            prices.put(priced(request, call), told);
        }
        return switch (reservations.reserve(call.payer().account(), answer, tokensAtMost(request))) {
            case Reservations.Result.Reserved(var reservation) ->
                new Verdict(Optional.empty(), headers, Optional.of(told), reservation);
            case Reservations.Result.TooLittleLeft left ->
                refused(Outcome.REFUSED_BY_RESERVATIONS, reserved(left.share()), headers);
        };
    }

    private Verdict unanswered(GatewayRequest request, Attribution call, ObjectNode question) {
        Optional<JsonNode> lastPrices = Optional.ofNullable(prices.getIfPresent(priced(request, call)));
        OptionalLong cost = costAtMost(request, call, lastPrices);
        return switch (reservations.reserveUnanswered(call.payer().account(), question, cost, tokensAtMost(request))) {
            case Reservations.Result.Reserved(var reservation) ->
                new Verdict(Optional.empty(), Map.of(), lastPrices, reservation);
            case Reservations.Result.TooLittleLeft left ->
                left.passes()
                        ? refused(Outcome.REFUSED_BY_RESERVATIONS, reserved(left.share()), Map.of())
                        : spent(left.share());
        };
    }

    /** As the budgets reckon it, by the prices that are known here. */
    private OptionalLong costAtMost(GatewayRequest request, Attribution call, Optional<JsonNode> lastPrices) {
        var usage = TokenUsage.builder(call.payer().userId(), request.model())
                .serviceTier(request.serviceTier())
                .tokens(TokenCounts.ofInputOutput(request.inputTokensAtMost(), request.maxOutputTokens()))
                .build();
        return CallCost.of(usage, request.model(), lastPrices, list)
                .map(cost -> OptionalLong.of(cost.cost().value()))
                .orElse(OptionalLong.empty());
    }

    private static long tokensAtMost(GatewayRequest request) {
        return request.inputTokensAtMost() + request.maxOutputTokens();
    }

    private static Priced priced(GatewayRequest request, Attribution call) {
        return new Priced(
                call.payer().account(),
                request.model(),
                request.api().provider().pricedAs());
    }

    private static Verdict refused(Outcome outcome, ProblemException problem, Map<String, String> headers) {
        return new Verdict(Optional.of(new Refusal(outcome, problem)), headers, Optional.empty(), Reservation.NONE);
    }

    private static ProblemException reserved(Share share) {
        return ProblemException.budgetReserved(
                "Calls that are under way may still use up budget '%s', which would allow this one: try again"
                        .formatted(share.name()),
                RESERVED_RETRY_AFTER);
    }

    private static Verdict spent(Share share) {
        boolean isOfTokens = share.leftTokens().isPresent();
        String left = isOfTokens
                ? Long.toString(share.leftTokens().getAsLong())
                : new NanoUsd(share.leftNanoUsd().orElse(0)).toUsd();
        var problem = new ProblemException(
                Kind.BUDGET_EXCEEDED,
                "The budgets do not answer just now, and by what budget '%s' said last it does not allow this call, %s %s are left: have it raised, or wait for its next period"
                        .formatted(share.name(), left, isOfTokens ? "tokens" : "USD"));
        return refused(
                Outcome.REFUSED_BY_BUDGET,
                problem,
                Map.of(
                        "Prompt-Manage-Budget",
                        share.key().id(),
                        "Prompt-Manage-Budget-Remaining",
                        left,
                        "Prompt-Manage-Budget-Unit",
                        isOfTokens ? "tokens" : "usd"));
    }

    private static Map<String, String> headers(JsonNode answer, @Nullable JsonNode tightest) {
        var headers = new TreeMap<String, String>();
        if (answer.path("estimatedCost").isTextual()) {
            headers.put(
                    "Prompt-Manage-Estimated-Cost", answer.path("estimatedCost").textValue());
        }
        if (tightest != null) {
            headers.put("Prompt-Manage-Budget", tightest.path("id").asText());
            headers.put(
                    "Prompt-Manage-Budget-Remaining", tightest.path("remaining").asText());
            headers.put("Prompt-Manage-Budget-Unit", tightest.path("unit").asText());
        }
        return headers;
    }

    /** The budget that refused; else, of those that count money, the one with the least left; else of those that count tokens. */
    private static @Nullable JsonNode tightest(JsonNode budgets, String deniedBy) {
        JsonNode tightest = null;
        for (JsonNode budget : budgets) {
            if (budget.path("id").asText().equals(deniedBy)) {
                return budget;
            }
            if (tightest == null || isTighter(budget, tightest)) {
                tightest = budget;
            }
        }
        return tightest;
    }

    private static boolean isTighter(JsonNode budget, JsonNode than) {
        boolean money = budget.has("remainingNanoUsd");
        if (money != than.has("remainingNanoUsd")) {
            return money;
        }
        String name = money ? "remainingNanoUsd" : "remainingTokens";
        return budget.path(name).longValue() < than.path(name).longValue();
    }

    private static String refusal(String deniedBy, @Nullable JsonNode budget) {
        if (budget == null || !budget.path("id").asText().equals(deniedBy)) {
            return "The prompt is longer than the account allows (%s): shorten it".formatted(deniedBy);
        }
        return "Budget '%s' does not allow this call, %s %s are left: have it raised, or wait for its next period"
                .formatted(
                        budget.path("name").asText(deniedBy),
                        budget.path("remaining").asText(),
                        budget.path("unit").asText().equals("tokens") ? "tokens" : "USD");
    }
}
