package com.promptmanage.topics.usage;

import com.promptmanage.topics.account.Account;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one LLM call used and what it belongs to: the {@code data} of an event of type {@link UsageEvent#TYPE}.
 *
 * @param userId who made the call
 * @param teamId whose spend it is, if a team's; else it is the user's
 * @param model as the producer names it
 * @param durationMs how long the call took, ms
 * @param tags free labels; a team chooses which of them it wants to see spend by
 * @param reservationId a budget reservation that this call settles
 * @param reportedCostNanoUsd what the producer says it cost, nanoUSD; counts only from sources trusted to say so
 */
public record TokenUsage(
        String userId,
        @Nullable String teamId,
        String model,
        @Nullable String provider,
        ExecutionType executionType,
        @Nullable String promptId,
        @Nullable String runId,
        @Nullable String workflowId,
        @Nullable String executionId,
        @Nullable String nodeId,
        @Nullable String apiKeyId,
        @Nullable String conversationId,
        @Nullable String serviceTier,
        @Nullable Long durationMs,
        Map<String, String> tags,
        @Nullable String reservationId,
        @Nullable Long reportedCostNanoUsd,
        TokenCounts tokens) {

    /** More tags than this on one event are refused. */
    public static final int TAGS_MAX = 32;

    public TokenUsage {
        tags = java.util.Collections.unmodifiableMap(new TreeMap<>(tags));
        if (!Account.isId(userId)) {
            throw new IllegalArgumentException("userId must be 1 to 256 characters");
        }
        if (!Account.isId(model)) {
            throw new IllegalArgumentException("model must be 1 to 256 characters");
        }
        if (tags.size() > TAGS_MAX) {
            throw new IllegalArgumentException("at most %d tags, got %d".formatted(TAGS_MAX, tags.size()));
        }
    }

    /** The account that pays: the team's if there is one, else the user's. */
    public Account account() {
        return teamId == null ? Account.user(userId) : Account.team(teamId);
    }

    /** A usage with nothing but who, which model and how much. */
    public static TokenUsage of(String userId, @Nullable String teamId, String model, TokenCounts tokens) {
        return new TokenUsage(
                userId,
                teamId,
                model,
                null,
                ExecutionType.PROMPT_RUN,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                Map.of(),
                null,
                null,
                tokens);
    }
}
