package com.promptmanage.runner.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.definition.NodeConfig.Prompt;
import com.promptmanage.runner.definition.NodeConfig.ResponseFormat;
import com.promptmanage.runner.model.ModelAnswer;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a prompt node puts out: the answer as {@code text} and {@code output}; if it is a JSON object, its fields beside them
 * and all of it as {@code json}; then who answered and what it cost. A field of the answer does not take the place of one of
 * ours.
 */
final class PromptOutput {

    private static final String FENCE = "```";

    private static final int DEPTH_MAX = 64;

    private static final int EXCERPT_CHARS_MAX = 500;

    /** Models write a name twice now and then; the last counts, as it does in most readers. */
    private static final ObjectMapper LENIENT = JsonMapper.builder(com.fasterxml.jackson.core.JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH_MAX)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private PromptOutput() {}

    static Outcome of(ModelAnswer answer, Prompt config, ObjectNode usage) {
        if (answer.isRefused()) {
            return new Outcome.Failed(
                    Failure.Kind.PERMANENT,
                    "%s refuses to answer (%s): word the prompt otherwise, or name fallbackModels"
                            .formatted(answer.model(), answer.finishReason()));
        }
        if (answer.text().isBlank() && config.retryOnEmpty()) {
            return new Outcome.Failed(Failure.Kind.TRANSIENT, "the model's answer is empty");
        }
        Optional<JsonNode> json = json(answer.text());
        if (config.responseFormat() == ResponseFormat.JSON
                && json.filter(JsonNode::isObject).isEmpty()) {
            return new Outcome.Failed(notJson(answer));
        }
        ObjectNode output = JsonNodeFactory.instance.objectNode();
        json.filter(JsonNode::isObject).ifPresent(object -> output.setAll((ObjectNode) object));
        output.put("text", answer.text()).put("output", answer.text());
        output.put("model", answer.model()).put("provider", answer.provider());
        output.put("finishReason", answer.finishReason()).put("simulated", answer.isSimulated());
        output.setAll(usage);
        json.ifPresent(value -> output.set("json", value));
        return new Outcome.Completed(output);
    }

    /** {@code tokens} and {@code cost} for reading, with what they are made of; the cost is at list price. */
    static ObjectNode usage(Optional<CallUsage> usage, Function<CallUsage, Optional<NanoUsd>> cost) {
        TokenCounts tokens = usage.map(CallUsage::tokens).orElse(TokenCounts.NONE);
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("tokens", tokens.total())
                .put("inputTokens", tokens.totalInput())
                .put("outputTokens", tokens.total() - tokens.totalInput())
                .put("reasoningTokens", tokens.get(TokenKind.REASONING))
                .put("cachedInputTokens", tokens.get(TokenKind.CACHE_READ));
        Optional<NanoUsd> paid = usage.isEmpty() ? Optional.of(NanoUsd.ZERO) : cost.apply(usage.get());
        // Without a price there is no cost to tell, which is another thing than none.
        json.put("cost", paid.map(NanoUsd::toUsd).orElse(null));
        json.put("costNanoUsd", paid.map(NanoUsd::value).orElse(null));
        return json;
    }

    /** The answer as JSON: all of it, or what stands between the fences, or from the first brace to the last. */
    private static Optional<JsonNode> json(String text) {
        String trimmed = text.strip();
        Optional<JsonNode> whole = parsed(trimmed);
        if (whole.isPresent()) {
            return whole;
        }
        Optional<JsonNode> fenced = fenced(trimmed).flatMap(PromptOutput::parsed);
        if (fenced.isPresent()) {
            return fenced;
        }
        int first = trimmed.indexOf('{');
        int last = trimmed.lastIndexOf('}');
        return first >= 0 && last > first ? parsed(trimmed.substring(first, last + 1)) : Optional.empty();
    }

    /** What stands in the first block of code. In one pass: the answer may be anything, and long. */
    private static Optional<String> fenced(String text) {
        int open = text.indexOf(FENCE);
        int line = open < 0 ? -1 : text.indexOf('\n', open);
        int close = line < 0 ? -1 : text.indexOf(FENCE, line);
        return close < 0
                ? Optional.empty()
                : Optional.of(text.substring(line + 1, close).strip());
    }

    /** Only objects and lists: that a text is also a number in JSON means nothing. */
    private static Optional<JsonNode> parsed(String text) {
        if (!text.startsWith("{") && !text.startsWith("[")) {
            return Optional.empty();
        }
        try {
            return Optional.of(LENIENT.readTree(text));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static Failure notJson(ModelAnswer answer) {
        String text = answer.text().strip();
        String excerpt = text.length() <= EXCERPT_CHARS_MAX ? text : text.substring(0, EXCERPT_CHARS_MAX) + "…";
        String why = answer.isCutShort()
                ? "the model's answer was cut off before its JSON was whole: raise maxTokens"
                : "the model's answer is not a JSON object: ask for one in the prompt, with its fields";
        return new Failure(Failure.Kind.VALIDATION, why)
                .with(JsonNodeFactory.instance.objectNode().put("answer", excerpt));
    }
}
