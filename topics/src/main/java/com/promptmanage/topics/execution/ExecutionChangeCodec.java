package com.promptmanage.topics.execution;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.execution.ExecutionChange.Execution;
import com.promptmanage.topics.execution.ExecutionChange.ExecutionChanged;
import com.promptmanage.topics.execution.ExecutionChange.NodeChanged;
import com.promptmanage.topics.execution.ExecutionChange.NodeStatus;
import com.promptmanage.topics.execution.ExecutionChange.Status;
import com.promptmanage.topics.execution.ExecutionChange.Totals;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** State changes of executions as CloudEvents. */
public final class ExecutionChangeCodec {

    private static final String TYPES = "com.promptmanage.workflow.";

    /** Of ids of events, sources and scopes, in characters. */
    private static final int TEXT_LENGTH_MAX = 4_096;

    /** Three centuries. */
    private static final long DURATION_MS_MAX = 10_000_000_000_000L;

    /** Of the tokens and the nanoUSD of one execution: ten million dollars. */
    private static final long AMOUNT_MAX = 10_000_000_000_000_000L;

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

    /**
     * Reads what {@link #write} writes.
     *
     * @throws UnknownChangeException if it is of a later version
     * @throws IllegalArgumentException if the bytes are not such a record
     */
    public static ExecutionEvent read(byte[] bytes) {
        JsonNode event = EventJson.read(bytes);
        String type = EventJson.text(event, "type");
        JsonNode data = event.path("data");
        ExecutionChange change = switch (type) {
            case ExecutionChanged.TYPE -> readExecution(data, time(event));
            case NodeChanged.TYPE -> readNode(data, time(event));
            default ->
                throw type.startsWith(TYPES)
                        ? new UnknownChangeException(type)
                        : new IllegalArgumentException("type is %s, expected %s…".formatted(type, TYPES));
        };
        return new ExecutionEvent(id(event, "id", TEXT_LENGTH_MAX), id(event, "source", TEXT_LENGTH_MAX), change);
    }

    private static ExecutionChanged readExecution(JsonNode data, Instant time) {
        return new ExecutionChanged(
                execution(data),
                time,
                one(data, "status", Status.values()),
                amountOrNull(data, "durationMs", DURATION_MS_MAX),
                EventJson.textOrNull(data, "error"),
                new Totals(
                        (int) amount(data, "completedNodes", Integer.MAX_VALUE),
                        (int) amount(data, "failedNodes", Integer.MAX_VALUE),
                        (int) amount(data, "skippedNodes", Integer.MAX_VALUE),
                        amount(data, "tokens", AMOUNT_MAX),
                        amount(data, "costNanoUsd", AMOUNT_MAX)));
    }

    private static NodeChanged readNode(JsonNode data, Instant time) {
        String scope = EventJson.textOrNull(data, "scope");
        if (scope != null && scope.length() > TEXT_LENGTH_MAX) {
            throw new IllegalArgumentException("scope is longer than %d characters".formatted(TEXT_LENGTH_MAX));
        }
        return new NodeChanged(
                execution(data),
                time,
                id(data, "nodeId", Account.ID_LENGTH_MAX),
                id(data, "nodeType", Account.ID_LENGTH_MAX),
                scope == null ? "" : scope,
                one(data, "status", NodeStatus.values()),
                (int) amount(data, "attempt", Integer.MAX_VALUE),
                amountOrNull(data, "durationMs", DURATION_MS_MAX),
                EventJson.textOrNull(data, "error"),
                amount(data, "tokens", AMOUNT_MAX),
                amount(data, "costNanoUsd", AMOUNT_MAX));
    }

    private static Execution execution(JsonNode data) {
        String teamId = EventJson.textOrNull(data, "teamId");
        return new Execution(
                id(data, "executionId", Account.ID_LENGTH_MAX),
                id(data, "workflowId", Account.ID_LENGTH_MAX),
                (int) amount(data, "workflowVersion", Integer.MAX_VALUE),
                id(data, "userId", Account.ID_LENGTH_MAX),
                teamId == null ? null : id(data, "teamId", Account.ID_LENGTH_MAX),
                data.path("simulated").asBoolean(false));
    }

    private static Instant time(JsonNode event) {
        try {
            return OffsetDateTime.parse(EventJson.text(event, "time")).toInstant();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("time is not a time of RFC 3339", e);
        }
    }

    private static String id(JsonNode json, String field, int lengthMax) {
        String id = EventJson.text(json, field);
        if (id.isEmpty() || id.length() > lengthMax || id.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "%s must be 1 to %d characters, none of them a control character".formatted(field, lengthMax));
        }
        return id;
    }

    private static <E extends Enum<E>> E one(JsonNode data, String field, E[] known) {
        String name = EventJson.text(data, field);
        for (E one : known) {
            if (one.name().toLowerCase(Locale.ROOT).equals(name)) {
                return one;
            }
        }
        throw new IllegalArgumentException("%s '%s' is not known".formatted(field, name));
    }

    private static long amount(JsonNode data, String field, long max) {
        Long amount = amountOrNull(data, field, max);
        return amount == null ? 0 : amount;
    }

    private static @Nullable Long amountOrNull(JsonNode data, String field, long max) {
        Long amount = EventJson.integerOrNull(data, field);
        if (amount != null && (amount < 0 || amount > max)) {
            throw new IllegalArgumentException("%s must be from 0 to %d, got %d".formatted(field, max, amount));
        }
        return amount;
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
