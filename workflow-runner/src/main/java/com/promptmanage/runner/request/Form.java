package com.promptmanage.runner.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.ProblemException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The fields of a JSON object that was sent. What is wrong with a field is noted, and the field read as absent; check the faults
 * before any field is used.
 */
public final class Form {

    private final JsonNode object;

    private final Faults faults;

    private Form(JsonNode object, Faults faults) {
        this.object = object;
        this.faults = faults;
    }

    /**
     * @param known the names that it may have
     * @throws ProblemException 400 if it is not a JSON object
     */
    public static Form of(byte[] body, Set<String> known, Faults faults) {
        JsonNode object = Json.read(body, JsonNode.class);
        if (!object.isObject()) {
            throw ProblemException.invalid("body", "is not a JSON object", "Send an object: { … }.");
        }
        object.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                faults.add(
                        name.length() <= 64 ? name : name.substring(0, 64) + "…",
                        "is not known here",
                        "Leave it out, or use one of " + new TreeSet<>(known) + ".");
            }
        });
        return new Form(object, faults);
    }

    public boolean has(String name) {
        return object.hasNonNull(name);
    }

    /** Without blanks around it. */
    public Optional<String> text(String name, int charsMax) {
        JsonNode value = object.path(name);
        if (!object.hasNonNull(name)) {
            return Optional.empty();
        }
        if (!value.isTextual() || value.textValue().strip().length() > charsMax) {
            faults.add(name, "is not a text of at most %,d characters".formatted(charsMax), "Send one.");
            return Optional.empty();
        }
        return Optional.of(value.textValue().strip()).filter(text -> !text.isEmpty());
    }

    /** As {@link #text}; a fault if there is none. */
    public String requiredText(String name, int charsMax) {
        Optional<String> text = text(name, charsMax);
        boolean isAlreadyAFault = object.hasNonNull(name)
                && (!object.path(name).isTextual()
                        || object.path(name).textValue().strip().length() > charsMax);
        if (text.isEmpty() && !isAlreadyAFault) {
            faults.add(name, "is missing", "Send a text of 1 to %,d characters.".formatted(charsMax));
        }
        return text.orElse("");
    }

    public <E extends Enum<E>> Optional<E> choice(String name, Map<String, E> choices) {
        Optional<String> text = text(name, 64);
        if (text.isPresent() && !choices.containsKey(text.get())) {
            faults.add(
                    name,
                    "'%s' is not known".formatted(text.get()),
                    "Use one of " + new TreeSet<>(choices.keySet()) + ".");
        }
        return text.flatMap(chosen -> Optional.ofNullable(choices.get(chosen)));
    }

    /** Empty if it is not there. */
    public JsonNode object(String name) {
        JsonNode value = object.path(name);
        if (object.hasNonNull(name) && !value.isObject()) {
            faults.add(name, "is not an object", "Send an object: { … }.");
        }
        return value.isObject() ? value : JsonNodeFactory.instance.objectNode();
    }

    /** An object of texts. */
    public Map<String, String> texts(String name, int charsMax) {
        var texts = new LinkedHashMap<String, String>();
        object(name).properties().forEach(field -> {
            if (!field.getValue().isTextual() || field.getValue().textValue().length() > charsMax) {
                faults.add(
                        name + "." + field.getKey(),
                        "is not a text of at most %,d characters".formatted(charsMax),
                        "Send one.");
            } else {
                texts.put(field.getKey(), field.getValue().textValue());
            }
        });
        return texts;
    }
}
