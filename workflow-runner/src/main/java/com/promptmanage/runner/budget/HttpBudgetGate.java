package com.promptmanage.runner.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.work.BudgetGate;
import com.promptmanage.service.access.ApiKeys;
import com.promptmanage.service.access.ServiceKey;
import com.promptmanage.service.budget.BudgetClient;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.account.Account;
import java.net.URI;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalLong;

/** What the budgets say of a node's next paid call. */
public final class HttpBudgetGate implements BudgetGate, AutoCloseable {

    private final BudgetClient client;

    public HttpBudgetGate(ApiKeys keys, Database database, Clock clock) {
        this.client = new BudgetClient(new ServiceKey(keys, "workflow-runner", clock), database, clock);
    }

    /** @param query where the query API is */
    public void askAt(URI query) {
        client.askAt(query, Optional.empty());
    }

    @Override
    public Verdict check(Planned call) {
        return switch (client.ask(call.account(), question(call))) {
            case BudgetClient.Answer.Told(var answer) -> verdict(call, answer);
            case BudgetClient.Answer.Untold(var isClosed) ->
                isClosed ? unanswered(call) : new Verdict.Allowed(OptionalLong.empty());
        };
    }

    @Override
    public void close() {
        client.close();
    }

    private static ObjectNode question(Planned call) {
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
        return body;
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

    private static Verdict unanswered(Planned call) {
        ObjectNode why = Json.mapper().createObjectNode();
        why.put("code", "budget_unanswered").put("nodeId", call.nodeId());
        return new Verdict.Denied(
                "The budgets did not answer in time, and one of them blocks in that case (failMode closed): they are asked again by and by, and at once if it is resumed",
                why,
                true);
    }
}
