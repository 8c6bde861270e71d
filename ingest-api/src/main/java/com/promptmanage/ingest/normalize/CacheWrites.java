package com.promptmanage.ingest.normalize;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import org.jspecify.annotations.Nullable;

/** What was written to a cache, by how long it lives there: an hour costs more than five minutes. */
final class CacheWrites {

    private CacheWrites() {}

    /**
     * Adds them to other counts. Producers told the sum before they told the lives; where both are given, what the lives
     * leave open of the sum lives five minutes.
     *
     * @param sum of all, 0 if it is not told
     * @param lives where the counts by life stand, if anywhere
     */
    static TokenCounts addTo(TokenCounts counts, long sum, CountReader lives) {
        long fiveMinutes = lives.count("ephemeral_5m_input_tokens");
        long oneHour = lives.count("ephemeral_1h_input_tokens");
        return counts.with(TokenKind.CACHE_WRITE_5M, fiveMinutes + Math.max(0, sum - fiveMinutes - oneHour))
                .with(TokenKind.CACHE_WRITE_1H, oneHour);
    }

    /**
     * What of a sum lives an hour, as Bedrock tells it: a list of counts with the time that each lives.
     *
     * @param details missing if it does not
     */
    static long ofAnHour(JsonNode details, long sum) {
        long anHour = 0;
        for (JsonNode one : details) {
            JsonNode count = one.path("inputTokens");
            @Nullable Long whole = count.isNumber() ? LooseNumber.wholeOrNull(count, Long.MAX_VALUE) : null;
            if (whole != null && one.path("ttl").asText().equals("1h")) {
                anHour += Math.min(whole, sum - anHour);
            }
        }
        return anHour;
    }
}
