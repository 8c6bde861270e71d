package com.promptmanage.ingest.langfuse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.promptmanage.ingest.admission.RequestFaults;
import com.promptmanage.ingest.body.EventSlices;
import com.promptmanage.ingest.body.EventSlices.Form;
import com.promptmanage.ingest.body.EventSlices.Slice;
import com.promptmanage.ingest.body.JsonMembers;
import com.promptmanage.ingest.ignored.Reason;
import com.promptmanage.ingest.langfuse.ObjectKey.Kind;
import com.promptmanage.ingest.normalize.EventTimes;
import com.promptmanage.ingest.normalize.FaultSink;
import com.promptmanage.ingest.normalize.LangfuseUsage;
import com.promptmanage.ingest.normalize.Texts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A request as it came. What its events say that is of no interest here, is not known or makes no sense is passed over, for
 * an SDK that is told of an error sends the whole batch three times more.
 *
 * @param ids of all events, as they are answered
 * @param told of traces and calls, in the order in which it holds
 * @param unread usage that is told and is of no call, or is not read
 * @param others how many stand among the events that are none
 */
record Batch(List<String> ids, List<Told> told, List<Unread> unread, int others) {

    private static final Set<String> FRAME = Set.of("id", "type", "timestamp", "body");

    private static final Set<String> MEMBERS = Set.of(
            "id",
            "traceId",
            "type",
            "name",
            "startTime",
            "endTime",
            "model",
            "modelParameters",
            "usage",
            "usageDetails",
            "costDetails",
            "promptName",
            "environment",
            "release",
            "userId",
            "sessionId",
            "tags");

    /** Of these, what tells usage. */
    private static final Set<String> USAGE = Set.of("usage", "usageDetails");

    /** Which observations call a model. */
    private static final Set<String> CALLS = Set.of("generation", "embedding");

    private static final FaultSink PASSED_OVER = (field, detail, remedy) -> {};

    /** What is read of a thing is short; what is not would be kept for days, and read again with every word about it. */
    private static final int MEMBER_BYTES_MAX = 4 << 10;

    /** How much larger a tree can be than its JSON. */
    private static final long TREE_FACTOR = 20;

    /** Usage that does not count, and why. */
    record Unread(Reason reason, long tokens) {}

    /**
     * Ends the request with 400 if it is no batch at all.
     *
     * @param room is told what the body and what was read of it hold, as it grows; may end the request
     */
    static Batch read(byte[] body, Instant now, LongConsumer room) {
        var faults = new RequestFaults();
        EventSlices.Found whole = EventSlices.of(body, Form.ONE, faults);
        faults.check();
        Optional<Map<String, Slice>> found =
                JsonMembers.find(body, whole.slices().getFirst(), Set.of("batch"), faults);
        faults.check();
        Slice list = found.orElseThrow().get("batch");
        if (list == null) {
            faults.add("batch", "is missing", "Send a list of events.");
            faults.check();
        }
        EventSlices.Found events =
                EventSlices.withOthers(body, list == null ? new Slice(0, 0) : list, Form.LIST, faults);
        faults.check();
        var ids = new ArrayList<String>();
        var told = new ArrayList<Told>();
        var unread = new ArrayList<Unread>();
        int others = 0;
        long held = body.length;
        for (Slice event : events.slices()) {
            if (body[event.start()] != '{') {
                others++;
                continue;
            }
            Map<String, Slice> frame =
                    JsonMembers.find(body, event, FRAME, PASSED_OVER).orElse(Map.of());
            Map<String, Slice> members = membersOf(body, frame.get("body"), unread);
            held += TREE_FACTOR
                    * members.values().stream().mapToLong(Slice::length).sum();
            room.accept(held);
            ids.add(read(body, event, members, now, told, unread));
        }
        told.sort(Comparator.comparing(Told::at).thenComparing(Told::isUpdate));
        return new Batch(ids, told, unread, others);
    }

    private static Map<String, Slice> membersOf(byte[] body, @Nullable Slice inner, List<Unread> unread) {
        if (inner == null || inner.length() < 2 || body[inner.start()] != '{') {
            return Map.of();
        }
        Map<String, Slice> members =
                JsonMembers.find(body, inner, MEMBERS, PASSED_OVER).orElse(Map.of());
        if (members.entrySet().stream()
                .anyMatch(one -> USAGE.contains(one.getKey()) && one.getValue().length() > MEMBER_BYTES_MAX)) {
            unread.add(new Unread(Reason.TOO_LONG, 0));
        }
        return members.entrySet().stream()
                .filter(member -> member.getValue().length() <= MEMBER_BYTES_MAX)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Returns the event's id. */
    private static String read(
            byte[] body, Slice event, Map<String, Slice> members, Instant now, List<Told> told, List<Unread> unread) {
        JsonNode outer = JsonMembers.read(body, event, Set.of("id", "type", "timestamp"), PASSED_OVER)
                .orElse(MissingNode.getInstance());
        String type = outer.path("type").asText();
        if (!members.isEmpty()) {
            JsonMembers.read(body, members, PASSED_OVER).ifPresent(one -> {
                Kind kind = kind(type, one);
                String id = one.path("id").asText();
                if (kind == null) {
                    unread(Reason.REPEATS_ITS_CALLS, one).ifPresent(unread::add);
                } else if (id.isEmpty()) {
                    // What is told of it again could not be known as the same.
                    unread(Reason.INVALID, one).ifPresent(unread::add);
                } else {
                    Instant at = EventTimes.parse(outer.path("timestamp").asText());
                    told.add(new Told(
                            ObjectKey.of(kind, id),
                            (ObjectNode) whole(one),
                            at == null ? now : at,
                            type.endsWith("-update")));
                }
            });
        }
        return Texts.whole(outer.path("id").asText());
    }

    /** Of spans, agents and the like, which tell the usage of calls inside them; of calls that cannot be known again. */
    private static Optional<Unread> unread(Reason reason, JsonNode body) {
        return LangfuseUsage.ofGeneration(body, "", PASSED_OVER)
                .map(tokens -> tokens.counts().total())
                .filter(tokens -> tokens > 0)
                .map(tokens -> new Unread(reason, tokens));
    }

    /** As it can be kept. */
    private static JsonNode whole(JsonNode told) {
        return switch (told) {
            case TextNode text -> TextNode.valueOf(Texts.whole(text.textValue()));
            case ObjectNode object -> {
                ObjectNode whole = object.objectNode();
                object.properties().forEach(one -> whole.set(Texts.whole(one.getKey()), whole(one.getValue())));
                yield whole;
            }
            case ArrayNode list -> {
                ArrayNode whole = list.arrayNode();
                list.forEach(one -> whole.add(whole(one)));
                yield whole;
            }
            default -> told;
        };
    }

    private static @Nullable Kind kind(String type, JsonNode body) {
        if (type.equals("trace-create")) {
            return Kind.TRACE;
        }
        int dash = type.lastIndexOf('-');
        String observation = dash < 0 ? "" : type.substring(0, dash);
        if (observation.equals("observation")) {
            observation = body.path("type").asText().toLowerCase(Locale.ROOT);
        }
        return CALLS.contains(observation) ? Kind.CALL : null;
    }
}
