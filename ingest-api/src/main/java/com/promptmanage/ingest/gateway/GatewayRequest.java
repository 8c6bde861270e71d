package com.promptmanage.ingest.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.ingest.admission.RequestFaults;
import com.promptmanage.ingest.body.EventSlices;
import com.promptmanage.ingest.body.EventSlices.Form;
import com.promptmanage.ingest.body.EventSlices.Slice;
import com.promptmanage.ingest.body.JsonMembers;
import com.promptmanage.ingest.body.StrictJson;
import com.promptmanage.ingest.normalize.LooseNumber;
import com.promptmanage.ingest.normalize.Texts;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.usage.TokenCounts;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What we need to know of a request that we pass on.
 *
 * @param body what goes to the provider: what came, but for the wish to be told the usage of a stream
 * @param hidesUsage whether that wish is ours, so that the answer to it is too
 * @param maxOutputTokens the most that may come out, of all answers that are asked for; what is usual if the request does not say
 * @param limitsOutput whether the request says so
 * @param endUser whom the caller names to the provider
 */
@SuppressWarnings("ArrayRecordComponent")
record GatewayRequest(
        Api api,
        String model,
        boolean isStream,
        byte[] body,
        boolean hidesUsage,
        long maxOutputTokens,
        boolean limitsOutput,
        @Nullable String serviceTier,
        @Nullable String endUser,
        TextSample text) {

    /** Of a call that sets itself no limit. */
    private static final long OUTPUT_TOKENS_USUAL = 1_000;

    /** More than any provider gives at a time. */
    private static final int ANSWERS_MAX = 1_000;

    /** Fewer bytes than tokens have in most texts: what is planned should rather be too much. */
    private static final int BYTES_PER_TOKEN = 3;

    private static final String STREAM_OPTIONS = "stream_options";

    private static final List<String> OUTPUT_LIMITS =
            List.of("max_completion_tokens", "max_output_tokens", "max_tokens");

    private static final List<String> CONFIGURATIONS = List.of("generationConfig", "generation_config");

    private static final List<String> END_USERS = List.of("safety_identifier", "user");

    private static final Set<String> MEMBERS = Set.of(
            "model",
            "stream",
            STREAM_OPTIONS,
            "max_completion_tokens",
            "max_output_tokens",
            "max_tokens",
            "n",
            "safety_identifier",
            "user",
            "service_tier",
            "metadata",
            "generationConfig",
            "generation_config");

    private static final Set<String> TEXTS = Set.of(
            "content", "text", "input", "instructions", "system", "prompt", "arguments", "description", "output");

    /** What was found of a body. */
    private record Parts(Map<String, Slice> slices, Map<String, JsonNode> values) {

        JsonNode value(String name) {
            return values.getOrDefault(name, JsonNodeFactory.instance.missingNode());
        }
    }

    /**
     * Reads a body.
     *
     * @param modelInPath null if the body names the model
     * @param isStreamByPath whether the address asks for a stream
     * @throws com.promptmanage.service.http.ProblemException 400 if it is no JSON object that names a model
     */
    static GatewayRequest read(Api api, byte[] body, @Nullable String modelInPath, boolean isStreamByPath) {
        var faults = new RequestFaults();
        EventSlices.Found whole = EventSlices.of(body, Form.ONE, faults);
        faults.check();
        Parts parts = parts(body, whole.slices().getFirst(), faults);
        String model = modelInPath == null ? text(parts.value("model")) : modelInPath;
        if (model == null) {
            faults.add("model", "is missing", "Name the model in 1 to 256 characters.");
        }
        faults.check();
        boolean isStream = isStreamByPath || parts.value("stream").asBoolean(false);
        boolean asksForUsage = api == Api.CHAT && isStream && wantsToAsk(parts);
        return new GatewayRequest(
                api,
                String.valueOf(model),
                isStream,
                asksForUsage ? askingForUsage(body, whole.slices().getFirst(), parts) : body,
                asksForUsage,
                api.isEmbedding() ? 0 : maxOutputTokens(parts),
                limitOfAnswer(parts).isPresent(),
                tier(parts.value("service_tier")),
                endUser(parts),
                sample(body));
    }

    /** Of a call that costs nothing: what it says is the provider's business alone. */
    static GatewayRequest forNothing(Api api) {
        return new GatewayRequest(api, "", false, new byte[0], false, 0, false, null, null, new TextSample());
    }

    /** About how many tokens go in, rather too many; texts only. */
    long inputTokensAtMost() {
        return Math.min(TokenCounts.MAX, text.bytes() / BYTES_PER_TOKEN + 1);
    }

    private static Parts parts(byte[] body, Slice whole, RequestFaults faults) {
        Map<String, Slice> slices =
                JsonMembers.find(body, whole, MEMBERS, faults).orElse(Map.of());
        faults.check();
        var values = new LinkedHashMap<String, JsonNode>();
        slices.forEach(
                (name, slice) -> StrictJson.read(body, slice, faults).ifPresent(value -> values.put(name, value)));
        faults.check();
        return new Parts(slices, values);
    }

    /** Unless the caller does so, or says of it what only the provider can judge. */
    private static boolean wantsToAsk(Parts parts) {
        JsonNode options = parts.value(STREAM_OPTIONS);
        return options.isMissingNode()
                || options.isNull()
                || (options.isObject() && !options.path("include_usage").asBoolean(false));
    }

    private static byte[] askingForUsage(byte[] body, Slice whole, Parts parts) {
        JsonNode options = parts.value(STREAM_OPTIONS);
        ObjectNode asking =
                options.isObject() ? ((ObjectNode) options).deepCopy() : JsonNodeFactory.instance.objectNode();
        asking.put("include_usage", true);
        byte[] asked = Json.bytes(asking);
        var changed = new ByteArrayOutputStream(body.length + asked.length + STREAM_OPTIONS.length() + 4);
        Slice before = parts.slices().get(STREAM_OPTIONS);
        if (before == null) {
            // There is another member behind it: the model's name.
            changed.write(body, 0, whole.start() + 1);
            changed.writeBytes(Json.bytes(STREAM_OPTIONS));
            changed.write(':');
            changed.writeBytes(asked);
            changed.write(',');
            changed.write(body, whole.start() + 1, body.length - whole.start() - 1);
        } else {
            changed.write(body, 0, before.start());
            changed.writeBytes(asked);
            changed.write(body, before.end(), body.length - before.end());
        }
        return changed.toByteArray();
    }

    private static long maxOutputTokens(Parts parts) {
        return Math.min(TokenCounts.MAX, answers(parts) * limitOfAnswer(parts).orElse(OUTPUT_TOKENS_USUAL));
    }

    /** The largest, where several are named: which of them holds is the provider's to say. */
    private static OptionalLong limitOfAnswer(Parts parts) {
        return Stream.concat(
                        OUTPUT_LIMITS.stream().map(parts::value),
                        configured(parts, "maxOutputTokens", "max_output_tokens"))
                .filter(GatewayRequest::isCount)
                .mapToLong(JsonNode::longValue)
                .max();
    }

    /** Who wants several answers to one prompt pays for each. */
    private static long answers(Parts parts) {
        return Stream.concat(Stream.of(parts.value("n")), configured(parts, "candidateCount", "candidate_count"))
                .filter(GatewayRequest::isCount)
                .mapToLong(wanted -> Math.clamp(wanted.longValue(), 1, ANSWERS_MAX))
                .max()
                .orElse(1);
    }

    /** Gemini takes its names in both spellings. */
    private static Stream<JsonNode> configured(Parts parts, String name, String otherName) {
        return CONFIGURATIONS.stream()
                .map(parts::value)
                .flatMap(config -> Stream.of(config.path(name), config.path(otherName)));
    }

    private static boolean isCount(JsonNode value) {
        return value.isNumber() && LooseNumber.wholeOrNull(value, TokenCounts.MAX) != null;
    }

    private static @Nullable String endUser(Parts parts) {
        for (String name : END_USERS) {
            String user = text(parts.value(name));
            if (user != null) {
                return user;
            }
        }
        return text(parts.value("metadata").path("user_id"));
    }

    /** Asked for, but not yet chosen, is none. */
    private static @Nullable String tier(JsonNode value) {
        String tier = text(value);
        return tier == null || tier.equals("auto") ? null : tier;
    }

    private static @Nullable String text(JsonNode value) {
        return value.isTextual() && Texts.isId(value.textValue()) ? value.textValue() : null;
    }

    private static TextSample sample(byte[] body) {
        var sample = new TextSample();
        new MemberScanner(Set.of(), TEXTS, sample).feed(body, 0, body.length);
        return sample;
    }

    /** Without what was said. */
    @Override
    public String toString() {
        return "GatewayRequest[%s, %s]".formatted(api, model);
    }
}
