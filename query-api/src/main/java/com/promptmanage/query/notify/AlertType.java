package com.promptmanage.query.notify;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What an alert is about, for those who want to be told of some and not of others. */
enum AlertType {
    /** A budget's threshold was reached, below its limit. */
    BUDGET_THRESHOLD("budget.alert"),
    /** A budget's limit was reached. */
    BUDGET_EXCEEDED("budget.alert"),
    /** A budget is heading for a threshold. */
    BUDGET_FORECAST("budget.alert"),
    /** Much more was spent than is usual. */
    ANOMALY("usage.anomaly"),
    /** A model was used that has no price. */
    UNPRICED_USAGE("usage.unpriced"),
    /** A channel takes nothing any more. */
    CHANNEL_DISABLED("channel.disabled"),
    /** An execution of a workflow failed. */
    WORKFLOW_FAILURE("workflow.alert"),
    /** An execution completed, and nothing came of it. */
    WORKFLOW_EMPTY_OUTPUT("workflow.alert"),
    /** An execution costs more than its workflow's people expect. */
    WORKFLOW_COST_THRESHOLD("workflow.alert"),
    /** An execution took much longer than those before it. */
    WORKFLOW_PERFORMANCE_DEGRADATION("workflow.alert"),
    /** An execution was ended because it took too long. */
    WORKFLOW_TIMEOUT("workflow.alert"),
    /** A node was tried as often as it may be, in vain. */
    WORKFLOW_RETRY_EXHAUSTED("workflow.alert");

    private final String event;

    AlertType(String event) {
        this.event = event;
    }

    /** The name in JSON. */
    String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The event's type as webhooks tell it. */
    String event() {
        return event;
    }

    static Optional<AlertType> parse(String text) {
        return Arrays.stream(values()).filter(type -> type.code().equals(text)).findFirst();
    }

    /** Alerts of budgets that were raised before they had a type tell it by what they say. */
    static AlertType of(JsonNode alert) {
        Optional<AlertType> named = parse(alert.path("type").asText());
        if (named.isPresent()) {
            return named.get();
        }
        if (alert.path("thresholdKind").asText().equals("forecast")) {
            return BUDGET_FORECAST;
        }
        return reached(alert, "spentNanoUsd", "limitNanoUsd") || reached(alert, "spentTokens", "limitTokens")
                ? BUDGET_EXCEEDED
                : BUDGET_THRESHOLD;
    }

    private static boolean reached(JsonNode alert, String spent, String limit) {
        return alert.has(limit)
                && alert.path(spent).asLong() >= alert.path(limit).asLong();
    }
}
