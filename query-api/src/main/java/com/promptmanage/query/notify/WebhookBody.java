package com.promptmanage.query.notify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Severity;
import java.util.Optional;

/** The bodies that programs read. */
final class WebhookBody {

    private WebhookBody() {}

    static byte[] of(Message message, Destination.Format format) {
        return Json.bytes(
                switch (format) {
                    case STANDARD -> standard(message);
                    case LITELLM -> liteLlm(message.alerts().getFirst());
                });
    }

    private static ObjectNode standard(Message message) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        if (message.isDigest()) {
            body.put("type", "alert.digest").put("timestamp", message.at().toString());
            ObjectNode data = body.putObject("data");
            data.put("id", message.id()).putArray("alerts").addAll(message.alerts());
        } else {
            ObjectNode alert = message.alerts().getFirst();
            body.put("type", AlertType.of(alert).event())
                    .put("timestamp", message.at().toString())
                    .set("data", alert);
        }
        return body;
    }

    /**
     * The event of LiteLLM's proxy, so that what listens to one hears us too. {@code id} is ours: the same for the same alert.
     */
    private static ObjectNode liteLlm(JsonNode alert) {
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        Optional<Account> account = Account.parse(alert.path("account").asText());
        String dimension = alert.path("dimension").asText("account");
        String value = alert.path("value").asText();
        boolean ofMember = dimension.equals("member");
        event.put("id", alert.path("id").asText());
        event.set("spend", decimal(alert.path("spentUsd")));
        event.set("max_budget", decimal(alert.path("limitUsd")));
        event.putNull("soft_budget");
        event.put("token", dimension.equals("api_key") ? value : null);
        event.putNull("customer_id");
        event.put(
                "user_id",
                ofMember
                        ? value
                        : account.filter(found -> !found.isTeam())
                                .map(Account::id)
                                .orElse(null));
        event.put("team_id", account.filter(Account::isTeam).map(Account::id).orElse(null));
        event.putNull("team_alias");
        event.putNull("user_email");
        event.put("key_alias", dimension.equals("api_key") ? value : null);
        boolean forecast = AlertType.of(alert) == AlertType.BUDGET_FORECAST;
        event.put("projected_exceeded_date", forecast ? alert.path("periodEnd").asText() : null);
        event.set("projected_spend", forecast ? decimal(alert.path("forecastUsd")) : null);
        event.put("event", nameOf(alert));
        event.put("event_group", groupOf(dimension, account));
        event.put(
                "event_message",
                alert.path("title").asText() + ". " + alert.path("message").asText());
        return event;
    }

    private static String nameOf(JsonNode alert) {
        return switch (AlertType.of(alert)) {
            case BUDGET_EXCEEDED -> "budget_crossed";
            case BUDGET_FORECAST -> "projected_limit_exceeded";
            case BUDGET_THRESHOLD ->
                Message.severityOf(alert) == Severity.CRITICAL ? "soft_budget_crossed" : "threshold_crossed";
            case ANOMALY,
                    UNPRICED_USAGE,
                    CHANNEL_DISABLED,
                    WORKFLOW_FAILURE,
                    WORKFLOW_EMPTY_OUTPUT,
                    WORKFLOW_COST_THRESHOLD,
                    WORKFLOW_PERFORMANCE_DEGRADATION,
                    WORKFLOW_TIMEOUT,
                    WORKFLOW_RETRY_EXHAUSTED -> "spend_tracked";
        };
    }

    private static String groupOf(String dimension, Optional<Account> account) {
        return switch (dimension) {
            case "api_key" -> "key";
            case "member" -> "team_member";
            default -> account.filter(Account::isTeam).isPresent() ? "team" : "internal_user";
        };
    }

    /** A number with every digit of the amount; never by way of floating point. */
    private static JsonNode decimal(JsonNode usd) {
        return usd.isTextual()
                ? JsonNodeFactory.instance.numberNode(new java.math.BigDecimal(usd.asText()))
                : JsonNodeFactory.instance.nullNode();
    }
}
