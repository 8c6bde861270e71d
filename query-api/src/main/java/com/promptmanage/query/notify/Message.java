package com.promptmanage.query.notify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.topics.budget.Severity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What is sent on a channel at once.
 *
 * @param id the same at every attempt, on every channel: an alert's own, or that of a digest
 * @param at when it came up; the same at every attempt, so that its text is too
 * @param alerts one, or those of a digest
 */
record Message(String id, Instant at, List<ObjectNode> alerts) {

    Message {
        alerts = List.copyOf(alerts);
        if (alerts.isEmpty()) {
            throw new IllegalArgumentException("a message without an alert says nothing");
        }
    }

    /** One line that tells about an alert. */
    record Fact(String name, String value) {}

    boolean isDigest() {
        return alerts.size() > 1;
    }

    String title() {
        return isDigest() ? "%d alerts".formatted(alerts.size()) : titleOf(alerts.getFirst());
    }

    /** Of the alert that matters most. */
    Severity severity() {
        return alerts.stream()
                .map(Message::severityOf)
                .max(Comparator.naturalOrder())
                .orElse(Severity.INFO);
    }

    static String titleOf(JsonNode alert) {
        return alert.path("title").asText();
    }

    static String textOf(JsonNode alert) {
        return alert.path("message").asText();
    }

    static Severity severityOf(JsonNode alert) {
        return Severity.parse(alert.path("severity").asText()).orElse(Severity.INFO);
    }

    /** What stands below an alert's text. */
    static List<Fact> factsOf(JsonNode alert) {
        var facts = new ArrayList<Fact>();
        facts.add(new Fact("Account", accountOf(alert)));
        add(facts, "Budget", alert.path("budgetName"));
        add(facts, "Workflow", alert.path("workflowName"));
        add(facts, "Execution", alert.path("executionId"));
        add(facts, "Node", alert.path("nodeId"));
        if (!alert.path("dimension").asText("account").equals("account")) {
            add(facts, alert.path("dimension").asText(), alert.path("value"));
        }
        add(facts, "Model", alert.path("model"));
        if (alert.has("usualUsd")) {
            facts.add(new Fact(
                    "Spent",
                    "$%s, usually $%s"
                            .formatted(
                                    alert.path("spentUsd").asText(),
                                    alert.path("usualUsd").asText())));
        } else if (alert.has("limitUsd")) {
            facts.add(new Fact(
                    "Spent",
                    "$%s of $%s"
                            .formatted(
                                    alert.path("spentUsd").asText(),
                                    alert.path("limitUsd").asText())));
        } else if (alert.has("limitTokens")) {
            facts.add(new Fact(
                    "Used",
                    "%,d of %,d tokens"
                            .formatted(
                                    alert.path("spentTokens").asLong(),
                                    alert.path("limitTokens").asLong())));
        }
        add(facts, "Period ends", alert.path("periodEnd"));
        return facts;
    }

    /** By its name, which another may have too, and the id that nobody else has. */
    private static String accountOf(JsonNode alert) {
        String id = alert.path("account").asText();
        String name = alert.path("accountName").asText();
        return name.isEmpty() ? id : "%s (%s)".formatted(name, id);
    }

    private static void add(List<Fact> facts, String name, JsonNode value) {
        if (!value.asText("").isEmpty()) {
            facts.add(new Fact(name, value.asText()));
        }
    }
}
