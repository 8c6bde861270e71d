package com.promptmanage.ingest.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.ingest.normalize.AgentUsage;
import com.promptmanage.ingest.normalize.AttributeUsage;
import com.promptmanage.ingest.normalize.FaultSink;
import com.promptmanage.ingest.normalize.NormalizedTokens;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The metrics that add up tokens, one series for each type of token, and what their types are called where calls are told one by one. */
enum MetricUsage {
    GEN_AI("gen_ai.client.token.usage", "gen_ai.token.type"),
    CLAUDE_CODE("claude_code.token.usage", "type"),
    CODEX("codex.turn.token_usage", "token_type"),
    GEMINI_CLI("gemini_cli.token.usage", "type");

    private final String metric;

    private final String typeAttribute;

    MetricUsage(String metric, String typeAttribute) {
        this.metric = metric;
        this.typeAttribute = typeAttribute;
    }

    /** Which of them a metric is. An agent that has its own may tell the same tokens in OpenTelemetry's besides. */
    static Optional<MetricUsage> of(String name, JsonNode resource) {
        return Stream.of(values())
                .filter(one -> one.metric.equals(name))
                .filter(one -> one != GEN_AI || CodingAgent.ofService(resource).isEmpty())
                .findFirst();
    }

    Optional<CodingAgent> agent() {
        return switch (this) {
            case GEN_AI -> Optional.empty();
            case CLAUDE_CODE -> Optional.of(CodingAgent.CLAUDE_CODE);
            case CODEX -> Optional.of(CodingAgent.CODEX);
            case GEMINI_CLI -> Optional.of(CodingAgent.GEMINI_CLI);
        };
    }

    /** By which attribute a series says what type of token it adds up. */
    String typeAttribute() {
        return typeAttribute;
    }

    /** Whether tokens of this type are counted; a total, for example, repeats others. */
    boolean isCounted(String type) {
        return !name(type).isEmpty();
    }

    /** @param sums by type, each of one that is counted */
    NormalizedTokens tokens(Map<String, Long> sums, FaultSink faults) {
        ObjectNode told = JsonNodeFactory.instance.objectNode();
        sums.forEach((type, sum) -> told.put(name(type), sum));
        return switch (this) {
            case GEN_AI -> AttributeUsage.read(told, faults);
            case CLAUDE_CODE -> AgentUsage.ofClaudeCode(told, faults);
            case CODEX -> AgentUsage.ofCodex(told, faults);
            case GEMINI_CLI -> AgentUsage.ofGeminiCli(told, faults);
        };
    }

    /** As the tokens of one call are called; empty for a type that is not counted. */
    private String name(String type) {
        return switch (this) {
            case GEN_AI ->
                switch (type) {
                    case "input" -> "gen_ai.usage.input_tokens";
                    case "output", "completion" -> "gen_ai.usage.output_tokens";
                    default -> "";
                };
            case CLAUDE_CODE ->
                switch (type) {
                    case "input" -> "input_tokens";
                    case "output" -> "output_tokens";
                    case "cacheRead" -> "cache_read_tokens";
                    case "cacheCreation" -> "cache_creation_tokens";
                    default -> "";
                };
            case CODEX ->
                switch (type) {
                    case "input" -> "input_token_count";
                    case "cached_input" -> "cached_token_count";
                    case "cache_write_input" -> "cache_write_token_count";
                    case "output" -> "output_token_count";
                    case "reasoning_output" -> "reasoning_token_count";
                    default -> "";
                };
            case GEMINI_CLI ->
                switch (type) {
                    case "input" -> "input_token_count";
                    case "output" -> "output_token_count";
                    case "cache" -> "cached_content_token_count";
                    case "thought" -> "thoughts_token_count";
                    case "tool" -> "tool_token_count";
                    default -> "";
                };
        };
    }
}
