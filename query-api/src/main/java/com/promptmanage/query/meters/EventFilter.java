package com.promptmanage.query.meters;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.request.Fields;
import com.promptmanage.service.http.Faults;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which events the second version of OpenMeter's list is asked for: {@code {"subject": {"$in": ["a", "b"]}, "time": {"$gte": …}}}.
 *
 * @param texts what a field may be, by its name
 * @param from inclusive; null if it does not say
 * @param to exclusive; null if it does not say
 */
record EventFilter(
        Map<String, List<String>> texts,
        @Nullable Instant from,
        @Nullable Instant to) {

    private static final int VALUES_MAX = 100;

    private static final Set<String> TEXTS = Set.of("id", "source", "subject", "type");

    private static final Set<String> ORDERS = Set.of("$gt", "$gte", "$lt", "$lte");

    EventFilter {
        texts = Map.copyOf(texts);
    }

    static EventFilter read(@Nullable String json, Faults faults) {
        if (json == null) {
            return new EventFilter(Map.of(), null, null);
        }
        Fields filter = Fields.of(json.getBytes(StandardCharsets.UTF_8), faults);
        var known = new TreeSet<>(TEXTS);
        known.add("time");
        filter.refuseOthersThan(known);
        var texts = new HashMap<String, List<String>>();
        TEXTS.forEach(name -> filter.object(name).ifPresent(of -> texts.put(name, texts(of))));
        Optional<Fields> time = filter.object("time");
        time.ifPresent(of -> of.refuseOthersThan(ORDERS));
        return new EventFilter(
                texts,
                time.flatMap(of -> bound(of, "$gte", "$gt")).orElse(null),
                time.flatMap(of -> bound(of, "$lt", "$lte")).orElse(null));
    }

    /** What a field may be. */
    static List<String> texts(Fields of) {
        of.refuseOthersThan(Set.of("$eq", "$in"));
        var texts = new ArrayList<String>();
        of.text("$eq").ifPresent(texts::add);
        of.array("$in").ifPresent(list -> {
            for (JsonNode one : list) {
                if (one.isTextual() && one.textValue().indexOf('\0') < 0) {
                    texts.add(one.textValue());
                } else {
                    of.fault("$in", "is not a list of texts", "Send a list such as [\"one\", \"other\"].");
                    return;
                }
            }
        });
        if (texts.isEmpty() || texts.size() > VALUES_MAX) {
            of.fault("$in", "has no value, or more than 100", "Send 1 to 100, or leave the field out.");
        }
        return texts;
    }

    /** Times are kept to the microsecond, so what is past a moment begins one later. */
    private static Optional<Instant> bound(Fields time, String exact, String nextTo) {
        Optional<Instant> one = time.parsed(exact, MeterQuery::parse, "Send one such as 2026-11-30T12:00:00Z.");
        return one.isPresent()
                ? one
                : time.parsed(nextTo, MeterQuery::parse, "Send one such as 2026-11-30T12:00:00Z.")
                        .map(moment -> moment.plusNanos(1_000));
    }
}
