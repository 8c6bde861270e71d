package com.promptmanage.ingest.normalize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.promptmanage.topics.usage.TokenCounts;
import org.jspecify.annotations.Nullable;

/**
 * Reads counts out of one JSON object, and says which are not counts.
 *
 * @param path of the object in the event, with a dot at its end unless it is the event itself
 */
record CountReader(JsonNode object, String path, FaultSink faults) {

    /** The first of the names that is there and not null; 0 if none is. */
    long count(String... names) {
        Long count = countOrNull(names);
        return count == null ? 0 : count;
    }

    @Nullable
    Long countOrNull(String... names) {
        for (String name : names) {
            JsonNode value = object.get(name);
            if (value != null && !value.isNull()) {
                return read(path + name, value);
            }
        }
        return null;
    }

    /** An object inside: the first of the names that is one, else an empty one. */
    CountReader inside(String... names) {
        for (String name : names) {
            JsonNode value = object.get(name);
            if (value != null && value.isObject()) {
                return new CountReader(value, path + name + ".", faults);
            }
        }
        return new CountReader(MissingNode.getInstance(), path, faults);
    }

    boolean has(String... names) {
        for (String name : names) {
            if (object.hasNonNull(name)) {
                return true;
            }
        }
        return false;
    }

    /** However a whole number is written: some write each number with a fraction, or with an exponent. */
    long read(String field, JsonNode value) {
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            long count = value.longValue();
            if (count >= 0 && count <= TokenCounts.MAX) {
                return count;
            }
        } else if (value.isNumber()) {
            return LooseNumber.count(value, field, faults);
        }
        faults.add(field, "is not a token count: " + Excerpt.of(value), "Send an integer from 0 to 1000000000000.");
        return 0;
    }
}
