package com.promptmanage.ingest.cloudevents;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.promptmanage.ingest.normalize.CallFields;
import com.promptmanage.ingest.normalize.EventTimes;
import com.promptmanage.ingest.normalize.Excerpt;
import com.promptmanage.ingest.normalize.FaultSink;
import com.promptmanage.ingest.normalize.Texts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads one CloudEvent: strictly as JSON, and its envelope as CloudEvents 1.0 has it. */
final class CloudEventReader {

    private static final Set<String> DEFINED = Set.of(
            "specversion",
            "id",
            "source",
            "type",
            "subject",
            "time",
            "datacontenttype",
            "dataschema",
            "data",
            "data_base64");

    private static final Pattern EXTENSION = Pattern.compile("[a-z0-9]{1,64}");

    private static final Pattern JSON_TYPE = Pattern.compile("application/json(\\s*;.*)?", Pattern.CASE_INSENSITIVE);

    /** In the record's envelope, the event itself is one level. */
    private static final int DEPTH_MAX = 48;

    private static final ObjectReader JSON = reader();

    private final FaultSink faults;

    private final Instant now;

    CloudEventReader(Instant now, FaultSink faults) {
        this.now = now;
        this.faults = faults;
    }

    /** @return nothing if the bytes are not JSON; else the event, which is not to be used if there was a fault */
    Optional<CloudEvent> read(byte[] body, EventSlices.Slice slice) {
        if (slice.length() > EventSlices.EVENT_BYTES_MAX) {
            faults.add(
                    "body",
                    "has an event of %d bytes".formatted(slice.length()),
                    "Send events of at most %d bytes.".formatted(EventSlices.EVENT_BYTES_MAX));
            return Optional.empty();
        }
        try {
            return Optional.of(read(JSON.readTree(body, slice.start(), slice.length())));
        } catch (JacksonException e) {
            faults.add("body", "is not JSON: " + said(e), "Send well-formed JSON, each name once in an object.");
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private CloudEvent read(JsonNode event) {
        if (!event.path("specversion").asText().equals("1.0")) {
            faults.add(
                    "specversion",
                    event.has("specversion") ? "is not known: " + Excerpt.of(event.path("specversion")) : "is missing",
                    "Send \"1.0\".");
        }
        return new CloudEvent(
                CallFields.requiredId(event, "id", "", faults),
                source(event),
                type(event),
                CallFields.optionalId(event, "subject", "", faults),
                EventTimes.read(event.get("time"), "time", now, faults),
                data(event),
                extensions(event));
    }

    private String source(JsonNode event) {
        String source = CallFields.requiredId(event, "source", "", faults);
        try {
            new URI(source);
        } catch (URISyntaxException e) {
            faults.add("source", "is no URI reference: '%s'".formatted(Excerpt.of(source)), "Use for example /my-app.");
        }
        return source;
    }

    private String type(JsonNode event) {
        String type = CallFields.requiredId(event, "type", "", faults);
        if (type.startsWith(EventTranslator.OUR_TYPES) && !type.equals(EventTranslator.OUR_TYPE)) {
            faults.add(
                    "type",
                    "is not known: '%s'".formatted(Excerpt.of(type)),
                    "Use %s, or a type that does not begin with %s."
                            .formatted(EventTranslator.OUR_TYPE, EventTranslator.OUR_TYPES));
        }
        return type;
    }

    private JsonNode data(JsonNode event) {
        JsonNode contentType = event.path("datacontenttype");
        if (!contentType.isMissingNode()
                && !contentType.isNull()
                && !JSON_TYPE.matcher(contentType.asText()).matches()) {
            faults.add(
                    "datacontenttype",
                    "is not JSON: " + Excerpt.of(contentType),
                    "Send application/json, or leave it out.");
        }
        if (event.hasNonNull("data_base64")) {
            faults.add("data_base64", "is not taken", "Send data, as JSON.");
        }
        JsonNode data = event.path("data");
        if (data.isNull() || data.isMissingNode()) {
            return MissingNode.getInstance();
        }
        if (!data.isObject()) {
            faults.add("data", "is not an object: " + Excerpt.of(data), "Send an object, or leave it out.");
            return MissingNode.getInstance();
        }
        return data;
    }

    private Map<String, JsonNode> extensions(JsonNode event) {
        var extensions = new TreeMap<String, JsonNode>();
        JsonNode schema = event.path("dataschema");
        if (schema.isTextual() && Texts.isId(schema.textValue())) {
            extensions.put("dataschema", schema);
        } else if (!schema.isMissingNode() && !schema.isNull()) {
            faults.add("dataschema", "is no URI: " + Excerpt.of(schema), "Send a URI, or leave it out.");
        }
        event.properties().forEach(attribute -> {
            String name = attribute.getKey();
            JsonNode value = attribute.getValue();
            if (DEFINED.contains(name) || value.isNull()) {
                return;
            }
            if (!EXTENSION.matcher(name).matches()) {
                faults.add(
                        Excerpt.of(name),
                        "is no name of a CloudEvents attribute",
                        "Use lower-case letters and digits, or put it into data.");
            } else if (!value.isValueNode() || !Texts.isWhole(value.asText())) {
                faults.add(name, "is no attribute's value: " + Excerpt.of(value), "Send a text, number or boolean.");
            } else {
                extensions.put(name, value);
            }
        });
        return extensions;
    }

    private static String said(JacksonException problem) {
        @Nullable String message = problem instanceof JsonProcessingException known ? known.getOriginalMessage() : null;
        String first = message == null
                ? "it cannot be read"
                : message.lines().findFirst().orElse("");
        return Excerpt.of(first);
    }

    private static ObjectReader reader() {
        var factory = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEPTH_MAX)
                        .maxNumberLength(64)
                        .build())
                .build();
        // Numbers of other people's data are passed on as they came.
        return JsonMapper.builder(factory)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .build()
                .reader();
    }
}
