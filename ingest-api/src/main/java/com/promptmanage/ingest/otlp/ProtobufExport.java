package com.promptmanage.ingest.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * An export in protobuf. The numbers are those of {@code opentelemetry/proto}: the three signals have the same frame, so
 * they share it here.
 */
final class ProtobufExport implements Export {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final int FIRST_MESSAGE = ProtoReader.tag(1, ProtoReader.BYTES);

    private static final int SECOND_MESSAGE = ProtoReader.tag(2, ProtoReader.BYTES);

    private final byte[] body;

    private final Signal signal;

    private final AttributeNames names;

    /** @param body not copied, and left alone */
    ProtobufExport(byte[] body, Signal signal, AttributeNames names) {
        this.body = body;
        this.signal = signal;
        this.names = names;
    }

    @Override
    public void walk(Visitor visitor) throws MalformedException {
        var request = new ProtoReader(body);
        while (request.next()) {
            if (request.tag() == FIRST_MESSAGE) {
                resource(request.message(), visitor);
            } else {
                request.skip();
            }
        }
    }

    /** The resource may stand behind what it made. */
    private void resource(ProtoReader made, Visitor visitor) throws MalformedException {
        ProtoReader ahead = made.again();
        ObjectNode attributes = NODES.objectNode();
        while (ahead.next()) {
            if (ahead.tag() == FIRST_MESSAGE) {
                resourceAttributes(ahead.message(), attributes);
            } else {
                ahead.skip();
            }
        }
        while (made.next()) {
            if (made.tag() == SECOND_MESSAGE) {
                scope(made.message(), attributes, visitor);
            } else {
                made.skip();
            }
        }
    }

    private void resourceAttributes(ProtoReader resource, ObjectNode attributes) throws MalformedException {
        while (resource.next()) {
            if (resource.tag() == FIRST_MESSAGE) {
                attribute(resource.message(), attributes);
            } else {
                resource.skip();
            }
        }
    }

    /** Its name may stand behind what it made. */
    private void scope(ProtoReader scope, ObjectNode resource, Visitor visitor) throws MalformedException {
        String name = signal == Signal.TRACES ? scopeName(scope.again()) : "";
        while (scope.next()) {
            if (scope.tag() == SECOND_MESSAGE) {
                ProtoReader made = scope.message();
                switch (signal) {
                    case TRACES -> visitor.span(span(made, resource, name));
                    case LOGS -> visitor.log(log(made, resource));
                    case METRICS -> visitor.metric(metric(made, resource));
                }
            } else {
                scope.skip();
            }
        }
    }

    private static String scopeName(ProtoReader scope) throws MalformedException {
        String name = "";
        while (scope.next()) {
            if (scope.tag() != FIRST_MESSAGE) {
                scope.skip();
                continue;
            }
            ProtoReader library = scope.message();
            while (library.next()) {
                if (library.tag() == FIRST_MESSAGE) {
                    name = library.text(AttributeNames.TEXT_MAX);
                } else {
                    library.skip();
                }
            }
        }
        return name;
    }

    private Span span(ProtoReader reader, ObjectNode resource, String scope) throws MalformedException {
        String traceId = "";
        String spanId = "";
        String parentId = "";
        String name = "";
        long start = 0;
        long end = 0;
        ObjectNode attributes = NODES.objectNode();
        while (reader.next()) {
            switch (reader.tag()) {
                case 1 << 3 | ProtoReader.BYTES -> traceId = id(reader);
                case 2 << 3 | ProtoReader.BYTES -> spanId = id(reader);
                case 4 << 3 | ProtoReader.BYTES -> parentId = id(reader);
                case 5 << 3 | ProtoReader.BYTES -> name = reader.text(AttributeNames.TEXT_MAX);
                case 7 << 3 | ProtoReader.FIXED_64 -> start = reader.fixed64();
                case 8 << 3 | ProtoReader.FIXED_64 -> end = reader.fixed64();
                case 9 << 3 | ProtoReader.BYTES -> attribute(reader.message(), attributes);
                default -> reader.skip();
            }
        }
        return new Span(traceId, spanId, parentId, name, start, end, attributes, resource, scope);
    }

    private LogLine log(ProtoReader reader, ObjectNode resource) throws MalformedException {
        long time = 0;
        long noticed = 0;
        String event = "";
        String body = "";
        ObjectNode attributes = NODES.objectNode();
        while (reader.next()) {
            switch (reader.tag()) {
                case 1 << 3 | ProtoReader.FIXED_64 -> time = reader.fixed64();
                case 5 << 3 | ProtoReader.BYTES -> {
                    JsonNode value = value(reader.message(), AttributeNames.TEXT_MAX);
                    body = value == null ? "" : value.asText();
                }
                case 6 << 3 | ProtoReader.BYTES -> attribute(reader.message(), attributes);
                case 11 << 3 | ProtoReader.FIXED_64 -> noticed = reader.fixed64();
                case 12 << 3 | ProtoReader.BYTES -> event = reader.text(AttributeNames.TEXT_MAX);
                default -> reader.skip();
            }
        }
        return new LogLine(
                CodingAgent.eventName(event, attributes, body), time == 0 ? noticed : time, attributes, resource);
    }

    private Metric metric(ProtoReader reader, ObjectNode resource) throws MalformedException {
        String name = "";
        var points = new Metric.Points();
        while (reader.next()) {
            switch (reader.tag()) {
                case 1 << 3 | ProtoReader.BYTES -> name = reader.text(AttributeNames.TEXT_MAX);
                case 7 << 3 | ProtoReader.BYTES -> points(reader.message(), Data.SUM, points);
                case 9 << 3 | ProtoReader.BYTES -> points(reader.message(), Data.HISTOGRAM, points);
                case 10 << 3 | ProtoReader.BYTES -> points(reader.message(), Data.EXPONENTIAL_HISTOGRAM, points);
                default -> reader.skip();
            }
        }
        return points.of(name, resource);
    }

    /** The kinds of metrics that have sums, and where the attributes of their points are. */
    private enum Data {
        SUM(7),
        HISTOGRAM(9),
        EXPONENTIAL_HISTOGRAM(1);

        private final int attributes;

        Data(int field) {
            this.attributes = ProtoReader.tag(field, ProtoReader.BYTES);
        }
    }

    private void points(ProtoReader reader, Data data, Metric.Points points) throws MalformedException {
        if (!names.isAll()) {
            return;
        }
        while (reader.next()) {
            switch (reader.tag()) {
                case 1 << 3 | ProtoReader.BYTES -> points.add(point(reader.message(), data));
                case 2 << 3 | ProtoReader.VARINT ->
                    points.temporality(Metric.Temporality.of(Long.toString(reader.varint())));
                default -> reader.skip();
            }
        }
    }

    private Metric.Point point(ProtoReader reader, Data data) throws MalformedException {
        long start = 0;
        long end = 0;
        long sum = Metric.NO_COUNT;
        ObjectNode attributes = NODES.objectNode();
        while (reader.next()) {
            boolean isNumber = data == Data.SUM;
            int tag = reader.tag();
            if (tag == data.attributes) {
                attribute(reader.message(), attributes);
            } else if (tag == ProtoReader.tag(2, ProtoReader.FIXED_64)) {
                start = reader.fixed64();
            } else if (tag == ProtoReader.tag(3, ProtoReader.FIXED_64)) {
                end = reader.fixed64();
            } else if (isNumber && tag == ProtoReader.tag(6, ProtoReader.FIXED_64)) {
                sum = Math.max(Metric.NO_COUNT, reader.fixed64());
            } else if (tag == ProtoReader.tag(isNumber ? 4 : 5, ProtoReader.FIXED_64)) {
                sum = Metric.count(Double.longBitsToDouble(reader.fixed64()));
            } else {
                reader.skip();
            }
        }
        return new Metric.Point(attributes, start, end, sum);
    }

    /** An id of another length than any has is only known to be wrong. */
    private static String id(ProtoReader reader) throws MalformedException {
        ProtoReader id = reader.again();
        ProtoReader bytes = reader.message();
        return bytes.left() > 16 ? "" : id.hex();
    }

    /** A name that comes twice has its last value. */
    private void attribute(ProtoReader pair, ObjectNode attributes) throws MalformedException {
        String name = "";
        ProtoReader value = null;
        while (pair.next()) {
            switch (pair.tag()) {
                case 1 << 3 | ProtoReader.BYTES -> name = pair.text(AttributeNames.TEXT_MAX);
                case 2 << 3 | ProtoReader.BYTES -> value = pair.message();
                default -> pair.skip();
            }
        }
        if (value != null && names.isKept(name)) {
            JsonNode read = value(value, AttributeNames.lengthMax(name));
            if (read != null && names.isRoomFor(name, attributes)) {
                attributes.set(name, read);
            }
        }
    }

    /** Null for what is not read: objects, bytes, texts that are too long. */
    private static @Nullable JsonNode value(ProtoReader any, int lengthMax) throws MalformedException {
        JsonNode value = null;
        while (any.next()) {
            switch (any.tag()) {
                case 1 << 3 | ProtoReader.BYTES -> value = text(any, lengthMax);
                case 2 << 3 | ProtoReader.VARINT -> value = BooleanNode.valueOf(any.varint() != 0);
                case 3 << 3 | ProtoReader.VARINT -> value = NODES.numberNode(any.varint());
                case 4 << 3 | ProtoReader.FIXED_64 ->
                    value = AttributeValues.number(Double.longBitsToDouble(any.fixed64()));
                case 5 << 3 | ProtoReader.BYTES -> value = list(any.message());
                default -> {
                    any.skip();
                    value = null;
                }
            }
        }
        return value;
    }

    private static @Nullable JsonNode text(ProtoReader any, int lengthMax) throws MalformedException {
        ProtoReader again = any.again();
        ProtoReader bytes = any.message();
        return bytes.left() > lengthMax ? null : NODES.textNode(again.text());
    }

    private static ArrayNode list(ProtoReader reader) throws MalformedException {
        ArrayNode list = NODES.arrayNode();
        while (reader.next()) {
            if (reader.tag() == FIRST_MESSAGE && list.size() < AttributeNames.ELEMENTS_MAX) {
                ProtoReader element = reader.message();
                // No lists in lists: nothing here reads them.
                JsonNode value = isScalar(element.again()) ? value(element, AttributeNames.TEXT_MAX) : null;
                if (value != null) {
                    list.add(value);
                }
            } else {
                reader.skip();
            }
        }
        return list;
    }

    private static boolean isScalar(ProtoReader any) throws MalformedException {
        while (any.next()) {
            if (any.tag() >>> 3 > 4) {
                return false;
            }
            any.skip();
        }
        return true;
    }
}
