package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.connector.ConnectorType.Ability;
import com.promptmanage.runner.connector.ConnectorType.Auth;
import com.promptmanage.runner.connector.ConnectorType.Setting;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.outbound.Call.Header;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Posts to a Slack channel by its incoming webhook. A record with {@code text} or {@code blocks} is the message; of any other, a
 * message is made that shows its fields.
 */
public final class SlackConnector implements Connector {

    /** What Slack takes in one message. */
    private static final int TEXT_CHARS_MAX = 39_000;

    static final ConnectorType TYPE = new ConnectorType(
            "slack",
            "Slack",
            "1.0",
            List.of(Auth.API_KEY),
            Set.of(Ability.CREATE),
            List.of(new Setting(
                    "url", "url", true, "The incoming webhook; it is a secret, so better in the credential")));

    private final HttpSender sender;

    public SlackConnector(HttpSender sender) {
        this.sender = sender;
    }

    @Override
    public ConnectorType type() {
        return TYPE;
    }

    @Override
    public void check(JsonNode config, String path, Faults faults) {
        String url = config.path("url").asText("");
        if (!url.isBlank()) {
            sender.faultOf(url)
                    .ifPresent(fault -> faults.add(path + "url", fault, "Send the incoming webhook's address."));
        }
    }

    @Override
    public Session open(Access access) throws ConnectorException {
        URI uri = HttpSender.uri(WebhookConnector.address(access));
        // Who knows the address may post: it is as secret as a key, wherever it stands.
        var redaction = access.redaction()
                .and(com.promptmanage.runner.call.Redaction.of(List.of(uri.toString(), uri.getRawPath())));
        return new Session() {
            @Override
            public String test() {
                return "The address may be called; nothing was posted.";
            }

            @Override
            public Written write(WriteRequest request) throws ConnectorException, InterruptedException {
                sender.send(
                        new HttpSender.Request(
                                "POST",
                                uri,
                                List.of(new Header("Content-Type", "application/json")),
                                Json.bytes(message(request))),
                        access.time(),
                        redaction);
                return new Written(1, List.of(), JsonNodeFactory.instance.missingNode());
            }
        };
    }

    private static ObjectNode message(WriteRequest request) {
        ObjectNode message = JsonNodeFactory.instance.objectNode();
        request.option("channel").ifPresent(channel -> message.put("channel", channel));
        JsonNode record = request.record();
        if (record.has("text") || record.has("blocks")) {
            message.setAll(request.record());
            return message;
        }
        String text = record.properties().stream()
                .map(field -> "*%s:* %s".formatted(escaped(field.getKey()), escaped(shown(field.getValue()))))
                .collect(Collectors.joining("\n"));
        return message.put("text", text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX) + "…");
    }

    private static String shown(JsonNode value) {
        return value.isValueNode() ? value.asText() : value.toString();
    }

    /** Slack's own three, so that data cannot mention a whole channel. */
    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
