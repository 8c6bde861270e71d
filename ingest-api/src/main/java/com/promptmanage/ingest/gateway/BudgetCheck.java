package com.promptmanage.ingest.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.ingest.gateway.GatewaySettings.Budgets;
import com.promptmanage.service.access.ServiceKey;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.topics.account.Account;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /api/token-tracking/check} of the query API. An answer that takes longer than {@link #ANSWER_MAX} is none: then the
 * account's budgets' own setting decides.
 */
final class BudgetCheck implements AutoCloseable {

    private static final Duration ANSWER_MAX = Duration.ofMillis(500);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private static final int HTTP_UNAUTHORIZED = 401;

    private static final Logger LOGGER = LoggerFactory.getLogger(BudgetCheck.class);

    private final Budgets budgets;

    /** Used if the operator has given none. */
    private final ServiceKey ownKey;

    private final FailModes failModes;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER_MAX)
            .build();

    /**
     * The answer.
     *
     * @param refusal empty if the call may be made; else for people: which budget stands in the way, and what to do
     * @param headers what the caller is told of its budgets
     * @param quoteNanoUsd what the planned call costs at most by the account's own prices, nanoUSD; empty if it is not known
     */
    record Verdict(Optional<String> refusal, Map<String, String> headers, OptionalLong quoteNanoUsd) {

        static final Verdict UNASKED = new Verdict(Optional.empty(), Map.of(), OptionalLong.empty());
    }

    BudgetCheck(Budgets budgets, ServiceKey ownKey, Database database, Clock clock) {
        this.budgets = budgets;
        this.ownKey = ownKey;
        this.failModes = new FailModes(database, clock);
        if (budgets.apiKey().isEmpty()) {
            // So that the first call does not wait for it.
            Thread.ofVirtual().name("key-for-budgets").start(this::makeKey);
        }
    }

    /** @throws ProblemException 503 if the budgets do not answer and want nothing paid for then */
    Verdict check(GatewayRequest request, Attribution call) {
        Account account = call.payer().account();
        CompletableFuture<HttpResponse<byte[]>> asked = ask(question(request, call));
        try {
            HttpResponse<byte[]> response = asked.get(ANSWER_MAX.toMillis(), TimeUnit.MILLISECONDS);
            if (response.statusCode() == HTTP_UNAUTHORIZED) {
                ownKey.refused();
            }
            if (response.statusCode() != 200) {
                return unanswered(account, "status " + response.statusCode());
            }
            JsonNode answer = Json.mapper().readTree(response.body());
            failModes.remember(account, isClosed(answer));
            return verdict(answer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return unanswered(account, "interrupted");
        } catch (ExecutionException | TimeoutException | IOException e) {
            return unanswered(account, e.getClass().getSimpleName());
        } finally {
            asked.cancel(true);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        ownKey.close();
    }

    private void makeKey() {
        try {
            ownKey.secret();
        } catch (UnavailableException e) {
            LOGGER.atWarn().addKeyValue("cause", e.toString()).log("there is no key for asking the budgets yet");
        }
    }

    private CompletableFuture<HttpResponse<byte[]>> ask(HttpRequest.Builder question) {
        Optional<String> key = budgets.apiKey().or(ownKey::atHand);
        return key.isPresent()
                ? send(question, key.get())
                : CompletableFuture.supplyAsync(ownKey::secret, Thread::startVirtualThread)
                        .thenCompose(made -> send(question, made));
    }

    private CompletableFuture<HttpResponse<byte[]>> send(HttpRequest.Builder question, String key) {
        return client.sendAsync(
                question.header("Authorization", "Bearer " + key).build(), BodyHandlers.ofByteArray());
    }

    private HttpRequest.Builder question(GatewayRequest request, Attribution call) {
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
        return HttpRequest.newBuilder(URI.create(budgets.query() + "/api/token-tracking/check"))
                .timeout(ANSWER_MAX)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(Json.bytes(body)));
    }

    private static void put(ObjectNode body, String name, @Nullable String value) {
        if (value != null) {
            body.put(name, value);
        }
    }

    private static boolean isClosed(JsonNode answer) {
        for (JsonNode budget : answer.path("budgets")) {
            if (budget.path("enforcement").asText().equals("block")
                    && budget.path("failMode").asText().equals("closed")) {
                return true;
            }
        }
        return false;
    }

    private static Verdict verdict(JsonNode answer) {
        var headers = new TreeMap<String, String>();
        JsonNode quote = answer.path("estimatedCostNanoUsd");
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
                quote.isIntegralNumber() ? OptionalLong.of(quote.longValue()) : OptionalLong.empty());
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

    private Verdict unanswered(Account account, String cause) {
        boolean isClosed = failModes.isClosed(account);
        LOGGER.atWarn()
                .addKeyValue("account", account.value())
                .addKeyValue("cause", cause)
                .addKeyValue("letThrough", !isClosed)
                .log("the budgets do not answer");
        if (isClosed) {
            throw ProblemException.unavailable(
                    "The budgets did not answer in time, and one of them blocks in that case (failMode closed): try again",
                    RETRY_AFTER);
        }
        return Verdict.UNASKED;
    }
}
