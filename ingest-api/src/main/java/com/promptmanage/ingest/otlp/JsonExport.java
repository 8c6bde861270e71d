package com.promptmanage.ingest.otlp;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
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
 * An export in OTLP's JSON: names in lower camel case, ids in hexadecimal digits, numbers of 64 bits as texts or numbers.
 * Read as a stream, so that only one record is in memory however many come.
 */
final class JsonExport implements Export {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final int NUMBER_LENGTH_MAX = 64;

    /** The kinds of metrics that have sums. */
    private static final Set<String> DATA = Set.of("sum", "histogram", "exponentialHistogram");

    /** What remembers the names of an object is no larger than this many of them. */
    private static final int MEMBERS_CHECKED = 1000;

    /** Names are not interned, and what repeats is found out where it matters: both would cost memory as the sender likes. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxNameLength(1 << 10)
                    .maxNumberLength(NUMBER_LENGTH_MAX)
                    .maxStringLength(4 << 20)
                    .build())
            .build();

    private final byte[] body;

    private final Signal signal;

    private final AttributeNames names;

    /** Reads one member of an object. */
    private interface MemberReader {
        void read(String name, JsonParser json) throws IOException, MalformedException;
    }

    /** @param body not copied, and left alone */
    JsonExport(byte[] body, Signal signal, AttributeNames names) {
        this.body = body;
        this.signal = signal;
        this.names = names;
    }

    @Override
    public void walk(Visitor visitor) throws MalformedException {
        requireUtf8();
        try (JsonParser json = JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedException("is no JSON object");
            }
            object(json, (name, at) -> {
                if (name.equals(signal.resources())) {
                    list(at, () -> resource(at, visitor));
                } else {
                    at.skipChildren();
                }
            });
            if (json.nextToken() != null) {
                throw new MalformedException("goes on after its end");
            }
        } catch (StreamConstraintsException e) {
            throw new MalformedException(
                    "is JSON that is nested too deeply, or has a name, text or number that is too long");
        } catch (IOException e) {
            // There is no file or socket here: it is always what was sent.
            String said = e instanceof JacksonException jackson ? jackson.getOriginalMessage() : e.getMessage();
            throw new MalformedException("is not JSON: " + Excerpt.of(String.valueOf(said)));
        }
    }

    /** The parser takes other encodings too, and counts bytes only in this one. */
    private void requireUtf8() throws MalformedException {
        boolean plain = body.length > 0
                && (body[0] == '{' || body[0] == ' ' || body[0] == '\n' || body[0] == '\r' || body[0] == '\t');
        if (!plain || (body.length > 1 && body[1] == 0)) {
            throw new MalformedException("is no JSON object in UTF-8");
        }
    }

    /** The resource may stand behind what it made: then it is looked for first. */
    private void resource(JsonParser json, Visitor visitor) throws IOException, MalformedException {
        long start = json.currentTokenLocation().getByteOffset();
        var attributes = NODES.objectNode();
        boolean[] found = {false};
        object(json, (name, at) -> {
            if (name.equals("resource")) {
                if (found[0]) {
                    at.skipChildren();
                } else {
                    found[0] = true;
                    attributesInside(at, attributes);
                }
            } else if (name.equals(signal.scopes())) {
                if (!found[0]) {
                    found[0] = true;
                    lookAhead((int) start, attributes);
                }
                list(at, () -> scope(at, attributes, visitor));
            } else {
                at.skipChildren();
            }
        });
    }

    private void lookAhead(int start, ObjectNode attributes) throws IOException, MalformedException {
        try (JsonParser ahead = JSON.createParser(body, start, body.length - start)) {
            ahead.nextToken();
            object(ahead, (name, at) -> {
                if (name.equals("resource")) {
                    attributesInside(at, attributes);
                } else {
                    at.skipChildren();
                }
            });
        }
    }

    private void attributesInside(JsonParser json, ObjectNode attributes) throws IOException, MalformedException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        object(json, (name, at) -> {
            if (name.equals("attributes")) {
                attributes(at, attributes);
            } else {
                at.skipChildren();
            }
        });
    }

    private void scope(JsonParser json, ObjectNode resource, Visitor visitor) throws IOException, MalformedException {
        object(json, (name, at) -> {
            if (name.equals(signal.records())) {
                list(at, () -> {
                    switch (signal) {
                        case TRACES -> visitor.span(span(at, resource));
                        case LOGS -> visitor.log(log(at, resource));
                        case METRICS -> visitor.metric(metric(at, resource));
                    }
                });
            } else {
                at.skipChildren();
            }
        });
    }

    private Span span(JsonParser json, ObjectNode resource) throws IOException, MalformedException {
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
                default -> at.skipChildren();
            }
        });
        return new Span(texts[0], texts[1], texts[2], texts[3], times[0], times[1], attributes, resource);
    }

    private LogLine log(JsonParser json, ObjectNode resource) throws IOException, MalformedException {
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
                default -> at.skipChildren();
            }
        });
        return new LogLine(
                CodingAgent.eventName(texts[0], attributes, texts[1]),
                times[0] == 0 ? times[1] : times[0],
                attributes,
                resource);
    }

    private Metric metric(JsonParser json, ObjectNode resource) throws IOException, MalformedException {
        String[] found = {""};
        var points = new Metric.Points();
        object(json, (name, at) -> {
            boolean isData = names.isAll() && DATA.contains(name);
            if (name.equals("name")) {
                found[0] = text(at);
            } else if (isData && at.currentToken() == JsonToken.START_OBJECT) {
                points(at, points);
            } else {
                at.skipChildren();
            }
        });
        return points.of(found[0], resource);
    }

    private void points(JsonParser json, Metric.Points points) throws IOException, MalformedException {
        object(json, (name, at) -> {
            switch (name) {
                case "aggregationTemporality" -> points.temporality(Metric.Temporality.of(text(at)));
                case "dataPoints" -> list(at, () -> points.add(point(at)));
                default -> at.skipChildren();
            }
        });
    }

    private Metric.Point point(JsonParser json) throws IOException, MalformedException {
        ObjectNode attributes = NODES.objectNode();
        long[] times = {0, 0};
        long[] sum = {Metric.NO_COUNT};
        object(json, (name, at) -> {
            switch (name) {
                case "startTimeUnixNano" -> times[0] = nanos(at);
                case "timeUnixNano" -> times[1] = nanos(at);
                case "asInt", "asDouble", "sum" -> sum[0] = Metric.count(text(at));
                case "attributes" -> attributes(at, attributes);
                default -> at.skipChildren();
            }
        });
        return new Metric.Point(attributes, times[0], times[1], sum[0]);
    }

    private void attributes(JsonParser json, ObjectNode attributes) throws IOException, MalformedException {
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
                            at.skipChildren();
                        }
                    }
                    default -> at.skipChildren();
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
                && (attributes.size() < AttributeNames.COUNT_MAX || attributes.has(name));
    }

    /** Null for what is not read: objects, bytes, texts that are too long. */
    private @Nullable JsonNode value(JsonParser json, int lengthMax) throws IOException, MalformedException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
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
                default -> at.skipChildren();
            }
        });
        return value[0];
    }

    /** No lists in lists: nothing here reads them. */
    private ArrayNode elements(JsonParser json) throws IOException, MalformedException {
        ArrayNode elements = NODES.arrayNode();
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return elements;
        }
        object(json, (name, at) -> {
            if (!name.equals("values")) {
                at.skipChildren();
                return;
            }
            list(
                    at,
                    () -> object(at, (kind, element) -> {
                        if (kind.equals("stringValue") && elements.size() < AttributeNames.ELEMENTS_MAX) {
                            elements.add(text(element));
                        } else {
                            element.skipChildren();
                        }
                    }));
        });
        return elements;
    }

    private static @Nullable JsonNode number(String text) {
        try {
            return DecimalNode.valueOf(new BigDecimal(text));
        } catch (NumberFormatException e) {
            return NODES.textNode(text);
        }
    }

    /** A number, text or truth value, as it came; anything else is nothing. */
    private static String text(JsonParser json) throws IOException {
        if (!json.currentToken().isScalarValue() || json.currentToken() == JsonToken.VALUE_NULL) {
            json.skipChildren();
            return "";
        }
        return json.getText();
    }

    private static String id(JsonParser json) throws IOException {
        String id = text(json);
        return id.length() > 32 ? "" : id.toLowerCase(Locale.ROOT);
    }

    private static long nanos(JsonParser json) throws IOException {
        try {
            return Long.parseUnsignedLong(text(json));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** What comes twice in one object would mean one thing to us and another to the next reader. */
    private static void object(JsonParser json, MemberReader reader) throws IOException, MalformedException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new MalformedException("has something else than an object at byte "
                    + json.currentTokenLocation().getByteOffset());
        }
        DupDetector seen = DupDetector.rootDetector(json);
        int members = 0;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            if (++members > MEMBERS_CHECKED) {
                throw new MalformedException("has an object with more than %d members".formatted(MEMBERS_CHECKED));
            }
            if (seen.isDup(name)) {
                throw new MalformedException("has the name '%s' twice in one object".formatted(Excerpt.of(name)));
            }
            json.nextToken();
            reader.read(name, json);
        }
    }

    /** Reads each element. */
    private interface ElementReader {
        void read() throws IOException, MalformedException;
    }

    private static void list(JsonParser json, ElementReader reader) throws IOException, MalformedException {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw new MalformedException("has something else than a list at byte "
                    + json.currentTokenLocation().getByteOffset());
        }
        while (json.nextToken() != JsonToken.END_ARRAY) {
            reader.read();
        }
    }
}
