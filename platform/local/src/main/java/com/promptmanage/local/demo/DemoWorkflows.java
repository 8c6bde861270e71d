package com.promptmanage.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Workflows of the demo team that run every few minutes: sample records, models that only pretend, and executions that say so.
 * Made the way a person makes them, through the HTTP API; what that person changes or pauses stays as it is.
 */
public final class DemoWorkflows {

    private static final Logger LOGGER = LoggerFactory.getLogger(DemoWorkflows.class);

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String DESCRIPTION =
            "For demonstration: made-up records, and models that only pretend. Pause it to have quiet.";

    private static final List<Wanted> WANTED =
            List.of(new Wanted("Demo: ticket triage", 1, """
                    {"version": "1.0",
                     "nodes": [
                       {"id": "tickets", "type": "data_source", "label": "Open tickets", "position": {"x": 100, "y": 160},
                        "config": {"sourceId": "sample/tickets", "sourceType": "api"}},
                       {"id": "triage", "type": "prompt", "label": "Sort it", "position": {"x": 400, "y": 160},
                        "config": {"model": "gpt-4o-mini", "responseFormat": "json", "maxTokens": 150,
                          "promptTemplate": "Sort this support ticket. [[simulate latency=PT0.4S]]\\nSubject: {{record.subject}}\\n<ticket>\\n{{record.body}}\\n</ticket>\\nAnswer with a JSON object: \\"topic\\" (\\"billing\\", \\"account\\" or \\"other\\"), \\"summary\\" (one sentence)."}},
                       {"id": "urgent", "type": "condition", "label": "Cannot wait?", "position": {"x": 700, "y": 160},
                        "config": {"condition": "record.priority == \\"high\\"", "trueBranch": "reply", "falseBranch": "later"}},
                       {"id": "reply", "type": "prompt", "label": "Write an answer", "position": {"x": 1000, "y": 60},
                        "config": {"model": "gpt-4o", "maxTokens": 200,
                          "promptTemplate": "Write a short, friendly answer to this ticket. [[simulate latency=PT0.8S]]\\n{{record.body}}"}},
                       {"id": "later", "type": "delay", "label": "Leave it", "position": {"x": 1000, "y": 260},
                        "config": {"delayMs": 1000}}],
                     "edges": [
                       {"id": "e1", "source": "tickets", "target": "triage"},
                       {"id": "e2", "source": "triage", "target": "urgent"},
                       {"id": "e3", "source": "urgent", "target": "reply", "condition": "true"},
                       {"id": "e4", "source": "urgent", "target": "later", "condition": "false"}],
                     "settings": {"maxConcurrentNodes": 3, "timeout": 120, "maxCostUsd": "0.05"}}
                    """), new Wanted("Demo: customer digest", 5, """
                    {"version": "1.0",
                     "nodes": [
                       {"id": "customers", "type": "data_source", "label": "Customers", "position": {"x": 100, "y": 160},
                        "config": {"sourceId": "sample/customers", "sourceType": "api"}},
                       {"id": "note", "type": "prompt", "label": "A line on each", "position": {"x": 400, "y": 160},
                        "config": {"model": "claude-3-5-sonnet", "maxTokens": 120,
                          "promptTemplate": "Say in one line what {{record.company}} in {{record.industry}} may need next. [[simulate latency=PT0.6S]]"}},
                       {"id": "lines", "type": "transform", "label": "All lines", "position": {"x": 700, "y": 160},
                        "config": {"transformType": "reduce", "code": "accumulator + [item.text]", "initial": [], "fanOut": false}},
                       {"id": "digest", "type": "prompt", "label": "Digest", "position": {"x": 1000, "y": 160},
                        "config": {"model": "gpt-4o-mini", "maxTokens": 250, "contextTemplate": "You write for a sales team.",
                          "promptTemplate": "Make one paragraph of these lines. [[simulate latency=PT1S]]\\n{{lines}}"}}],
                     "edges": [
                       {"id": "e1", "source": "customers", "target": "note"},
                       {"id": "e2", "source": "note", "target": "lines"},
                       {"id": "e3", "source": "lines", "target": "digest"}],
                     "settings": {"maxConcurrentNodes": 5, "timeout": 300, "maxCostUsd": "0.05"}}
                    """));

    private final URI baseUrl;

    private final String password;

    /** @param minutes from one run to the next */
    private record Wanted(String name, int minutes, String definition) {}

    /** @param password of the demo team's owner */
    public DemoWorkflows(URI baseUrl, String password) {
        this.baseUrl = baseUrl;
        this.password = password;
    }

    /** Makes those that are not there, and runs them once; they are told by their names. */
    public void ensure() throws InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            ObjectNode credentials =
                    JSON.createObjectNode().put("email", DemoTeam.EMAIL).put("password", password);
            String token = call(http, post("/api/auth/login", credentials), 200)
                    .path("token")
                    .asText();
            var there = new HashSet<String>();
            call(
                            http,
                            as(token, request("/api/workflows?limit=200&teamId=" + DemoTeam.TEAM_ID))
                                    .GET(),
                            200)
                    .path("workflows")
                    .forEach(workflow -> there.add(workflow.path("name").asText()));
            for (Wanted wanted : WANTED) {
                if (!there.contains(wanted.name())) {
                    make(http, token, wanted);
                }
            }
        } catch (IOException e) {
            LOGGER.atWarn().addKeyValue("cause", e.getMessage()).log("there are no demo workflows");
        }
    }

    private void make(HttpClient http, String token, Wanted wanted) throws IOException, InterruptedException {
        ObjectNode form = JSON.createObjectNode()
                .put("teamId", DemoTeam.TEAM_ID)
                .put("name", wanted.name())
                .put("description", DESCRIPTION)
                .put("status", "active")
                .put("executionMode", "scheduled");
        form.putArray("tags").add("demo");
        form.set("definition", JSON.readTree(wanted.definition()));
        String id = call(http, as(token, post("/api/workflows", form)), 201)
                .at("/workflow/id")
                .asText();
        ObjectNode schedule = JSON.createObjectNode().put("type", "interval").put("intervalMinutes", wanted.minutes());
        call(http, as(token, request("/api/workflows/" + id + "/schedule")).PUT(body(schedule)), 200);
        call(http, as(token, post("/api/workflows/" + id + "/trigger", JSON.createObjectNode())), 202);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(baseUrl + path))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json");
    }

    private HttpRequest.Builder post(String path, JsonNode body) throws IOException {
        return request(path).POST(body(body));
    }

    private static HttpRequest.Builder as(String token, HttpRequest.Builder request) {
        return request.header("Authorization", "Bearer " + token);
    }

    private static HttpRequest.BodyPublisher body(JsonNode json) throws IOException {
        return BodyPublishers.ofByteArray(JSON.writeValueAsBytes(json));
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
