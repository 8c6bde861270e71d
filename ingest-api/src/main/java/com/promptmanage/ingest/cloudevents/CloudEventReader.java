package com.promptmanage.ingest.cloudevents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.promptmanage.ingest.normalize.CallFields;
import com.promptmanage.ingest.normalize.EventTimes;
import com.promptmanage.ingest.normalize.Excerpt;
import com.promptmanage.ingest.normalize.FaultSink;
import com.promptmanage.ingest.normalize.Texts;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the envelope of an event as CloudEvents 1.0 has it. */
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

    /** In the names of types that would change what is counted already. */
    private static final String CORRECTION = "usage.correction.";

    private static final Pattern EXTENSION = Pattern.compile("[a-z0-9]{1,64}");

    private static final Pattern JSON_TYPE = Pattern.compile("application/json(\\s*;.*)?", Pattern.CASE_INSENSITIVE);

    private final FaultSink faults;

    private final Instant now;

    CloudEventReader(Instant now, FaultSink faults) {
        this.now = now;
        this.faults = faults;
    }

    /** The event is not to be used if there was a fault. */
    CloudEvent read(JsonNode event) {
        JsonNode version = event.path("specversion");
        if (!version.isTextual() || !version.textValue().equals("1.0")) {
            faults.add(
                    "specversion",
                    version.isMissingNode() ? "is missing" : "is not known: " + Excerpt.of(version),
                    "Send \"1.0\", as a text.");
        }
        return new CloudEvent(
                CallFields.requiredId(event, "id", "", faults),
                source(event),
                type(event),
                subject(event),
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
        if (type.startsWith(EventTranslator.OUR_TYPES) && type.contains(CORRECTION)) {
            faults.add(
                    "type",
                    "is not taken: '%s'. What was counted is not changed any more".formatted(Excerpt.of(type)),
                    "Report what was left out as a %s with an id of its own; what was reported too much stays."
                            .formatted(EventTranslator.OUR_TYPE));
        } else if (type.startsWith(EventTranslator.OUR_TYPES) && !type.equals(EventTranslator.OUR_TYPE)) {
            faults.add(
                    "type",
                    "is not known: '%s'".formatted(Excerpt.of(type)),
                    "Use %s, or a type that does not begin with %s."
                            .formatted(EventTranslator.OUR_TYPE, EventTranslator.OUR_TYPES));
        }
        return type;
    }

    private @Nullable String subject(JsonNode event) {
        String subject = CallFields.optionalId(event, "subject", "", faults);
        if ("team:".equals(subject) || "user:".equals(subject)) {
            faults.add(
                    "subject",
                    "names no one: '%s'".formatted(subject),
                    "Send team:<id> or user:<id>, or leave it out.");
        }
        return subject;
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
}
