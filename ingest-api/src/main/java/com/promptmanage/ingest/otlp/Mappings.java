package com.promptmanage.ingest.otlp;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.promptmanage.ingest.admission.AttributeMapping;

/** The mappings that hold for a request: the key's before the operator's before what everybody uses. */
final class Mappings {

    private static final int KEPT = 1_000;

    private final AttributeMapping operators;

    /** By what keys have set, which is mostly nothing. */
    private final Cache<AttributeMapping, Effective> effective =
            Caffeine.newBuilder().maximumSize(KEPT).build();

    /**
     * What holds.
     *
     * @param agents for the records of coding agents
     * @param names of the attributes that are kept
     */
    record Effective(AttributeMapping spans, AttributeMapping agents, AttributeNames names) {}

    Mappings(AttributeMapping operators) {
        this.operators = operators;
    }

    Effective over(AttributeMapping keys) {
        return effective.get(keys, this::effective);
    }

    private Effective effective(AttributeMapping keys) {
        AttributeMapping own = keys.over(operators);
        AttributeMapping agents = own.over(AgentCall.DEVELOPERS).over(AttributeMapping.USUAL);
        return new Effective(own.over(AttributeMapping.USUAL), agents, new AttributeNames(agents));
    }
}
