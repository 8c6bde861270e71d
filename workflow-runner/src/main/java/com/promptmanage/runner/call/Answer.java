package com.promptmanage.runner.call;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * What the other side answered, as it is stored before anything is made of it.
 *
 * @param content whatever is needed to make use of it, and nothing secret
 * @param usage what it used, if it was a call to a model
 */
public record Answer(JsonNode content, Optional<CallUsage> usage) {

    /** The most that an answer may take as JSON, bytes. What is larger is a failure of the call. */
    public static final int BYTES_MAX = 16 << 20;

    public static Answer of(JsonNode content) {
        return new Answer(content, Optional.empty());
    }
}
