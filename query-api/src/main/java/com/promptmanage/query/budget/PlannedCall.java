package com.promptmanage.query.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.request.Fields;
import com.promptmanage.query.routing.Asked;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.http.Faults;
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

    /** Whose call it is follows from the caller as it does for usage that is sent. */
    static TokenUsage read(Fields fields, Caller caller, Faults faults) {
        fields.refuseOthersThan(FIELDS);
        Optional<Asked> asked = Asked.of(
                caller, fields.id("teamId").orElse(null), fields.id("userId").orElse(null), faults);
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
        Asked payer = asked.orElseThrow();
        return TokenUsage.builder(userId(payer, caller), model.orElseThrow())
                .teamId(payer.account().isTeam() ? payer.account().id() : null)
                .provider(provider)
                .executionType(executionType.orElse(ExecutionType.PROMPT_RUN))
                .promptId(promptId)
                .workflowId(workflowId)
                .executionId(executionId)
                .nodeId(nodeId)
                .apiKeyId(apiKeyId)
                .serviceTier(serviceTier)
                .tags(tags)
                .tokens(tokens)
                .build();
    }

    /** A team's key that names nobody stands for itself. */
    private static String userId(Asked payer, Caller caller) {
        if (!payer.account().isTeam()) {
            return payer.account().id();
        }
        String member = payer.member();
        return member != null
                ? member
                : switch (caller) {
                    case Caller.Person person -> person.userId();
                    case Caller.Key key ->
                        key.account().isTeam() ? key.keyId() : key.account().id();
                };
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
