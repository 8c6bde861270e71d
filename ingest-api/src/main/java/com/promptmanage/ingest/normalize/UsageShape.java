package com.promptmanage.ingest.normalize;

import java.util.Locale;

/** The forms in which producers tell token counts. */
public enum UsageShape {
    /** Our own: {@code tokens} with disjoint counts by their kinds. */
    DISJOINT,
    /** Our own in short: {@code inputTokens, outputTokens, cachedInputTokens?, reasoningTokens?}. */
    FLAT,
    /** {@code prompt_tokens, completion_tokens} with details: OpenAI's chat completions and those who speak like them. */
    OPENAI_CHAT,
    /** {@code input_tokens, output_tokens} with details: OpenAI's responses, images and realtime; LangChain. */
    OPENAI_RESPONSES,
    /** {@code input_tokens, output_tokens} beside {@code cache_read_input_tokens} and {@code cache_creation…}. */
    ANTHROPIC,
    /** {@code inputTokens, outputTokens} beside {@code cacheReadInputTokens} and {@code cacheWriteInputTokens}. */
    BEDROCK,
    /** {@code promptTokenCount, candidatesTokenCount, thoughtsTokenCount}. */
    GEMINI,
    /** LiteLLM's log: OpenAI's counts beside the model, details in {@code metadata.usage_object}. */
    LITELLM,
    /** Vercel's AI SDK, versions 4 to 6. */
    VERCEL,
    /** One count with its kind: {@code tokens, type}. */
    OPENMETER,
    /** Attributes of spans in OpenTelemetry's names, current or former. */
    GEN_AI,
    /** Attributes of spans as OpenLLMetry named them first: {@code llm.usage.…}. */
    OPENLLMETRY,
    /** Attributes of spans in OpenInference's names: {@code llm.token_count.…}. */
    OPENINFERENCE,
    /** Langfuse's map of counts by name. */
    LANGFUSE,
    /** Claude Code's log records. */
    CLAUDE_CODE,
    /** Codex's log records. */
    CODEX,
    /** Gemini CLI's log records. */
    GEMINI_CLI;

    /** Whether it is a form that we ask for, so that its other members are of our form too. */
    public boolean isOurs() {
        return this == DISJOINT || this == FLAT;
    }

    /** As a tag of a meter. */
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }
}
