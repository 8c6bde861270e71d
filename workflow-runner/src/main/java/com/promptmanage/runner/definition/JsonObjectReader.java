package com.promptmanage.runner.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.promptmanage.runner.definition.DefinitionFault.Place;
import com.promptmanage.topics.money.NanoUsd;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes an object's members one by one and gathers what is wrong with them, so that reading goes on after a fault. A
 * member that is wrong reads as if it were absent.
 */
final class JsonObjectReader {

    private final JsonNode object;

    private final Place place;

    private final List<DefinitionFault> faults;

    private final Set<String> asked = new LinkedHashSet<>();

    JsonObjectReader(JsonNode object, Place place, List<DefinitionFault> faults) {
        this.object = object.isObject() ? object : MissingNode.getInstance();
        this.place = place;
        this.faults = faults;
        if (!object.isObject() && !object.isMissingNode() && !object.isNull()) {
            wrong(place, object, "an object");
        }
    }

    Place place() {
        return place;
    }

    boolean has(String name) {
        return !isAbsent(member(name));
    }

    /** A member that is an object; one without members if it is absent. */
    JsonObjectReader object(String name) {
        return new JsonObjectReader(member(name), place.at(name), faults);
    }

    /** A required text: empty if absent, which is for the check to tell. */
    String text(String name) {
        String text = textOrNull(name);
        return text == null ? "" : text;
    }

    @Nullable
    String textOrNull(String name) {
        JsonNode value = member(name);
        if (value.isTextual()) {
            return value.textValue();
        }
        wrongUnlessAbsent(name, value, "a text");
        return null;
    }

    /** The first of these names that is there: names that mean the same. */
    @Nullable
    String textOrNull(String name, String... otherNames) {
        String text = textOrNull(name);
        for (String other : otherNames) {
            String alternative = textOrNull(other);
            text = text == null ? alternative : text;
        }
        return text;
    }

    @Nullable
    Integer integerOrNull(String name) {
        Long value = longOrNull(name);
        if (value == null) {
            return null;
        }
        if (value != value.intValue()) {
            wrong(place.at(name), object.path(name), "a whole number of 32 bits");
            return null;
        }
        return value.intValue();
    }

    @Nullable
    Long longOrNull(String name) {
        JsonNode value = member(name);
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            return value.longValue();
        }
        wrongUnlessAbsent(name, value, "a whole number");
        return null;
    }

    @Nullable
    Double numberOrNull(String name) {
        JsonNode value = member(name);
        if (value.isNumber() && Double.isFinite(value.doubleValue())) {
            return value.doubleValue();
        }
        wrongUnlessAbsent(name, value, "a number");
        return null;
    }

    boolean flag(String name, boolean absent) {
        JsonNode value = member(name);
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        wrongUnlessAbsent(name, value, "true or false");
        return absent;
    }

    @Nullable
    Duration millisOrNull(String name) {
        Long value = longOrNull(name);
        return value == null ? null : Duration.ofMillis(value);
    }

    @Nullable
    Duration secondsOrNull(String name) {
        // An int, so that no later arithmetic on it overflows.
        Integer value = integerOrNull(name);
        return value == null ? null : Duration.ofSeconds(value);
    }

    @Nullable
    NanoUsd usdOrNull(String name) {
        JsonNode value = member(name);
        if (value.isTextual() || value.isNumber()) {
            try {
                return NanoUsd.ofUsd(value.isTextual() ? value.textValue() : plain(value.decimalValue()));
            } catch (IllegalArgumentException e) {
                faults.add(DefinitionFault.error(
                        place.at(name), "is " + shown(value), "Give an amount of USD such as \"0.50\"."));
                return null;
            }
        }
        wrongUnlessAbsent(name, value, "an amount of USD such as \"0.50\"");
        return null;
    }

    /** One of these, by the name it has in JSON; the fault lists them all. Letters may be of either case. */
    <E extends Enum<E>> @Nullable E choiceOrNull(String name, E[] choices, Function<E, String> valueOf) {
        JsonNode value = member(name);
        if (value.isTextual()) {
            for (E choice : choices) {
                if (valueOf.apply(choice).equalsIgnoreCase(value.textValue().strip())) {
                    return choice;
                }
            }
        }
        if (!isAbsent(value)) {
            faults.add(DefinitionFault.error(
                    place.at(name),
                    "is " + shown(value),
                    "Use one of "
                            + String.join(
                                    ", ", Arrays.stream(choices).map(valueOf).toList()) + "."));
        }
        return null;
    }

    /** As {@link #choiceOrNull}; absence is a fault as well. */
    <E extends Enum<E>> E choice(String name, E[] choices, Function<E, String> valueOf) {
        E choice = choiceOrNull(name, choices, valueOf);
        if (choice != null) {
            return choice;
        }
        if (isAbsent(object.path(name))) {
            faults.add(DefinitionFault.error(
                    place.at(name),
                    "is missing",
                    "Use one of "
                            + String.join(
                                    ", ", Arrays.stream(choices).map(valueOf).toList()) + "."));
        }
        return choices[0];
    }

    @Nullable
    JsonNode jsonOrNull(String name) {
        JsonNode value = member(name);
        return isAbsent(value) ? null : value;
    }

    /** A list of texts; a single text counts as a list of one. */
    List<String> texts(String name) {
        JsonNode value = member(name);
        if (value.isTextual()) {
            return List.of(value.textValue());
        }
        var texts = new ArrayList<String>();
        List<JsonNode> elements = elements(name, value);
        for (int i = 0; i < elements.size(); i++) {
            if (elements.get(i).isTextual()) {
                texts.add(elements.get(i).textValue());
            } else {
                wrong(place.at(name).at(i), elements.get(i), "a text");
            }
        }
        return texts;
    }

    List<NodeId> nodeIds(String name) {
        return texts(name).stream().map(NodeId::new).toList();
    }

    /** The elements of a list, for the caller to read. */
    List<JsonNode> elements(String name) {
        return elements(name, member(name));
    }

    JsonObjectReader element(String name, int index, JsonNode element) {
        return new JsonObjectReader(element, place.at(name).at(index), faults);
    }

    Map<String, JsonNode> values(String name) {
        JsonNode value = member(name);
        var values = new LinkedHashMap<String, JsonNode>();
        if (value.isObject()) {
            value.properties().forEach(entry -> values.put(entry.getKey(), entry.getValue()));
        } else {
            wrongUnlessAbsent(name, value, "an object");
        }
        return values;
    }

    /** Names and texts; a number or truth value is taken as its text. */
    Map<String, String> textValues(String name) {
        var texts = new LinkedHashMap<String, String>();
        values(name).forEach((key, value) -> {
            if (value.isValueNode() && !value.isNull()) {
                texts.put(key, value.asText());
            } else {
                wrong(place.at(name).at(key), value, "a text");
            }
        });
        return texts;
    }

    /** Every member that was not asked for, for objects that are open. */
    Map<String, JsonNode> rest() {
        var rest = new LinkedHashMap<String, JsonNode>();
        object.properties().forEach(entry -> {
            if (!asked.contains(entry.getKey()) && !entry.getValue().isNull()) {
                rest.put(entry.getKey(), entry.getValue());
            }
        });
        asked.addAll(rest.keySet());
        return rest;
    }

    /** Ends the reading: members that nobody asked for are faults, for they are mistyped more often than not. */
    void end() {
        object.properties().forEach(entry -> {
            if (!asked.contains(entry.getKey())) {
                faults.add(DefinitionFault.error(
                        place.at(entry.getKey()), "is not known here", "Leave it out, or use one of " + asked + "."));
            }
        });
    }

    private List<JsonNode> elements(String name, JsonNode value) {
        if (value.isArray()) {
            return value.valueStream().toList();
        }
        wrongUnlessAbsent(name, value, "a list");
        return List.of();
    }

    private JsonNode member(String name) {
        asked.add(name);
        return object.path(name);
    }

    private void wrongUnlessAbsent(String name, JsonNode value, String expected) {
        if (!isAbsent(value)) {
            wrong(place.at(name), value, expected);
        }
    }

    private void wrong(Place where, JsonNode value, String expected) {
        faults.add(DefinitionFault.error(where, "is " + shown(value), "Give %s.".formatted(expected)));
    }

    private static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    /** Plain digits, unless there would be a great many of them. */
    private static String plain(BigDecimal number) {
        return Math.abs((long) number.scale()) > 32 ? number.toString() : number.toPlainString();
    }

    private static String shown(JsonNode value) {
        if (value.isContainerNode()) {
            return value.getNodeType().name().toLowerCase(Locale.ROOT);
        }
        String text = value.toString();
        return text.length() <= 64 ? text : text.substring(0, 64) + "…";
    }
}
