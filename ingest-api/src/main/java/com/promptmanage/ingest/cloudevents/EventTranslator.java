package com.promptmanage.ingest.cloudevents;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.ingest.admission.ApiKeyUsed;
import com.promptmanage.ingest.admission.Named;
import com.promptmanage.ingest.admission.Payer;
import com.promptmanage.ingest.normalize.Advice;
import com.promptmanage.ingest.normalize.CallFields;
import com.promptmanage.ingest.normalize.Excerpt;
import com.promptmanage.ingest.normalize.FaultSink;
import com.promptmanage.ingest.normalize.NormalizedTokens;
import com.promptmanage.ingest.normalize.Texts;
import com.promptmanage.ingest.normalize.UsageMeters;
import com.promptmanage.ingest.normalize.UsageShape;
import com.promptmanage.ingest.normalize.UsageShapes;
import com.promptmanage.ingest.publish.OutgoingEvent;
import com.promptmanage.service.access.Caller;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns CloudEvents as they come into what goes onto the topics: token usage in our form, or a plain event in its own; and of
 * every event of another type than ours, what it was as it came.
 */
final class EventTranslator {

    /** All types that begin so are ours. */
    static final String OUR_TYPES = "com.promptmanage.";

    /** The only one of them that is taken from outside. */
    static final String OUR_TYPE = UsageEvent.TYPE;

    private static final String DATA = "data.";

    /** A tag of usage whose end user is not its user. */
    private static final String END_USER_TAG = "enduser";

    private static final List<String> MODEL_NAMES = List.of("model", "modelId", "modelVersion");

    private final Caller caller;

    private final UsageMeters meters;

    private final FaultSink faults;

    /** What an event became. */
    sealed interface Translated {

        record Fine(List<OutgoingEvent> events) implements Translated {

            public Fine {
                events = List.copyOf(events);
            }
        }

        /** The caller may not send for this payer. */
        record Forbidden(Payer payer) implements Translated {}
    }

    EventTranslator(Caller caller, UsageMeters meters, FaultSink faults) {
        this.caller = caller;
        this.meters = meters;
        this.faults = faults;
    }

    /** The result is not to be used if there was a fault. */
    Translated translate(CloudEvent event) {
        boolean ours = event.type().equals(OUR_TYPE);
        JsonNode data = event.data();
        var payer =
                Payer.of(caller, new Named(named(data, "teamId", ours), named(data, "userId", ours), event.subject()));
        if (!payer.isAllowedFor(caller)) {
            return new Translated.Forbidden(payer);
        }
        if (ours) {
            return fine(List.of(ourUsage(event, payer)));
        }
        String model = model(data);
        Optional<NormalizedTokens> tokens = model == null ? Optional.empty() : UsageShapes.read(data, DATA, faults);
        var plain = new PlainEvent(event, payer, faults);
        if (model == null || tokens.isEmpty()) {
            return fine(List.of(plain.counted(), plain.kept()));
        }
        UsageShape shape = tokens.get().shape();
        CallFields fields =
                shape.isOurs() ? CallFields.ours(data, DATA, faults) : CallFields.ofOthers(data, DATA, shape);
        var events = new ArrayList<OutgoingEvent>();
        events.add(usage(event, payer, model, tokens.get(), fields));
        if (shape == UsageShape.ANTHROPIC) {
            UsageShapes.advice(data, DATA, faults).forEach(advice -> events.add(usage(event, payer, advice, fields)));
        }
        events.add(plain.kept());
        return fine(events);
    }

    /** What is taken must not be refused later for its size: some characters take three times as much in a record. */
    private Translated fine(List<OutgoingEvent> events) {
        for (OutgoingEvent event : events) {
            int bytes = event.json().length;
            if (bytes > Topics.METERED_BYTES_MAX) {
                faults.add(
                        "body",
                        "has an event of %d bytes, as it is recorded".formatted(bytes),
                        "Send less data in each event.");
                break;
            }
        }
        return new Translated.Fine(events);
    }

    private OutgoingEvent ourUsage(CloudEvent event, Payer payer) {
        JsonNode data = event.data();
        if (data.isMissingNode()) {
            faults.add("data", "is missing", "Send an object with model and tokens.");
        }
        boolean flat = UsageShapes.isFlat(data);
        if (flat && data.hasNonNull("tokens")) {
            faults.add("data.tokens", "stands beside inputTokens or outputTokens", "Send one or the other.");
        }
        if (!flat && !data.path("tokens").isObject()) {
            faults.add(
                    "data.tokens",
                    data.hasNonNull("tokens") ? "is not an object: " + Excerpt.of(data.path("tokens")) : "is missing",
                    "Send disjoint counts as in {\"input\": 100, \"output\": 50}, or inputTokens and outputTokens.");
        }
        NormalizedTokens tokens =
                flat ? UsageShapes.readFlat(data, DATA, faults) : UsageShapes.readDisjoint(data, DATA, faults);
        String model = CallFields.requiredId(data, "model", DATA, faults);
        return usage(event, payer, model, tokens, CallFields.ours(data, DATA, faults));
    }

    private OutgoingEvent usage(
            CloudEvent event, Payer payer, String model, NormalizedTokens tokens, CallFields fields) {
        meters.count(tokens);
        String id = event.id().isEmpty() ? "missing" : event.id();
        return outgoing(
                event, payer, id, told(payer, model.isEmpty() ? "missing" : model, tokens.counts(), fields), tokens);
    }

    /** What the whole call took and cost is told with the call itself. */
    private OutgoingEvent usage(CloudEvent event, Payer payer, Advice advice, CallFields fields) {
        meters.count(advice.tokens());
        TokenUsage usage = told(payer, advice.model(), advice.tokens().counts(), fields).toBuilder()
                .durationMs(null)
                .reservationId(null)
                .reportedCostNanoUsd(null)
                .build();
        return outgoing(event, payer, advice.id(event.id()), usage, advice.tokens());
    }

    private TokenUsage told(Payer payer, String model, TokenCounts tokens, CallFields fields) {
        String endUser = payer.endUser();
        return fields.usage(
                payer.userId(),
                payer.teamId(),
                model,
                tokens,
                endUser == null || endUser.equals(payer.userId()) ? Map.of() : Map.of(END_USER_TAG, endUser),
                ApiKeyUsed.by(caller, fields));
    }

    private static OutgoingEvent outgoing(
            CloudEvent event, Payer payer, String id, TokenUsage usage, NormalizedTokens tokens) {
        String source = event.source().isEmpty() ? "missing" : event.source();
        return new OutgoingEvent(
                payer.account(),
                UsageEventCodec.write(
                        new UsageEvent(id, source, event.time(), usage), tokens.attributes(event.extensions())));
    }

    /** Who pays is never guessed, so this is strict in everybody's events; others may number their users. */
    private @Nullable String named(JsonNode data, String name, boolean ours) {
        JsonNode value = data.path(name);
        return !ours && value.isIntegralNumber() ? value.asText() : CallFields.optionalId(data, name, DATA, faults);
    }

    private static @Nullable String model(JsonNode data) {
        for (String name : MODEL_NAMES) {
            JsonNode model = data.path(name);
            if (model.isTextual() && Texts.isId(model.textValue())) {
                return model.textValue();
            }
        }
        return null;
    }
}
