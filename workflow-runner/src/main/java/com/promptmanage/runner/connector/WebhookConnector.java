package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.connector.ConnectorType.Ability;
import com.promptmanage.runner.connector.ConnectorType.Auth;
import com.promptmanage.runner.connector.ConnectorType.Setting;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.outbound.Call.Header;
import com.promptmanage.service.outbound.Reply;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Sends each record as JSON to an address. */
public final class WebhookConnector implements Connector {

    static final ConnectorType TYPE = new ConnectorType(
            "webhook",
            "Outbound webhook",
            "1.0",
            List.of(Auth.NONE, Auth.BEARER, Auth.BASIC, Auth.API_KEY),
            Set.of(Ability.CREATE),
            List.of(
                    new Setting("url", "url", true, "Where to send; may be in the credential instead, as url"),
                    new Setting("method", "POST|PUT|PATCH", false, "POST unless said"),
                    new Setting("headers", "object", false, "Names and values")));

    private static final Set<String> METHODS = Set.of("POST", "PUT", "PATCH");

    private final HttpSender sender;

    public WebhookConnector(HttpSender sender) {
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
            sender.faultOf(url).ifPresent(fault -> faults.add(path + "url", fault, "Send a public address: https://…"));
        }
        String method = config.path("method").asText("POST");
        if (!METHODS.contains(method)) {
            faults.add(path + "method", "'%s' is not a way to send".formatted(method), "Use POST, PUT or PATCH.");
        }
    }

    @Override
    public Session open(Access access) throws ConnectorException {
        URI uri = HttpSender.uri(address(access));
        String method = access.config().path("method").asText("POST");
        if (!METHODS.contains(method)) {
            throw new ConnectorException(Failure.Kind.VALIDATION, "a webhook is sent with POST, PUT or PATCH");
        }
        var headers = new ArrayList<Header>();
        headers.add(new Header("Content-Type", "application/json"));
        access.config().path("headers").properties().forEach(header -> {
            headers.removeIf(other -> other.name().equalsIgnoreCase(header.getKey()));
            headers.add(new Header(header.getKey(), header.getValue().asText()));
        });
        ApiConfig.authenticate(headers, access);
        return new Session() {
            @Override
            public String test() {
                return "The address may be called; nothing was sent to it.";
            }

            @Override
            public Written write(WriteRequest request) throws ConnectorException, InterruptedException {
                var all = new ArrayList<>(headers);
                all.add(new Header("Idempotency-Key", request.idempotencyKey()));
                Reply reply = sender.send(
                        new HttpSender.Request(method, uri, all, Json.bytes(request.record())),
                        access.time(),
                        access.redaction());
                JsonNode answer =
                        HttpSender.jsonOf(reply).map(access.redaction()::apply).orElseGet(Json.mapper()::missingNode);
                return new Written(1, List.of(), answer);
            }
        };
    }

    static String address(Access access) throws ConnectorException {
        String url = access.secret("url").orElse(access.config().path("url").asText(""));
        if (url.isBlank()) {
            throw new ConnectorException(Failure.Kind.VALIDATION, "the address to send to is missing: set url");
        }
        return url;
    }
}
