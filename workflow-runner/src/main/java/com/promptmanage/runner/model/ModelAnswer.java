package com.promptmanage.runner.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/**
 * A model's answer, in the form in which it is stored.
 *
 * @param model that answered, as the provider names it
 * @param finishReason the provider's own word for why it ended, such as {@code stop}; empty if it gave none
 * @param isSimulated whether no model was asked
 */
public record ModelAnswer(String text, String model, String provider, String finishReason, boolean isSimulated) {

    /** As Anthropic calls it. */
    static final String REFUSAL = "refusal";

    /** What the three providers call it if the model, or who watches over it, wants to say nothing. */
    private static final Set<String> REFUSALS = Set.of(
            REFUSAL,
            "content_filter",
            "SAFETY",
            "RECITATION",
            "BLOCKLIST",
            "PROHIBITED_CONTENT",
            "SPII",
            "IMAGE_SAFETY",
            "OTHER");

    /** Whether nothing was said, and nothing will be: the same prompt is refused again. */
    public boolean isRefused() {
        return text.isBlank() && REFUSALS.contains(finishReason);
    }

    /** What the three providers call an answer that ran into its limit of tokens. */
    public boolean isCutShort() {
        return finishReason.equals("length") || finishReason.equals("max_tokens") || finishReason.equals("MAX_TOKENS");
    }

    public ObjectNode toJson() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("text", text)
                .put("model", model)
                .put("provider", provider)
                .put("finishReason", finishReason)
                .put("simulated", isSimulated);
    }

    public static ModelAnswer of(JsonNode stored) {
        return new ModelAnswer(
                stored.path("text").asText(),
                stored.path("model").asText(),
                stored.path("provider").asText(),
                stored.path("finishReason").asText(),
                stored.path("simulated").asBoolean());
    }
}
