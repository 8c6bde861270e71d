package com.promptmanage.ingest.otlp;

import com.promptmanage.ingest.normalize.NormalizedTokens;
import com.promptmanage.ingest.publish.OutgoingEvent;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenCounts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Finds, among the calls of an export, those that have exactly what the calls right inside them have together, where nothing that
 * a span says of itself tells that it repeats them: the embedding of many texts around its parts, a library around another one.
 * Calls are held until it is known, no more than {@link #HELD_MAX} at a time: what one call is made of is told in one piece.
 */
final class Nesting {

    private static final int HELD_MAX = 1_000;

    private final Consumer<Call> counted;

    private final Consumer<Call> repeated;

    private final List<Call> held = new ArrayList<>();

    /**
     * A call that counts unless it repeats others.
     *
     * @param span its trace and span id
     * @param parent those of the span that it was made within; empty if there is none
     * @param id by which the call is known: other spans of the same id are the same call, and not inside it
     * @param service what sent it
     */
    record Call(
            String span,
            String parent,
            String id,
            Account account,
            String service,
            NormalizedTokens tokens,
            OutgoingEvent event) {}

    /** @param repeated is given the calls that do not count */
    Nesting(Consumer<Call> counted, Consumer<Call> repeated) {
        this.counted = counted;
        this.repeated = repeated;
    }

    void add(Call call) {
        if (held.size() == HELD_MAX) {
            release();
        }
        held.add(call);
    }

    /** Passes on what is held, in the order in which it came. */
    void release() {
        var inside = new HashMap<String, Map<String, TokenCounts>>();
        for (Call call : held) {
            if (!call.parent().isEmpty()) {
                inside.computeIfAbsent(call.parent(), none -> new HashMap<>())
                        .put(call.id(), call.tokens().counts());
            }
        }
        for (Call call : held) {
            boolean repeats = repeats(call, inside.getOrDefault(call.span(), Map.of()));
            (repeats ? repeated : counted).accept(call);
        }
        held.clear();
    }

    /** Libraries differ in which kinds they tell apart, so input and output are compared as wholes. */
    private static boolean repeats(Call call, Map<String, TokenCounts> inside) {
        long input = 0;
        long all = 0;
        for (Map.Entry<String, TokenCounts> one : inside.entrySet()) {
            if (!one.getKey().equals(call.id())) {
                input += one.getValue().totalInput();
                all += one.getValue().total();
            }
        }
        TokenCounts own = call.tokens().counts();
        return all > 0 && all == own.total() && input == own.totalInput();
    }
}
