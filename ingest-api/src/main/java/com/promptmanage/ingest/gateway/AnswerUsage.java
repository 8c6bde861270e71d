package com.promptmanage.ingest.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.ingest.body.EventSlices.Slice;
import com.promptmanage.ingest.body.StrictJson;
import com.promptmanage.ingest.normalize.Advice;
import com.promptmanage.ingest.normalize.Convention;
import com.promptmanage.ingest.normalize.NormalizedTokens;
import com.promptmanage.ingest.normalize.Texts;
import com.promptmanage.ingest.normalize.UsageShape;
import com.promptmanage.ingest.normalize.UsageShapes;
import com.promptmanage.service.token.TokenCounter;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What an answer has told of what it used, so far. */
final class AnswerUsage {

    /** As they stand in the JSON. */
    private static final byte[] FAILED_EVENT = "\"response.failed\"".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] FAILED = "\"failed\"".getBytes(StandardCharsets.US_ASCII);

    /** What an answer of Anthropic's is, or an event of it, in which something went wrong. */
    private static final byte[] ERROR = "\"error\"".getBytes(StandardCharsets.US_ASCII);

    private final Api api;

    private final TextSample text = new TextSample();

    /** What was told of each count, most or, if the API does not {@link Api#isCumulative add up}, last. */
    private final ObjectNode usage = JsonNodeFactory.instance.objectNode();

    private boolean isFinal;

    private boolean hasFailed;

    private boolean hasError;

    private LongSupplier packedTokens = () -> 0;

    private @Nullable String model;

    private @Nullable String serviceTier;

    /**
     * @param isEstimated whether a count is ours and not the provider's
     */
    record Used(NormalizedTokens tokens, boolean isEstimated) {}

    AnswerUsage(Api api) {
        this.api = api;
    }

    /** What the model wrote, to be counted if nobody tells. */
    TextSample text() {
        return text;
    }

    /**
     * The answer comes in a form that cannot be looked at.
     *
     * @param tokens about how many came out so far
     */
    void isPacked(LongSupplier tokens) {
        packedTokens = tokens;
    }

    /** Whether the provider says that it could not answer, and of nothing that it used; a text before an error was made. */
    boolean isOfNothing() {
        return usage.isEmpty() && (hasFailed || (hasError && text.bytes() == 0));
    }

    /** Whether the provider has told all that the call used. */
    boolean isTold() {
        return isFinal && !usage.isEmpty();
    }

    void read(Map<String, byte[]> found) {
        for (String name : api.earlyUsage()) {
            json(found, name).filter(JsonNode::isObject).ifPresent(this::merge);
        }
        for (String name : api.finalUsage()) {
            json(found, name).filter(JsonNode::isObject).ifPresent(told -> {
                merge(told);
                isFinal = true;
            });
        }
        model = first(found, api.models(), model);
        serviceTier = first(found, api.tiers(), serviceTier);
        hasFailed |= tellsOfFailure(found);
        hasError |= tellsOfError(found);
    }

    private boolean tellsOfFailure(Map<String, byte[]> found) {
        byte[] type = found.get("type");
        return switch (api) {
            case RESPONSES -> Arrays.equals(type, FAILED_EVENT) || Arrays.equals(found.get("status"), FAILED);
            case MESSAGES -> Arrays.equals(type, ERROR);
            case CHAT, EMBEDDINGS, CONTENT, EMBED_CONTENT -> false;
        };
    }

    /** Whatever the provider, for those that speak as another does tell of it in the same way; an empty one is none. */
    private static boolean tellsOfError(Map<String, byte[]> found) {
        return Arrays.equals(found.get("type"), ERROR)
                || json(found, "error")
                        .filter(error ->
                                error.isTextual() ? !error.textValue().isBlank() : error.isObject() && !error.isEmpty())
                        .isPresent();
    }

    private void merge(JsonNode told) {
        merge(usage, told, api.isCumulative());
    }

    /** What is null is not told anew. */
    private static void merge(ObjectNode known, JsonNode told, boolean keepsMost) {
        told.properties().forEach(one -> {
            JsonNode before = known.path(one.getKey());
            JsonNode now = one.getValue();
            if (now.isNull() || (keepsMost && isLess(now, before))) {
                return;
            }
            if (keepsMost && before instanceof ObjectNode inside && now.isObject()) {
                merge(inside, now, true);
            } else {
                known.set(one.getKey(), now);
            }
        });
    }

    /** A count that is none is not less: it is wrong, whatever was told before. */
    private static boolean isLess(JsonNode now, JsonNode before) {
        return now.isNumber()
                && before.isNumber()
                && now.decimalValue().signum() >= 0
                && now.decimalValue().compareTo(before.decimalValue()) < 0;
    }

    @Nullable
    String model() {
        return model;
    }

    /** The tier that the call was served in; null if it is not told. */
    @Nullable
    String serviceTier() {
        JsonNode told = usage.path("service_tier");
        return serviceTier == null && told.isTextual() && Texts.isId(told.textValue()) ? told.textValue() : serviceTier;
    }

    /**
     * What the call has used, as the provider says; else, if it does not, or could not finish, about that.
     *
     * @param isWhole whether the answer came to its end
     * @param inputTokens about how many went in; asked only if need be
     */
    Used used(boolean isWhole, LongSupplier inputTokens, TokenCounter counter, String askedModel) {
        Optional<NormalizedTokens> told = told();
        boolean isTold = isFinal
                || (isWhole && !api.earlyUsage().isEmpty() && api.finalUsage().isEmpty());
        if (told.isPresent() && isTold) {
            return new Used(told.get(), false);
        }
        long written = api.isEmbedding() ? 0 : Math.max(packedTokens.getAsLong(), text.tokens(counter, askedModel));
        if (told.isEmpty()) {
            return new Used(
                    new NormalizedTokens(
                            TokenCounts.ofInputOutput(inputTokens.getAsLong(), written),
                            UsageShape.FLAT,
                            Convention.DISJOINT),
                    true);
        }
        TokenCounts counts = told.get().counts();
        return new Used(
                new NormalizedTokens(
                        counts.with(TokenKind.OUTPUT, Math.max(counts.get(TokenKind.OUTPUT), written)),
                        told.get().shape(),
                        told.get().convention()),
                true);
    }

    /** What the model that was asked has asked another for, as far as it is told: a count that is wrong takes nothing from the rest. */
    List<Advice> advice() {
        return api == Api.MESSAGES ? Advice.of(usage, "usage.", (field, detail, remedy) -> {}) : List.of();
    }

    /** Empty if nothing was told, or what was is no usage. */
    private Optional<NormalizedTokens> told() {
        if (usage.isEmpty()) {
            return Optional.empty();
        }
        boolean[] isWrong = {false};
        Optional<NormalizedTokens> told =
                UsageShapes.ofUsage(usage, "usage.", (field, detail, remedy) -> isWrong[0] = true);
        return isWrong[0] ? Optional.empty() : told;
    }

    private static @Nullable String first(Map<String, byte[]> found, List<String> names, @Nullable String otherwise) {
        for (String name : names) {
            Optional<JsonNode> told = json(found, name);
            if (told.isPresent()
                    && told.get().isTextual()
                    && Texts.isId(told.get().textValue())) {
                return told.get().textValue();
            }
        }
        return otherwise;
    }

    static Optional<JsonNode> json(Map<String, byte[]> found, String name) {
        byte[] json = found.get(name);
        return json == null
                ? Optional.empty()
                : StrictJson.read(json, new Slice(0, json.length), (field, detail, remedy) -> {});
    }
}
