package com.promptmanage.ingest.litellm;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.ingest.admission.Admission;
import com.promptmanage.ingest.admission.Admission.Admitted;
import com.promptmanage.ingest.admission.Payer;
import com.promptmanage.ingest.admission.RequestFaults;
import com.promptmanage.ingest.body.EventSlices;
import com.promptmanage.ingest.body.EventSlices.Form;
import com.promptmanage.ingest.body.EventSlices.Found;
import com.promptmanage.ingest.body.EventSlices.Slice;
import com.promptmanage.ingest.body.JsonMembers;
import com.promptmanage.ingest.ignored.IgnoredUsage;
import com.promptmanage.ingest.ignored.Reason;
import com.promptmanage.ingest.normalize.NormalizedTokens;
import com.promptmanage.ingest.normalize.UsageMeters;
import com.promptmanage.ingest.normalize.UsageShapes;
import com.promptmanage.ingest.publish.EventParts;
import com.promptmanage.ingest.publish.EventPublisher;
import com.promptmanage.ingest.publish.OutgoingEvent;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.http.Fault;
import com.promptmanage.service.http.Routes;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code POST /api/litellm/events}: LiteLLM's generic callback, whichever of its formats it is set to. LiteLLM sends
 * nothing twice and keeps nothing that is refused, so one entry that is wrong costs none of the others.
 */
public final class LiteLlmRoutes implements Routes {

    private static final String SIGNAL = "litellm";

    private static final int TOLD_MAX = 100;

    private final Admission admission;

    private final EventPublisher publisher;

    private final UsageMeters meters;

    private final IgnoredUsage ignored;

    private final long bodyBytesMax;

    private final Clock clock;

    record Taken(int accepted, int ignored, List<Fault> rejected, String receipt) {}

    /** @param bodyBytesMax of one request: a hundred calls with their prompts and answers */
    public LiteLlmRoutes(
            Admission admission,
            EventPublisher publisher,
            UsageMeters meters,
            IgnoredUsage ignored,
            long bodyBytesMax,
            Clock clock) {
        this.admission = admission;
        this.publisher = publisher;
        this.meters = meters;
        this.ignored = ignored;
        this.bodyBytesMax = bodyBytesMax;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post("/api/litellm/events", this::receive);
    }

    private void receive(Context ctx) {
        try (var admitted = admission.admit(ctx)) {
            ctx.json(take(admitted));
        }
    }

    /** The content type is not looked at: it says JSON also for lines of it. */
    private Taken take(Admitted admitted) {
        byte[] body = admitted.body(bodyBytesMax);
        var rejected = new ArrayList<Fault>();
        Found found = entries(body, rejected);
        admitted.charge(found.slices().size());
        var parts = new EventParts(publisher, held -> admitted.hold(body.length + held), () -> {});
        int passed = 0;
        Instant now = clock.instant();
        for (int i = 0; i < found.slices().size(); i++) {
            int index = i;
            int before = rejected.size();
            Optional<JsonNode> json = read(body, found.slices().get(i), index, rejected);
            if (json.isEmpty()) {
                // Whose it was is not known: it is told where the caller looks.
                ignored.add(Payer.ofLabels(admitted.caller(), null, null).account(), SIGNAL, SIGNAL, Reason.INVALID, 0);
            }
            Optional<OutgoingEvent> event =
                    json.flatMap(one -> translate(new LiteLlmCall(one), index, admitted.caller(), now, rejected));
            event.ifPresent(parts::add);
            passed += event.isEmpty() && rejected.size() == before ? 1 : 0;
        }
        String receipt = parts.finish().encode();
        return new Taken(parts.count(), passed, rejected.subList(0, Math.min(TOLD_MAX, rejected.size())), receipt);
    }

    /**
     * Of a body that is not whole, such as one whose last line was cut off, those entries that are.
     *
     * @param rejected is told where a list breaks off
     */
    private static Found entries(byte[] body, List<Fault> rejected) {
        var faults = new RequestFaults();
        Found found = EventSlices.of(body, Form.MANY, faults);
        if (!found.slices().isEmpty()) {
            return found;
        }
        Found salvaged =
                EventSlices.salvaged(body, (field, detail, remedy) -> rejected.add(new Fault(field, detail, remedy)));
        if (salvaged.slices().stream().noneMatch(slice -> body[slice.start()] == '{' && body[slice.end() - 1] == '}')) {
            faults.check();
            // A list of none.
            return found;
        }
        return salvaged;
    }

    private static Optional<JsonNode> read(byte[] body, Slice entry, int index, List<Fault> rejected) {
        if (body[entry.start()] != '{') {
            rejected.add(new Fault("body", index, "is no call", "Send each call as a JSON object."));
            return Optional.empty();
        }
        return JsonMembers.read(
                body,
                entry,
                LiteLlmCall.MEMBERS,
                (field, detail, remedy) -> rejected.add(new Fault(field, index, detail, remedy)));
    }

    private Optional<OutgoingEvent> translate(
            LiteLlmCall call, int index, Caller caller, Instant now, List<Fault> rejected) {
        if (call.isNothing()) {
            return Optional.empty();
        }
        int before = rejected.size();
        String model = call.model();
        Optional<NormalizedTokens> tokens = UsageShapes.read(
                call.json(), "", (field, detail, remedy) -> rejected.add(new Fault(field, index, detail, remedy)));
        if (model == null) {
            rejected.add(new Fault("model", index, "is missing", "Send the model that was called."));
        }
        if (tokens.isEmpty()) {
            rejected.add(new Fault("prompt_tokens", index, "is missing", "Send prompt_tokens and completion_tokens."));
        }
        Optional<String> id = call.id();
        if (id.isEmpty()) {
            rejected.add(
                    new Fault("id", index, "is missing", "Send the id of the call: a text of 1 to 256 characters."));
        }
        Payer payer = call.payer(caller);
        if (rejected.size() > before || model == null) {
            // LiteLLM does not read the answer, so it is to be seen elsewhere too.
            ignored.add(
                    payer.account(),
                    SIGNAL,
                    SIGNAL,
                    Reason.INVALID,
                    tokens.map(told -> told.counts().total()).orElse(0L));
            return Optional.empty();
        }
        meters.count(tokens.orElseThrow());
        UsageEvent event = call.event(caller, payer, id.orElseThrow(), model, tokens.orElseThrow(), now);
        if (call.isFromCache()) {
            ignored.add(
                    payer.account(),
                    SIGNAL,
                    SIGNAL,
                    Reason.ANSWERED_FROM_CACHE,
                    tokens.orElseThrow().counts().total());
        }
        return Optional.of(new OutgoingEvent(
                payer.account(),
                UsageEventCodec.write(event, tokens.orElseThrow().attributes(Map.of()))));
    }
}
