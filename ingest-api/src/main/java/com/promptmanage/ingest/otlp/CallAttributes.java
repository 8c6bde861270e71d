package com.promptmanage.ingest.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.ingest.admission.AttributeMapping;
import com.promptmanage.ingest.admission.Payer;
import com.promptmanage.ingest.normalize.AttributeUsage;
import com.promptmanage.ingest.normalize.CallFields;
import com.promptmanage.ingest.normalize.Labels;
import com.promptmanage.ingest.normalize.LooseNumber;
import com.promptmanage.ingest.normalize.Texts;
import com.promptmanage.service.access.Caller;
import com.promptmanage.topics.usage.ExecutionType;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What attributes say of a call besides its tokens, in the names of all conventions. What the call itself says goes before
 * what its resource says.
 */
final class CallAttributes {

    /** What begins so is a label of the sender's own; the rest is its name. */
    static final List<String> LABEL_PREFIXES = List.of(
            "langfuse.trace.metadata.",
            "ai.telemetry.metadata.",
            "ai.settings.context.",
            "traceloop.association.properties.");

    /** What answered goes before what was asked for. */
    private static final List<String> MODEL = List.of(
            "gen_ai.response.model",
            "ai.response.model",
            "llm.response.model_name",
            "gen_ai.request.model",
            "ai.model.id",
            "langfuse.observation.model.name",
            "llm.model_name",
            "llm.request.model_name",
            "llm.request.model",
            "embedding.model_name",
            "reranker.model_name");

    private static final List<String> PROVIDER =
            List.of("gen_ai.provider.name", "gen_ai.system", "ai.model.provider", "llm.provider", "llm.system");

    private static final List<String> TIER_SERVED =
            List.of("openai.response.service_tier", "gen_ai.openai.response.service_tier");

    private static final List<String> TIER_ASKED_FOR =
            List.of("openai.request.service_tier", "gen_ai.openai.request.service_tier");

    /** Where the AI SDK's providers tell the tier in which a call was served. */
    private static final List<String> TIER_PROVIDERS = List.of("openai", "azure");

    /** Langfuse's, a document: it holds the tier that was asked for. */
    private static final String PARAMETERS = "langfuse.observation.model.parameters";

    private static final List<String> RESPONSE_ID = List.of("gen_ai.response.id", "ai.response.id");

    private static final List<String> COST = List.of("gen_ai.usage.cost", "llm.cost.total");

    /** Where OpenInference tells no total. */
    private static final List<String> COST_PARTS = List.of("llm.cost.prompt", "llm.cost.completion");

    private static final List<String> LISTS = List.of("langfuse.trace.tags", "tag.tags");

    /** Labels of the sender's own, as JSON in a text. */
    private static final List<String> METADATA = List.of("langfuse.trace.metadata", "metadata");

    private static final String COST_DETAILS = "langfuse.observation.cost_details";

    private static final String PROMPT = "langfuse.observation.prompt.name";

    static final Set<String> NAMES = Stream.of(
                    MODEL,
                    PROVIDER,
                    TIER_SERVED,
                    TIER_ASKED_FOR,
                    RESPONSE_ID,
                    COST,
                    COST_PARTS,
                    LISTS,
                    METADATA,
                    List.of(COST_DETAILS, PARAMETERS, PROMPT))
            .flatMap(List::stream)
            .collect(Collectors.toUnmodifiableSet());

    /** What the AI SDK adds to a provider's name: which of its interfaces was called. */
    private static final Pattern INTERFACE = Pattern.compile(
            "\\.(chat|completion|embedding|embeddings|generative-ai|image|messages|responses|speech|transcription)$");

    private final JsonNode attributes;

    private final JsonNode resource;

    private final AttributeMapping mapping;

    CallAttributes(JsonNode attributes, JsonNode resource, AttributeMapping mapping) {
        this.attributes = attributes;
        this.resource = resource;
        this.mapping = mapping;
    }

    @Nullable
    String model() {
        return first(MODEL);
    }

    /** The provider's own name for its answer. */
    @Nullable
    String responseId() {
        return first(RESPONSE_ID);
    }

    /** Whose spend it is. */
    Payer payer(Caller caller) {
        return payer(caller, first(mapping.of(AttributeMapping.USER)));
    }

    /** Whose spend it is if this is the user. */
    Payer payer(Caller caller, @Nullable String user) {
        return Payer.ofLabels(caller, first(mapping.of(AttributeMapping.TEAM)), user);
    }

    TokenUsage usage(
            Caller caller,
            Payer payer,
            String model,
            TokenCounts tokens,
            ExecutionType executionType,
            @Nullable Long durationMs) {
        String provider = first(PROVIDER);
        return TokenUsage.builder(payer.userId(), model)
                .teamId(payer.teamId())
                .provider(provider == null ? null : INTERFACE.matcher(provider).replaceFirst(""))
                .executionType(executionType)
                .promptId(first(List.of(PROMPT)))
                .workflowId(first(mapping.of(AttributeMapping.WORKFLOW)))
                .apiKeyId(caller instanceof Caller.Key key ? key.keyId() : null)
                .conversationId(first(mapping.of(AttributeMapping.CONVERSATION)))
                .serviceTier(tier())
                .durationMs(durationMs)
                .tags(tags(payer))
                .reportedCostNanoUsd(reportedCostNanoUsd())
                .tokens(tokens)
                .build();
    }

    private @Nullable String tier() {
        String tier = first(TIER_SERVED);
        tier = tier == null ? tierOfMetadata() : tier;
        tier = tier == null ? first(TIER_ASKED_FOR) : tier;
        tier = tier == null
                ? text(AttributeUsage.document(attributes.get(PARAMETERS)).path("service_tier"))
                : tier;
        // Asked for, but not yet chosen.
        return "auto".equalsIgnoreCase(tier) ? null : tier;
    }

    private @Nullable String tierOfMetadata() {
        JsonNode metadata = AttributeUsage.document(attributes.get(AttributeUsage.PROVIDER_METADATA));
        for (String provider : TIER_PROVIDERS) {
            String tier = text(metadata.path(provider).path("serviceTier"));
            if (tier != null) {
                return tier;
            }
        }
        return null;
    }

    private @Nullable Long reportedCostNanoUsd() {
        JsonNode details = AttributeUsage.document(attributes.get(COST_DETAILS));
        if (details.isObject()) {
            return Labels.costOf(details);
        }
        for (String name : COST) {
            JsonNode told = attributes.get(name);
            if (told != null) {
                return LooseNumber.nanoUsd(told, CallFields.REPORTED_COST_MAX_NANO_USD);
            }
        }
        ObjectNode parts = JsonNodeFactory.instance.objectNode();
        COST_PARTS.stream().filter(attributes::has).forEach(name -> parts.set(name, attributes.get(name)));
        return Labels.costOf(parts);
    }

    private Map<String, String> tags(Payer payer) {
        var labels = new Labels();
        String team = first(mapping.of(AttributeMapping.TEAM));
        if (team != null && !team.equals(payer.teamId())) {
            labels.put("team", team);
        }
        labels.put("enduser", payer.endUser());
        mapping.tags().forEach((tag, names) -> labels.put(tag, first(names)));
        LISTS.forEach(list -> labels.putAll(attributes.path(list)));
        METADATA.forEach(name -> labels.putMembers(AttributeUsage.document(attributes.get(name))));
        Set<String> read = mapping.names();
        attributes.properties().forEach(attribute -> {
            for (String prefix : LABEL_PREFIXES) {
                if (attribute.getKey().startsWith(prefix) && !read.contains(attribute.getKey())) {
                    labels.put(attribute.getKey().substring(prefix.length()), text(attribute.getValue()));
                }
            }
        });
        return labels.tags();
    }

    /** The first of them that can name something: of the call, else of its resource. */
    @Nullable
    String first(List<String> names) {
        for (String name : names) {
            String text = text(attributes.path(name));
            if (text != null) {
                return text;
            }
        }
        for (String name : names) {
            String text = text(resource.path(name));
            if (text != null) {
                return text;
            }
        }
        return null;
    }

    /** What this attribute says, if it is the one that tells the user. */
    Optional<String> userBy(String attribute) {
        List<String> names = mapping.of(AttributeMapping.USER);
        return Stream.of(attributes, resource)
                .flatMap(told -> names.stream().filter(name -> text(told.path(name)) != null))
                .findFirst()
                .filter(attribute::equals)
                .map(name -> first(names));
    }

    /** Null if it can name nothing. */
    private static @Nullable String text(JsonNode value) {
        if (!value.isValueNode() || value.isNull()) {
            return null;
        }
        String text = value.isNumber() ? value.decimalValue().toString() : value.asText();
        return Texts.isId(text) ? text : null;
    }
}
