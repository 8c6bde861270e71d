package com.promptmanage.ingest.otlp;

import com.promptmanage.ingest.ignored.Reason;
import com.promptmanage.ingest.normalize.NormalizedTokens;
import com.promptmanage.ingest.publish.OutgoingEvent;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds, among the calls of an export, those that have exactly what the calls right inside them have together, where nothing that
 * a span says of itself tells that it repeats them: the embedding of many texts around its parts, a library around another one.
 * Spans that do not count may stand between.
 * Two that name different answers of one provider are two calls. An outer one that tells what the model thought, beside exactly
 * what the one call inside it tells, is that call told better, and the inner one does not count: so Google's ADK tells calls.
 *
 * <p>Of spans that are one call by their id, those that tell only what went in or only what came out do not count beside one that
 * tells both. Of those that come apart the first is what counts, for nothing changes what is counted.
 *
 * <p>Calls are held until it is known, no more than {@link #HELD_MAX} at a time: what one call is made of is told in one piece.
 */
final class Nesting {

    private static final int HELD_MAX = 1_000;

    /** Spans that do not count of which it is known what they were made within: those that came last. */
    private static final int PASSED_MAX = 4_000;

    /** More of them than this between two calls are not looked through. */
    private static final int BETWEEN_MAX = 16;

    /** About what a call takes here beside its event: its names, its counts, and its places in the tables of {@link #release}. */
    private static final int CALL_BYTES = 1_024;

    /** What a span that was passed by takes at most: two keys, of which the second may have any 64 characters, and its place. */
    private static final int PASSED_BYTES = 320;

    private final Consumer<Call> counted;

    private final BiConsumer<Call, Reason> ignored;

    private final LongConsumer room;

    private final List<Call> held = new ArrayList<>();

    /** What the calls that are held take. */
    private long callBytes;

    /** By the keys of spans that do not count, those of the spans around them. */
    private final LinkedHashMap<String, String> passed = new LinkedHashMap<>();

    /**
     * A call that counts unless it repeats others.
     *
     * @param span its trace and span id
     * @param parent those of the span that it was made within; empty if there is none
     * @param id by which the call is known: other spans of the same id are the same call, and not inside it
     * @param answer the provider's own name for its answer, if it is told
     * @param service what sent it
     */
    record Call(
            String span,
            String parent,
            String id,
            @Nullable String answer,
            Account account,
            String service,
            NormalizedTokens tokens,
            OutgoingEvent event) {}

    /**
     * @param ignored is given the calls that do not count
     * @param room is told how many bytes are held here, whenever they are more or fewer; may end the request
     */
    Nesting(Consumer<Call> counted, BiConsumer<Call, Reason> ignored, LongConsumer room) {
        this.counted = counted;
        this.ignored = ignored;
        this.room = room;
    }

    void add(Call call) {
        if (held.size() == HELD_MAX) {
            release();
        }
        callBytes += CALL_BYTES + call.event().heldBytes();
        tellRoom();
        held.add(call);
    }

    /** Of a span that does not count, and may stand between two that do. */
    void passBy(Span span) {
        passBy(span.key(), span.parentKey());
    }

    private void passBy(String span, String around) {
        if (!around.isEmpty()) {
            int before = passed.size();
            passed.put(span, around);
            if (passed.size() > PASSED_MAX) {
                passed.pollFirstEntry();
            }
            if (passed.size() > before) {
                tellRoom();
            }
        }
    }

    private void tellRoom() {
        room.accept(callBytes + (long) PASSED_BYTES * passed.size());
    }

    /** Passes on what is held, in the order in which it came. */
    void release() {
        List<Call> calls = withoutHalves();
        Set<String> counting = calls.stream().map(Call::span).collect(Collectors.toSet());
        var inside = new HashMap<String, Map<String, Call>>();
        for (Call call : calls) {
            String around = around(call, counting);
            if (!around.isEmpty()) {
                inside.computeIfAbsent(around, none -> new HashMap<>()).put(call.id(), call);
            }
        }
        var toldBetter = new HashSet<String>();
        for (Call call : calls) {
            List<Call> parts = parts(call, inside);
            if (parts.size() == 1 && tellsBetter(call, parts.getFirst())) {
                toldBetter.add(parts.getFirst().id());
            }
        }
        for (Call call : calls) {
            if (toldBetter.contains(call.id())) {
                ignored.accept(call, Reason.TOLD_BY_ANOTHER_RECORD);
            } else if (repeats(call, parts(call, inside))) {
                ignored.accept(call, Reason.REPEATS_ITS_CALLS);
            } else {
                counted.accept(call);
            }
        }
        // Not one by one: until here each is held, if only as a part of another one.
        held.clear();
        callBytes = 0;
        tellRoom();
    }

    /** What is held, but for those that tell one half of a call of which another one tells both. */
    private List<Call> withoutHalves() {
        Set<String> whole = held.stream().filter(Nesting::isWhole).map(Call::id).collect(Collectors.toSet());
        var calls = new ArrayList<Call>();
        for (Call call : held) {
            if (isWhole(call) || !whole.contains(call.id())) {
                calls.add(call);
            } else {
                passBy(call.span(), call.parent());
                ignored.accept(call, Reason.TOLD_BY_ANOTHER_RECORD);
            }
        }
        return calls;
    }

    private static boolean isWhole(Call call) {
        TokenCounts counts = call.tokens().counts();
        long input = counts.totalInput();
        return input > 0 && input < counts.total();
    }

    /** The next span around it that is one of these, if there is one that is known of. */
    private String around(Call call, Set<String> counting) {
        String around = call.parent();
        for (int i = 0; i < BETWEEN_MAX && !counting.contains(around); i++) {
            around = passed.getOrDefault(around, "");
        }
        return counting.contains(around) ? around : "";
    }

    /** The calls right inside it, but for those that are the same call, and those that are another one for certain. */
    private static List<Call> parts(Call call, Map<String, Map<String, Call>> inside) {
        return inside.getOrDefault(call.span(), Map.of()).values().stream()
                .filter(one -> !one.id().equals(call.id()))
                .filter(one -> !CallIdentity.areTwoAnswers(one.answer(), call.answer()))
                .toList();
    }

    /** Libraries differ in which kinds they tell apart, so input and output are compared as wholes. */
    private static boolean repeats(Call call, List<Call> parts) {
        long input = 0;
        long all = 0;
        for (Call part : parts) {
            input += part.tokens().counts().totalInput();
            all += part.tokens().counts().total();
        }
        TokenCounts own = call.tokens().counts();
        return all > 0 && all == own.total() && input == own.totalInput();
    }

    private static boolean tellsBetter(Call call, Call part) {
        TokenCounts own = call.tokens().counts();
        TokenCounts other = part.tokens().counts();
        long thought = own.get(TokenKind.REASONING);
        return thought > 0
                && other.get(TokenKind.REASONING) == 0
                && other.total() > 0
                && other.total() == own.total() - thought
                && other.totalInput() == own.totalInput();
    }
}
