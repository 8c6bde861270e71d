package com.promptmanage.topics.execution;

import com.fasterxml.jackson.core.JsonGenerator;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.execution.ExecutionChange.Execution;
import com.promptmanage.topics.execution.ExecutionChange.ExecutionChanged;
import com.promptmanage.topics.execution.ExecutionChange.NodeChanged;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Writes state changes of executions as CloudEvents. */
public final class ExecutionChangeCodec {

    private ExecutionChangeCodec() {}

    /**
     * @param id identifies the event together with {@code source}
     * @param source who reports it
     */
    public static byte[] write(String id, String source, ExecutionChange change) {
        var bytes = new ByteArrayOutputStream(640);
        try (JsonGenerator json = EventJson.generator(bytes)) {
            json.writeStartObject();
            json.writeStringField("specversion", "1.0");
            json.writeStringField("id", id);
            json.writeStringField("source", source);
            json.writeStringField("type", type(change));
            json.writeStringField("subject", change.execution().account().value());
            json.writeStringField("time", change.time().toString());
            json.writeStringField("datacontenttype", "application/json");
            json.writeObjectFieldStart("data");
            write(json, change.execution());
            switch (change) {
                case ExecutionChanged changed -> write(json, changed);
                case NodeChanged changed -> write(json, changed);
            }
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static String type(ExecutionChange change) {
        return switch (change) {
            case ExecutionChanged changed -> ExecutionChanged.TYPE;
            case NodeChanged changed -> NodeChanged.TYPE;
        };
    }

    private static void write(JsonGenerator json, Execution execution) throws IOException {
        json.writeStringField("executionId", execution.id());
        json.writeStringField("workflowId", execution.workflowId());
        json.writeNumberField("workflowVersion", execution.workflowVersion());
        json.writeStringField("userId", execution.userId());
        writeText(json, "teamId", execution.teamId());
        json.writeBooleanField("simulated", execution.simulated());
    }

    private static void write(JsonGenerator json, ExecutionChanged changed) throws IOException {
        json.writeStringField("status", changed.status().value());
        writeNumber(json, "durationMs", changed.durationMs());
        writeText(json, "error", changed.error());
        json.writeNumberField("completedNodes", changed.totals().completedNodes());
        json.writeNumberField("failedNodes", changed.totals().failedNodes());
        json.writeNumberField("skippedNodes", changed.totals().skippedNodes());
        json.writeNumberField("tokens", changed.totals().tokens());
        json.writeNumberField("costNanoUsd", changed.totals().costNanoUsd());
    }

    private static void write(JsonGenerator json, NodeChanged changed) throws IOException {
        json.writeStringField("nodeId", changed.nodeId());
        json.writeStringField("nodeType", changed.nodeType());
        if (!changed.scope().isEmpty()) {
            json.writeStringField("scope", changed.scope());
        }
        json.writeStringField("status", changed.status().value());
        json.writeNumberField("attempt", changed.attempt());
        writeNumber(json, "durationMs", changed.durationMs());
        writeText(json, "error", changed.error());
        json.writeNumberField("tokens", changed.tokens());
        json.writeNumberField("costNanoUsd", changed.costNanoUsd());
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
