package com.promptmanage.ingest.normalize;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds out in which shape an event tells its token counts, and reads them. */
public final class UsageShapes {

    private static final Set<String> KINDS = kinds();

    /** Where counts stand: inside one of these, or in the data itself. */
    private static final List<String> CARRIERS = List.of("usage", "usageMetadata", "usage_metadata");

    private UsageShapes() {}

    /**
     * Reads the counts of an event whatever its shape.
     *
     * @param data the event's data, which names a model
     * @param path of the data in the event, for faults
     * @return nothing if this is no shape that is known: a plain event then
     */
    public static Optional<NormalizedTokens> read(JsonNode data, String path, FaultSink faults) {
        if (isDisjoint(data)) {
            return Optional.of(readDisjoint(data, path, faults));
        }
        for (String carrier : CARRIERS) {
            JsonNode usage = data.get(carrier);
            if (usage != null && usage.isObject()) {
                Optional<NormalizedTokens> found =
                        ofCarrier(new CountReader(usage, path + carrier + ".", faults), provider(data));
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return ofData(new CountReader(data, path, faults));
    }

    /** What other models were asked for advice within a call whose counts {@link #read} has found to be in Anthropic's names. */
    public static List<Advice> advice(JsonNode data, String path, FaultSink faults) {
        for (String carrier : CARRIERS) {
            if (data.path(carrier).has("iterations")) {
                return Advice.of(data.path(carrier), path + carrier + ".", faults);
            }
        }
        return Advice.of(data, path, faults);
    }

    /** Reads a provider's own usage object, in OpenAI's, Anthropic's, Gemini's, Bedrock's or Vercel's names. */
    public static Optional<NormalizedTokens> ofUsage(JsonNode usage, String path, FaultSink faults) {
        return ofCarrier(new CountReader(usage, path, faults), "");
    }

    /** Whether the counts are given as {@code tokens} with one of our kinds, or none at all. */
    public static boolean isDisjoint(JsonNode data) {
        JsonNode tokens = data.path("tokens");
        return tokens.isObject()
                && (tokens.isEmpty() || tokens.properties().stream().anyMatch(one -> KINDS.contains(one.getKey())));
    }

    /** Reads {@code tokens}; a kind that is not known is a fault, for its tokens would go uncounted. */
    public static NormalizedTokens readDisjoint(JsonNode data, String path, FaultSink faults) {
        var tokens = new CountReader(data.path("tokens"), path + "tokens.", faults);
        tokens.object().fieldNames().forEachRemaining(name -> {
            if (!KINDS.contains(name)) {
                faults.add(path + "tokens." + Excerpt.of(name), "is no kind of token", "Use " + KINDS + ".");
            }
        });
        long[] counts = new long[TokenKind.COUNT];
        for (TokenKind kind : TokenKind.values()) {
            counts[kind.index()] = tokens.count(kind.field());
        }
        return new NormalizedTokens(TokenCounts.of(counts), UsageShape.DISJOINT, Convention.DISJOINT);
    }

    /** Whether the counts are given in short. */
    public static boolean isFlat(JsonNode data) {
        return data.has("inputTokens") || data.has("outputTokens");
    }

    /** Reads {@code inputTokens, outputTokens, cachedInputTokens?, reasoningTokens?}; the first two must be there. */
    public static NormalizedTokens readFlat(JsonNode data, String path, FaultSink faults) {
        var flat = new CountReader(data, path, faults);
        for (String required : List.of("inputTokens", "outputTokens")) {
            if (!flat.has(required)) {
                faults.add(path + required, "is missing", "Send an integer from 0 to 1000000000000.");
            }
        }
        return camelCase(flat, UsageShape.FLAT, Convention.INCLUSIVE);
    }

    private static String provider(JsonNode data) {
        return data.path("provider").asText();
    }

    /** @param provider as the event names it; empty if it does not */
    private static Optional<NormalizedTokens> ofCarrier(CountReader usage, String provider) {
        if (usage.has("promptTokenCount", "prompt_token_count", "candidatesTokenCount", "candidates_token_count")) {
            return Optional.of(Gemini.read(usage));
        }
        if (usage.has("prompt_tokens", "completion_tokens")) {
            return Optional.of(OpenAi.chat(usage, usage, UsageShape.OPENAI_CHAT));
        }
        if (usage.has("input_tokens", "output_tokens")) {
            return Optional.of(isAnthropics(usage) ? anthropic(usage) : OpenAi.responses(usage));
        }
        if (usage.has("inputTokens", "outputTokens")) {
            return Optional.of(
                    usage.has("cacheReadInputTokens", "cacheWriteInputTokens")
                            ? bedrock(usage)
                            : vercel(usage, provider));
        }
        if (usage.has("promptTokens", "completionTokens")) {
            return Optional.of(vercel(usage, provider));
        }
        return Optional.empty();
    }

    private static Optional<NormalizedTokens> ofData(CountReader data) {
        if (data.has("prompt_tokens", "completion_tokens")) {
            CountReader raw = data.inside("metadata").inside("usage_object");
            return Optional.of(OpenAi.chat(data, raw.object().isMissingNode() ? data : raw, UsageShape.LITELLM));
        }
        if (isFlat(data.object()) && !data.has("cacheReadInputTokens", "cacheWriteInputTokens")) {
            return Optional.of(camelCase(data, UsageShape.FLAT, Convention.INCLUSIVE));
        }
        Optional<NormalizedTokens> found = ofCarrier(data, provider(data.object()));
        return found.isPresent() ? found : openMeter(data);
    }

    /** The details came with the version from which on what was cached is within the input, whatever the provider. */
    private static NormalizedTokens vercel(CountReader usage, String provider) {
        boolean isBeside = AiSdk.tellsInputWithoutCached(provider) && !usage.has("inputTokenDetails");
        return camelCase(usage, UsageShape.VERCEL, isBeside ? Convention.EXCLUSIVE : Convention.INCLUSIVE);
    }

    /** Vercel's names, which our own short form shares; each version has its own for what was cached. */
    private static NormalizedTokens camelCase(CountReader usage, UsageShape shape, Convention inputMeant) {
        CountReader input = usage.inside("inputTokenDetails");
        CountReader output = usage.inside("outputTokenDetails");
        Long cacheRead = usage.countOrNull("cachedInputTokens");
        Long reasoning = usage.countOrNull("reasoningTokens");
        var counts = TokenCounts.ofInputOutput(
                        usage.count("inputTokens", "promptTokens"), usage.count("outputTokens", "completionTokens"))
                .with(TokenKind.CACHE_READ, cacheRead == null ? input.count("cacheReadTokens") : cacheRead)
                .with(TokenKind.CACHE_WRITE_5M, input.count("cacheWriteTokens"))
                .with(TokenKind.REASONING, reasoning == null ? output.count("reasoningTokens") : reasoning);
        return normalized(
                new ReportedTokens(counts, usage.countOrNull("totalTokens"), inputMeant, Convention.INCLUSIVE), shape);
    }

    private static boolean isAnthropics(CountReader usage) {
        return usage.has("cache_read_input_tokens", "cache_creation_input_tokens", "cache_creation", "iterations");
    }

    static NormalizedTokens anthropic(CountReader usage) {
        var counts = CacheWrites.addTo(
                TokenCounts.ofInputOutput(withCompacted(usage, "input_tokens"), withCompacted(usage, "output_tokens"))
                        .with(TokenKind.CACHE_READ, usage.count("cache_read_input_tokens"))
                        .with(
                                TokenKind.REASONING,
                                usage.inside("output_tokens_details").count("thinking_tokens")),
                usage.count("cache_creation_input_tokens"),
                usage.inside("cache_creation"));
        return normalized(
                new ReportedTokens(counts, null, Convention.EXCLUSIVE, Convention.INCLUSIVE), UsageShape.ANTHROPIC);
    }

    /**
     * A count with what it took to sum up a long conversation before it was answered: that is billed, and not in the counts of the
     * whole. What another model was asked for is not in them either, and is a call of that model: {@link Advice}.
     */
    private static long withCompacted(CountReader usage, String name) {
        long sum = usage.count(name);
        for (JsonNode iteration : usage.object().path("iterations")) {
            if (iteration.path("type").asText().equals("compaction")) {
                sum += new CountReader(iteration, usage.path() + "iterations.", usage.faults()).count(name);
            }
        }
        return Math.min(sum, TokenCounts.MAX);
    }

    private static NormalizedTokens bedrock(CountReader usage) {
        long written = usage.count("cacheWriteInputTokens");
        long writtenForAnHour = CacheWrites.ofAnHour(usage.object().path("cacheDetails"), written);
        var counts = TokenCounts.ofInputOutput(usage.count("inputTokens"), usage.count("outputTokens"))
                .with(TokenKind.CACHE_READ, usage.count("cacheReadInputTokens"))
                .with(TokenKind.CACHE_WRITE_5M, written - writtenForAnHour)
                .with(TokenKind.CACHE_WRITE_1H, writtenForAnHour);
        return new NormalizedTokens(counts, UsageShape.BEDROCK, Convention.EXCLUSIVE);
    }

    private static Optional<NormalizedTokens> openMeter(CountReader data) {
        JsonNode tokens = data.object().path("tokens");
        JsonNode type = data.object().path("type");
        TokenKind kind = type.isTextual() ? kindOf(type.textValue()) : type.isMissingNode() ? TokenKind.INPUT : null;
        if (kind == null || !(tokens.isNumber() || isDigits(tokens))) {
            return Optional.empty();
        }
        long count = tokens.isNumber() ? data.read(data.path() + "tokens", tokens) : Long.parseLong(tokens.textValue());
        return Optional.of(
                new NormalizedTokens(TokenCounts.NONE.with(kind, count), UsageShape.OPENMETER, Convention.DISJOINT));
    }

    /** No more than twelve digits: always a count that is in range. */
    private static boolean isDigits(JsonNode text) {
        return text.isTextual() && text.textValue().matches("[0-9]{1,12}");
    }

    private static @Nullable TokenKind kindOf(String type) {
        return switch (type) {
            case "input", "prompt", "system", "user" -> TokenKind.INPUT;
            case "output", "completion", "assistant" -> TokenKind.OUTPUT;
            case "cached", "cache_read" -> TokenKind.CACHE_READ;
            case "cache_write" -> TokenKind.CACHE_WRITE_5M;
            case "reasoning" -> TokenKind.REASONING;
            default -> null;
        };
    }

    static NormalizedTokens inclusive(TokenCounts counts, @Nullable Long total, UsageShape shape) {
        return normalized(new ReportedTokens(counts, total, Convention.INCLUSIVE, Convention.INCLUSIVE), shape);
    }

    static NormalizedTokens normalized(ReportedTokens reported, UsageShape shape) {
        ReportedTokens.Disjoint disjoint = reported.disjoint();
        return new NormalizedTokens(disjoint.counts(), shape, disjoint.convention());
    }

    private static Set<String> kinds() {
        var kinds = new ArrayList<String>();
        for (TokenKind kind : TokenKind.values()) {
            kinds.add(kind.field());
        }
        return java.util.Collections.unmodifiableSet(new java.util.LinkedHashSet<>(kinds));
    }
}
