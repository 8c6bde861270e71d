package com.promptmanage.ingest.normalize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Langfuse's usage: a provider's own object, or a free map in which what begins with {@code input} went in, what begins
 * with {@code output} came out, and each name counts tokens of its own.
 */
public final class LangfuseUsage {

    /** Of the counts in providers' own usage objects, those that a free map may have too. */
    private static final Set<String> PROVIDERS = Set.of(
            "prompt_tokens",
            "completion_tokens",
            "prompt_cache_hit_tokens",
            "prompt_cache_miss_tokens",
            "input_tokens",
            "output_tokens",
            "cache_read_input_tokens",
            "cache_creation_input_tokens",
            "promptTokens",
            "completionTokens",
            "inputTokens",
            "outputTokens",
            "cachedInputTokens",
            "promptTokenCount",
            "prompt_token_count",
            "cachedContentTokenCount",
            "cached_content_token_count");

    private LangfuseUsage() {}

    /**
     * Of a generation: {@code usageDetails}, else {@code usage} as its older versions sent it; of two that are there, the one that is
     * not all zeros.
     *
     * @return nothing if it has neither, or no count in them
     */
    public static Optional<NormalizedTokens> ofGeneration(JsonNode body, String path, FaultSink faults) {
        if (areDetailsMeant(body)) {
            return Optional.of(read(body.path("usageDetails"), path + "usageDetails.", faults));
        }
        JsonNode usage = body.path("usage");
        return usage.isObject() && hasCount(usage)
                ? Optional.of(read(counts(usage), path + "usage.", faults))
                : Optional.empty();
    }

    /** Of a generation: tokens of other models that it asked for advice, which are in none of its counts. */
    public static long advice(JsonNode body) {
        return Advice.tokens(body.path(areDetailsMeant(body) ? "usageDetails" : "usage"));
    }

    private static boolean areDetailsMeant(JsonNode body) {
        JsonNode details = body.path("usageDetails");
        if (!details.isObject() || details.isEmpty()) {
            return false;
        }
        JsonNode usage = body.path("usage");
        boolean isUsageMore = usage.isObject() && hasCount(usage) && hasMore(counts(usage));
        return !isUsageMore || !isOfZeros(details);
    }

    private static boolean isOfZeros(JsonNode counts) {
        for (JsonNode value : counts) {
            Long count = LooseNumber.wholeOrNull(value, Long.MAX_VALUE);
            boolean isZero = count == null ? value.isContainerNode() || value.isNull() : count == 0;
            if (!isZero) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasMore(JsonNode counts) {
        for (JsonNode value : counts) {
            Long count = LooseNumber.wholeOrNull(value, Long.MAX_VALUE);
            if (count != null && count > 0) {
                return true;
            }
        }
        return false;
    }

    static NormalizedTokens read(JsonNode details, String path, FaultSink faults) {
        return ofProvider(details, path, faults).orElseGet(() -> ofMap(details, path, faults));
    }

    private static Optional<NormalizedTokens> ofProvider(JsonNode details, String path, FaultSink faults) {
        return isProviders(details) ? UsageShapes.ofUsage(asNumbers(details), path, faults) : Optional.empty();
    }

    /** With one more count in it, it is a free map, and that count would be left out. What is null is none. */
    private static boolean isProviders(JsonNode details) {
        return details.properties().stream()
                .allMatch(one -> one.getValue().isContainerNode()
                        || one.getValue().isNull()
                        || PROVIDERS.contains(one.getKey())
                        || kind(one.getKey().toLowerCase(Locale.ROOT)) == null);
    }

    private static NormalizedTokens ofMap(JsonNode details, String path, FaultSink faults) {
        long[] counts = new long[TokenKind.COUNT];
        Long total = null;
        long parts = 0;
        for (Map.Entry<String, JsonNode> one : details.properties()) {
            if (one.getValue().isNull() || one.getValue().isContainerNode()) {
                continue;
            }
            String name = one.getKey().toLowerCase(Locale.ROOT);
            long count = LooseNumber.count(one.getValue(), path + Excerpt.of(one.getKey()), faults);
            if (name.equals("total") || name.equals("total_tokens")) {
                total = count;
                continue;
            }
            TokenKind kind = kind(name);
            if (kind != null) {
                counts[kind.index()] = Math.min(TokenCounts.MAX, counts[kind.index()] + count);
                parts += count;
            }
        }
        if (parts == 0 && total != null) {
            counts[TokenKind.INPUT.index()] = total;
        }
        var told = TokenCounts.of(counts);
        // Only a total that leaves no room for the parts beside input and output shows that they are within them.
        boolean within =
                total != null && total == told.get(TokenKind.INPUT) + told.get(TokenKind.OUTPUT) && parts > total;
        Convention meant = within ? Convention.INCLUSIVE : Convention.EXCLUSIVE;
        if (!within) {
            return new NormalizedTokens(told, UsageShape.LANGFUSE, Convention.EXCLUSIVE);
        }
        return UsageShapes.normalized(new ReportedTokens(told, total, meant, meant), UsageShape.LANGFUSE);
    }

    /** Null for what is neither input nor output. */
    private static @Nullable TokenKind kind(String name) {
        boolean in = name.startsWith("input") || name.startsWith("prompt");
        boolean out = name.startsWith("output") || name.startsWith("completion");
        // LangChain, of Anthropic's, tells by the time that it lives what was written to a cache.
        if (name.contains("cache_creation") || name.contains("cache_write") || name.contains("ephemeral")) {
            return name.contains("1h") ? TokenKind.CACHE_WRITE_1H : TokenKind.CACHE_WRITE_5M;
        }
        if (!out && (name.contains("cache_read") || name.contains("cached"))) {
            return TokenKind.CACHE_READ;
        }
        if (!in && !out) {
            return null;
        }
        if (name.contains("audio")) {
            return in ? TokenKind.INPUT_AUDIO : TokenKind.OUTPUT_AUDIO;
        }
        if (name.contains("image")) {
            return in ? TokenKind.INPUT_IMAGE : TokenKind.OUTPUT_IMAGE;
        }
        if (in) {
            return TokenKind.INPUT;
        }
        return name.contains("reasoning") || name.contains("thought") ? TokenKind.REASONING : TokenKind.OUTPUT;
    }

    /** Older versions tell a unit, which need not be tokens, and costs beside the counts. */
    private static boolean hasCount(JsonNode usage) {
        String unit = usage.path("unit").asText("TOKENS");
        return (unit.equals("TOKENS") || unit.equals("null"))
                && (usage.hasNonNull("input")
                        || usage.hasNonNull("output")
                        || usage.hasNonNull("total")
                        || usage.hasNonNull("promptTokens")
                        || usage.hasNonNull("completionTokens")
                        || usage.hasNonNull("totalTokens")
                        || usage.hasNonNull("prompt_tokens")
                        || usage.hasNonNull("completion_tokens")
                        || usage.hasNonNull("input_tokens")
                        || usage.hasNonNull("output_tokens"));
    }

    private static JsonNode counts(JsonNode usage) {
        ObjectNode counts = JsonNodeFactory.instance.objectNode();
        usage.properties().forEach(one -> {
            String name = one.getKey();
            boolean cost = name.endsWith("Cost") || name.equals("unit");
            if (!cost) {
                counts.set(
                        switch (name) {
                            case "promptTokens" -> "input";
                            case "completionTokens" -> "output";
                            case "totalTokens" -> "total";
                            default -> name;
                        },
                        one.getValue());
            }
        });
        return counts;
    }

    /** Counts may come as texts. */
    private static JsonNode asNumbers(JsonNode details) {
        ObjectNode numbers = JsonNodeFactory.instance.objectNode();
        details.properties().forEach(one -> {
            JsonNode value = one.getValue();
            boolean digits = value.isTextual() && value.textValue().matches("[0-9]{1,12}");
            numbers.set(
                    one.getKey(),
                    digits ? JsonNodeFactory.instance.numberNode(Long.parseLong(value.textValue())) : value);
        });
        return numbers;
    }
}
