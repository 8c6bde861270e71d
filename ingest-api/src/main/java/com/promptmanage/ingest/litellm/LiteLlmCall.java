package com.promptmanage.ingest.litellm;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.ingest.admission.Payer;
import com.promptmanage.ingest.normalize.CallFields;
import com.promptmanage.ingest.normalize.EventTimes;
import com.promptmanage.ingest.normalize.Labels;
import com.promptmanage.ingest.normalize.NormalizedTokens;
import com.promptmanage.ingest.normalize.Texts;
import com.promptmanage.service.access.Caller;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One entry of LiteLLM's log, its {@code StandardLoggingPayload}, without prompt and answer.
 *
 * @param json the members {@link #MEMBERS} of it
 */
record LiteLlmCall(JsonNode json) {

    /**
     * The same that LiteLLM's {@code openmeter} callback gives its events, which carry the same id: whoever has both
     * callbacks on is counted once.
     */
    static final String SOURCE = "litellm-proxy";

    static final Set<String> MEMBERS = Set.of(
            "id",
            "call_type",
            "response_cost",
            "status",
            "custom_llm_provider",
            "total_tokens",
            "prompt_tokens",
            "completion_tokens",
            "startTime",
            "endTime",
            "model",
            "model_group",
            "cache_hit",
            "request_tags",
            "end_user",
            "metadata",
            "model_parameters",
            "session_id",
            "trace_id");

    /** What a proxy without users of its own calls everybody. */
    private static final String NOBODY = "default_user_id";

    @Nullable
    String model() {
        String model = text(json.path("model"));
        return model == null ? text(json.path("model_group")) : model;
    }

    /** Whether LiteLLM answered it out of its own cache, so that no provider was asked. */
    boolean isFromCache() {
        return json.path("cache_hit").asText().equalsIgnoreCase("true");
    }

    /** A failed call that no provider has counted. */
    boolean isNothing() {
        return json.path("status").asText().equals("failure")
                && json.path("prompt_tokens").asLong(0) == 0
                && json.path("completion_tokens").asLong(0) == 0;
    }

    /** The time of its end; now if it is not told or cannot be. */
    Instant time(Instant now) {
        return moment("endTime")
                .or(() -> moment("startTime"))
                .map(time -> EventTimes.believable(time, now))
                .orElse(now);
    }

    Payer payer(Caller caller) {
        JsonNode metadata = json.path("metadata");
        String user = text(metadata.path("user_api_key_user_id"));
        String named = user == null || user.equals(NOBODY) ? endUser() : user;
        return Payer.ofLabels(caller, text(metadata.path("user_api_key_team_id")), named);
    }

    /**
     * Empty if it has no id. A call that is answered from the cache has the id of the call whose answer that is, so it is
     * told apart by its start.
     */
    Optional<String> id() {
        String id = text(json.path("id"));
        if (id == null || !isFromCache()) {
            return Optional.ofNullable(id);
        }
        String own = "%s|%s|%s"
                .formatted(
                        id,
                        json.path("call_type").asText(),
                        json.path("startTime").asText());
        return Optional.of(own).filter(Texts::isId);
    }

    UsageEvent event(Caller caller, Payer payer, String id, String model, NormalizedTokens tokens, Instant now) {
        var labels = new Labels();
        JsonNode metadata = json.path("metadata");
        labels.put("enduser", endUser());
        labels.put("enduser", payer.endUser());
        String team = text(metadata.path("user_api_key_team_id"));
        if (team != null && !team.equals(payer.teamId())) {
            labels.put("team", team);
        }
        if (isFromCache()) {
            labels.put("cache_hit", "true");
        }
        labels.putAll(json.path("request_tags"));
        labels.put("key", text(metadata.path("user_api_key_alias")));
        labels.put("team_alias", text(metadata.path("user_api_key_team_alias")));
        labels.put("organization", text(metadata.path("user_api_key_org_id")));
        labels.put("model_group", text(json.path("model_group")));
        labels.put("service", "litellm");
        labels.putMembers(metadata.path("spend_logs_metadata"));
        TokenUsage told = CallFields.ofOthers(json, "", tokens.shape())
                .usage(
                        payer.userId(),
                        payer.teamId(),
                        model,
                        isFromCache() ? TokenCounts.NONE : tokens.counts(),
                        new TreeMap<>(labels.tags()),
                        caller instanceof Caller.Key key ? key.keyId() : null);
        return new UsageEvent(id, SOURCE, time(now), completed(told));
    }

    private TokenUsage completed(TokenUsage told) {
        Long duration = EventTimes.tookMs(LooseTime.read(json.path("startTime")), LooseTime.read(json.path("endTime")));
        String conversation = text(json.path("session_id"));
        return told.toBuilder()
                .conversationId(conversation == null ? told.conversationId() : conversation)
                .durationMs(duration)
                .build();
    }

    private @Nullable String endUser() {
        String user = text(json.path("end_user"));
        return user == null ? text(json.path("metadata").path("user_api_key_end_user_id")) : user;
    }

    private Optional<Instant> moment(String name) {
        return Optional.ofNullable(LooseTime.read(json.path(name)));
    }

    private static @Nullable String text(JsonNode value) {
        boolean names = value.isTextual() || value.isIntegralNumber();
        return names && Texts.isId(value.asText()) ? value.asText() : null;
    }
}
