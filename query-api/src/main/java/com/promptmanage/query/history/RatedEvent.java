package com.promptmanage.query.history;

import com.promptmanage.topics.usage.TokenCounts;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One event of a record on {@code usage.rated}.
 *
 * @param names what the call belongs to, by the names of the usage object: {@link #NAMES}; model and provider as they count
 * @param spelledModel the model as the event's producer wrote it
 * @param costNanoUsd null while the event is unpriced
 * @param costsJson nanoUSD by kind of token, as a JSON object
 * @param tagsJson as a JSON object
 */
record RatedEvent(
        String account,
        Instant time,
        String source,
        String id,
        Map<String, String> names,
        String spelledModel,
        @Nullable Long durationMs,
        @Nullable Long reportedCostNanoUsd,
        String tagsJson,
        TokenCounts tokens,
        Status status,
        @Nullable Long costNanoUsd,
        String costsJson,
        @Nullable String priceId) {

    /** Texts of the usage object that have a column each. */
    static final List<String> NAMES = List.of(
            "userId",
            "model",
            "provider",
            "executionType",
            "promptId",
            "runId",
            "workflowId",
            "executionId",
            "nodeId",
            "apiKeyId",
            "conversationId",
            "serviceTier",
            "reservationId");

    /** What became of the event's price. */
    enum Status {
        RATED,
        UNPRICED,
        /** It was unpriced before; its tokens are counted already. */
        RERATED;

        static Optional<Status> parse(@Nullable String text) {
            return switch (text == null ? "" : text) {
                case "rated" -> Optional.of(RATED);
                case "unpriced" -> Optional.of(UNPRICED);
                case "rerated" -> Optional.of(RERATED);
                default -> Optional.empty();
            };
        }
    }

    @Nullable
    String name(String field) {
        return names.get(field);
    }
}
