package com.promptmanage.runner;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.FakeServer.Asked;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The services that templates call, on loopback: what they answer has the form that theirs has (Slack's incoming webhook,
 * Clearbit's companies, NewsAPI, GitHub's commits, Zendesk's tickets), as far as the templates can tell.
 */
public final class FakeServices implements AutoCloseable {

    public static final String SLACK_PATH = "/services/T00/B00/XXXX";

    public static final String KEY = "key-of-the-services-0123456789";

    private final FakeServer server = new FakeServer().then(this::answer);

    private final Map<String, String> files = new ConcurrentHashMap<>();

    private final Map<String, String> redirects = new ConcurrentHashMap<>();

    public String url(String path) {
        return server.url(path);
    }

    /** A file at an address. */
    public String file(String path, String content) {
        files.put(path, content);
        return url(path);
    }

    /** An address that sends on to another. Returns it. */
    public String redirect(String path, String location) {
        redirects.put(path, location);
        return url(path);
    }

    /** The bodies that were sent there, in the order of their arrival. */
    public List<JsonNode> sent(String method, String path) {
        return asked(method, path).stream().map(Asked::json).toList();
    }

    public List<Asked> asked(String method, String path) {
        return server.asked().stream()
                .filter(asked ->
                        asked.method().equals(method) && asked.uri().getPath().equals(path))
                .toList();
    }

    @Override
    public void close() {
        server.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String method = exchange.getRequestMethod();
        if (files.containsKey(path)) {
            say(exchange, 200, path.endsWith(".csv") ? "text/csv" : "application/json", files.get(path));
            return;
        }
        if (redirects.containsKey(path)) {
            exchange.getResponseHeaders().set("Location", redirects.get(path));
            exchange.sendResponseHeaders(302, -1);
            return;
        }
        switch (method + " " + path) {
            case "POST /echo" ->
                say(
                        exchange,
                        400,
                        "application/json",
                        "{\"you sent\": \"%s\"}"
                                .formatted(exchange.getRequestHeaders().getFirst("Authorization")));
            case "POST " + SLACK_PATH -> say(exchange, 200, "text/html", "ok");
            case "GET /v2/companies/find" ->
                withKey(exchange, 200, company(exchange.getRequestURI().getQuery()));
            case "POST /crm/tasks", "POST /tasks", "POST /cms/drafts" -> withKey(exchange, 201, "{\"id\": 9301}");
            default -> {
                if (method.equals("PATCH") && path.startsWith("/api/v2/tickets/")) {
                    withKey(exchange, 200, "{\"id\": \"%s\"}".formatted(path.substring("/api/v2/tickets/".length())));
                } else {
                    say(exchange, 404, "application/json", "{\"error\": \"RecordNotFound\"}");
                }
            }
        }
    }

    private static String company(String query) {
        return """
                {"id": "c5a6a9c5-7b7f-4a3c-9c4b-0f6d8f1b2a11", "name": "Company of %1$s", "domain": "%1$s",
                 "category": {"sector": "Information Technology", "industry": "Internet Software & Services"},
                 "geo": {"city": "Lisbon", "country": "Portugal"},
                 "metrics": {"employees": 320, "estimatedAnnualRevenue": "$10M-$50M", "alexaUsRank": null},
                 "tech": ["aws_route_53", "kafka", "postgresql"]}
                """.formatted(query.replaceFirst("^domain=", ""));
    }

    private static void withKey(HttpExchange exchange, int status, String body) throws IOException {
        boolean isKnown = ("Bearer " + KEY).equals(exchange.getRequestHeaders().getFirst("Authorization"));
        say(
                exchange,
                isKnown ? status : 401,
                "application/json",
                isKnown ? body : "{\"error\": {\"type\": \"auth_required\"}}");
    }

    private static void say(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
