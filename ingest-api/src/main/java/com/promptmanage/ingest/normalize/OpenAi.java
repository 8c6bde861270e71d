package com.promptmanage.ingest.normalize;

import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;

/** The two ways in which OpenAI tells usage, and what others have made of them. */
final class OpenAi {

    private OpenAi() {}

    /**
     * Chat completions.
     *
     * @param sums where {@code prompt_tokens} and {@code completion_tokens} stand
     * @param details where the producer's details stand: mostly in the same place
     */
    static NormalizedTokens chat(CountReader sums, CountReader details, UsageShape shape) {
        // LiteLLM puts the details of a response beside its own sums as they came.
        CountReader prompt = details.inside("prompt_tokens_details", "input_tokens_details");
        CountReader completion = details.inside("completion_tokens_details", "output_tokens_details");
        Long cacheRead = prompt.countOrNull("cached_tokens");
        Long cacheWrite = prompt.countOrNull("cache_creation_tokens", "cache_write_tokens");
        Long reasoning = completion.countOrNull("reasoning_tokens");
        var counts = TokenCounts.ofInputOutput(sums.count("prompt_tokens"), sums.count("completion_tokens"))
                .with(
                        TokenKind.CACHE_READ,
                        // DeepSeek tells hits and misses.
                        cacheRead == null
                                ? details.count("cache_read_input_tokens", "prompt_cache_hit_tokens")
                                : cacheRead)
                .with(TokenKind.INPUT_AUDIO, prompt.count("audio_tokens"))
                .with(TokenKind.INPUT_IMAGE, prompt.count("image_tokens"))
                .with(TokenKind.REASONING, reasoning == null ? details.count("reasoning_tokens") : reasoning)
                .with(TokenKind.OUTPUT_AUDIO, completion.count("audio_tokens"))
                .with(TokenKind.OUTPUT_IMAGE, completion.count("image_tokens"));
        CountReader lives = prompt.inside("cache_creation_token_details");
        return UsageShapes.inclusive(
                CacheWrites.addTo(
                        counts,
                        cacheWrite == null ? details.count("cache_creation_input_tokens") : cacheWrite,
                        lives.object().isMissingNode() ? details.inside("cache_creation") : lives),
                sums.countOrNull("total_tokens"),
                shape);
    }

    /** Responses, images, transcriptions and realtime; LangChain has the same names with shorter details. */
    static NormalizedTokens responses(CountReader usage) {
        CountReader input = usage.inside("input_tokens_details", "input_token_details");
        CountReader output = usage.inside("output_tokens_details", "output_token_details");
        CountReader cached = input.inside("cached_tokens_details");
        // Of what was cached, realtime tells the audio, which is in the sum of all audio too.
        long audio = Math.max(0, input.count("audio_tokens", "audio") - cached.count("audio_tokens"));
        long image = Math.max(0, input.count("image_tokens") - cached.count("image_tokens"));
        var counts = TokenCounts.ofInputOutput(usage.count("input_tokens"), usage.count("output_tokens"))
                .with(TokenKind.CACHE_READ, input.count("cached_tokens", "cache_read"))
                .with(TokenKind.INPUT_AUDIO, audio)
                .with(TokenKind.INPUT_IMAGE, image)
                .with(TokenKind.REASONING, output.count("reasoning_tokens", "reasoning"))
                .with(TokenKind.OUTPUT_AUDIO, output.count("audio_tokens", "audio"))
                .with(TokenKind.OUTPUT_IMAGE, output.count("image_tokens"));
        return UsageShapes.inclusive(
                CacheWrites.addTo(counts, input.count("cache_write_tokens", "cache_creation"), input),
                usage.countOrNull("total_tokens"),
                UsageShape.OPENAI_RESPONSES);
    }
}
