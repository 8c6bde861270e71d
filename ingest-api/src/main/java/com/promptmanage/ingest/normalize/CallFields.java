package com.promptmanage.ingest.normalize;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.usage.ExecutionType;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an event says of a call besides its tokens and who made it.
 *
 * <p>In events that speak our own form, what is not of that form is a fault. In events of others a member that has our
 * name may mean anything, so there it is left out.
 */
public final class CallFields {

    /** A million dollars: what one call may at most be reported to have cost. */
    public static final long REPORTED_COST_MAX_NANO_USD = 1_000_000_000_000_000L;

    private static final long DURATION_MAX_MS = 1_000_000_000_000L;

    private static final String ID_REMEDY = "Send a text of 1 to 256 characters, none a control character.";

    private final JsonNode data;

    private final String path;

    private final FaultSink faults;

    /** Null in events of our own form. */
    private final @Nullable UsageShape othersShape;

    private CallFields(JsonNode data, String path, FaultSink faults, @Nullable UsageShape othersShape) {
        this.data = data;
        this.path = path;
        this.faults = faults;
        this.othersShape = othersShape;
    }

    /** Of an event in our own form. */
    public static CallFields ours(JsonNode data, String path, FaultSink faults) {
        return new CallFields(data, path, faults, null);
    }

    /** Of an event in another's form, whose own names are looked for where ours are not found. */
    public static CallFields ofOthers(JsonNode data, String path, UsageShape shape) {
        return new CallFields(data, path, (field, detail, remedy) -> {}, shape);
    }

    /**
     * Puts the call together. If there was a fault, what it was about is left out.
     *
     * @param extraTags besides those that the event names; the event's win
     * @param apiKeyId the key that the call counts for
     */
    public TokenUsage usage(
            String userId,
            @Nullable String teamId,
            String model,
            TokenCounts tokens,
            Map<String, String> extraTags,
            @Nullable String apiKeyId) {
        var tags = new TreeMap<>(extraTags);
        tags.putAll(tags());
        if (tags.size() > TokenUsage.TAGS_MAX) {
            tags.keySet().removeAll(extraTags.keySet());
        }
        return TokenUsage.builder(userId, model)
                .teamId(teamId)
                .provider(provider())
                .executionType(executionType())
                .promptId(id("promptId"))
                .runId(id("runId"))
                .workflowId(id("workflowId"))
                .executionId(id("executionId"))
                .nodeId(id("nodeId"))
                .apiKeyId(apiKeyId)
                .conversationId(id("conversationId"))
                .serviceTier(serviceTier())
                .durationMs(number("durationMs", DURATION_MAX_MS))
                .tags(tags)
                .reservationId(id("reservationId"))
                .reportedCostNanoUsd(reportedCostNanoUsd())
                .tokens(tokens)
                .build();
    }

    /** The key that the event says was used. */
    public @Nullable String apiKeyId() {
        return id("apiKeyId");
    }

    private @Nullable String provider() {
        String provider = id("provider");
        return provider == null && othersShape == UsageShape.LITELLM
                ? optionalId(data, "custom_llm_provider", path, faults)
                : provider;
    }

    /** The tier that the provider says it served the call in; others tell it beside their counts, or with the call. */
    private @Nullable String serviceTier() {
        String tier = id("serviceTier");
        if (tier != null || othersShape == null) {
            return tier;
        }
        JsonNode metadata = data.path("metadata");
        for (JsonNode teller :
                List.of(data.path("usage"), metadata.path("usage_object"), data, data.path("model_parameters"))) {
            String told = optionalId(teller, "service_tier", path, faults);
            // Asked for, but not yet chosen.
            if (told != null && !told.equalsIgnoreCase("auto")) {
                return told;
            }
        }
        return null;
    }

    private @Nullable Long reportedCostNanoUsd() {
        Long ours = number("reportedCostNanoUsd", REPORTED_COST_MAX_NANO_USD);
        return ours == null && othersShape == UsageShape.LITELLM
                ? LiteLlm.costNanoUsd(data, REPORTED_COST_MAX_NANO_USD)
                : ours;
    }

    private @Nullable String id(String name) {
        return optionalId(data, name, path, faults);
    }

    /** An id that may be absent or null. */
    public static @Nullable String optionalId(JsonNode data, String name, String path, FaultSink faults) {
        return id(data, name, path, ID_REMEDY + " Leave it out if there is none.", faults);
    }

    /** An id that must be there; empty if there is a fault. */
    public static String requiredId(JsonNode data, String name, String path, FaultSink faults) {
        if (!data.hasNonNull(name)) {
            faults.add(path + name, "is missing", ID_REMEDY);
            return "";
        }
        String id = id(data, name, path, ID_REMEDY, faults);
        return id == null ? "" : id;
    }

    private static @Nullable String id(JsonNode data, String name, String path, String remedy, FaultSink faults) {
        JsonNode value = data.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (value.isTextual() && Texts.isId(value.textValue())) {
            return value.textValue();
        }
        faults.add(path + name, "is not valid: " + Excerpt.of(value), remedy);
        return null;
    }

    private ExecutionType executionType() {
        JsonNode value = data.get("executionType");
        if (value == null || value.isNull()) {
            return ExecutionType.PROMPT_RUN;
        }
        return ExecutionType.parse(value.asText()).orElseGet(() -> {
            faults.add(
                    path + "executionType",
                    "is not known: " + Excerpt.of(value),
                    "Use prompt_run, preview, improvement, agent_generation or workflow_node.");
            return ExecutionType.PROMPT_RUN;
        });
    }

    private @Nullable Long number(String name, long max) {
        JsonNode value = data.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (value.isIntegralNumber()
                && value.canConvertToLong()
                && value.longValue() >= 0
                && value.longValue() <= max) {
            return value.longValue();
        }
        faults.add(
                path + name, "is out of range: " + Excerpt.of(value), "Send an integer from 0 to %d.".formatted(max));
        return null;
    }

    private Map<String, String> tags() {
        JsonNode value = data.get("tags");
        var tags = new TreeMap<String, String>();
        if (value == null || value.isNull()) {
            return tags;
        }
        if (!value.isObject()) {
            faults.add(path + "tags", "is not an object: " + Excerpt.of(value), "Send names with values.");
            return tags;
        }
        if (value.size() > TokenUsage.TAGS_MAX) {
            faults.add(
                    path + "tags",
                    "has %d tags".formatted(value.size()),
                    "Send at most %d.".formatted(TokenUsage.TAGS_MAX));
            return tags;
        }
        value.properties().forEach(tag -> {
            JsonNode label = tag.getValue();
            boolean scalar = label.isTextual() || label.isNumber() || label.isBoolean();
            if (!Texts.isId(tag.getKey()) || !scalar || !isLabel(label.asText())) {
                faults.add(
                        path + "tags." + Excerpt.of(tag.getKey()),
                        "is not a tag: " + Excerpt.of(label),
                        "Use a name of 1 to 256 characters and a text of at most 256, without control characters.");
            } else {
                tags.put(tag.getKey(), label.asText());
            }
        });
        return tags;
    }

    private static boolean isLabel(String text) {
        return text.isEmpty() || Texts.isId(text);
    }
}
