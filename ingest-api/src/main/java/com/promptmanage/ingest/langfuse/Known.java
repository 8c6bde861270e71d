package com.promptmanage.ingest.langfuse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.ingest.normalize.LooseNumber;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is known of one thing from all that was told of it. Changed only by the request that holds its row. */
final class Known {

    /** The members of a generation that say what it used. */
    private static final Set<String> USED = Set.of("usage", "usageDetails");

    private final ObjectNode body;

    private Instant toldAt;

    private @Nullable TokenCounts counted;

    private int counts;

    Known(ObjectNode body, Instant toldAt, @Nullable TokenCounts counted, int counts) {
        this.body = body;
        this.toldAt = toldAt;
        this.counted = counted;
        this.counts = counts;
    }

    static Known nothing() {
        return new Known(JsonNodeFactory.instance.objectNode(), Instant.EPOCH, null, 0);
    }

    JsonNode body() {
        return body;
    }

    Instant toldAt() {
        return toldAt;
    }

    @Nullable
    TokenCounts counted() {
        return counted;
    }

    int counts() {
        return counts;
    }

    /**
     * Takes over what is told. What was told later stays, whichever comes first; but of what a call used, zeros take nothing back: SDKs
     * may begin a call with them, and tell its beginning after its end.
     */
    void merge(Told told) {
        boolean newer = !told.at().isBefore(toldAt);
        told.body().properties().forEach(member -> {
            if (isTaken(member.getKey(), member.getValue(), newer)) {
                body.set(member.getKey(), member.getValue());
            }
        });
        toldAt = newer ? told.at() : toldAt;
    }

    private boolean isTaken(String name, JsonNode value, boolean newer) {
        if (value.isNull() || !body.hasNonNull(name)) {
            return !value.isNull();
        }
        boolean hasZeros = isOfZeros(body.path(name));
        boolean onlyOneHasCounts = USED.contains(name) && isOfZeros(value) != hasZeros;
        return onlyOneHasCounts ? hasZeros : newer;
    }

    private static boolean isOfZeros(JsonNode used) {
        for (JsonNode value : used) {
            Long count = LooseNumber.wholeOrNull(value, Long.MAX_VALUE);
            if (count != null && count > 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * What of these tokens is not counted yet: all, nothing, or what they have grown by. Who tells later which of them were cached
     * tells of no more of them: what went in and what came out each grow by no more than as a whole. What was counted too much
     * stays.
     *
     * @return null if there is nothing to count
     */
    @Nullable
    TokenCounts uncounted(TokenCounts tokens) {
        TokenCounts before = counted;
        if (before == null) {
            return tokens;
        }
        long in = tokens.totalInput() - before.totalInput();
        long out = tokens.total() - before.total() - in;
        long[] grown = new long[TokenKind.COUNT];
        boolean any = false;
        for (TokenKind kind : TokenKind.values()) {
            long room = kind.isInput() ? in : out;
            long more = Math.max(0, Math.min(room, tokens.get(kind) - before.get(kind)));
            in -= kind.isInput() ? more : 0;
            out -= kind.isInput() ? 0 : more;
            grown[kind.index()] = more;
            any |= more > 0;
        }
        return any ? TokenCounts.of(grown) : null;
    }

    /** Whether it has been counted at all. */
    boolean isCounted() {
        return counted != null;
    }

    /** These tokens, which were not counted before, are on their way. */
    void count(TokenCounts uncounted) {
        TokenCounts before = counted;
        counted = before == null ? uncounted : before.plus(uncounted);
        counts++;
    }
}
