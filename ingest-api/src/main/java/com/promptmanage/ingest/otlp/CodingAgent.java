package com.promptmanage.ingest.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.ingest.normalize.AgentUsage;
import com.promptmanage.ingest.normalize.FaultSink;
import com.promptmanage.ingest.normalize.NormalizedTokens;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Coding agents that tell each of their calls in a log record. */
enum CodingAgent {
    CLAUDE_CODE("claude-code", "claude-code", "claude_code.", "anthropic"),
    /** Each of its programs has a name of its own. */
    CODEX("codex", "codex([_-](app[_-]server|cli|cli_rs|exec|mcp_server|tui|vscode))?", "codex.", "openai"),
    GEMINI_CLI("gemini-cli", "gemini-cli", "gemini_cli.", "google");

    private static final String EVENT_NAME = "event.name";

    private static final String EVENT_KIND = "event.kind";

    /** OpenTelemetry's record of a call, which repeats a span or an agent's own record. */
    private static final String RESTATEMENT = "gen_ai.client.inference.operation.details";

    /** Metrics that sum up what is told call by call. */
    private static final Set<String> USAGE_METRICS = Set.of(
            "gen_ai.client.token.usage",
            "claude_code.token.usage",
            "claude_code.cost.usage",
            "codex.turn.token_usage",
            "gemini_cli.token.usage");

    /** What identifies a record, besides its time. */
    private static final List<String> IDENTITY =
            List.of("session.id", "event.sequence", "conversation.id", "prompt.id", "prompt_id", "request_id", "model");

    static final Set<String> NAMES = Stream.of(
                    Stream.of(
                            EVENT_NAME,
                            EVENT_KIND,
                            "service.name",
                            "response.id",
                            "slug",
                            "cost_usd",
                            "duration_ms",
                            "speed",
                            "query_source",
                            "user.email",
                            "user.account_uuid",
                            "user.account_id",
                            "user.id"),
                    IDENTITY.stream(),
                    AgentUsage.NAMES.stream())
            .flatMap(names -> names)
            .collect(Collectors.toUnmodifiableSet());

    private final String service;

    private final Pattern services;

    private final String prefix;

    private final String provider;

    CodingAgent(String service, String services, String prefix, String provider) {
        this.service = service;
        this.services = Pattern.compile(services);
        this.prefix = prefix;
        this.provider = provider;
    }

    String provider() {
        return provider;
    }

    String service() {
        return service;
    }

    /** What identifies one of its records, besides its time. */
    static List<String> identity() {
        return IDENTITY;
    }

    /** Whose resource it is, if it is an agent's. */
    static Optional<CodingAgent> ofService(JsonNode resource) {
        String name = resource.path("service.name").asText();
        return Stream.of(values())
                .filter(agent -> agent.services.matcher(name).matches())
                .findFirst();
    }

    /** Whose record of a call it is, if it is one. */
    static Optional<CodingAgent> ofCall(LogLine line) {
        for (CodingAgent agent : values()) {
            boolean bare = ofService(line.resource()).filter(agent::equals).isPresent();
            if (line.event().startsWith(agent.prefix) || bare) {
                String name = line.event().startsWith(agent.prefix)
                        ? line.event().substring(agent.prefix.length())
                        : line.event();
                return agent.isCall(name, line.attributes()) ? Optional.of(agent) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    static boolean isUsageMetric(String name) {
        return USAGE_METRICS.contains(name);
    }

    NormalizedTokens tokens(JsonNode attributes, FaultSink faults) {
        return switch (this) {
            case CLAUDE_CODE -> AgentUsage.ofClaudeCode(attributes, faults);
            case CODEX -> AgentUsage.ofCodex(attributes, faults);
            case GEMINI_CLI -> AgentUsage.ofGeminiCli(attributes, faults);
        };
    }

    /**
     * What kind of record it is. The name may stand in three places, with or without what tells whose it is.
     *
     * @param event the record's own field, empty if there is none
     * @param body as a text, empty if it is none
     */
    static String eventName(String event, ObjectNode attributes, String body) {
        List<String> names = List.of(event, attributes.path(EVENT_NAME).asText(), body);
        return names.stream()
                .filter(CodingAgent::isFull)
                .findFirst()
                .or(() -> names.stream().filter(name -> !name.isEmpty()).findFirst())
                .orElse("");
    }

    private static boolean isFull(String name) {
        return name.equals(RESTATEMENT) || Stream.of(values()).anyMatch(agent -> name.startsWith(agent.prefix));
    }

    private boolean isCall(String name, JsonNode attributes) {
        return switch (this) {
            case CLAUDE_CODE -> name.equals("api_request");
            case CODEX ->
                (name.equals("sse_event") || name.startsWith("websocket_"))
                        && attributes.path(EVENT_KIND).asText().equals("response.completed");
            case GEMINI_CLI -> name.equals("api_response");
        };
    }
}
