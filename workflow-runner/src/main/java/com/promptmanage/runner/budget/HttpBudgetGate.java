package com.promptmanage.runner.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.work.BudgetGate;
import com.promptmanage.service.access.ApiKeys;
import com.promptmanage.service.access.ServiceKey;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Json;
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
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /api/token-tracking/check} of the query API. An answer that takes longer than {@link #ANSWER_MAX} is none: then
 * the account's budgets' own setting decides.
 */
public final class HttpBudgetGate implements BudgetGate, AutoCloseable {

    /** How long a call waits for the budgets, at most. */
    static final Duration ANSWER_MAX = Duration.ofMillis(500);

    private static final Logger LOGGER = LoggerFactory.getLogger(HttpBudgetGate.class);

    private static final int HTTP_UNAUTHORIZED = 401;

    private final ServiceKey key;

    private final FailModes failModes;

    /** Null until it is known: then there is nobody to answer. */
    private volatile @Nullable URI check;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(ANSWER_MAX).build();

    public HttpBudgetGate(ApiKeys keys, Database database, Clock clock) {
        this.key = new ServiceKey(keys, "workflow-runner", clock);
        this.failModes = new FailModes(database, clock);
    }

    /** @param query where the query API is */
    public void askAt(URI query) {
        check = query.resolve("/api/token-tracking/check");
    }

    @Override
    public Verdict check(Planned call) {
        URI there = check;
        if (there == null) {
            return unanswered(call, "nobody to ask yet");
        }
        CompletableFuture<HttpResponse<byte[]>> asked =
                client.sendAsync(request(there, call), BodyHandlers.ofByteArray());
        try {
            HttpResponse<byte[]> response = asked.get(ANSWER_MAX.toMillis(), TimeUnit.MILLISECONDS);
            if (response.statusCode() == 200) {
                JsonNode answer = Json.mapper().readTree(response.body());
                failModes.remember(call.account(), isClosed(answer));
                return verdict(call, answer);
            }
            if (response.statusCode() == HTTP_UNAUTHORIZED) {
                key.refused();
            }
            return unanswered(call, "status " + response.statusCode());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return unanswered(call, "interrupted");
        } catch (ExecutionException | TimeoutException | IOException e) {
            return unanswered(call, e.getClass().getSimpleName());
        } finally {
            asked.cancel(true);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        key.close();
    }

    private HttpRequest request(URI there, Planned call) {
        ObjectNode body = Json.mapper().createObjectNode();
        Account account = call.account();
        if (account.isTeam()) {
            body.put("teamId", account.id());
            body.put("userId", call.userId());
        } else {
            body.put("userId", account.id());
        }
        body.put("model", call.estimate().model());
        body.put("provider", call.estimate().provider());
        body.put("inputTokens", call.estimate().inputTokens());
        body.put("maxOutputTokens", call.estimate().maxOutputTokens());
        body.put("executionType", "workflow_node");
        body.put("workflowId", call.workflowId());
        body.put("executionId", call.executionId());
        body.put("nodeId", call.nodeId());
        return HttpRequest.newBuilder(there)
                .timeout(ANSWER_MAX)
                .header("Authorization", "Bearer " + key.secret())
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(Json.bytes(body)))
                .build();
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

    private static Verdict verdict(Planned call, JsonNode answer) {
        if (answer.path("allowed").asBoolean()) {
            JsonNode estimate = answer.path("estimatedCostNanoUsd");
            JsonNode budgets = answer.path("budgets");
            return new Verdict.Allowed(
                    estimate.isIntegralNumber() ? OptionalLong.of(estimate.longValue()) : OptionalLong.empty(),
                    budgets.isEmpty() ? Optional.empty() : Optional.of(budgets));
        }
        String deniedBy = answer.path("deniedBy").asText();
        ObjectNode why = Json.mapper().createObjectNode();
        why.put("code", "budget_exceeded").put("nodeId", call.nodeId()).put("deniedBy", deniedBy);
        why.set("estimatedCost", answer.path("estimatedCost"));
        why.set("budgets", answer.path("budgets"));
        String name = deniedBy;
        for (JsonNode budget : answer.path("budgets")) {
            if (budget.path("id").asText().equals(deniedBy)) {
                name = budget.path("name").asText(deniedBy);
            }
        }
        return new Verdict.Denied(
                "Budget '%s' does not allow the next call, to %s: have it raised or wait for its next period, then resume"
                        .formatted(name, call.estimate().model()),
                why);
    }

    private Verdict unanswered(Planned call, String cause) {
        boolean isClosed = failModes.isClosed(call.account());
        LOGGER.atWarn()
                .addKeyValue("account", call.account().value())
                .addKeyValue("cause", cause)
                .addKeyValue("letThrough", !isClosed)
                .log("the budgets do not answer");
        if (!isClosed) {
            return new Verdict.Allowed(OptionalLong.empty());
        }
        ObjectNode why = Json.mapper().createObjectNode();
        why.put("code", "budget_unanswered").put("nodeId", call.nodeId());
        return new Verdict.Denied(
                "The budgets did not answer in time, and one of them blocks in that case (failMode closed): resume when they do",
                why);
    }
}
