package com.promptmanage.ingest.gateway;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What can be called, and where its answers tell of their usage. Members are named as {@link MemberScanner} does.
 */
@SuppressWarnings("ImmutableEnumChecker") // They are made by List.of and Set.of.
enum Api {
    CHAT(
            Provider.OPENAI,
            List.of("usage"),
            List.of(),
            Set.of("content", "reasoning_content", "refusal", "arguments"),
            Set.of("content", "reasoning_content", "refusal", "arguments")),
    /** The events of its stream hold the whole answer once more at the end. */
    RESPONSES(
            Provider.OPENAI,
            List.of("usage", "response.usage"),
            List.of(),
            Set.of("text", "arguments"),
            Set.of("delta")),
    EMBEDDINGS(Provider.OPENAI, List.of("usage"), List.of(), Set.of(), Set.of()),
    /** Its stream begins with what went in, and ends with what came out. */
    MESSAGES(
            Provider.ANTHROPIC,
            List.of("usage"),
            List.of("message.usage"),
            Set.of("text", "thinking"),
            Set.of("text", "thinking", "partial_json")),
    /** Each event of its stream tells the sum until then. */
    CONTENT(Provider.GEMINI, List.of(), List.of("usageMetadata"), Set.of("text"), Set.of("text")),
    EMBED_CONTENT(Provider.GEMINI, List.of(), List.of("usageMetadata"), Set.of(), Set.of());

    private final Provider provider;

    private final List<String> finalUsage;

    private final List<String> earlyUsage;

    private final Set<String> textsOfWhole;

    private final Set<String> textsOfStream;

    private final Set<String> members;

    Api(
            Provider provider,
            List<String> finalUsage,
            List<String> earlyUsage,
            Set<String> textsOfWhole,
            Set<String> textsOfStream) {
        this.provider = provider;
        this.finalUsage = finalUsage;
        this.earlyUsage = earlyUsage;
        this.textsOfWhole = textsOfWhole;
        this.textsOfStream = textsOfStream;
        this.members = Stream.of(finalUsage, earlyUsage, Names.MODELS, Names.TIERS, Names.OTHERS)
                .flatMap(List::stream)
                .collect(Collectors.toUnmodifiableSet());
    }

    Provider provider() {
        return provider;
    }

    /** Whether nothing comes out that has tokens. */
    boolean isEmbedding() {
        return this == EMBEDDINGS || this == EMBED_CONTENT;
    }

    /**
     * Whether a count takes nothing back of a larger one before: some servers tell at the end of a stream 0 of what they
     * have told at its beginning. What Gemini tells last holds as it stands.
     */
    boolean isCumulative() {
        return provider != Provider.GEMINI;
    }

    /** What tells all that a call used. */
    List<String> finalUsage() {
        return finalUsage;
    }

    /** What tells what a call used until then. */
    List<String> earlyUsage() {
        return earlyUsage;
    }

    List<String> models() {
        return Names.MODELS;
    }

    List<String> tiers() {
        return Names.TIERS;
    }

    Set<String> members() {
        return members;
    }

    /** Under which names the text stands that the model wrote. */
    Set<String> texts(boolean isStream) {
        return isStream ? textsOfStream : textsOfWhole;
    }

    /** Whether nothing comes after an event of this type. */
    boolean isLast(String type) {
        return Names.LAST_TYPES.contains(type);
    }

    /** Where the names stand that all share: an enum's own are not there yet when its constants are made. */
    private static final class Names {

        private static final List<String> MODELS = List.of("model", "response.model", "message.model", "modelVersion");

        private static final List<String> TIERS = List.of("service_tier", "response.service_tier");

        private static final List<String> OTHERS = List.of("type", "choices", "status", "error");

        /** After which event the answer is whole. */
        private static final Set<String> LAST_TYPES =
                Set.of("response.completed", "response.incomplete", "response.failed", "message_stop");
    }
}
