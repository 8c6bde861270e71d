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
import org.jspecify.annotations.Nullable;

/** The metrics that add up tokens, one series for each type of token, and what their types are called where calls are told one by one. */
enum MetricUsage {
    GEN_AI(
            null,
            "gen_ai.client.token.usage",
            "gen_ai.token.type",
            Map.of(
                    "input",
                    "gen_ai.usage.input_tokens",
                    "output",
                    "gen_ai.usage.output_tokens",
                    "completion",
                    "gen_ai.usage.completion_tokens")),
    CLAUDE_CODE(
            CodingAgent.CLAUDE_CODE,
            "claude_code.token.usage",
            "type",
            Map.of(
                    "input",
                    "input_tokens",
                    "output",
                    "output_tokens",
                    "cacheRead",
                    "cache_read_tokens",
                    "cacheCreation",
                    "cache_creation_tokens")),
    CODEX(
            CodingAgent.CODEX,
            "codex.turn.token_usage",
            "token_type",
            Map.of(
                    "input",
                    "input_token_count",
                    "cached_input",
                    "cached_token_count",
                    "output",
                    "output_token_count",
                    "reasoning_output",
                    "reasoning_token_count")),
    GEMINI_CLI(
            CodingAgent.GEMINI_CLI,
            "gemini_cli.token.usage",
            "type",
            Map.of(
                    "input",
                    "input_token_count",
                    "output",
                    "output_token_count",
                    "cache",
                    "cached_content_token_count",
                    "thought",
                    "thoughts_token_count",
                    "tool",
                    "tool_token_count"));

    private final @Nullable CodingAgent agent;

    private final String metric;

    private final String typeAttribute;

    private final Map<String, String> names;

    MetricUsage(@Nullable CodingAgent agent, String metric, String typeAttribute, Map<String, String> names) {
        this.agent = agent;
        this.metric = metric;
        this.typeAttribute = typeAttribute;
        this.names = names;
    }

    /** Which of them a metric is. An agent that has its own may tell the same tokens in OpenTelemetry's besides. */
    static Optional<MetricUsage> of(String name, JsonNode resource) {
        return Stream.of(values())
                .filter(one -> one.metric.equals(name))
                .filter(one ->
                        one != GEN_AI || CodingAgent.ofService(resource).isEmpty())
                .findFirst();
    }

    Optional<CodingAgent> agent() {
        return Optional.ofNullable(agent);
    }

    /** By which attribute a series says what type of token it adds up. */
    String typeAttribute() {
        return typeAttribute;
    }

    /** Whether tokens of this type are counted; a total, for example, repeats others. */
    boolean isCounted(String type) {
        return names.containsKey(type);
    }

    /** @param sums by type */
    NormalizedTokens tokens(Map<String, Long> sums, FaultSink faults) {
        ObjectNode told = JsonNodeFactory.instance.objectNode();
        sums.forEach((type, sum) -> told.put(names.get(type), sum));
        return switch (this) {
            case GEN_AI -> AttributeUsage.read(told, faults);
            case CLAUDE_CODE -> AgentUsage.ofClaudeCode(told, faults);
            case CODEX -> AgentUsage.ofCodex(told, faults);
            case GEMINI_CLI -> AgentUsage.ofGeminiCli(told, faults);
        };
    }
}
