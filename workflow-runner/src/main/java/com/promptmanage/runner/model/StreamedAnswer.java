package com.promptmanage.runner.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** What has come of an answer so far. Used by one thread. */
final class StreamedAnswer {

    private final StringBuilder text = new StringBuilder();

    private final ObjectNode usage = JsonNodeFactory.instance.objectNode();

    private String model = "";

    private @Nullable String requestId;

    private @Nullable String serviceTier;

    private String finishReason = "";

    private boolean isRefused;

    private @Nullable JsonNode error;

    void text(String piece) {
        text.append(piece);
    }

    void model(JsonNode said) {
        if (said.isTextual() && !said.textValue().isBlank()) {
            model = said.textValue();
        }
    }

    void requestId(JsonNode said) {
        if (said.isTextual()) {
            requestId = said.textValue();
        }
    }

    void serviceTier(JsonNode said) {
        if (said.isTextual()) {
            serviceTier = said.textValue();
        }
    }

    void finishReason(JsonNode said) {
        if (said.isTextual() && !said.textValue().isBlank()) {
            finishReason = said.textValue();
        }
    }

    /** Why it will not answer, which OpenAI's models say in place of the text: it ends like any other answer. */
    void refusal(JsonNode said) {
        isRefused |= said.isTextual() && !said.textValue().isBlank();
    }

    /** Counts are running totals: what is told later replaces what was told before, what is not told again stays. */
    void usage(JsonNode said) {
        said.properties().forEach(count -> {
            if (!count.getValue().isNull()) {
                usage.set(count.getKey(), count.getValue());
            }
        });
    }

    void error(JsonNode said) {
        if (said.isObject()) {
            error = said;
        }
    }

    String text() {
        return text.toString();
    }

    ObjectNode usage() {
        return usage;
    }

    /** As the provider names it; empty if it did not. */
    String model() {
        return model;
    }

    @Nullable
    String requestId() {
        return requestId;
    }

    @Nullable
    String serviceTier() {
        return serviceTier;
    }

    String finishReason() {
        return isRefused && text.isEmpty() ? ModelAnswer.REFUSAL : finishReason;
    }

    /** What the provider said went wrong after it had begun to answer; null if nothing. */
    @Nullable
    JsonNode error() {
        return error;
    }

    /** Providers end with the reason why they end; without one, the answer broke off. */
    boolean isComplete() {
        return error == null && !finishReason.isEmpty();
    }
}
