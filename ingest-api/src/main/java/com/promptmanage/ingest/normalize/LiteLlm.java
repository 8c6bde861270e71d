package com.promptmanage.ingest.normalize;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** What LiteLLM's log says of a call besides its tokens. */
final class LiteLlm {

    private static final int NANO_PLACES = 9;

    private LiteLlm() {}

    /**
     * What LiteLLM says the call cost, nanoUSD, half-even: nothing if it was answered from LiteLLM's own cache.
     *
     * @param maxNanoUsd more is not believed
     * @return null if it says nothing that could be a cost
     */
    static @Nullable Long costNanoUsd(JsonNode data, long maxNanoUsd) {
        if (data.path("cache_hit").asBoolean(false)) {
            return 0L;
        }
        JsonNode told = data.hasNonNull("response_cost") ? data.path("response_cost") : data.path("cost");
        if (!told.isNumber()) {
            return null;
        }
        BigDecimal usd = told.decimalValue();
        // First its size: to write out 1e-999999999 with all its places would take a gigabyte.
        long digitsBeforePoint = (long) usd.precision() - usd.scale();
        if (usd.signum() == 0 || (usd.signum() > 0 && digitsBeforePoint < -NANO_PLACES)) {
            return 0L;
        }
        if (usd.signum() < 0 || digitsBeforePoint > Long.SIZE / 4) {
            return null;
        }
        BigDecimal nanoUsd = usd.movePointRight(NANO_PLACES).setScale(0, RoundingMode.HALF_EVEN);
        return nanoUsd.compareTo(BigDecimal.valueOf(maxNanoUsd)) > 0 ? null : nanoUsd.longValueExact();
    }
}
