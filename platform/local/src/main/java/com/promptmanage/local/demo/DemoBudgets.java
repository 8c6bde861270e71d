package com.promptmanage.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;

/** Budgets that the sample traffic crosses, set the way anyone sets a budget: through the HTTP API. */
final class DemoBudgets {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String PATH = "/api/token-tracking/budgets";

    /** Sized by the sample: three weeks cost about two and a half dollars. */
    private static final List<Wanted> WANTED = List.of(
            new Wanted("Whole team, each month", """
                    {"dimension": "account", "limitUsd": "2.00", "period": "month",
                     "thresholds": [{"percent": 75, "severity": "info"}, {"percent": 90, "severity": "warning"},
                                    {"percent": 100, "severity": "critical"}]}
                    """),
            new Wanted("Each member, each day", """
                    {"dimension": "member", "value": "*", "limitUsd": "0.10", "period": "day"}
                    """),
            new Wanted("gpt-4o, each week", """
                    {"dimension": "model", "value": "gpt-4o", "limitUsd": "0.40", "period": "week"}
                    """));

    private final URI baseUrl;

    private final String apiKey;

    /** @param form what is sent, without name and account */
    private record Wanted(String name, String form) {}

    DemoBudgets(URI baseUrl, String apiKey) {
        this.baseUrl = baseUrl;
        this.apiKey = apiKey;
    }

    /** Creates those that are not there; they are told by their name. */
    void ensure() throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            var there = new HashSet<String>();
            call(http, request("?limit=100&teamId=" + DemoTeam.TEAM_ID).GET(), 200)
                    .path("budgets")
                    .forEach(budget -> there.add(budget.path("name").asText()));
            for (Wanted wanted : WANTED) {
                if (!there.contains(wanted.name())) {
                    var form = JSON.createObjectNode()
                            .put("name", wanted.name())
                            .put("account", "team:" + DemoTeam.TEAM_ID)
                            .setAll((com.fasterxml.jackson.databind.node.ObjectNode) JSON.readTree(wanted.form()));
                    call(http, request("").POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(form))), 201);
                }
            }
        }
    }

    private HttpRequest.Builder request(String query) {
        return HttpRequest.newBuilder(URI.create(baseUrl + PATH + query))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + apiKey);
    }

    private static JsonNode call(HttpClient http, HttpRequest.Builder builder, int expected)
            throws IOException, InterruptedException {
        HttpRequest request = builder.build();
        HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
        if (answer.statusCode() != expected) {
            throw new IOException("%s %s answered %d: %s"
                    .formatted(request.method(), request.uri(), answer.statusCode(), answer.body()));
        }
        return JSON.readTree(answer.body());
    }
}
