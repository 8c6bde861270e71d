package com.promptmanage.runner.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.usage.TokenCounts;
import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.model.anthropic.AnthropicStreamingChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.googleai.GoogleAiGeminiStreamingChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.net.URI;
import java.time.Duration;

/** The languages that providers speak. */
enum Dialect {
    /** Chat completions, which many others offer too. */
    OPEN_AI("openai", "OpenAI", "https://api.openai.com/v1") {
        @Override
        StreamingChatModel model(ModelRequest request, Endpoint endpoint, Duration timeout, HttpClientBuilder wire) {
            var model = OpenAiStreamingChatModel.builder()
                    .httpClientBuilder(wire)
                    .baseUrl(endpoint.baseUrl().toString())
                    .apiKey(endpoint.apiKey())
                    .timeout(timeout)
                    .modelName(request.model())
                    .temperature(request.temperature());
            // OpenAI's newer models know only the newer name, most others only the older.
            if (DEFAULT_HOST.equals(endpoint.baseUrl().getHost())) {
                model.maxCompletionTokens(request.maxTokens());
            } else {
                model.maxTokens(request.maxTokens());
            }
            if (request.isJson()) {
                model.responseFormat(ResponseFormat.JSON);
            }
            return model.build();
        }

        @Override
        TokenCounts tokens(JsonNode usage) {
            return ProviderUsage.openAi(usage);
        }

        @Override
        void read(JsonNode event, StreamedAnswer into) {
            into.model(event.path("model"));
            into.requestId(event.path("id"));
            into.serviceTier(event.path("service_tier"));
            into.usage(event.path("usage"));
            JsonNode choice = event.path("choices").path(0);
            into.finishReason(choice.path("finish_reason"));
            into.refusal(choice.path("delta").path("refusal"));
            into.error(event.path("error"));
        }
    },
    ANTHROPIC("anthropic", "Anthropic", "https://api.anthropic.com/v1") {
        @Override
        StreamingChatModel model(ModelRequest request, Endpoint endpoint, Duration timeout, HttpClientBuilder wire) {
            return AnthropicStreamingChatModel.builder()
                    .httpClientBuilder(wire)
                    .baseUrl(endpoint.baseUrl().toString())
                    .apiKey(endpoint.apiKey())
                    .timeout(timeout)
                    .modelName(request.model())
                    .temperature(request.temperature())
                    .maxTokens(request.maxTokens())
                    .build();
        }

        @Override
        TokenCounts tokens(JsonNode usage) {
            return ProviderUsage.anthropic(usage);
        }

        @Override
        void read(JsonNode event, StreamedAnswer into) {
            JsonNode message = event.path("message");
            into.model(message.path("model"));
            into.requestId(message.path("id"));
            into.serviceTier(message.path("usage").path("service_tier"));
            into.usage(message.path("usage"));
            into.usage(event.path("usage"));
            into.finishReason(event.path("delta").path("stop_reason"));
            into.error(event.path("error"));
        }
    },
    GEMINI("google", "Gemini", "https://generativelanguage.googleapis.com/v1beta") {
        @Override
        StreamingChatModel model(ModelRequest request, Endpoint endpoint, Duration timeout, HttpClientBuilder wire) {
            var model = GoogleAiGeminiStreamingChatModel.builder()
                    .httpClientBuilder(wire)
                    .baseUrl(endpoint.baseUrl().toString())
                    .apiKey(endpoint.apiKey())
                    .timeout(timeout)
                    .modelName(request.model())
                    .temperature(request.temperature())
                    .maxOutputTokens(request.maxTokens());
            if (request.isJson()) {
                model.responseFormat(ResponseFormat.JSON);
            }
            return model.build();
        }

        @Override
        TokenCounts tokens(JsonNode usage) {
            return ProviderUsage.gemini(usage);
        }

        @Override
        void read(JsonNode event, StreamedAnswer into) {
            into.model(event.path("modelVersion"));
            into.requestId(event.path("responseId"));
            into.usage(event.path("usageMetadata"));
            into.finishReason(event.path("candidates").path(0).path("finishReason"));
            into.finishReason(event.path("promptFeedback").path("blockReason"));
            into.error(event.path("error"));
        }
    };

    private static final String DEFAULT_HOST = "api.openai.com";

    private final String provider;

    private final String title;

    private final URI baseUrl;

    Dialect(String provider, String title, String baseUrl) {
        this.provider = provider;
        this.title = title;
        this.baseUrl = URI.create(baseUrl);
    }

    /** As in the price list. */
    String provider() {
        return provider;
    }

    /** For people. */
    String title() {
        return title;
    }

    URI baseUrl() {
        return baseUrl;
    }

    /** Something that asks this once, over our own transport. */
    abstract StreamingChatModel model(
            ModelRequest request, Endpoint endpoint, Duration timeout, HttpClientBuilder wire);

    /** Disjoint counts of the provider's own. */
    abstract TokenCounts tokens(JsonNode usage);

    /** Notes what an event of the stream tells besides text. */
    abstract void read(JsonNode event, StreamedAnswer into);
}
