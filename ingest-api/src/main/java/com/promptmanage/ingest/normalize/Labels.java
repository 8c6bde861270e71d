package com.promptmanage.ingest.normalize;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.usage.TokenUsage;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Gathers the tags of a call from whatever its sender labels it with. What cannot be a tag is left out; the first wins. */
public final class Labels {

    private final Map<String, String> tags = new TreeMap<>();

    /** @param value null if there is none */
    public void put(String name, @Nullable String value) {
        if (value != null && tags.size() < TokenUsage.TAGS_MAX && Texts.isId(name) && Texts.isId(value)) {
            tags.putIfAbsent(name, value);
        }
    }

    /** A list of labels: {@code name:value}, or a name alone, whose value is {@code true}. */
    public void putAll(JsonNode list) {
        for (JsonNode label : list) {
            String text = label.asText();
            int colon = text.indexOf(':');
            if (colon > 0 && colon < text.length() - 1) {
                put(text.substring(0, colon).strip(), text.substring(colon + 1).strip());
            } else {
                put(text, "true");
            }
        }
    }

    /** The members of an object that are texts, numbers or truth values. */
    public void putMembers(JsonNode object) {
        object.properties().forEach(member -> {
            JsonNode value = member.getValue();
            if (value.isTextual() || value.isIntegralNumber() || value.isBoolean()) {
                put(member.getKey(), value.asText());
            }
        });
    }

    public Map<String, String> tags() {
        return tags;
    }

    /**
     * The sum of a map of costs in US dollars, nanoUSD: its {@code total}, if it has one.
     *
     * @return null if there is none
     */
    public static @Nullable Long costOf(JsonNode details) {
        if (details.hasNonNull("total")) {
            return LooseNumber.nanoUsd(details.path("total"), CallFields.REPORTED_COST_MAX_NANO_USD);
        }
        Long sum = null;
        for (JsonNode part : details) {
            Long cost = LooseNumber.nanoUsd(part, CallFields.REPORTED_COST_MAX_NANO_USD);
            if (cost != null) {
                sum = (sum == null ? 0 : sum) + cost;
            }
        }
        return sum == null || sum > CallFields.REPORTED_COST_MAX_NANO_USD ? null : sum;
    }
}
