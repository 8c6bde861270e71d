package com.promptmanage.runner.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * What a model is asked.
 *
 * @param model as the provider knows it
 * @param prompt the one message of the user
 * @param system what the model is told before it; null for nothing
 * @param temperature from 0 to 2; null for the provider's own
 * @param maxTokens the most that the answer may have
 * @param isJson whether the answer has to be a JSON object
 */
public record ModelRequest(
        String model,
        String prompt,
        @Nullable String system,
        @Nullable Double temperature,
        int maxTokens,
        boolean isJson) {

    /** Asked for where a node names no limit, so that what a call can cost is known before it is made. */
    public static final int MAX_TOKENS_DEFAULT = 4_096;

    /** Some providers demand that the word is said, others need to be told. */
    private static final String JSON_INSTRUCTION = "Answer with one JSON object and nothing else.";

    public ModelRequest {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("an answer has at least one token, not " + maxTokens);
        }
    }

    /** What the model is told before the prompt, the wish for JSON included; empty for nothing. */
    String instructions() {
        String told = system == null ? "" : system;
        if (!isJson) {
            return told;
        }
        return told.isBlank() ? JSON_INSTRUCTION : told + "\n\n" + JSON_INSTRUCTION;
    }

    /** All of it, for the record and for telling two requests apart. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("model", model).put("prompt", prompt);
        if (system != null) {
            json.put("system", system);
        }
        if (temperature != null) {
            json.put("temperature", temperature);
        }
        json.put("maxTokens", maxTokens).put("responseFormat", isJson ? "json" : "text");
        return json;
    }
}
