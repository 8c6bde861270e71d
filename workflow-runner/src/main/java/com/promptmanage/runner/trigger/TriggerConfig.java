package com.promptmanage.runner.trigger;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.service.http.Fault;
import com.promptmanage.service.http.Faults;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a workflow's {@code triggerConfig} may be. A field that is not known is a fault, and so is a filter of another form: read
 * as nothing, it would let every event of the account run the workflow.
 */
public final class TriggerConfig {

    /** The kind that waits for events of the account. */
    public static final String EVENT = "event";

    private static final Map<String, Set<String>> FIELDS =
            Map.of(EVENT, Set.of("type", "eventType", "filter"), "webhook", Set.of("type"), "api", Set.of("type"));

    private static final Pattern EVENT_TYPE = Pattern.compile("com\\.promptmanage\\.[a-z0-9_.]{1,200}\\.v\\d{1,3}");

    /** The part of an event that a filter looks into: its names begin within it. */
    private static final String DATA = "data";

    private static final int FILTERS_MAX = 50;

    private TriggerConfig() {}

    /** Everything that is wrong with it, as it is sent or stored. */
    public static List<Fault> faults(JsonNode config) {
        var faults = new Faults();
        if (!config.isObject()) {
            faults.add("triggerConfig", "is no object", "Send an object, or null for none.");
            return faults.list();
        }
        String type = config.path("type").isTextual() ? config.path("type").textValue() : "";
        if (!FIELDS.containsKey(type)) {
            faults.add(
                    "triggerConfig.type",
                    config.has("type") ? "is %s".formatted(shown(config.path("type"))) : "is missing",
                    "Use one of %s.".formatted(new TreeSet<>(FIELDS.keySet())));
        }
        // Of a kind that is not known, each field that some kind has may be right.
        Set<String> known = FIELDS.getOrDefault(type, Set.of("type", "eventType", "filter"));
        config.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                faults.add(
                        "triggerConfig." + cut(name),
                        "is not known here",
                        "Leave it out, or use one of %s.".formatted(new TreeSet<>(known)));
            }
        });
        eventType(config.path("eventType"), faults);
        filter(config.path("filter"), faults);
        return faults.list();
    }

    private static void eventType(JsonNode eventType, Faults faults) {
        boolean isFine = eventType.isMissingNode()
                || eventType.isNull()
                || (eventType.isTextual()
                        && (eventType.textValue().isEmpty()
                                || EVENT_TYPE.matcher(eventType.textValue()).matches()));
        if (!isFine) {
            faults.add(
                    "triggerConfig.eventType",
                    "is %s".formatted(shown(eventType)),
                    "Use a type of event such as com.promptmanage.budget.alert.v1, or leave it out for any.");
        }
    }

    private static void filter(JsonNode filter, Faults faults) {
        if (filter.isMissingNode() || filter.isNull()) {
            return;
        }
        if (!filter.isObject() || filter.size() > FILTERS_MAX) {
            faults.add(
                    "triggerConfig.filter",
                    "is no object, or has more than %d fields".formatted(FILTERS_MAX),
                    "Send fields of the event's data and the values that they must have: {\"model\": \"o1\"}.");
            return;
        }
        for (Map.Entry<String, JsonNode> one : filter.properties()) {
            name(one.getKey(), faults);
            JsonNode wanted = one.getValue();
            boolean isFine = wanted.isArray()
                    ? !wanted.isEmpty() && wanted.valueStream().allMatch(TriggerConfig::isPlain)
                    : isPlain(wanted);
            if (!isFine) {
                faults.add(
                        "triggerConfig.filter." + cut(one.getKey()),
                        "is %s".formatted(shown(wanted)),
                        "Send a text, a number, true or false, or a list of those of which one must be there.");
            }
        }
    }

    /** A name that no event's data can have would let none through, for ever and silently. */
    private static void name(String name, Faults faults) {
        if (name.isBlank() || name.equals(DATA) || name.startsWith(DATA + ".")) {
            faults.add(
                    "triggerConfig.filter." + cut(name),
                    "names nothing in the data of an event, so that no event could match",
                    "Name a field as the event's data has it, without 'data.' before it: model, or tags.team for one within another.");
        }
    }

    private static boolean isPlain(JsonNode value) {
        return value.isTextual() || value.isNumber() || value.isBoolean();
    }

    private static String shown(JsonNode value) {
        return cut(value.toString());
    }

    private static String cut(String text) {
        return text.length() <= 64 ? text : text.substring(0, 64) + "…";
    }
}
