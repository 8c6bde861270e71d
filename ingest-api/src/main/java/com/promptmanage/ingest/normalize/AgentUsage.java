package com.promptmanage.ingest.normalize;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Token counts in the log records of coding agents. */
public final class AgentUsage {

    /** Every attribute that is read here. */
    public static final Set<String> NAMES = Set.of(
            "input_tokens",
            "output_tokens",
            "cache_read_tokens",
            "cache_creation_tokens",
            "input_token_count",
            "output_token_count",
            "cached_token_count",
            "cache_write_token_count",
            "reasoning_token_count",
            "cached_content_token_count",
            "thoughts_token_count",
            "tool_token_count",
            "total_token_count");

    private AgentUsage() {}

    /** Cached tokens are beside the input. */
    public static NormalizedTokens ofClaudeCode(JsonNode attributes, FaultSink faults) {
        var told = new Told(attributes, faults);
        var counts = TokenCounts.ofInputOutput(told.count("input_tokens"), told.count("output_tokens"))
                .with(TokenKind.CACHE_READ, told.count("cache_read_tokens"))
                .with(TokenKind.CACHE_WRITE_5M, told.count("cache_creation_tokens"));
        return new NormalizedTokens(counts, UsageShape.CLAUDE_CODE, Convention.EXCLUSIVE);
    }

    /** Cached tokens are within the input, reasoning is within the output; what it calls a tool's count is the total. */
    public static NormalizedTokens ofCodex(JsonNode attributes, FaultSink faults) {
        var told = new Told(attributes, faults);
        var counts = TokenCounts.ofInputOutput(told.count("input_token_count"), told.count("output_token_count"))
                .with(TokenKind.CACHE_READ, told.count("cached_token_count"))
                .with(TokenKind.CACHE_WRITE_5M, told.count("cache_write_token_count"))
                .with(TokenKind.REASONING, told.count("reasoning_token_count"));
        return UsageShapes.inclusive(counts, told.countOrNull("tool_token_count"), UsageShape.CODEX);
    }

    /** As Gemini itself: cached tokens are within the input, thoughts and what tools put in are beside. */
    public static NormalizedTokens ofGeminiCli(JsonNode attributes, FaultSink faults) {
        var told = new Told(attributes, faults);
        long input = Math.min(TokenCounts.MAX, told.count("input_token_count") + told.count("tool_token_count"));
        var counts = TokenCounts.ofInputOutput(input, told.count("output_token_count"))
                .with(TokenKind.CACHE_READ, told.count("cached_content_token_count"))
                .with(TokenKind.REASONING, told.count("thoughts_token_count"));
        return UsageShapes.normalized(
                new ReportedTokens(counts, null, Convention.INCLUSIVE, Convention.EXCLUSIVE), UsageShape.GEMINI_CLI);
    }

    private record Told(JsonNode attributes, FaultSink faults) {

        long count(String name) {
            Long count = countOrNull(name);
            return count == null ? 0 : count;
        }

        @Nullable
        Long countOrNull(String name) {
            JsonNode value = attributes.get(name);
            return value == null ? null : (Long) LooseNumber.count(value, name, faults);
        }
    }
}
