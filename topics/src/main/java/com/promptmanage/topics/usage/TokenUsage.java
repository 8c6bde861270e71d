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
        return builder(userId, model).teamId(teamId).tokens(tokens).build();
    }

    /** Of a prompt's run, no tokens, and nothing else until it is told. */
    public static Builder builder(String userId, String model) {
        return new Builder(userId, model);
    }

    /** A usage like this one, but for what is told next. */
    public Builder toBuilder() {
        return builder(userId, model)
                .teamId(teamId)
                .provider(provider)
                .executionType(executionType)
                .promptId(promptId)
                .runId(runId)
                .workflowId(workflowId)
                .executionId(executionId)
                .nodeId(nodeId)
                .apiKeyId(apiKeyId)
                .conversationId(conversationId)
                .serviceTier(serviceTier)
                .durationMs(durationMs)
                .tags(tags)
                .reservationId(reservationId)
                .reportedCostNanoUsd(reportedCostNanoUsd)
                .tokens(tokens);
    }

    /** Puts a usage together by name. Checks nothing until it is built. For one thread. */
    public static final class Builder {

        private final String userId;

        private final String model;

        private @Nullable String teamId;

        private @Nullable String provider;

        private ExecutionType executionType = ExecutionType.PROMPT_RUN;

        private @Nullable String promptId;

        private @Nullable String runId;

        private @Nullable String workflowId;

        private @Nullable String executionId;

        private @Nullable String nodeId;

        private @Nullable String apiKeyId;

        private @Nullable String conversationId;

        private @Nullable String serviceTier;

        private @Nullable Long durationMs;

        private Map<String, String> tags = Map.of();

        private @Nullable String reservationId;

        private @Nullable Long reportedCostNanoUsd;

        private TokenCounts tokens = TokenCounts.NONE;

        private Builder(String userId, String model) {
            this.userId = userId;
            this.model = model;
        }

        public Builder teamId(@Nullable String teamId) {
            this.teamId = teamId;
            return this;
        }

        public Builder provider(@Nullable String provider) {
            this.provider = provider;
            return this;
        }

        public Builder executionType(ExecutionType executionType) {
            this.executionType = executionType;
            return this;
        }

        public Builder promptId(@Nullable String promptId) {
            this.promptId = promptId;
            return this;
        }

        public Builder runId(@Nullable String runId) {
            this.runId = runId;
            return this;
        }

        public Builder workflowId(@Nullable String workflowId) {
            this.workflowId = workflowId;
            return this;
        }

        public Builder executionId(@Nullable String executionId) {
            this.executionId = executionId;
            return this;
        }

        public Builder nodeId(@Nullable String nodeId) {
            this.nodeId = nodeId;
            return this;
        }

        public Builder apiKeyId(@Nullable String apiKeyId) {
            this.apiKeyId = apiKeyId;
            return this;
        }

        public Builder conversationId(@Nullable String conversationId) {
            this.conversationId = conversationId;
            return this;
        }

        public Builder serviceTier(@Nullable String serviceTier) {
            this.serviceTier = serviceTier;
            return this;
        }

        public Builder durationMs(@Nullable Long durationMs) {
            this.durationMs = durationMs;
            return this;
        }

        public Builder tags(Map<String, String> tags) {
            this.tags = tags;
            return this;
        }

        public Builder reservationId(@Nullable String reservationId) {
            this.reservationId = reservationId;
            return this;
        }

        public Builder reportedCostNanoUsd(@Nullable Long reportedCostNanoUsd) {
            this.reportedCostNanoUsd = reportedCostNanoUsd;
            return this;
        }

        public Builder tokens(TokenCounts tokens) {
            this.tokens = tokens;
            return this;
        }

        /** @throws IllegalArgumentException if it is not a usage, saying what is wrong */
        public TokenUsage build() {
            return new TokenUsage(
                    userId,
                    teamId,
                    model,
                    provider,
                    executionType,
                    promptId,
                    runId,
                    workflowId,
                    executionId,
                    nodeId,
                    apiKeyId,
                    conversationId,
                    serviceTier,
                    durationMs,
                    tags,
                    reservationId,
                    reportedCostNanoUsd,
                    tokens);
        }
    }
}
