package com.promptmanage.ingest.langfuse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.promptmanage.ingest.admission.Payer;
import com.promptmanage.ingest.admission.TimelyWork;
import com.promptmanage.ingest.ignored.IgnoredUsage;
import com.promptmanage.ingest.ignored.Reason;
import com.promptmanage.ingest.langfuse.ObjectKey.Kind;
import com.promptmanage.ingest.normalize.CallFields;
import com.promptmanage.ingest.normalize.EventTimes;
import com.promptmanage.ingest.normalize.Labels;
import com.promptmanage.ingest.normalize.LangfuseUsage;
import com.promptmanage.ingest.normalize.LooseNumber;
import com.promptmanage.ingest.normalize.NormalizedTokens;
import com.promptmanage.ingest.normalize.Texts;
import com.promptmanage.ingest.normalize.UsageMeters;
import com.promptmanage.ingest.publish.EventPublisher;
import com.promptmanage.ingest.publish.OutgoingEvent;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.Receipt;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts together what is told of a call over several requests, and counts it once.
 *
 * <p>A request locks the rows of what it tells about, publishes what is not counted yet, and commits when the broker has it; one
 * that tells of many things does so several times. If a commit fails, the sender sends again, the same is worked out, and its
 * ids are known. A call's event has the call's id; should its tokens grow after it was counted, what they grow by is an event
 * with a number behind the id.
 *
 * <p>The call is charged to whom the trace names by then: SDKs tell a trace before its calls.
 */
final class LangfuseJoin {

    private static final Logger LOGGER = LoggerFactory.getLogger(LangfuseJoin.class);

    static final String SOURCE = "langfuse";

    /** A transaction stays open until the broker answers, so only a few may. */
    private static final int AT_ONCE = 4;

    private static final int THINGS_AT_ONCE = 50;

    /** So that 503 comes within five seconds. */
    private static final Duration ANSWER_MAX = Duration.ofMillis(4_500);

    private static final Duration FORGET_EVERY = Duration.ofHours(1);

    private final Database database;

    private final EventPublisher publisher;

    private final UsageMeters meters;

    private final IgnoredUsage ignored;

    private final Clock clock;

    private final TimelyWork turns;

    private final AtomicReference<Instant> forgotAt = new AtomicReference<>(Instant.EPOCH);

    LangfuseJoin(Database database, EventPublisher publisher, UsageMeters meters, IgnoredUsage ignored, Clock clock) {
        this.database = database;
        this.publisher = publisher;
        this.meters = meters;
        this.ignored = ignored;
        this.clock = clock;
        this.turns = new TimelyWork(AT_ONCE, database.waits().orLonger(ANSWER_MAX));
    }

    /**
     * Takes in a batch. What of it counts is with the broker when this returns.
     *
     * @throws UnavailableException if a part of it takes too long. It is worked on to its end all the same: sent again, it is known
     */
    Receipt take(Caller caller, Account account, List<Told> told) {
        if (told.isEmpty()) {
            return new Receipt(Map.of());
        }
        var offsets = new HashMap<Integer, Long>();
        for (List<Told> part : parts(told)) {
            turns.get(() -> takePart(caller, account, part))
                    .offsets()
                    .forEach((partition, offset) -> offsets.merge(partition, offset, Math::max));
        }
        forgetNowAndThen();
        return new Receipt(offsets);
    }

    /** So few things at a time that all that is known of them has room. Traces come before calls, which look at them. */
    private static List<List<Told>> parts(List<Told> told) {
        var byKey = new TreeMap<ObjectKey, List<Told>>(ObjectKey.ORDER);
        told.forEach(one ->
                byKey.computeIfAbsent(one.key(), none -> new ArrayList<>()).add(one));
        var parts = new ArrayList<List<Told>>();
        int things = 0;
        for (List<Told> ofOne : byKey.values()) {
            if (things++ % THINGS_AT_ONCE == 0) {
                parts.add(new ArrayList<>());
            }
            parts.getLast().addAll(ofOne);
        }
        return parts;
    }

    private Receipt takePart(Caller caller, Account account, List<Told> told) {
        return database.inTransaction(caller.scope(account), handle -> {
            Instant now = clock.instant();
            var keys = new TreeSet<>(ObjectKey.ORDER);
            told.forEach(one -> keys.add(one.key()));
            Map<ObjectKey, Known> known = ObjectTable.lock(handle, account, keys, now);
            told.forEach(one ->
                    known.computeIfAbsent(one.key(), none -> Known.nothing()).merge(one));
            Map<ObjectKey, Known> traces = ObjectTable.read(handle, account, tracesOf(known));
            traces.putAll(known);
            List<OutgoingEvent> events = count(caller, known, traces, now);
            ObjectTable.write(handle, account, known, now);
            return events.isEmpty() ? new Receipt(Map.of()) : publisher.publish(events);
        });
    }

    private static List<ObjectKey> tracesOf(Map<ObjectKey, Known> known) {
        return known.entrySet().stream()
                .filter(one -> one.getKey().kind() == Kind.CALL)
                .map(one -> traceOf(one.getValue()))
                .filter(trace -> !trace.id().isEmpty() && !known.containsKey(trace))
                .distinct()
                .toList();
    }

    private static ObjectKey traceOf(Known call) {
        return ObjectKey.of(Kind.TRACE, call.body().path("traceId").asText());
    }

    private List<OutgoingEvent> count(
            Caller caller, Map<ObjectKey, Known> known, Map<ObjectKey, Known> traces, Instant now) {
        var events = new ArrayList<OutgoingEvent>();
        known.forEach((key, call) -> {
            if (key.kind() == Kind.CALL) {
                Known trace = traces.get(traceOf(call));
                OutgoingEvent event =
                        count(caller, key.id(), call, trace == null ? MissingNode.getInstance() : trace.body(), now);
                if (event != null) {
                    events.add(event);
                }
            }
        });
        return events;
    }

    /** Null if there is nothing to count, yet or any more. */
    private @Nullable OutgoingEvent count(Caller caller, String id, Known call, JsonNode trace, Instant now) {
        JsonNode body = call.body();
        boolean[] faulty = {false};
        NormalizedTokens tokens = LangfuseUsage.ofGeneration(body, "", (field, detail, remedy) -> faulty[0] = true)
                .orElse(null);
        if (tokens == null) {
            return null;
        }
        Payer payer = Payer.ofLabels(caller, null, text(trace.path("userId")));
        String model = text(body.path("model"));
        if (faulty[0] || model == null) {
            ignored.add(
                    payer.account(),
                    SOURCE,
                    "",
                    // SDKs may send the end of a call before its beginning, which names the model.
                    faulty[0] ? Reason.INVALID : Reason.WAITS_FOR_ITS_MODEL,
                    tokens.counts().total());
            return null;
        }
        TokenCounts uncounted = call.uncounted(tokens.counts());
        boolean first = !call.isCounted();
        @Nullable Long reportedCost = first ? reportedCostNanoUsd(body) : null;
        if (uncounted == null || (first && isNothing(uncounted, reportedCost))) {
            return null;
        }
        long advice = LangfuseUsage.advice(body);
        if (advice > 0) {
            ignored.add(payer.account(), SOURCE, "", Reason.ADVICE, advice);
        }
        String eventId = first ? id : "%s#%d".formatted(id, call.counts());
        call.count(uncounted);
        meters.count(tokens);
        Instant end = EventTimes.parse(body.path("endTime").asText());
        Instant start = EventTimes.parse(body.path("startTime").asText());
        Instant time = end != null ? end : start != null ? start : call.toldAt();
        var usage = TokenUsage.builder(payer.userId(), model)
                .teamId(payer.teamId())
                .promptId(text(body.path("promptName")))
                .workflowId(text(trace.path("name")))
                .apiKeyId(caller instanceof Caller.Key key ? key.keyId() : null)
                .conversationId(text(trace.path("sessionId")))
                .serviceTier(text(body.path("modelParameters").path("service_tier")))
                .durationMs(EventTimes.tookMs(start, end))
                .tags(tags(payer, body, trace))
                .reportedCostNanoUsd(reportedCost)
                .tokens(uncounted)
                .build();
        var event = new UsageEvent(Texts.keptId(eventId), SOURCE, EventTimes.believable(time, now), usage);
        return new OutgoingEvent(payer.account(), UsageEventCodec.write(event, tokens.attributes(Map.of())));
    }

    /**
     * SDKs may tell zeros when a call begins, and what it used when it ends. One event is one run: were the zeros counted, what it used
     * would be a second.
     */
    private static boolean isNothing(TokenCounts tokens, @Nullable Long reportedCost) {
        return tokens.total() == 0 && (reportedCost == null || reportedCost == 0);
    }

    private static Map<String, String> tags(Payer payer, JsonNode call, JsonNode trace) {
        var labels = new Labels();
        labels.put("enduser", payer.endUser());
        labels.put("environment", text(call.path("environment")));
        labels.put("environment", text(trace.path("environment")));
        labels.put("release", text(trace.path("release")));
        labels.putAll(trace.path("tags"));
        return labels.tags();
    }

    private static @Nullable Long reportedCostNanoUsd(JsonNode body) {
        JsonNode details = body.path("costDetails");
        JsonNode total = body.path("usage").path("totalCost");
        if (details.isObject() && !details.isEmpty()) {
            return Labels.costOf(details);
        }
        return total.isMissingNode() ? null : LooseNumber.nanoUsd(total, CallFields.REPORTED_COST_MAX_NANO_USD);
    }

    private void forgetNowAndThen() {
        Instant now = clock.instant();
        Instant before = forgotAt.get();
        if (now.isAfter(before.plus(FORGET_EVERY)) && forgotAt.compareAndSet(before, now)) {
            Thread.ofVirtual().name("langfuse-forget").start(() -> forget(now));
        }
    }

    private void forget(Instant now) {
        try {
            database.useAsSystem(handle -> ObjectTable.forget(handle, now));
        } catch (UnavailableException e) {
            LOGGER.atWarn().addKeyValue("cause", e.toString()).log("what was told long ago is not forgotten yet");
        }
    }

    private static @Nullable String text(JsonNode value) {
        boolean names = value.isTextual() || value.isIntegralNumber();
        return names && Texts.isId(value.asText()) ? value.asText() : null;
    }
}
