package com.promptmanage.ingest.otlp;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.DupDetector;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.ingest.normalize.Excerpt;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is in an export in JSON: records and attributes. What is not as it should be is passed over, so that the reader
 * stands behind it, and is the {@link #takeFault fault} of what is being read.
 */
final class JsonRecords {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** The kinds of metrics that have sums. */
    private static final Set<String> DATA = Set.of("sum", "histogram", "exponentialHistogram");

    /** What remembers the names of an object is no larger than this many of them. */
    private static final int MEMBERS_CHECKED = 1000;

    private final AttributeNames names;

    private String fault = "";

    /** Reads one member of an object. */
    private interface MemberReader {
        void read(String name, JsonParser json) throws IOException;
    }

    /** Reads one element of a list. */
    private interface ElementReader {
        void read() throws IOException;
    }

    JsonRecords(AttributeNames names) {
        this.names = names;
    }

    /** What was wrong first with what was read since this was last asked; empty if nothing was. */
    String takeFault() {
        String taken = fault;
        fault = "";
        return taken;
    }

    /** Of what has made records. */
    ObjectNode resource(JsonParser json) throws IOException {
        ObjectNode attributes = NODES.objectNode();
        if (json.currentToken() != JsonToken.VALUE_NULL) {
            object(json, (name, at) -> {
                if (name.equals("attributes")) {
                    attributes(at, attributes);
                } else {
                    skip(at);
                }
            });
        }
        return attributes;
    }

    /** The name of the instrumentation library that made records; empty if it has none. What else is wrong with it costs nothing. */
    String scope(JsonParser json) throws IOException {
        String[] found = {""};
        object(json, (name, at) -> {
            if (name.equals("name")) {
                String text = text(at);
                found[0] = text.length() > AttributeNames.TEXT_MAX ? "" : text;
            } else {
                skip(at);
            }
        });
        takeFault();
        return found[0];
    }

    Span span(JsonParser json, ObjectNode resource, String scope) throws IOException {
        ObjectNode attributes = NODES.objectNode();
        String[] texts = {"", "", "", ""};
        long[] times = {0, 0};
        object(json, (name, at) -> {
            switch (name) {
                case "traceId" -> texts[0] = id(at);
                case "spanId" -> texts[1] = id(at);
                case "parentSpanId" -> texts[2] = id(at);
                case "name" -> texts[3] = text(at);
                case "startTimeUnixNano" -> times[0] = nanos(at);
                case "endTimeUnixNano" -> times[1] = nanos(at);
                case "attributes" -> attributes(at, attributes);
                default -> skip(at);
            }
        });
        return new Span(texts[0], texts[1], texts[2], texts[3], times[0], times[1], attributes, resource, scope);
    }

    LogLine log(JsonParser json, ObjectNode resource) throws IOException {
        ObjectNode attributes = NODES.objectNode();
        String[] texts = {"", ""};
        long[] times = {0, 0};
        object(json, (name, at) -> {
            switch (name) {
                case "timeUnixNano" -> times[0] = nanos(at);
                case "observedTimeUnixNano" -> times[1] = nanos(at);
                case "eventName" -> texts[0] = text(at);
                case "body" -> {
                    JsonNode value = value(at, AttributeNames.TEXT_MAX);
                    texts[1] = value == null ? "" : value.asText();
                }
                case "attributes" -> attributes(at, attributes);
                default -> skip(at);
            }
        });
        return new LogLine(
                CodingAgent.eventName(texts[0], attributes, texts[1]),
                times[0] == 0 ? times[1] : times[0],
                attributes,
                resource);
    }

    Metric metric(JsonParser json, ObjectNode resource) throws IOException {
        String[] found = {""};
        var points = new Metric.Points();
        object(json, (name, at) -> {
            boolean isData = names.isAll() && DATA.contains(name);
            if (name.equals("name")) {
                found[0] = text(at);
            } else if (isData && at.currentToken() == JsonToken.START_OBJECT) {
                points(at, points);
            } else {
                skip(at);
            }
        });
        return points.of(found[0], resource);
    }

    private void points(JsonParser json, Metric.Points points) throws IOException {
        object(json, (name, at) -> {
            switch (name) {
                case "aggregationTemporality" -> points.temporality(Metric.Temporality.of(text(at)));
                case "dataPoints" -> list(at, () -> points.add(point(at)));
                default -> skip(at);
            }
        });
    }

    private Metric.Point point(JsonParser json) throws IOException {
        ObjectNode attributes = NODES.objectNode();
        long[] times = {0, 0};
        long[] sum = {Metric.NO_COUNT};
        object(json, (name, at) -> {
            switch (name) {
                case "startTimeUnixNano" -> times[0] = nanos(at);
                case "timeUnixNano" -> times[1] = nanos(at);
                case "asInt", "asDouble", "sum" -> sum[0] = Metric.count(text(at));
                case "attributes" -> attributes(at, attributes);
                default -> skip(at);
            }
        });
        return new Metric.Point(attributes, times[0], times[1], sum[0]);
    }

    private void attributes(JsonParser json, ObjectNode attributes) throws IOException {
        list(json, () -> {
            String[] key = {""};
            @Nullable JsonNode[] value = new @Nullable JsonNode[1];
            object(json, (name, at) -> {
                switch (name) {
                    case "key" -> key[0] = text(at);
                    case "value" -> {
                        // Its name may come behind it, so that it is not known yet whether it is wanted.
                        if (key[0].isEmpty() || names.isKept(key[0])) {
                            value[0] = value(at, AttributeNames.DOCUMENT_MAX);
                        } else {
                            skip(at);
                        }
                    }
                    default -> skip(at);
                }
            });
            if (value[0] != null && isKept(key[0], value[0], attributes)) {
                attributes.set(key[0], value[0]);
            }
        });
    }

    private boolean isKept(String name, JsonNode value, ObjectNode attributes) {
        return names.isKept(name)
                && (!value.isTextual() || value.textValue().length() <= AttributeNames.lengthMax(name))
                && names.isRoomFor(name, attributes);
    }

    /** Null for what is not read: objects, bytes, texts that are too long. */
    private @Nullable JsonNode value(JsonParser json, int lengthMax) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            skip(json);
            return null;
        }
        @Nullable JsonNode[] value = new @Nullable JsonNode[1];
        object(json, (name, at) -> {
            switch (name) {
                case "stringValue" -> {
                    String text = text(at);
                    value[0] = text.length() > lengthMax ? null : NODES.textNode(text);
                }
                case "boolValue" -> value[0] = BooleanNode.valueOf(text(at).equals("true"));
                case "intValue", "doubleValue" -> value[0] = number(text(at));
                case "arrayValue" -> value[0] = elements(at);
                default -> skip(at);
            }
        });
        return value[0];
    }

    /** No lists in lists: nothing here reads them. */
    private ArrayNode elements(JsonParser json) throws IOException {
        ArrayNode elements = NODES.arrayNode();
        if (json.currentToken() != JsonToken.START_OBJECT) {
            skip(json);
            return elements;
        }
        object(json, (name, at) -> {
            if (!name.equals("values")) {
                skip(at);
                return;
            }
            list(
                    at,
                    () -> object(at, (kind, element) -> {
                        if (kind.equals("stringValue") && elements.size() < AttributeNames.ELEMENTS_MAX) {
                            elements.add(text(element));
                        } else {
                            skip(element);
                        }
                    }));
        });
        return elements;
    }

    /** A text stays one that is no number, or too long for one: whoever wants a number finds fault with it. */
    private static JsonNode number(String text) {
        if (text.length() > AttributeValues.NUMBER_LENGTH_MAX) {
            return NODES.textNode(text.substring(0, AttributeValues.NUMBER_LENGTH_MAX));
        }
        try {
            return DecimalNode.valueOf(new BigDecimal(text));
        } catch (NumberFormatException e) {
            return NODES.textNode(text);
        }
    }

    /** A number, text or truth value, as it came; anything else is nothing. */
    private String text(JsonParser json) throws IOException {
        if (!json.currentToken().isScalarValue() || json.currentToken() == JsonToken.VALUE_NULL) {
            skip(json);
            return "";
        }
        return json.getText();
    }

    private String id(JsonParser json) throws IOException {
        String id = text(json);
        return id.length() > 32 ? "" : id.toLowerCase(Locale.ROOT);
    }

    private long nanos(JsonParser json) throws IOException {
        try {
            return Long.parseUnsignedLong(text(json));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** What comes twice in one object would mean one thing to us and another to the next reader. */
    private void object(JsonParser json, MemberReader reader) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            passOver(json, "has something else than an object");
            return;
        }
        DupDetector seen = DupDetector.rootDetector(json);
        int members = 0;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            if (++members > MEMBERS_CHECKED) {
                passOver(json, "has an object with more than %d members".formatted(MEMBERS_CHECKED));
            } else if (seen.isDup(name)) {
                passOver(json, "has the name '%s' twice in one object".formatted(Excerpt.of(name)));
            } else {
                reader.read(name, json);
            }
        }
    }

    private void list(JsonParser json, ElementReader reader) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (json.currentToken() != JsonToken.START_ARRAY) {
            passOver(json, "has something else than a list");
            return;
        }
        while (json.nextToken() != JsonToken.END_ARRAY) {
            reader.read();
        }
    }

    private void passOver(JsonParser json, String why) throws IOException {
        blame(json, why);
        skip(json);
    }

    private void skip(JsonParser json) throws IOException {
        if (ShallowJson.skip(json)) {
            blame(json, "has what is nested more than %d levels deep, and ends".formatted(ShallowJson.DEPTH_MAX));
        }
    }

    private void blame(JsonParser json, String why) {
        if (fault.isEmpty()) {
            fault = "%s at byte %d".formatted(why, json.currentTokenLocation().getByteOffset());
        }
    }
}
