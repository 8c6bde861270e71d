package com.promptmanage.ingest.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.ingest.gateway.GatewaySettings.Budgets;
import com.promptmanage.service.access.ServiceKey;
import com.promptmanage.service.budget.BudgetClient;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Json;
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

    private final BudgetClient client;

    /**
     * The answer.
     *
     * @param refusal empty if the call may be made; else for people: which budget stands in the way, and what to do
     * @param headers what the caller is told of its budgets
     * @param prices what they say of the account's prices, as they say it; empty if they have not answered
     */
    record Verdict(Optional<String> refusal, Map<String, String> headers, Optional<JsonNode> prices) {

        static final Verdict UNASKED = new Verdict(Optional.empty(), Map.of(), Optional.empty());
    }

    BudgetCheck(Budgets budgets, ServiceKey ownKey, Database database, Clock clock) {
        this.client = new BudgetClient(ownKey, database, clock);
        client.askAt(budgets.query(), budgets.apiKey());
    }

    /** @throws ProblemException 503 if the budgets do not answer and want nothing paid for then */
    Verdict check(GatewayRequest request, Attribution call) {
        return switch (client.ask(call.payer().account(), question(request, call))) {
            case BudgetClient.Answer.Told(var answer) -> verdict(answer);
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

    private static Verdict verdict(JsonNode answer) {
        var headers = new TreeMap<String, String>();
        if (answer.path("estimatedCost").isTextual()) {
            headers.put(
                    "Prompt-Manage-Estimated-Cost", answer.path("estimatedCost").textValue());
        }
        String deniedBy = answer.path("deniedBy").asText("");
        JsonNode tightest = tightest(answer.path("budgets"), deniedBy);
        if (tightest != null) {
            headers.put("Prompt-Manage-Budget", tightest.path("id").asText());
            headers.put(
                    "Prompt-Manage-Budget-Remaining", tightest.path("remaining").asText());
            headers.put("Prompt-Manage-Budget-Unit", tightest.path("unit").asText());
        }
        return new Verdict(
                answer.path("allowed").asBoolean() ? Optional.empty() : Optional.of(refusal(deniedBy, tightest)),
                headers,
                Optional.of(answer.path("prices")));
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
