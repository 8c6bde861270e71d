package com.promptmanage.ingest.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.ingest.admission.AttributeMapping;
import com.promptmanage.ingest.admission.Payer;
import com.promptmanage.ingest.normalize.CallFields;
import com.promptmanage.ingest.normalize.Labels;
import com.promptmanage.ingest.normalize.LooseNumber;
import com.promptmanage.service.access.Caller;
import com.promptmanage.topics.usage.ExecutionType;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a coding agent's record says of a call besides its tokens. */
final class AgentCall {

    /** The address that a developer has signed in to the agent with. */
    private static final String ADDRESS = "user.email";

    private static final long DURATION_MAX_MS = 1_000_000_000_000L;

    /** A developer is known by the address, and an account without one by its id; user.id is of the installation. */
    static final AttributeMapping DEVELOPERS = AttributeMapping.parse(List.of(
            "user=" + ADDRESS,
            "user=user.account_uuid",
            "user=user.account_id",
            "user=user.id",
            "conversation=session.id",
            "conversation=conversation.id",
            "tag.source=query_source"));

    private final CodingAgent agent;

    private final JsonNode attributes;

    private final CallAttributes call;

    AgentCall(CodingAgent agent, LogLine line, AttributeMapping mapping) {
        this.agent = agent;
        this.attributes = line.attributes();
        this.call = new CallAttributes(line.attributes(), line.resource(), mapping);
    }

    @Nullable
    String model() {
        return call.first(List.of("model", "slug"));
    }

    /** Whose spend it is: a member's of the account that pays, if the address is one that they sign in with here, too. */
    Payer payer(Caller caller, Members members) {
        Payer told = call.payer(caller);
        return call.userBy(ADDRESS)
                .flatMap(address -> Optional.ofNullable(
                        members.of(told.account()).get(address.strip().toLowerCase(Locale.ROOT))))
                .map(member -> call.payer(caller, member))
                .orElse(told);
    }

    TokenUsage usage(Caller caller, Payer payer, String model, TokenCounts tokens) {
        TokenUsage told = call.usage(caller, payer, model, tokens, ExecutionType.AGENT_GENERATION, durationMs());
        var tags = new Labels();
        tags.put("agent", agent.service());
        told.tags().forEach(tags::put);
        String tier = call.first(List.of("speed"));
        return told.toBuilder()
                .provider(agent.provider())
                .serviceTier(
                        tier == null || tier.equals("normal") || tier.equals("standard") ? told.serviceTier() : tier)
                .tags(tags.tags())
                .reportedCostNanoUsd(
                        attributes.has("cost_usd")
                                ? LooseNumber.nanoUsd(
                                        attributes.path("cost_usd"), CallFields.REPORTED_COST_MAX_NANO_USD)
                                : told.reportedCostNanoUsd())
                .build();
    }

    private @Nullable Long durationMs() {
        return LooseNumber.wholeOrNull(attributes.path("duration_ms"), DURATION_MAX_MS);
    }
}
