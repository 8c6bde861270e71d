package com.promptmanage.runner.call;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Takes secrets out of what others say: an answer that repeats a key, an error that repeats an address. Knows each secret as
 * it is, as it stands in an address, and in Base64, whether alone or behind something.
 */
public final class Redaction {

    /** Takes nothing out. */
    public static final Redaction NONE = new Redaction(List.of());

    private static final String PUT_IN = "[secret]";

    /** What is shorter is no secret, and would tear apart every other text. */
    private static final int LENGTH_MIN = 6;

    private final List<String> forms;

    private Redaction(List<String> forms) {
        this.forms = forms;
    }

    public static Redaction of(Collection<String> secrets) {
        Set<String> forms = new LinkedHashSet<>();
        for (String secret : secrets) {
            if (secret.length() >= LENGTH_MIN) {
                forms.add(secret);
                forms.add(URLEncoder.encode(secret, StandardCharsets.UTF_8));
                forms.add(URLEncoder.encode(secret, StandardCharsets.UTF_8).replace("+", "%20"));
                addBase64(forms, secret);
            }
        }
        // The longest first: one may be a part of another.
        return forms.isEmpty()
                ? NONE
                : new Redaction(forms.stream()
                        .sorted(Comparator.comparingInt(String::length).reversed())
                        .toList());
    }

    /** Also of the values of both. */
    public Redaction and(Redaction other) {
        var all = new LinkedHashSet<>(forms);
        all.addAll(other.forms);
        return new Redaction(all.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList());
    }

    public String apply(String text) {
        String clean = text;
        for (String form : forms) {
            clean = clean.replace(form, PUT_IN);
        }
        return clean;
    }

    /** A copy, unless there is nothing to take out. */
    public JsonNode apply(JsonNode json) {
        if (forms.isEmpty()) {
            return json;
        }
        if (json.isTextual()) {
            return JsonNodeFactory.instance.textNode(apply(json.textValue()));
        }
        if (json.isArray()) {
            ArrayNode clean = JsonNodeFactory.instance.arrayNode();
            json.forEach(element -> clean.add(apply(element)));
            return clean;
        }
        if (json.isObject()) {
            ObjectNode clean = JsonNodeFactory.instance.objectNode();
            json.properties().forEach(field -> clean.set(apply(field.getKey()), apply(field.getValue())));
            return clean;
        }
        return json;
    }

    public Failure apply(Failure failure) {
        return new Failure(
                failure.kind(),
                apply(failure.message()),
                apply(failure.details()),
                failure.retryAfter(),
                failure.usage());
    }

    /** In Base64 a text looks different by what stands before it: the part that does not change, for each of three places. */
    private static void addBase64(Set<String> forms, String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        for (int before = 0; before < 3; before++) {
            byte[] shifted = new byte[bytes.length + before];
            System.arraycopy(bytes, 0, shifted, before, bytes.length);
            String text = Base64.getEncoder().withoutPadding().encodeToString(shifted);
            int from = before == 0 ? 0 : before + 1;
            int to = text.length() - (shifted.length % 3 == 0 ? 0 : 1);
            if (to - from >= LENGTH_MIN) {
                forms.add(text.substring(from, to));
            }
        }
    }
}
