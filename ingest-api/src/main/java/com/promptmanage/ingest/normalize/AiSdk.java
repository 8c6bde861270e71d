package com.promptmanage.ingest.normalize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the spans of Vercel's AI SDK say of caches, which differs by version and provider. From version 6 on, input is all that went
 * in. Before, it is what the provider means by it: Anthropic and Bedrock tell it without what was read from a cache and written to
 * it, all others with it.
 *
 * @param attributes of the span
 * @param metadata what the provider said, as the SDK hands it on; missing if it does not
 */
record AiSdk(JsonNode attributes, JsonNode metadata) {

    private static final String PROVIDER = "ai.model.provider";

    /** Its spans are OpenTelemetry's own from version 7 on: the provider has this name, and not the one above. */
    private static final String PROVIDER_FROM_7 = "gen_ai.provider.name";

    /** The SDK's own name and version are at its end, as in {@code ai/5.0.244}. The spans of streams do not have it. */
    private static final String USER_AGENT = "ai.request.headers.user-agent";

    /** Told by providers that were made for version 6. Those that were made for version 5 work there too, and mean what they did. */
    private static final String NOT_CACHED = "ai.usage.inputTokenDetails.noCacheTokens";

    private static final String READ_FROM_CACHE = "ai.usage.inputTokenDetails.cacheReadTokens";

    private static final String OPERATION = "ai.operationId";

    /** Its spans tell the version in no release, and what of the input was cached in none before 7. */
    private static final String STREAMED_OBJECT = "ai.streamObject.doStream";

    /** Bedrock's name in what its provider hands on, from version 7 on; the one before stands beside it. */
    private static final String BEDROCK_FROM_7 = "amazonBedrock";

    static final Set<String> NAMES =
            Set.of(PROVIDER, PROVIDER_FROM_7, USER_AGENT, NOT_CACHED, READ_FROM_CACHE, OPERATION);

    private static final Pattern VERSION = Pattern.compile("(?:^| )ai/(\\d{1,4})\\.");

    private static final int VERSION_OF_ALL_INPUT = 6;

    /**
     * Whether a provider of that name means by its input what was neither read from a cache nor written to it. Another interface of
     * Bedrock, {@code amazon-bedrock-mantle}, speaks as OpenAI does.
     */
    static boolean tellsInputWithoutCached(String provider) {
        return provider.equals("amazon-bedrock") || provider.contains("anthropic");
    }

    /**
     * Whether the input that is told is without what was read from a cache and written to it.
     *
     * @param input tokens, as they are told
     * @param cached tokens that were read from a cache or written to it
     */
    boolean isInputWithoutCached(long input, long cached) {
        if (!isOfExclusiveProvider() || isFrom7() || attributes.hasNonNull(NOT_CACHED)) {
            return false;
        }
        // Versions 5 and 6 tell a streamed object alike: it is of 6 unless less went in than was cached.
        boolean isBefore6 = attributes.path(OPERATION).asText().equals(STREAMED_OBJECT)
                ? input < cached
                : version() < VERSION_OF_ALL_INPUT;
        return attributes.hasNonNull(READ_FROM_CACHE) || isBefore6;
    }

    /** What was read from a cache: version 4 told it only here. Missing if it is not told. */
    JsonNode cacheRead() {
        return firstCount(
                metadata.path("anthropic").path("cacheReadInputTokens"),
                bedrock().path("cacheReadInputTokens"),
                metadata.path("openai").path("cachedPromptTokens"));
    }

    /** What was written to a cache: before version 6 it was told only here. Missing if it is not told. */
    JsonNode cacheWritten() {
        return firstCount(
                metadata.path("anthropic").path("cacheCreationInputTokens"),
                bedrock().path("cacheWriteInputTokens"));
    }

    /** Of so many tokens that were written to a cache, those that live an hour there. */
    long writtenForAnHour(long written) {
        return CacheWrites.ofAnHour(bedrock().path("cacheDetails"), written);
    }

    private JsonNode bedrock() {
        JsonNode named = metadata.path("bedrock");
        return (named.isObject() ? named : metadata.path(BEDROCK_FROM_7)).path("usage");
    }

    private boolean isFrom7() {
        return metadata.has(BEDROCK_FROM_7)
                || (attributes.hasNonNull(PROVIDER_FROM_7) && !attributes.hasNonNull(PROVIDER));
    }

    /** By the SDK's name for it; behind a gateway, only what the provider itself said shows who it was. */
    private boolean isOfExclusiveProvider() {
        return tellsInputWithoutCached(attributes.path(PROVIDER).asText())
                || metadata.has("anthropic")
                || metadata.has("bedrock");
    }

    /** 0 if it is not told. */
    private int version() {
        Matcher version = VERSION.matcher(attributes.path(USER_AGENT).asText());
        return version.find() ? Integer.parseInt(version.group(1)) : 0;
    }

    private static boolean isWhole(JsonNode value) {
        return value.isIntegralNumber() || (value.isNumber() && LooseNumber.isWhole(value.decimalValue()));
    }

    /** The SDK writes null, too, for what a provider did not tell. */
    private static JsonNode firstCount(JsonNode... counts) {
        return List.of(counts).stream().filter(AiSdk::isWhole).findFirst().orElseGet(MissingNode::getInstance);
    }
}
