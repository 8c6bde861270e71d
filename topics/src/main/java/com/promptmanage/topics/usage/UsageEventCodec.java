package com.promptmanage.topics.usage;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.event.EventJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads usage events as CloudEvents. The stream has its own reader that allocates nothing; this one is for
 * everybody else and defines what is right.
 */
public final class UsageEventCodec {

    private UsageEventCodec() {}

    public static byte[] write(UsageEvent event) {
        return write(event, Map.of());
    }

    /**
     * With attributes that CloudEvents does not define, for those who read the topic themselves; nothing is counted by
     * them.
     *
     * @param extensions texts, numbers and truth values by name
     */
    public static byte[] write(UsageEvent event, Map<String, JsonNode> extensions) {
        var bytes = new ByteArrayOutputStream(640);
        try (JsonGenerator json = EventJson.generator(bytes)) {
            json.writeStartObject();
            json.writeStringField("specversion", "1.0");
            json.writeStringField("id", event.id());
            json.writeStringField("source", event.source());
            json.writeStringField("type", UsageEvent.TYPE);
            json.writeStringField("subject", event.account().value());
            json.writeStringField("time", event.time().toString());
            for (Map.Entry<String, JsonNode> extension : extensions.entrySet()) {
                json.writeFieldName(extension.getKey());
                write(json, extension.getValue());
            }
            json.writeStringField("datacontenttype", "application/json");
            json.writeFieldName("data");
            write(json, event.usage());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, JsonNode value) throws IOException {
        if (value.isBoolean()) {
            json.writeBoolean(value.booleanValue());
        } else if (value.isNumber()) {
            json.writeNumber(value.asText());
        } else {
            json.writeString(value.asText());
        }
    }

    private static void write(JsonGenerator json, TokenUsage usage) throws IOException {
        json.writeStartObject();
        json.writeStringField("userId", usage.userId());
        writeText(json, "teamId", usage.teamId());
        json.writeStringField("model", usage.model());
        writeText(json, "provider", usage.provider());
        json.writeStringField("executionType", usage.executionType().value());
        writeText(json, "promptId", usage.promptId());
        writeText(json, "runId", usage.runId());
        writeText(json, "workflowId", usage.workflowId());
        writeText(json, "executionId", usage.executionId());
        writeText(json, "nodeId", usage.nodeId());
        writeText(json, "apiKeyId", usage.apiKeyId());
        writeText(json, "conversationId", usage.conversationId());
        writeText(json, "serviceTier", usage.serviceTier());
        writeNumber(json, "durationMs", usage.durationMs());
        if (!usage.tags().isEmpty()) {
            json.writeObjectFieldStart("tags");
            for (Map.Entry<String, String> tag : usage.tags().entrySet()) {
                json.writeStringField(tag.getKey(), tag.getValue());
            }
            json.writeEndObject();
        }
        writeText(json, "reservationId", usage.reservationId());
        writeNumber(json, "reportedCostNanoUsd", usage.reportedCostNanoUsd());
        json.writeObjectFieldStart("tokens");
        for (TokenKind kind : TokenKind.values()) {
            if (usage.tokens().get(kind) != 0) {
                json.writeNumberField(kind.field(), usage.tokens().get(kind));
            }
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    /**
     * @throws IllegalArgumentException if the bytes are not such an event, saying what is wrong
     */
    public static UsageEvent read(byte[] bytes) {
        JsonNode event = EventJson.read(bytes);
        JsonNode data = event.path("data");
        String executionType = data.path("executionType").asText(ExecutionType.PROMPT_RUN.value());
        return new UsageEvent(
                EventJson.text(event, "id"),
                EventJson.text(event, "source"),
                Instant.parse(EventJson.text(event, "time")),
                TokenUsage.builder(EventJson.text(data, "userId"), EventJson.text(data, "model"))
                        .teamId(EventJson.textOrNull(data, "teamId"))
                        .provider(EventJson.textOrNull(data, "provider"))
                        .executionType(ExecutionType.parse(executionType)
                                .orElseThrow(() -> new IllegalArgumentException(
                                        "data.executionType '%s' is not known".formatted(executionType))))
                        .promptId(EventJson.textOrNull(data, "promptId"))
                        .runId(EventJson.textOrNull(data, "runId"))
                        .workflowId(EventJson.textOrNull(data, "workflowId"))
                        .executionId(EventJson.textOrNull(data, "executionId"))
                        .nodeId(EventJson.textOrNull(data, "nodeId"))
                        .apiKeyId(EventJson.textOrNull(data, "apiKeyId"))
                        .conversationId(EventJson.textOrNull(data, "conversationId"))
                        .serviceTier(EventJson.textOrNull(data, "serviceTier"))
                        .durationMs(EventJson.integerOrNull(data, "durationMs"))
                        .tags(tags(data.path("tags")))
                        .reservationId(EventJson.textOrNull(data, "reservationId"))
                        .reportedCostNanoUsd(EventJson.integerOrNull(data, "reportedCostNanoUsd"))
                        .tokens(tokens(data.path("tokens")))
                        .build());
    }

    private static Map<String, String> tags(JsonNode node) {
        var tags = new TreeMap<String, String>();
        node.properties().forEach(tag -> tags.put(tag.getKey(), tag.getValue().asText()));
        return tags;
    }

    private static TokenCounts tokens(JsonNode node) {
        long[] counts = new long[TokenKind.COUNT];
        for (TokenKind kind : TokenKind.values()) {
            Long count = EventJson.integerOrNull(node, kind.field());
            counts[kind.index()] = count == null ? 0 : count;
        }
        return TokenCounts.of(counts);
    }

    private static void writeText(JsonGenerator json, String name, @Nullable String value) throws IOException {
        if (value != null) {
            json.writeStringField(name, value);
        }
    }

    private static void writeNumber(JsonGenerator json, String name, @Nullable Long value) throws IOException {
        if (value != null) {
            json.writeNumberField(name, value);
        }
    }
}
