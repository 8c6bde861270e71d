package com.promptmanage.ingest.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.function.BiConsumer;

/** Writes OTLP's protobuf from its JSON, by the numbers of opentelemetry/proto and with nothing of what reads it here. */
public final class Protobuf {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** @param export as JSON has it: {@code resourceSpans}, {@code resourceLogs} or {@code resourceMetrics} */
    public static byte[] of(JsonNode export) {
        var request = new Protobuf();
        for (JsonNode one : export.path("resourceSpans")) {
            request.message(1, resource(one, "scopeSpans", "spans", Protobuf::span));
        }
        for (JsonNode one : export.path("resourceLogs")) {
            request.message(1, resource(one, "scopeLogs", "logRecords", Protobuf::log));
        }
        for (JsonNode one : export.path("resourceMetrics")) {
            request.message(1, resource(one, "scopeMetrics", "metrics", Protobuf::metric));
        }
        return request.bytes();
    }

    /** A scope with one small span in it, as a field of its resource. */
    public static byte[] scopeOfOneSpan(int number, boolean isCall) {
        var span = new Protobuf()
                .part(1, ByteBuffer.allocate(16).putInt(12, number + 1).array())
                .part(2, ByteBuffer.allocate(8).putInt(4, number + 1).array());
        if (isCall) {
            span.message(
                    9,
                    attribute(
                            "gen_ai.request.model", new Protobuf().part(1, "gpt-4o".getBytes(StandardCharsets.UTF_8))));
            span.message(9, attribute("gen_ai.usage.input_tokens", new Protobuf().number(3, 2)));
        }
        return new Protobuf().message(2, new Protobuf().message(2, span)).bytes();
    }

    /** @param scopes as {@link #scopeOfOneSpan} makes them, one behind the other */
    public static byte[] exportOf(byte[] scopes) {
        return new Protobuf().part(1, scopes).bytes();
    }

    /** Makes OTLP's list of names and values out of each object that stands where one should. */
    public static void spellOutAttributes(JsonNode node) {
        if (node instanceof ObjectNode object && object.path("attributes").isObject()) {
            ArrayNode list = object.arrayNode();
            object.path("attributes")
                    .properties()
                    .forEach(one -> list.addObject()
                            .put("key", one.getKey())
                            .putObject("value")
                            .set(one.getValue().isTextual() ? "stringValue" : "intValue", one.getValue()));
            object.set("attributes", list);
        }
        node.forEach(Protobuf::spellOutAttributes);
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    private static Protobuf attribute(String name, Protobuf value) {
        return new Protobuf().part(1, name.getBytes(StandardCharsets.UTF_8)).message(2, value);
    }

    private static Protobuf resource(
            JsonNode made, String scopes, String records, BiConsumer<JsonNode, Protobuf> writer) {
        var message = new Protobuf();
        for (JsonNode scope : made.path(scopes)) {
            var inside = new Protobuf();
            for (JsonNode record : scope.path(records)) {
                var written = new Protobuf();
                writer.accept(record, written);
                inside.message(2, written);
            }
            // Behind what it made, as the resource below: both orders are allowed, and this one is the harder.
            inside.message(1, new Protobuf().text(1, scope.path("scope"), "name"));
            message.message(2, inside);
        }
        return message.message(1, new Protobuf().attributes(1, made.path("resource")));
    }

    private static void span(JsonNode span, Protobuf to) {
        to.part(1, HexFormat.of().parseHex(span.path("traceId").asText()));
        to.part(2, HexFormat.of().parseHex(span.path("spanId").asText()));
        if (span.has("parentSpanId")) {
            to.part(4, HexFormat.of().parseHex(span.path("parentSpanId").asText()));
        }
        to.text(5, span, "name");
        to.number(6, span.path("kind").asLong());
        to.fixed64(7, span.path("startTimeUnixNano").asLong());
        to.fixed64(8, span.path("endTimeUnixNano").asLong());
        to.attributes(9, span);
        to.message(15, new Protobuf().number(3, 1));
    }

    private static void log(JsonNode line, Protobuf to) {
        to.fixed64(1, line.path("timeUnixNano").asLong());
        to.number(2, line.path("severityNumber").asLong());
        to.message(5, value(line.path("body")));
        to.attributes(6, line);
        to.fixed64(11, line.path("observedTimeUnixNano").asLong());
    }

    private static void metric(JsonNode metric, Protobuf to) {
        to.text(1, metric, "name");
        if (metric.has("sum")) {
            to.message(7, data(metric.path("sum"), 7));
        }
        if (metric.has("histogram")) {
            to.message(9, data(metric.path("histogram"), 9));
        }
    }

    private static Protobuf data(JsonNode data, int attributesField) {
        var message = new Protobuf();
        for (JsonNode point : data.path("dataPoints")) {
            var written = new Protobuf()
                    .attributes(attributesField, point)
                    .fixed64(2, point.path("startTimeUnixNano").asLong())
                    .fixed64(3, point.path("timeUnixNano").asLong());
            if (point.has("asInt")) {
                written.fixed64(6, point.path("asInt").asLong());
            }
            if (point.has("sum")) {
                written.fixed64(4, point.path("count").asLong());
                written.fixed64(5, Double.doubleToLongBits(point.path("sum").doubleValue()));
            }
            message.message(1, written);
        }
        return message.number(2, data.path("aggregationTemporality").asLong());
    }

    Protobuf attributes(int field, JsonNode owner) {
        for (JsonNode attribute : owner.path("attributes")) {
            message(field, new Protobuf().text(1, attribute, "key").message(2, value(attribute.path("value"))));
        }
        return this;
    }

    private static Protobuf value(JsonNode value) {
        var message = new Protobuf();
        if (value.has("stringValue")) {
            message.text(1, value, "stringValue");
        } else if (value.has("boolValue")) {
            message.number(2, value.path("boolValue").booleanValue() ? 1 : 0);
        } else if (value.has("intValue")) {
            message.number(3, value.path("intValue").asLong());
        } else if (value.has("doubleValue")) {
            message.fixed64(4, Double.doubleToLongBits(value.path("doubleValue").doubleValue()));
        } else if (value.has("arrayValue")) {
            var list = new Protobuf();
            value.path("arrayValue").path("values").forEach(one -> list.message(1, value(one)));
            message.message(5, list);
        }
        return message;
    }

    Protobuf text(int field, JsonNode owner, String name) {
        return part(field, owner.path(name).asText().getBytes(StandardCharsets.UTF_8));
    }

    Protobuf message(int field, Protobuf message) {
        return part(field, message.bytes());
    }

    Protobuf part(int field, byte[] bytes) {
        varint((field << 3) | 2);
        varint(bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    Protobuf number(int field, long value) {
        varint((long) field << 3);
        varint(value);
        return this;
    }

    Protobuf fixed64(int field, long value) {
        varint(((long) field << 3) | 1);
        out.writeBytes(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
        return this;
    }

    private void varint(long value) {
        long left = value;
        while ((left & ~0x7fL) != 0) {
            out.write((int) ((left & 0x7f) | 0x80));
            left >>>= 7;
        }
        out.write((int) left);
    }
}
