package com.promptmanage.ingest.normalize;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** What LiteLLM's log says of a call besides its tokens. */
final class LiteLlm {

    private LiteLlm() {}

    /**
     * What LiteLLM says the call cost, nanoUSD, half-even: nothing if it was answered from LiteLLM's own cache.
     *
     * @param maxNanoUsd more is not believed
     * @return null if it says nothing that could be a cost
     */
    static @Nullable Long costNanoUsd(JsonNode data, long maxNanoUsd) {
        // Its log of spend has it as Python writes it: "True".
        if (data.path("cache_hit").asText().equalsIgnoreCase("true")) {
            return 0L;
        }
        JsonNode told = data.hasNonNull("response_cost") ? data.path("response_cost") : data.path("cost");
        return told.isNumber() ? LooseNumber.nanoUsd(told, maxNanoUsd) : null;
    }
}
