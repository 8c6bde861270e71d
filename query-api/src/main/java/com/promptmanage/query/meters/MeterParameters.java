package com.promptmanage.query.meters;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.request.Fields;
import com.promptmanage.service.http.Faults;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a meter is asked with, by name and as an address has it; a body may say the same, for an address has an end.
 *
 * @param values of {@code filterGroupBy[name]} those that a group may have
 */
record MeterParameters(Map<String, List<String>> values) {

    /** Filters of values, as a query has them in JSON. */
    private static final String FILTERS = "advancedMeterGroupByFilters";

    static MeterParameters of(Context ctx) {
        return new MeterParameters(ctx.queryParamMap());
    }

    /** What a meter is asked with in an address. */
    static MeterParameters ofQuery(Context ctx, Faults faults) {
        var values = new HashMap<>(ctx.queryParamMap());
        @Nullable String filters = ctx.queryParam(FILTERS);
        if (filters != null) {
            // As a body has them.
            String body = "{\"%s\":%s}".formatted(FILTERS, filters);
            readFilters(Fields.of(body.getBytes(StandardCharsets.UTF_8), faults), values);
        }
        var parameters = new MeterParameters(values);
        parameters.refuse(List.of("filterCustomerId"), "There are no customers here: ask by subject.", faults);
        return parameters;
    }

    static MeterParameters of(Fields body) {
        body.refuseOthersThan(Set.of(
                "clientId",
                "from",
                "to",
                "windowSize",
                "windowTimeZone",
                "subject",
                "groupBy",
                "filterGroupBy",
                FILTERS));
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
        readFilters(body, values);
        return new MeterParameters(values);
    }

    /**
     * Refuses what would narrow an answer and is not known here: what is told of more would be taken for what was asked.
     *
     * @param names of parameters
     */
    void refuse(List<String> names, String remedy, Faults faults) {
        names.stream().filter(values::containsKey).forEach(name -> faults.add(name, "is not known here", remedy));
    }

    private static void readFilters(Fields body, Map<String, List<String>> values) {
        Optional<Fields> filters = body.object(FILTERS);
        if (filters.isEmpty()) {
            return;
        }
        body.node(FILTERS)
                .orElseThrow()
                .properties()
                .forEach(filter -> filters.get().object(filter.getKey()).ifPresent(of -> {
                    if (values.put("filterGroupBy[%s]".formatted(filter.getKey()), EventFilter.texts(of)) != null) {
                        body.fault(FILTERS, "names what filterGroupBy names too", "Say it once.");
                    }
                }));
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
