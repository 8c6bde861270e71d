package com.promptmanage.query.meters;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.request.Fields;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a meter is asked with, by name and as an address has it; a body may say the same, for an address has an end.
 *
 * @param values of {@code filterGroupBy[name]} those that a group may have
 */
record MeterParameters(Map<String, List<String>> values) {

    static MeterParameters of(Context ctx) {
        return new MeterParameters(ctx.queryParamMap());
    }

    static MeterParameters of(Fields body) {
        body.refuseOthersThan(Set.of(
                "clientId", "from", "to", "windowSize", "windowTimeZone", "subject", "groupBy", "filterGroupBy"));
        var values = new HashMap<String, List<String>>();
        for (String name : List.of("from", "to", "windowSize", "windowTimeZone")) {
            body.text(name).ifPresent(text -> values.put(name, List.of(text)));
        }
        for (String name : List.of("subject", "groupBy")) {
            body.array(name).ifPresent(list -> values.put(name, texts(body, name, list)));
        }
        body.node("filterGroupBy").ifPresent(filters -> {
            if (!filters.isObject()) {
                body.fault("filterGroupBy", "is not an object", "Send an object of lists.");
            }
            filters.properties()
                    .forEach(filter -> values.put(
                            "filterGroupBy[%s]".formatted(filter.getKey()),
                            texts(body, "filterGroupBy", filter.getValue())));
        });
        return new MeterParameters(values);
    }

    /** The first of a name. */
    @Nullable
    String one(String name) {
        List<String> all = all(name);
        return all.isEmpty() ? null : all.getFirst();
    }

    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    private static List<String> texts(Fields body, String name, JsonNode list) {
        var texts = new ArrayList<String>();
        for (JsonNode one : list) {
            if (one.isTextual()) {
                texts.add(one.textValue());
            }
        }
        if (!list.isArray() || texts.size() < list.size()) {
            body.fault(name, "is not a list of texts", "Send a list such as [\"one\", \"other\"].");
        }
        return texts;
    }
}
