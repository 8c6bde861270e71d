package com.promptmanage.runner.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a call used, as the ledger keeps it. */
final class CallUsageJson {

    private CallUsageJson() {}

    static String write(CallUsage usage) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("provider", usage.provider());
        json.put("model", usage.model());
        ObjectNode tokens = json.putObject("tokens");
        for (TokenKind kind : TokenKind.values()) {
            if (usage.tokens().get(kind) != 0) {
                tokens.put(kind.field(), usage.tokens().get(kind));
            }
        }
        json.put("endedAt", usage.endedAt().toString());
        json.put("tookMs", usage.took().toMillis());
        json.put("serviceTier", usage.serviceTier());
        json.put("providerRequestId", usage.providerRequestId());
        json.put("simulated", usage.simulated());
        json.put("estimated", usage.estimated());
        return StoredJson.write(json);
    }

    static CallUsage read(String text) {
        JsonNode json = StoredJson.read(text);
        TokenCounts tokens = TokenCounts.NONE;
        for (TokenKind kind : TokenKind.values()) {
            tokens = tokens.with(kind, json.path("tokens").path(kind.field()).longValue());
        }
        return new CallUsage(
                json.path("provider").asText(),
                json.path("model").asText(),
                tokens,
                Instant.parse(json.path("endedAt").asText()),
                Duration.ofMillis(json.path("tookMs").longValue()),
                text(json, "serviceTier"),
                text(json, "providerRequestId"),
                json.path("simulated").booleanValue(),
                json.path("estimated").booleanValue());
    }

    private static @Nullable String text(JsonNode json, String field) {
        return json.path(field).isTextual() ? json.path(field).textValue() : null;
    }
}
