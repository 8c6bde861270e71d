package com.promptmanage.runner.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;

/**
 * Makes disjoint counts of what providers tell, each in its own convention: no token is counted in two kinds, none is left
 * out. What is missing or no count is taken for 0; where the parts are more than the whole, the parts are believed.
 */
final class ProviderUsage {

    private ProviderUsage() {}

    /** Chat completions: prompt tokens hold what was cached, completion tokens hold reasoning; both hold audio. */
    static TokenCounts openAi(JsonNode usage) {
        JsonNode input = usage.path("prompt_tokens_details");
        JsonNode output = usage.path("completion_tokens_details");
        long cached = count(input, "cached_tokens");
        if (cached == 0) {
            cached = count(usage, "prompt_cache_hit_tokens");
        }
        long cacheWrite = Math.max(count(input, "cache_write_tokens"), count(input, "cache_creation_tokens"));
        long inputAudio = count(input, "audio_tokens");
        long reasoning = count(output, "reasoning_tokens");
        long outputAudio = count(output, "audio_tokens");
        long prompt = count(usage, "prompt_tokens");
        long completion = count(usage, "completion_tokens");
        // Some that speak like OpenAI add reasoning to the completion instead; their own total shows it.
        boolean isReasoningBeside = reasoning > 0 && count(usage, "total_tokens") == prompt + completion + reasoning;
        return counts(
                        rest(prompt, cached + cacheWrite + inputAudio),
                        isReasoningBeside ? rest(completion, outputAudio) : rest(completion, reasoning + outputAudio))
                .with(TokenKind.CACHE_READ, cached)
                .with(TokenKind.CACHE_WRITE_5M, cacheWrite)
                .with(TokenKind.INPUT_AUDIO, inputAudio)
                .with(TokenKind.REASONING, reasoning)
                .with(TokenKind.OUTPUT_AUDIO, outputAudio);
    }

    /** Messages: input tokens are those that were not cached; thinking is output like any other. */
    static TokenCounts anthropic(JsonNode usage) {
        long written = count(usage, "cache_creation_input_tokens");
        JsonNode lives = usage.path("cache_creation");
        long oneHour = count(lives, "ephemeral_1h_input_tokens");
        long fiveMinutes = Math.max(count(lives, "ephemeral_5m_input_tokens"), rest(written, oneHour));
        return counts(count(usage, "input_tokens"), count(usage, "output_tokens"))
                .with(TokenKind.CACHE_READ, count(usage, "cache_read_input_tokens"))
                .with(TokenKind.CACHE_WRITE_5M, fiveMinutes)
                .with(TokenKind.CACHE_WRITE_1H, oneHour);
    }

    /** The prompt holds what was cached; what tools put into it, and the thoughts, stand beside. */
    static TokenCounts gemini(JsonNode usage) {
        long cached = count(usage, "cachedContentTokenCount");
        long audio = rest(
                modality(usage.path("promptTokensDetails"), "AUDIO"),
                modality(usage.path("cacheTokensDetails"), "AUDIO"));
        long image = rest(
                modality(usage.path("promptTokensDetails"), "IMAGE"),
                modality(usage.path("cacheTokensDetails"), "IMAGE"));
        long outputImage = modality(usage.path("candidatesTokensDetails"), "IMAGE");
        long outputAudio = modality(usage.path("candidatesTokensDetails"), "AUDIO");
        return counts(
                        rest(count(usage, "promptTokenCount"), cached + audio + image)
                                + count(usage, "toolUsePromptTokenCount"),
                        rest(count(usage, "candidatesTokenCount"), outputImage + outputAudio))
                .with(TokenKind.CACHE_READ, cached)
                .with(TokenKind.INPUT_AUDIO, audio)
                .with(TokenKind.INPUT_IMAGE, image)
                .with(TokenKind.REASONING, count(usage, "thoughtsTokenCount"))
                .with(TokenKind.OUTPUT_IMAGE, outputImage)
                .with(TokenKind.OUTPUT_AUDIO, outputAudio);
    }

    private static TokenCounts counts(long input, long output) {
        return TokenCounts.ofInputOutput(input, output);
    }

    private static long rest(long whole, long parts) {
        return Math.max(0, whole - parts);
    }

    private static long modality(JsonNode details, String modality) {
        long sum = 0;
        for (JsonNode part : details) {
            if (part.path("modality").asText().equals(modality)) {
                sum += count(part, "tokenCount");
            }
        }
        return sum;
    }

    /** Bounded, so that a provider gone mad cannot make a sum overflow. */
    private static long count(JsonNode object, String name) {
        return Math.clamp(object.path(name).asLong(0), 0, TokenCounts.MAX / 16);
    }
}
