package com.promptmanage.ingest.litellm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.promptmanage.ingest.normalize.EventTimes;
import com.promptmanage.ingest.normalize.LooseNumber;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Times as programs in Python write them: RFC 3339; the same without a zone, which is UTC then; seconds since 1970. */
final class LooseTime {

    private static final Pattern WITHOUT_ZONE =
            Pattern.compile("\\d{4}-\\d{2}-\\d{2}[Tt ]\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{1,9})?");

    private LooseTime() {}

    /** As RFC 3339 writes it; what is no time, as it is. */
    static JsonNode rfc3339(JsonNode told) {
        @Nullable Long nanos = LooseNumber.secondsAsNanos(told);
        if (nanos != null) {
            return TextNode.valueOf(Instant.ofEpochSecond(0, nanos).toString());
        }
        return told.isTextual() && WITHOUT_ZONE.matcher(told.textValue()).matches()
                ? TextNode.valueOf(told.textValue() + "Z")
                : told;
    }

    /** Null if it is no time. */
    static @Nullable Instant read(JsonNode told) {
        JsonNode text = rfc3339(told);
        return text.isTextual() ? EventTimes.parse(text.textValue()) : null;
    }
}
