package com.promptmanage.query.notify;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.notify.Destination.Format;
import com.promptmanage.query.request.Fields;
import com.promptmanage.service.http.ShownText;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.topics.budget.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a request says about a channel. What it leaves out stays as it is, or as it is usual.
 *
 * @param enabled whether it is to be on
 */
record ChannelForm(
        Optional<String> name,
        Optional<String> url,
        Optional<Format> format,
        Optional<List<String>> to,
        Optional<Severity> minimumLevel,
        Optional<Boolean> enabled) {

    private static final Set<String> KINDS = Set.of("webhook", "slack", "teams", "email");

    private static final Set<String> FIELDS = Set.of("kind", "name", "url", "format", "to", "minimumLevel", "enabled");

    private static final int NAME_LENGTH_MAX = 100;

    private static final int RECIPIENTS_MAX = 20;

    /** A new channel's destination; what is missing is added to the faults. */
    static Optional<Destination> destination(Fields fields, ChannelForm form) {
        fields.missing("kind", "Use webhook, slack, teams or email.");
        Optional<String> kind = fields.parsed(
                "kind",
                text -> KINDS.contains(text) ? Optional.of(text) : Optional.<String>empty(),
                "Use webhook, slack, teams or email.");
        if (kind.isEmpty()) {
            return Optional.empty();
        }
        form.refuseWhatDoesNotFit(fields, kind.get());
        if (kind.get().equals("email")) {
            fields.missing("to", "Send a list of addresses.");
            return form.to().map(Destination.Email::new);
        }
        fields.missing("url", "Send the https address that alerts are posted to.");
        return form.url().map(url -> switch (kind.get()) {
            case "slack" -> new Destination.Slack(url);
            case "teams" -> new Destination.Teams(url);
            default ->
                new Destination.Webhook(url, form.format().orElse(Format.STANDARD), List.of(SigningSecret.make()));
        });
    }

    /** The destination of a channel that is there, changed. */
    Destination changed(Destination before) {
        return switch (before) {
            case Destination.Webhook webhook ->
                new Destination.Webhook(url.orElse(webhook.url()), format.orElse(webhook.format()), webhook.secrets());
            case Destination.Slack slack -> new Destination.Slack(url.orElse(slack.url()));
            case Destination.Teams teams -> new Destination.Teams(url.orElse(teams.url()));
            case Destination.Email email -> new Destination.Email(to.orElse(email.to()));
            case Destination.Unreadable unreadable -> unreadable;
        };
    }

    void refuseWhatDoesNotFit(Fields fields, String kind) {
        if (kind.equals("email") && fields.has("url")) {
            fields.fault("url", "is not used by e-mail", "Send the addresses as 'to'.");
        }
        if (!kind.equals("email") && fields.has("to")) {
            fields.fault("to", "is used by e-mail only", "Send the address as 'url'.");
        }
        if (!kind.equals("webhook") && fields.has("format")) {
            fields.fault("format", "is used by webhooks only", "Leave it out.");
        }
    }

    static ChannelForm read(Fields fields, Outbound outbound) {
        fields.refuseOthersThan(FIELDS);
        return new ChannelForm(
                name(fields),
                url(fields, outbound),
                fields.parsed("format", Format::parse, "Use standard or litellm."),
                to(fields),
                fields.parsed("minimumLevel", Severity::parse, "Use info, warning or critical."),
                enabled(fields));
    }

    private static Optional<String> name(Fields fields) {
        Optional<String> name = fields.text("name").map(String::strip);
        if (name.isPresent() && !ShownText.isName(name.get(), 1, NAME_LENGTH_MAX)) {
            fields.fault(
                    "name",
                    "is empty, too long, or has control characters",
                    "Send 1 to %d characters.".formatted(NAME_LENGTH_MAX));
            return Optional.empty();
        }
        return name;
    }

    private static Optional<String> url(Fields fields, Outbound outbound) {
        Optional<String> url = fields.text("url").map(String::strip);
        Optional<String> fault = url.flatMap(outbound::faultOf);
        if (fault.isPresent()) {
            fields.fault(
                    "url", fault.get(), "Send an address of the internet, such as https://hooks.example.com/alerts.");
            return Optional.empty();
        }
        return url;
    }

    private static Optional<List<String>> to(Fields fields) {
        Optional<JsonNode> array = fields.array("to");
        if (array.isEmpty()) {
            return Optional.empty();
        }
        JsonNode list = array.get();
        if (list.isEmpty() || list.size() > RECIPIENTS_MAX) {
            fields.fault("to", "has no or too many addresses", "Send 1 to %d.".formatted(RECIPIENTS_MAX));
            return Optional.empty();
        }
        var addresses = new ArrayList<String>();
        for (int i = 0; i < list.size(); i++) {
            String address = list.get(i).asText();
            if (list.get(i).isTextual() && Mailer.isAddress(address)) {
                addresses.add(address);
            } else {
                fields.fault("to[%d]".formatted(i), "is not an e-mail address", "Send one such as ops@example.com.");
            }
        }
        return Optional.of(addresses);
    }

    private static Optional<Boolean> enabled(Fields fields) {
        Optional<JsonNode> node = fields.node("enabled");
        if (node.isPresent() && !node.get().isBoolean()) {
            fields.fault("enabled", "is neither true nor false", "Send one of them, unquoted.");
            return Optional.empty();
        }
        return node.map(JsonNode::booleanValue);
    }
}
