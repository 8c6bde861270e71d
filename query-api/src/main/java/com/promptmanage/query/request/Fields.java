package com.promptmanage.query.request;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.money.NanoUsd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The fields of a JSON object that a request carries. What is wrong with a field is added to the faults and the field is
 * then read as absent; the caller checks the faults before it uses any.
 */
public final class Fields {

    private static final ObjectReader EXACT =
            Json.mapper().readerFor(JsonNode.class).with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private final JsonNode object;

    private final String prefix;

    private final Faults faults;

    private Fields(JsonNode object, String prefix, Faults faults) {
        this.object = object;
        this.prefix = prefix;
        this.faults = faults;
    }

    /**
     * Reads a body. Numbers stay as exact as they were written.
     *
     * @throws ProblemException 400 if it is not a JSON object
     */
    public static Fields of(byte[] body, Faults faults) {
        if (!Json.read(body, JsonNode.class).isObject()) {
            throw ProblemException.invalid("body", "is not a JSON object", "Send an object: { … }.");
        }
        try {
            return new Fields(EXACT.readTree(body), "", faults);
        } catch (IOException e) {
            throw new UncheckedIOException("was read a moment ago", e);
        }
    }

    /** An object inside of this one. */
    public Optional<Fields> object(String name) {
        return of(name, JsonNode::isObject, "an object").map(node -> new Fields(node, path(name) + ".", faults));
    }

    public Optional<JsonNode> node(String name) {
        JsonNode node = object.get(name);
        return node == null || node.isNull() ? Optional.empty() : Optional.of(node);
    }

    public Optional<JsonNode> array(String name) {
        return of(name, JsonNode::isArray, "a list");
    }

    /** The element of an array of this object, as an object. */
    public Optional<Fields> element(String array, int index, JsonNode element) {
        String path = "%s[%d]".formatted(path(array), index);
        if (!element.isObject()) {
            faults.add(path, "is not an object", "Send an object: { … }.");
            return Optional.empty();
        }
        return Optional.of(new Fields(element, path + ".", faults));
    }

    public Optional<String> text(String name) {
        return of(name, JsonNode::isTextual, "a text").map(JsonNode::textValue).filter(text -> {
            if (!canBeKept(text)) {
                fault(name, "has U+0000 or half of a character", "Leave it out.");
            }
            return canBeKept(text);
        });
    }

    /** Whether the database can hold a text. */
    public static boolean canBeKept(String text) {
        return text.indexOf('\0') < 0
                && text.codePoints()
                        .noneMatch(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
    }

    /** 1 to 256 characters, none a control character. */
    public Optional<String> id(String name) {
        Optional<String> id = text(name);
        if (id.isPresent() && !Account.isId(id.get())) {
            fault(name, "is not an id", "Send 1 to 256 characters, none of them a control character.");
            return Optional.empty();
        }
        return id;
    }

    public OptionalLong wholeNumber(String name, long min, long max) {
        Optional<JsonNode> node = node(name);
        if (node.isEmpty()) {
            return OptionalLong.empty();
        }
        JsonNode number = node.get();
        if (number.isIntegralNumber() && number.canConvertToLong()) {
            long value = number.longValue();
            if (value >= min && value <= max) {
                return OptionalLong.of(value);
            }
        }
        fault(name, shown(number) + " is not a whole number from %d to %d".formatted(min, max), "Send one, unquoted.");
        return OptionalLong.empty();
    }

    /** US dollars as decimal text, or as a number, which is taken digit by digit and never goes through floating point. */
    public Optional<NanoUsd> usd(String name) {
        Optional<JsonNode> node = node(name);
        if (node.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(NanoUsd.ofUsd(decimalText(node.get())));
        } catch (IllegalArgumentException e) {
            fault(
                    name,
                    shown(node.get()) + " is not an amount of USD",
                    "Send a decimal text such as \"30.00\", with at most 9 places.");
            return Optional.empty();
        }
    }

    /** What a parser makes of a text; its {@link IllegalArgumentException} becomes the fault. */
    public <T> Optional<T> parsed(String name, Parser<T> parser, String remedy) {
        return text(name).flatMap(text -> {
            Optional<T> parsed = parser.parse(text);
            if (parsed.isEmpty()) {
                fault(name, "'%s' is not known".formatted(shortened(text)), remedy);
            }
            return parsed;
        });
    }

    /** Reads a text as something else; empty if it is not. */
    public interface Parser<T> {
        Optional<T> parse(String text);
    }

    /** Whether the field is there with a value. */
    public boolean has(String name) {
        return node(name).isPresent();
    }

    /** Whether the field is there to say that there is to be none. */
    public boolean isNull(String name) {
        return object.path(name).isNull();
    }

    public void fault(String name, String detail, String remedy) {
        faults.add(path(name), detail, remedy);
    }

    public void missing(String name, String remedy) {
        // A field that is there and wrong has its fault already.
        if (!has(name)) {
            fault(name, "is missing", remedy);
        }
    }

    /** A name that nobody reads is nearly always a misspelling of one that matters. */
    public void refuseOthersThan(Set<String> known) {
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (!known.contains(field.getKey())) {
                fault(
                        shortened(field.getKey()),
                        "is not known here",
                        "Leave it out, or use one of " + new TreeSet<>(known) + ".");
            }
        }
    }

    private Optional<JsonNode> of(String name, Predicate<JsonNode> isRight, String what) {
        Optional<JsonNode> node = node(name);
        if (node.isPresent() && !isRight.test(node.get())) {
            fault(name, "%s is not %s".formatted(shown(node.get()), what), "Send %s.".formatted(what));
            return Optional.empty();
        }
        return node;
    }

    private String path(String name) {
        return prefix + name;
    }

    private static String decimalText(JsonNode node) {
        if (node.isNumber()) {
            BigDecimal number = node.decimalValue();
            // Written out, 1e999999999 would fill the memory; no amount needs such a scale.
            return Math.abs((long) number.scale()) > 32 ? "" : number.toPlainString();
        }
        return node.isTextual() ? node.textValue() : "";
    }

    private static String shown(JsonNode node) {
        return node.isTextual() ? "'%s'".formatted(shortened(node.textValue())) : shortened(node.toString());
    }

    private static String shortened(String text) {
        return text.length() <= 64 ? text : text.substring(0, 64) + "…";
    }
}
