package com.promptmanage.ingest.normalize;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;

/**
 * Gemini's usage. The prompt holds what was cached; the candidates do not hold the thoughts; what a tool put into the
 * prompt is beside the prompt. Names as in REST, or as the Python library writes them.
 */
final class Gemini {

    private Gemini() {}

    static NormalizedTokens read(CountReader usage) {
        long prompt = usage.count("promptTokenCount", "prompt_token_count");
        long tool = usage.count("toolUsePromptTokenCount", "tool_use_prompt_token_count");
        if (prompt + tool > TokenCounts.MAX) {
            usage.faults()
                    .add(
                            usage.path() + "toolUsePromptTokenCount",
                            "makes the input larger than a token count may be",
                            "Send an integer from 0 to 1000000000000.");
            tool = 0;
        }
        var counts = TokenCounts.ofInputOutput(
                        prompt + tool, usage.count("candidatesTokenCount", "candidates_token_count"))
                .with(TokenKind.CACHE_READ, usage.count("cachedContentTokenCount", "cached_content_token_count"))
                .with(TokenKind.INPUT_AUDIO, input(usage, "AUDIO"))
                .with(TokenKind.INPUT_IMAGE, input(usage, "IMAGE"))
                .with(TokenKind.REASONING, usage.count("thoughtsTokenCount", "thoughts_token_count"))
                .with(
                        TokenKind.OUTPUT_AUDIO,
                        modality(usage, "AUDIO", "candidatesTokensDetails", "candidates_tokens_details"))
                .with(
                        TokenKind.OUTPUT_IMAGE,
                        modality(usage, "IMAGE", "candidatesTokensDetails", "candidates_tokens_details"));
        return UsageShapes.normalized(
                new ReportedTokens(counts, null, Convention.INCLUSIVE, Convention.EXCLUSIVE), UsageShape.GEMINI);
    }

    /** What of the prompt came in this form and was not cached. */
    private static long input(CountReader usage, String modality) {
        return Math.max(
                0,
                modality(usage, modality, "promptTokensDetails", "prompt_tokens_details")
                        - modality(usage, modality, "cacheTokensDetails", "cache_tokens_details"));
    }

    private static long modality(CountReader usage, String modality, String... lists) {
        for (String list : lists) {
            long sum = 0;
            for (JsonNode part : usage.object().path(list)) {
                JsonNode count = part.hasNonNull("tokenCount") ? part.path("tokenCount") : part.path("token_count");
                if (part.path("modality").asText().equals(modality) && !count.isMissingNode()) {
                    sum = Math.min(TokenCounts.MAX, sum + usage.read(usage.path() + list + ".tokenCount", count));
                }
            }
            if (sum > 0) {
                return sum;
            }
        }
        return 0;
    }
}
