package com.promptmanage.ingest.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.promptmanage.ingest.gateway.AnswerUsage.Used;
import com.promptmanage.ingest.normalize.Advice;
import com.promptmanage.ingest.publish.OutgoingEvent;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One call to a provider, to be told once. Its id is given before the provider is asked, so that however often it is told it is
 * the same call; another try of whoever asked is another call, for the provider bills it as one.
 */
record CallRecord(
        String id, Api api, String askedModel, @Nullable String askedTier, Attribution attribution, Instant began) {

    /** The tag, and the attribute of the event, of a call whose counts are ours and not the provider's. */
    static final String ESTIMATED = "usageestimated";

    /** What is told when it has ended. */
    UsageEvent event(Used used, AnswerUsage answer, Instant ended) {
        var tags = new TreeMap<>(attribution.tags());
        if (used.isEstimated() && (tags.size() < TokenUsage.TAGS_MAX || tags.containsKey(ESTIMATED))) {
            tags.put(ESTIMATED, "true");
        }
        String model = answer.model();
        var usage = told(model == null ? askedModel : model, answer)
                .durationMs(Math.max(0, Duration.between(began, ended).toMillis()))
                .tags(tags)
                .tokens(used.tokens().counts())
                .build();
        return new UsageEvent(id, source(), ended, usage);
    }

    /** What is told beside it of another model that was asked within the call. */
    UsageEvent event(Advice advice, AnswerUsage answer, Instant ended) {
        var usage = told(advice.model(), answer)
                .tags(attribution.tags())
                .tokens(advice.tokens().counts())
                .build();
        return new UsageEvent(advice.id(id), source(), ended, usage);
    }

    private TokenUsage.Builder told(String model, AnswerUsage answer) {
        String tier = answer.serviceTier();
        return TokenUsage.builder(attribution.payer().userId(), model)
                .teamId(attribution.payer().teamId())
                .provider(api.provider().pricedAs())
                .promptId(attribution.promptId())
                .workflowId(attribution.workflowId())
                .apiKeyId(attribution.apiKeyId())
                .conversationId(attribution.conversationId())
                .serviceTier(tier == null ? askedTier : tier);
    }

    private String source() {
        return "/gateway/" + api.provider().value();
    }

    OutgoingEvent outgoing(UsageEvent event, Used used) {
        Map<String, JsonNode> attributes = used.isEstimated() ? Map.of(ESTIMATED, BooleanNode.TRUE) : Map.of();
        return new OutgoingEvent(
                event.account(), UsageEventCodec.write(event, used.tokens().attributes(attributes)));
    }

    OutgoingEvent outgoing(UsageEvent event, Advice advice) {
        return new OutgoingEvent(
                event.account(), UsageEventCodec.write(event, advice.tokens().attributes(Map.of())));
    }
}
