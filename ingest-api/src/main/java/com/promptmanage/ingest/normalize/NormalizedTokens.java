package com.promptmanage.ingest.normalize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.promptmanage.topics.usage.TokenCounts;
import java.util.Map;
import java.util.TreeMap;

/**
 * Disjoint counts, and how they were come by.
 *
 * @param convention what the producer was found to mean, which may differ from what its kind usually does
 */
public record NormalizedTokens(TokenCounts counts, UsageShape shape, Convention convention) {

    /** The attribute by which an event on the topic tells what its producer was found to mean. */
    private static final String SEMANTICS = "usagesemantics";

    /** The attributes of the event that carries these counts: its own, and what its producer was found to mean. */
    public Map<String, JsonNode> attributes(Map<String, JsonNode> extensions) {
        var attributes = new TreeMap<>(extensions);
        attributes.put(SEMANTICS, TextNode.valueOf(convention.value()));
        return attributes;
    }
}
