package com.promptmanage.ingest.cloudevents;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A CloudEvent as it came, its envelope checked.
 *
 * @param data an object; missing if the event has none
 * @param extensions the attributes that CloudEvents does not define, by name; texts, numbers, truth values
 */
record CloudEvent(
        String id,
        String source,
        String type,
        @Nullable String subject,
        Instant time,
        JsonNode data,
        Map<String, JsonNode> extensions) {}
