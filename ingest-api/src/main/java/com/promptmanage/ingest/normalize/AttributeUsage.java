package com.promptmanage.ingest.normalize;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Token counts in the attributes of a span, in the names of all conventions that are about: OpenTelemetry's current and
 * former ones, OpenLLMetry's, OpenInference's, those of Vercel's AI SDK and of Langfuse, and what others have made of these. Of each count the first name that is
 * there is read, newest first. What Langfuse's own attribute says wins over all; next comes what the provider itself said,
 * where the AI SDK hands it on.
 */
public final class AttributeUsage {

    private static final String LANGFUSE = "langfuse.observation.usage_details";

    /** A document in which the AI SDK hands on what the provider said, by provider. */
    public static final String PROVIDER_METADATA = "ai.response.providerMetadata";

    /** As Google's ADK before 2.3 called what the model thought, beside an output without it. */
    private static final String THOUGHTS = "gen_ai.usage.experimental.reasoning_tokens";

    private static final String OUTPUT_TOKENS = "gen_ai.usage.output_tokens";

    private static final List<String> INPUT = List.of(
            "gen_ai.usage.input_tokens",
            "gen_ai.usage.prompt_tokens",
            "gen_ai.response.prompt_tokens",
            "llm.usage.prompt_tokens",
            "llm.usage.input_tokens",
            "ai.usage.inputTokens",
            "ai.usage.promptTokens",
            "ai.usage.tokens",
            "llm.token_count.prompt");

    private static final List<String> OUTPUT = List.of(
            OUTPUT_TOKENS,
            "gen_ai.usage.completion_tokens",
            "gen_ai.response.completion_tokens",
            "llm.usage.completion_tokens",
            "llm.usage.output_tokens",
            "ai.usage.outputTokens",
            "ai.usage.completionTokens",
            "llm.token_count.completion");

    private static final List<String> CACHE_READ = List.of(
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.cache_read_input_tokens",
            "gen_ai.usage.details.cache_read_tokens",
            "gen_ai.usage.details.cache_read_input_tokens",
            "gen_ai.usage.details.cached_tokens",
            "gen_ai.usage.cache_read_tokens",
            "gen_ai.usage.cached_tokens",
            "gen_ai.usage.cached_input_tokens",
            "gen_ai.usage.input_cached_tokens",
            "gen_ai.usage.input_tokens.cached",
            "gen_ai.usage.input_tokens_details.cached_tokens",
            "gen_ai.usage.input_tokens_details.cached",
            "gen_ai.usage.prompt_tokens_details.cached_tokens",
            "gen_ai.usage.prompt_tokens_details.cache_read",
            "llm.usage.cache_read_input_tokens",
            "llm.usage.cached_tokens",
            "ai.usage.cachedInputTokens",
            "ai.usage.inputTokenDetails.cacheReadTokens",
            "llm.token_count.prompt_details.cache_read",
            "llm.token_count.prompt_details.cache_input");

    private static final List<String> CACHE_WRITE = List.of(
            "gen_ai.usage.cache_creation.input_tokens",
            "gen_ai.usage.cache_write.input_tokens",
            "gen_ai.usage.cache_creation_input_tokens",
            "gen_ai.usage.cache_write_input_tokens",
            "gen_ai.usage.details.cache_write_tokens",
            "gen_ai.usage.details.cache_creation_input_tokens",
            "gen_ai.usage.cache_write_tokens",
            "gen_ai.usage.cache_creation_tokens",
            "gen_ai.usage.input_tokens.cache_write",
            "gen_ai.usage.prompt_tokens_details.cache_write",
            "llm.usage.cache_creation_input_tokens",
            "ai.usage.inputTokenDetails.cacheWriteTokens",
            "llm.token_count.prompt_details.cache_write");

    private static final List<String> REASONING = List.of(
            "gen_ai.usage.reasoning.output_tokens",
            "gen_ai.usage.reasoning_tokens",
            "gen_ai.usage.reasoning_output_tokens",
            "gen_ai.usage.details.reasoning_tokens",
            "gen_ai.usage.output_tokens.reasoning",
            "gen_ai.usage.output_tokens_details.reasoning_tokens",
            "gen_ai.usage.output_tokens_details.reasoning",
            "gen_ai.usage.completion_tokens_details.reasoning_tokens",
            "gen_ai.usage.completion_tokens_details.reasoning",
            THOUGHTS,
            "llm.usage.reasoning_tokens",
            "ai.usage.reasoningTokens",
            "ai.usage.outputTokenDetails.reasoningTokens",
            "llm.token_count.completion_details.reasoning");

    private static final List<String> INPUT_AUDIO = List.of(
            "gen_ai.usage.audio.input_tokens",
            "gen_ai.usage.details.input_audio_tokens",
            "llm.token_count.prompt_details.audio");

    /** What of the audio was cached: it is in the counts of both. */
    private static final List<String> CACHED_AUDIO = List.of("gen_ai.usage.audio.cache_read.input_tokens");

    private static final List<String> OUTPUT_AUDIO = List.of(
            "gen_ai.usage.audio.output_tokens",
            "gen_ai.usage.details.output_audio_tokens",
            "gen_ai.usage.completion_tokens_details.audio",
            "llm.token_count.completion_details.audio");

    /** How counts of tokens are called by those whose names are not known here: not limits, and not rates. */
    private static final Pattern LIKE_A_COUNT = Pattern.compile("(?i)(?!.*(max|limit|budget|remaining|per_?second))"
            + "(?=.*(usage|input|output|prompt|completion|response|total|token_?count))"
            + ".*(tokens|token_?count).*");

    private static final List<String> TOTAL = List.of(
            "gen_ai.usage.total_tokens", "llm.usage.total_tokens", "ai.usage.totalTokens", "llm.token_count.total");

    private static final List<String> TELLING = Stream.of(INPUT, OUTPUT, TOTAL, List.of(LANGFUSE))
            .flatMap(List::stream)
            .toList();

    /** Every attribute that is read here. */
    public static final Set<String> NAMES = Stream.of(
                    TELLING,
                    CACHE_READ,
                    CACHE_WRITE,
                    REASONING,
                    INPUT_AUDIO,
                    CACHED_AUDIO,
                    OUTPUT_AUDIO,
                    AiSdk.NAMES,
                    List.of(PROVIDER_METADATA))
            .flatMap(Collection::stream)
            .collect(Collectors.toUnmodifiableSet());

    /** Longer names are nobody's. */
    private static final int NAME_LENGTH_MAX = 128;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(48)
                            .maxNumberLength(64)
                            .build())
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final JsonNode attributes;

    private final String scope;

    private final FaultSink faults;

    private AttributeUsage(JsonNode attributes, String scope, FaultSink faults) {
        this.attributes = attributes;
        this.scope = scope;
        this.faults = faults;
    }

    /** Whether there is a count in it, be it zero. */
    public static boolean isIn(JsonNode attributes) {
        for (String name : TELLING) {
            if (attributes.has(name)) {
                return true;
            }
        }
        return false;
    }

    /** Whether an attribute of this name may tell a count of tokens, in whoever's words. */
    public static boolean isLikeACount(String name) {
        return name.length() <= NAME_LENGTH_MAX
                && name.contains("oken")
                && LIKE_A_COUNT.matcher(name).matches();
    }

    /**
     * The largest count that is told in a name like those of counts, where there is {@linkplain #isIn none that is read}: at
     * least so many tokens are not counted. 0 if there is none.
     */
    public static long unread(JsonNode attributes) {
        long largest = 0;
        for (Map.Entry<String, JsonNode> one : attributes.properties()) {
            if (isLikeACount(one.getKey())) {
                largest = Math.max(largest, orZero(LooseNumber.wholeOrNull(one.getValue(), TokenCounts.MAX)));
            }
        }
        return largest;
    }

    /** What is told as the total of tokens; 0 if none is. */
    public static long total(JsonNode attributes) {
        for (String name : TOTAL) {
            if (attributes.hasNonNull(name)) {
                return orZero(LooseNumber.wholeOrNull(attributes.path(name), TokenCounts.MAX));
            }
        }
        return 0;
    }

    /** Tokens of other models that a call asked for advice, which are in none of its counts; 0 if none are told. */
    public static long advice(JsonNode attributes) {
        if (attributes.has(LANGFUSE)) {
            return Advice.tokens(document(attributes.get(LANGFUSE)));
        }
        return Advice.tokens(
                document(attributes.get(PROVIDER_METADATA)).path("anthropic").path("usage"));
    }

    /** What is told by nobody whose name is known. */
    public static NormalizedTokens read(JsonNode attributes, FaultSink faults) {
        return read(attributes, "", faults);
    }

    /**
     * @param attributes an object with the attributes' names; numbers may come as texts
     * @param scope the name of the instrumentation library that made them: not all mean the same by their input. Empty if it is not
     *     told
     */
    public static NormalizedTokens read(JsonNode attributes, String scope, FaultSink faults) {
        return new AttributeUsage(attributes, scope, faults).read();
    }

    /** JSON that came as a text; an object of nothing if it is none. */
    public static JsonNode document(@Nullable JsonNode text) {
        if (text == null || !text.isTextual()) {
            return MissingNode.getInstance();
        }
        try {
            JsonNode read = JSON.readTree(text.textValue());
            return read == null ? MissingNode.getInstance() : read;
        } catch (JsonProcessingException | NumberFormatException e) {
            return MissingNode.getInstance();
        }
    }

    private NormalizedTokens read() {
        if (attributes.has(LANGFUSE)) {
            JsonNode details = document(attributes.get(LANGFUSE));
            if (details.isObject()) {
                return LangfuseUsage.read(details, LANGFUSE + ".", faults);
            }
            faults.add(LANGFUSE, "is not a JSON object", "Send an object of counts, as a text.");
        }
        JsonNode provider = document(attributes.get(PROVIDER_METADATA));
        return ofProvider(provider).orElseGet(() -> ofNames(provider));
    }

    /** The AI SDK tells input and output in the provider's meaning or in its own, by version; the provider's words are plain. */
    private Optional<NormalizedTokens> ofProvider(JsonNode metadata) {
        for (JsonNode one : List.of(metadata.path("anthropic"), metadata.path("google"), metadata.path("vertex"))) {
            JsonNode usage = one.path("usage").isObject() ? one.path("usage") : one.path("usageMetadata");
            if (usage.isObject()) {
                Optional<NormalizedTokens> told = UsageShapes.ofUsage(usage, PROVIDER_METADATA + ".", faults);
                if (told.isPresent()) {
                    return told;
                }
            }
        }
        return Optional.empty();
    }

    private NormalizedTokens ofNames(JsonNode provider) {
        Long total = first(TOTAL);
        Long input = first(INPUT);
        Long output = first(OUTPUT);
        if (input == null && output == null && total != null) {
            // Embeddings: all of it went in.
            input = total;
        }
        var aiSdk = new AiSdk(attributes, provider);
        Long cacheRead = first(CACHE_READ);
        if (cacheRead == null) {
            cacheRead = ofMetadata(aiSdk.cacheRead());
        }
        Long told = first(CACHE_WRITE);
        long written = told == null ? ofMetadata(aiSdk.cacheWritten()) : told;
        long writtenForAnHour = aiSdk.writtenForAnHour(written);
        // Another instrumentation on the same span may tell an output of its own, with the thoughts in it.
        boolean isThoughtBeside =
                attributes.hasNonNull(THOUGHTS) && (output == null || attributes.hasNonNull(OUTPUT_TOKENS));
        var counts = TokenCounts.ofInputOutput(orZero(input), orZero(output))
                .with(TokenKind.CACHE_READ, cacheRead)
                .with(TokenKind.CACHE_WRITE_5M, written - writtenForAnHour)
                .with(TokenKind.CACHE_WRITE_1H, writtenForAnHour)
                .with(TokenKind.REASONING, orZero(first(REASONING)))
                .with(TokenKind.INPUT_AUDIO, Math.max(0, orZero(first(INPUT_AUDIO)) - orZero(first(CACHED_AUDIO))))
                .with(TokenKind.OUTPUT_AUDIO, orZero(first(OUTPUT_AUDIO)));
        return UsageShapes.normalized(
                new ReportedTokens(
                        counts,
                        total,
                        InstrumentationScopes.isInputWithoutCached(scope, total != null)
                                        || aiSdk.isInputWithoutCached(orZero(input), orZero(cacheRead) + written)
                                ? Convention.EXCLUSIVE
                                : Convention.INCLUSIVE,
                        isThoughtBeside ? Convention.EXCLUSIVE : Convention.INCLUSIVE),
                shape());
    }

    private long ofMetadata(JsonNode count) {
        return count.isMissingNode() ? 0 : number(count, PROVIDER_METADATA);
    }

    private UsageShape shape() {
        for (String name : TELLING) {
            if (attributes.has(name)) {
                return name.startsWith("gen_ai.")
                        ? UsageShape.GEN_AI
                        : name.startsWith("ai.")
                                ? UsageShape.VERCEL
                                : name.startsWith("llm.usage.") ? UsageShape.OPENLLMETRY : UsageShape.OPENINFERENCE;
            }
        }
        return UsageShape.GEN_AI;
    }

    private static long orZero(@Nullable Long count) {
        return count == null ? 0 : count;
    }

    private @Nullable Long first(List<String> names) {
        for (String name : names) {
            JsonNode value = attributes.get(name);
            if (value != null && !value.isNull()) {
                return number(value, name);
            }
        }
        return null;
    }

    private long number(JsonNode value, String name) {
        return LooseNumber.count(value, name, faults);
    }
}
