package com.promptmanage.query.notify;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.notify.Message.Fact;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.budget.Severity;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The bodies that chats show. A name that someone gave a budget can neither ring everyone nor pass for a link. */
final class ChatBody {

    /** What the chats take in one message; the rest is counted. */
    private static final int ALERTS_MAX = 15;

    private static final int HEADER_LENGTH_MAX = 120;

    private static final int TEXT_LENGTH_MAX = 2_900;

    private ChatBody() {}

    /** A message of Slack's incoming webhooks. */
    static byte[] slack(Message message, Optional<URI> dashboard) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("text", slackText(message.title()));
        ArrayNode blocks = body.putArray("blocks");
        ObjectNode header = blocks.addObject().put("type", "header");
        header.putObject("text")
                .put("type", "plain_text")
                // What is escaped is longer, and Slack refuses what is too long.
                .put("text", cut(slackText(mark(message.severity()) + " " + message.title()), HEADER_LENGTH_MAX));
        for (ObjectNode alert : shown(message)) {
            String facts = Message.factsOf(alert).stream()
                    .map(fact -> "*%s:* %s".formatted(slackText(fact.name()), slackText(fact.value())))
                    .collect(Collectors.joining("\n"));
            String title = message.isDigest()
                    ? "%s *%s*\n".formatted(mark(Message.severityOf(alert)), slackText(Message.titleOf(alert)))
                    : "";
            blocks.addObject()
                    .put("type", "section")
                    .putObject("text")
                    .put("type", "mrkdwn")
                    .put("text", cut(title + slackText(Message.textOf(alert)) + "\n" + facts, TEXT_LENGTH_MAX));
        }
        String more = more(message).map(text -> text + " · ").orElse("");
        String link = dashboard.map(url -> " · <%s|Dashboard>".formatted(url)).orElse("");
        blocks.addObject()
                .put("type", "context")
                .putArray("elements")
                .addObject()
                .put("type", "mrkdwn")
                .put("text", more + "Prompt Manage · " + slackText(message.id()) + link);
        return Json.bytes(body);
    }

    /** An Adaptive Card as the webhooks of Microsoft Teams' workflows take it. */
    static byte[] teams(Message message, Optional<URI> dashboard) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("type", "message");
        ObjectNode card = body.putArray("attachments")
                .addObject()
                .put("contentType", "application/vnd.microsoft.card.adaptive")
                .putNull("contentUrl")
                .putObject("content")
                .put("$schema", "http://adaptivecards.io/schemas/adaptive-card.json")
                .put("type", "AdaptiveCard")
                .put("version", "1.4");
        ArrayNode parts = card.putArray("body");
        text(parts, message.title())
                .put("size", "Large")
                .put("weight", "Bolder")
                .put("color", color(message.severity()));
        for (ObjectNode alert : shown(message)) {
            if (message.isDigest()) {
                text(parts, Message.titleOf(alert))
                        .put("weight", "Bolder")
                        .put("color", color(Message.severityOf(alert)))
                        .put("separator", true);
            }
            text(parts, Message.textOf(alert));
            ArrayNode facts = parts.addObject().put("type", "FactSet").putArray("facts");
            for (Fact fact : Message.factsOf(alert)) {
                facts.addObject().put("title", teamsText(fact.name())).put("value", teamsText(fact.value()));
            }
        }
        more(message).ifPresent(text -> text(parts, text));
        text(parts, "Prompt Manage · " + message.id()).put("isSubtle", true).put("size", "Small");
        dashboard.ifPresent(url -> card.putArray("actions")
                .addObject()
                .put("type", "Action.OpenUrl")
                .put("title", "Dashboard")
                .put("url", url.toString()));
        return Json.bytes(body);
    }

    private static ObjectNode text(ArrayNode parts, String text) {
        return parts.addObject()
                .put("type", "TextBlock")
                .put("text", teamsText(text))
                .put("wrap", true);
    }

    private static List<ObjectNode> shown(Message message) {
        return message.alerts().subList(0, Math.min(ALERTS_MAX, message.alerts().size()));
    }

    private static Optional<String> more(Message message) {
        int more = message.alerts().size() - ALERTS_MAX;
        return more > 0 ? Optional.of("and %d more".formatted(more)) : Optional.empty();
    }

    private static String mark(Severity severity) {
        return switch (severity) {
            case INFO -> "ℹ️";
            case WARNING -> "⚠️";
            case CRITICAL -> "🚨";
        };
    }

    private static String color(Severity severity) {
        return switch (severity) {
            case INFO -> "Accent";
            case WARNING -> "Warning";
            case CRITICAL -> "Attention";
        };
    }

    /** Slack's three special characters, without which there is neither link nor mention. */
    private static String slackText(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** Cards read Markdown: what would begin a link or a style is escaped. */
    private static String teamsText(String text) {
        return cut(text, TEXT_LENGTH_MAX).replaceAll("([\\\\\\[\\]()*_`#!<>~])", "\\\\$1");
    }

    private static String cut(String text, int lengthMax) {
        return text.length() <= lengthMax ? text : text.substring(0, text.offsetByCodePoints(0, lengthMax / 2)) + "…";
    }
}
