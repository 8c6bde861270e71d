package com.promptmanage.query.notify;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.notify.Message.Fact;
import com.promptmanage.service.mail.Html;
import com.promptmanage.service.mail.Mail;
import com.promptmanage.topics.budget.Severity;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Alerts as mail. */
final class AlertMail {

    private AlertMail() {}

    /** @param channelId goes into the message's id, for an alert may go to one mailbox by two channels */
    static Mail of(Message message, String channelId, List<String> to, Optional<URI> dashboard) {
        return new Mail(
                (message.id() + "." + channelId).replaceAll("[^A-Za-z0-9._-]", "_"),
                to,
                message.title(),
                text(message, dashboard),
                html(message, dashboard),
                Map.of("X-Prompt-Manage-Alert-Id", message.id().replaceAll("[^\\x21-\\x7e]", "_")),
                List.of());
    }

    private static String text(Message message, Optional<URI> dashboard) {
        var text = new StringBuilder();
        for (ObjectNode alert : message.alerts()) {
            text.append(Message.titleOf(alert)).append("\n\n");
            text.append(Message.textOf(alert)).append("\n\n");
            for (Fact fact : Message.factsOf(alert)) {
                text.append("%s: %s\n".formatted(fact.name(), fact.value()));
            }
            text.append('\n');
        }
        dashboard.ifPresent(url -> text.append(url).append('\n'));
        return text.toString();
    }

    private static String html(Message message, Optional<URI> dashboard) {
        var html = new StringBuilder(
                "<!doctype html><html lang=\"en\"><body style=\"font-family:sans-serif;color:#1f2933\">");
        for (ObjectNode alert : message.alerts()) {
            html.append("<div style=\"border-left:4px solid %s;padding:0 16px;margin:0 0 24px\">"
                    .formatted(color(Message.severityOf(alert))));
            html.append("<h2 style=\"font-size:18px\">%s</h2>".formatted(Html.escaped(Message.titleOf(alert))));
            html.append("<p>%s</p><table>".formatted(Html.escaped(Message.textOf(alert))));
            for (Fact fact : Message.factsOf(alert)) {
                html.append("<tr><td style=\"color:#52606d;padding-right:16px\">%s</td><td>%s</td></tr>"
                        .formatted(Html.escaped(fact.name()), Html.escaped(fact.value())));
            }
            html.append("</table></div>");
        }
        dashboard.ifPresent(url ->
                html.append("<p><a href=\"%s\">Open the dashboard</a></p>".formatted(Html.escaped(url.toString()))));
        return html.append("</body></html>").toString();
    }

    private static String color(Severity severity) {
        return switch (severity) {
            case INFO -> "#2563eb";
            case WARNING -> "#b45309";
            case CRITICAL -> "#b91c1c";
        };
    }
}
