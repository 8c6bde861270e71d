package com.promptmanage.query.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.request.Fields;
import com.promptmanage.service.http.Faults;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.ExecutionType;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.TokenUsage;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads a call that someone is about to make, as if it had been made and had used all that it may. */
final class PlannedCall {

    private static final Set<String> FIELDS = Set.of(
            "teamId",
            "userId",
            "model",
            "provider",
            "inputTokens",
            "cachedInputTokens",
            "maxOutputTokens",
            "executionType",
            "promptId",
            "workflowId",
            "executionId",
            "nodeId",
            "apiKeyId",
            "serviceTier",
            "tags");

    private PlannedCall() {}

    /** @param own the caller's own account, which answers for what the request leaves open */
    static TokenUsage read(Fields fields, Account own, Faults faults) {
        fields.refuseOthersThan(FIELDS);
        Optional<String> teamId = fields.id("teamId");
        Optional<String> userId = fields.id("userId");
        if (teamId.isEmpty() && userId.isEmpty() && own.isTeam()) {
            // A team's key stands for its team.
            teamId = Optional.of(own.id());
        }
        if (userId.isEmpty() && own.isTeam()) {
            fields.missing("userId", "Say who makes the call.");
        }
        Optional<String> model = fields.id("model");
        if (model.isEmpty()) {
            fields.missing("model", "Name the model.");
        }
        TokenCounts tokens = tokens(fields);
        Map<String, String> tags = tags(fields);
        Optional<ExecutionType> executionType = fields.parsed(
                "executionType",
                ExecutionType::parse,
                "Use one of prompt_run, preview, improvement, agent_generation, workflow_node.");
        String provider = orNull(fields.id("provider"));
        String promptId = orNull(fields.id("promptId"));
        String workflowId = orNull(fields.id("workflowId"));
        String executionId = orNull(fields.id("executionId"));
        String nodeId = orNull(fields.id("nodeId"));
        String apiKeyId = orNull(fields.id("apiKeyId"));
        String serviceTier = orNull(fields.id("serviceTier"));
        faults.check();
        return new TokenUsage(
                userId.orElseGet(own::id),
                orNull(teamId),
                model.orElseThrow(),
                provider,
                executionType.orElse(ExecutionType.PROMPT_RUN),
                promptId,
                null,
                workflowId,
                executionId,
                nodeId,
                apiKeyId,
                null,
                serviceTier,
                null,
                tags,
                null,
                null,
                tokens);
    }

    private static TokenCounts tokens(Fields fields) {
        OptionalLong input = fields.wholeNumber("inputTokens", 0, TokenCounts.MAX);
        if (input.isEmpty()) {
            fields.missing("inputTokens", "Send how many tokens the prompt has.");
        }
        long cached =
                fields.wholeNumber("cachedInputTokens", 0, TokenCounts.MAX).orElse(0);
        if (cached > input.orElse(TokenCounts.MAX)) {
            fields.fault("cachedInputTokens", "is more than inputTokens", "Send how many of them are cached.");
            cached = 0;
        }
        return TokenCounts.NONE
                .with(TokenKind.INPUT, input.orElse(cached) - cached)
                .with(TokenKind.CACHE_READ, cached)
                .with(
                        TokenKind.OUTPUT,
                        fields.wholeNumber("maxOutputTokens", 0, TokenCounts.MAX)
                                .orElse(0));
    }

    private static Map<String, String> tags(Fields fields) {
        var tags = new TreeMap<String, String>();
        fields.object("tags").ifPresent(object -> {
            JsonNode node = fields.node("tags").orElseThrow();
            if (node.size() > TokenUsage.TAGS_MAX) {
                fields.fault(
                        "tags", "are %d".formatted(node.size()), "Send at most %d.".formatted(TokenUsage.TAGS_MAX));
                return;
            }
            node.fieldNames().forEachRemaining(name -> object.id(name).ifPresent(value -> tags.put(name, value)));
        });
        return tags;
    }

    private static @Nullable String orNull(Optional<String> text) {
        return text.orElse(null);
    }
}
