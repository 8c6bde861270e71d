package com.promptmanage.ingest.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.ingest.gateway.GatewayMeters.Outcome;
import com.promptmanage.ingest.gateway.GatewaySettings.Budgets;
import com.promptmanage.service.access.ServiceKey;
import com.promptmanage.service.budget.BudgetClient;
import com.promptmanage.service.budget.Reservation;
import com.promptmanage.service.budget.Reservations;
import com.promptmanage.service.budget.Share;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.Problem.Kind;
import com.promptmanage.service.http.ProblemException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the budgets say of a call that is to be passed on. */
final class BudgetCheck implements AutoCloseable {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    /** Most calls under way end sooner than that, or not for long. */
    private static final Duration RESERVED_RETRY_AFTER = Duration.ofSeconds(1);

    private final BudgetClient client;

    private final Reservations reservations;

    /**
     * The answer.
     *
     * @param refusal empty if the call may be made
     * @param headers what the caller is told of its budgets
     * @param prices what they say of the account's prices, as they say it; empty if they have not answered
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
    BudgetCheck(Budgets budgets, ServiceKey ownKey, Database database, Clock clock, Reservations reservations) {
        this.client = new BudgetClient(ownKey, database, clock);
        this.reservations = reservations;
        client.askAt(budgets.query(), budgets.apiKey());
    }

    /**
     * Reserves what the call may use of the budgets that block, if they allow it.
     *
     * @throws ProblemException 503 if the budgets do not answer and want nothing paid for then
     */
    Verdict check(GatewayRequest request, Attribution call) {
        return switch (client.ask(call.payer().account(), question(request, call))) {
            case BudgetClient.Answer.Told(var answer) -> verdict(request, call, answer);
            case BudgetClient.Answer.Untold(var isClosed) -> {
                if (isClosed) {
                    throw ProblemException.unavailable(
                            "The budgets did not answer in time, and one of them blocks in that case (failMode closed), or whether one does could not be found out: try again",
                            RETRY_AFTER);
                }
                yield Verdict.UNASKED;
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
        long tokens = request.inputTokensAtMost() + request.maxOutputTokens();
        return switch (reservations.reserve(call.payer().account(), answer, tokens)) {
            case Reservations.Result.Reserved(var reservation) ->
                new Verdict(Optional.empty(), headers, Optional.of(answer.path("prices")), reservation);
            case Reservations.Result.TooLittleLeft(var share) ->
                refused(Outcome.REFUSED_BY_RESERVATIONS, reserved(share), headers);
        };
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
