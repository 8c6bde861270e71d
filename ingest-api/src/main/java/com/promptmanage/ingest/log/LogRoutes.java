package com.promptmanage.ingest.log;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.ingest.admission.Admission;
import com.promptmanage.ingest.admission.ApiKeyUsed;
import com.promptmanage.ingest.admission.MediaType;
import com.promptmanage.ingest.admission.Named;
import com.promptmanage.ingest.admission.Payer;
import com.promptmanage.ingest.admission.RequestFaults;
import com.promptmanage.ingest.body.EventSlices;
import com.promptmanage.ingest.body.StrictJson;
import com.promptmanage.ingest.normalize.CallFields;
import com.promptmanage.ingest.normalize.EventTimes;
import com.promptmanage.ingest.normalize.Excerpt;
import com.promptmanage.ingest.normalize.NormalizedTokens;
import com.promptmanage.ingest.normalize.UsageMeters;
import com.promptmanage.ingest.normalize.UsageShapes;
import com.promptmanage.ingest.publish.EventPublisher;
import com.promptmanage.ingest.publish.OutgoingEvent;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.http.Problem.Kind;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.service.id.Ids;
import com.promptmanage.topics.usage.Receipt;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@code POST /api/token-tracking/log}. */
public final class LogRoutes implements Routes {

    /** Where the events of this route come from, as far as CloudEvents is concerned. */
    static final String SOURCE = "/api/token-tracking/log";

    /** A name that is not here is a fault: a count that is misspelt would be tokens that nobody pays for. */
    private static final Set<String> NAMES = Collections.unmodifiableSet(new TreeSet<>(Set.of(
            "eventId",
            "teamId",
            "userId",
            "promptId",
            "runId",
            "workflowId",
            "executionId",
            "nodeId",
            "apiKeyId",
            "conversationId",
            "serviceTier",
            "durationMs",
            "reservationId",
            "reportedCostNanoUsd",
            "model",
            "provider",
            "inputTokens",
            "outputTokens",
            "cachedInputTokens",
            "reasoningTokens",
            "executionType",
            "occurredAt",
            "tags")));

    private final Admission admission;

    private final EventPublisher publisher;

    private final UsageMeters meters;

    private final Clock clock;

    private final Ids ids;

    private record Call(UsageEvent event, NormalizedTokens tokens) {}

    record Logged(boolean success, String logId, String receipt) {}

    public LogRoutes(Admission admission, EventPublisher publisher, UsageMeters meters, Clock clock) {
        this.admission = admission;
        this.publisher = publisher;
        this.meters = meters;
        this.clock = clock;
        this.ids = new Ids(clock);
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post("/api/token-tracking/log", this::log);
    }

    private void log(Context ctx) {
        try (var admitted = admission.admit(ctx)) {
            requireJson(ctx.header("Content-Type"));
            byte[] body = admitted.body();
            admitted.charge(1);
            Call call = read(body, admitted.caller());
            UsageEvent event = call.event();
            String receipt = publish(call).encode();
            ctx.json(new Logged(true, LogId.of(event.account(), event.source(), event.id()), receipt));
        }
    }

    /**
     * Whether the broker has an event whose request fails cannot be known, so the sender is told by which id it is counted
     * once: its own, or the one that the event was given here.
     */
    private Receipt publish(Call call) {
        UsageEvent event = call.event();
        byte[] json = UsageEventCodec.write(event, call.tokens().attributes(Map.of()));
        try {
            return publisher.publish(List.of(new OutgoingEvent(event.account(), json)));
        } catch (UnavailableException e) {
            throw new UnavailableException(
                    "The broker does not take events just now. Send this call again with \"eventId\": \"%s\": then it is counted once, even if the broker has it already. Under another id, or none, it may be counted twice"
                            .formatted(event.id()),
                    e.retryAfter(),
                    e);
        }
    }

    private Call read(byte[] bytes, Caller caller) {
        var faults = new RequestFaults();
        EventSlices.Found found = EventSlices.of(bytes, EventSlices.Form.ONE, faults);
        faults.check();
        Optional<JsonNode> json = StrictJson.read(bytes, found.slices().getFirst(), faults);
        faults.check();
        return read(json.orElseThrow(), caller, faults);
    }

    private Call read(JsonNode body, Caller caller, RequestFaults faults) {
        body.fieldNames().forEachRemaining(name -> {
            if (!NAMES.contains(name)) {
                faults.add(Excerpt.of(name), "is not known here", "Leave it out, or use one of " + NAMES + ".");
            }
        });
        var payer = Payer.of(
                caller,
                new Named(
                        CallFields.optionalId(body, "teamId", "", faults),
                        CallFields.optionalId(body, "userId", "", faults),
                        null));
        NormalizedTokens tokens = UsageShapes.readFlat(body, "", faults);
        String eventId = CallFields.optionalId(body, "eventId", "", faults);
        String model = CallFields.requiredId(body, "model", "", faults);
        Instant time = EventTimes.read(body.get("occurredAt"), "occurredAt", clock.instant(), faults);
        CallFields fields = CallFields.ours(body, "", faults);
        var usage = fields.usage(
                payer.userId(),
                payer.teamId(),
                model.isEmpty() ? "missing" : model,
                tokens.counts(),
                Map.of(),
                ApiKeyUsed.by(caller, fields));
        faults.check();
        if (!payer.isAllowedFor(caller)) {
            throw ProblemException.forbidden(payer.refusal());
        }
        meters.count(tokens);
        return new Call(new UsageEvent(eventId == null ? ids.next("event") : eventId, SOURCE, time, usage), tokens);
    }

    private static void requireJson(@Nullable String contentType) {
        var type = MediaType.of(contentType);
        if (!type.isUtf8() || !type.name().equals("application/json")) {
            throw new ProblemException(
                    Kind.UNSUPPORTED_MEDIA_TYPE,
                    "'%s' is not taken: send application/json, in UTF-8".formatted(contentType));
        }
    }
}
