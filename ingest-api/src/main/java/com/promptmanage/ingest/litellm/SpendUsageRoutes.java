package com.promptmanage.ingest.litellm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.ingest.admission.Admission;
import com.promptmanage.ingest.admission.Payer;
import com.promptmanage.ingest.admission.RequestFaults;
import com.promptmanage.ingest.body.EventSlices;
import com.promptmanage.ingest.body.EventSlices.Form;
import com.promptmanage.ingest.body.EventSlices.Found;
import com.promptmanage.ingest.body.EventSlices.Slice;
import com.promptmanage.ingest.body.JsonMembers;
import com.promptmanage.ingest.body.StrictJson;
import com.promptmanage.ingest.normalize.CallFields;
import com.promptmanage.ingest.normalize.EventTimes;
import com.promptmanage.ingest.normalize.FaultSink;
import com.promptmanage.ingest.normalize.Labels;
import com.promptmanage.ingest.normalize.NormalizedTokens;
import com.promptmanage.ingest.normalize.UsageMeters;
import com.promptmanage.ingest.normalize.UsageShapes;
import com.promptmanage.ingest.publish.EventPublisher;
import com.promptmanage.ingest.publish.OutgoingEvent;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.id.Ids;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /spend/usage}: LiteLLM's way to report calls that it did not make. The account is that of the key in the
 * request's header; the {@code api_key} of a record belongs to another system, is a secret there, and is not kept.
 */
public final class SpendUsageRoutes implements Routes {

    private static final String SOURCE = "/spend/usage";

    private static final int RECORDS_MAX = 1_000;

    private final Admission admission;

    private final EventPublisher publisher;

    private final UsageMeters meters;

    private final Clock clock;

    private final Ids ids;

    /**
     * Whether a record was told before is known here only within its request: what came in another is found out behind the topic,
     * where it counts once all the same. So the status says what has become of the record, and beside it stands what is known.
     *
     * @param requestId what the record is counted under; null if it is wrong and names no key
     * @param status recorded, duplicate (of another one in the request), error
     * @param isKnownBefore null if it may be
     */
    private record Result(
            @Nullable String requestId,
            String status,
            @Nullable Boolean isKnownBefore,
            @Nullable String error) {

        static Result wrong(@Nullable String key, String error) {
            return new Result(key, "error", null, error);
        }

        static Result duplicate(String id) {
            return new Result(id, "duplicate", true, null);
        }

        /** @param isOwnId whether the id was made here just now */
        static Result recorded(String id, boolean isOwnId) {
            return new Result(id, "recorded", isOwnId ? false : null, null);
        }

        /** In LiteLLM's names, and one that it has not. */
        ObjectNode json() {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("request_id", requestId)
                    .put("status", status)
                    .put("known_before", isKnownBefore)
                    .put("error", error);
        }
    }

    record Results(List<ObjectNode> results) {}

    public SpendUsageRoutes(Admission admission, EventPublisher publisher, UsageMeters meters, Clock clock) {
        this.admission = admission;
        this.publisher = publisher;
        this.meters = meters;
        this.clock = clock;
        this.ids = new Ids(clock);
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post("/spend/usage", this::receive);
    }

    private void receive(Context ctx) {
        try (var admitted = admission.admit(ctx)) {
            byte[] body = admitted.body();
            List<Slice> records = records(body);
            admitted.charge(records.size());
            var events = new ArrayList<OutgoingEvent>();
            var results = new ArrayList<ObjectNode>();
            var seen = new HashSet<String>();
            for (Slice record : records) {
                results.add(
                        record(body, record, admitted.caller(), seen, events).json());
            }
            admitted.hold(body.length
                    + events.stream().mapToLong(OutgoingEvent::heldBytes).sum());
            if (!events.isEmpty()) {
                publisher.publish(events);
            }
            ctx.json(new Results(results));
        }
    }

    private static List<Slice> records(byte[] body) {
        var faults = new RequestFaults();
        Found whole = EventSlices.of(body, Form.ONE, faults);
        faults.check();
        Optional<Map<String, Slice>> found =
                JsonMembers.find(body, whole.slices().getFirst(), Set.of("records"), faults);
        faults.check();
        Slice list = found.orElseThrow().get("records");
        if (list == null) {
            faults.add("records", "is missing", "Send a list of 1 to 1000 records.");
            faults.check();
        }
        Found records = EventSlices.of(body, list == null ? new Slice(0, 0) : list, Form.LIST, faults);
        int count = records.slices().size();
        if (count == 0 || count > RECORDS_MAX) {
            faults.add("records", "has %d of them".formatted(count), "Send 1 to 1000 records.");
        }
        faults.check();
        return records.slices();
    }

    private Result record(byte[] body, Slice record, Caller caller, Set<String> seen, List<OutgoingEvent> events) {
        var wrong = new ArrayList<String>();
        FaultSink faults = (field, detail, remedy) -> wrong.add("%s %s".formatted(field, detail));
        Optional<JsonNode> json = StrictJson.read(body, record, faults);
        if (json.isEmpty()) {
            return Result.wrong(null, wrong.getFirst());
        }
        JsonNode one = json.get();
        Instant now = clock.instant();
        CallFields.requiredId(one, "api_key", "", faults);
        String model = CallFields.requiredId(one, "model", "", faults);
        String key = CallFields.optionalId(one, "idempotency_key", "", faults);
        String endUser = CallFields.optionalId(one, "end_user_id", "", faults);
        Instant start = time(one, "start_time", now, faults);
        Instant time = one.hasNonNull("end_time") ? time(one, "end_time", now, faults) : start;
        for (String required : List.of("prompt_tokens", "completion_tokens", "start_time")) {
            if (!one.hasNonNull(required)) {
                wrong.add(required + " is missing");
            }
        }
        NormalizedTokens tokens = UsageShapes.read(one, "", faults).orElse(null);
        if (!wrong.isEmpty() || tokens == null) {
            return Result.wrong(key, String.join("; ", wrong));
        }
        String id = key == null ? ids.next("usage") : key;
        if (!seen.add(id)) {
            return Result.duplicate(id);
        }
        Payer payer = Payer.ofLabels(caller, null, endUser);
        var labels = new Labels();
        // Also where it is the user: reports by customer ask for the tag.
        labels.put("enduser", endUser);
        labels.putAll(one.path("tags"));
        meters.count(tokens);
        var usage = CallFields.ofOthers(one, "", tokens.shape())
                .usage(
                        payer.userId(),
                        payer.teamId(),
                        model,
                        tokens.counts(),
                        new TreeMap<>(labels.tags()),
                        caller instanceof Caller.Key used ? used.keyId() : null);
        events.add(new OutgoingEvent(
                payer.account(),
                UsageEventCodec.write(new UsageEvent(id, SOURCE, time, usage), tokens.attributes(Map.of()))));
        return Result.recorded(id, key == null);
    }

    /** Now, if it is not told. */
    private static Instant time(JsonNode record, String name, Instant now, FaultSink faults) {
        return record.hasNonNull(name) ? EventTimes.read(LooseTime.rfc3339(record.path(name)), name, now, faults) : now;
    }
}
