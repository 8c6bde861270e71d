package com.promptmanage.ingest.otlp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.ingest.admission.AttributeMapping;
import com.promptmanage.ingest.normalize.AttributeUsage;
import java.util.HashSet;
import java.util.Set;

/**
 * Which attributes are kept of what is sent: those that something here reads, and those that may tell tokens in words that are not
 * known. Prompts and answers are never among them.
 */
final class AttributeNames {

    /** Longer than any value that is read, but for those that are documents themselves. */
    static final int TEXT_MAX = 4 << 10;

    /** For usage and metadata that come as JSON in a text. */
    static final int DOCUMENT_MAX = 256 << 10;

    /** More than this of one record are not kept, but for those that are read by their names. */
    static final int COUNT_MAX = 256;

    /** Elements of a list that are kept. */
    static final int ELEMENTS_MAX = 64;

    private static final Set<String> DOCUMENTS = Set.of(
            AttributeUsage.PROVIDER_METADATA,
            "langfuse.observation.usage_details",
            "langfuse.observation.cost_details",
            "langfuse.observation.model.parameters",
            "langfuse.trace.metadata",
            "metadata");

    private final Set<String> names = new HashSet<>();

    private final boolean isAll;

    private AttributeNames(boolean isAll) {
        this.isAll = isAll;
    }

    /** All of them: what tells one series of a metric from another may have any name. */
    static AttributeNames all() {
        return new AttributeNames(true);
    }

    AttributeNames(AttributeMapping mapping) {
        this(false);
        names.addAll(AttributeUsage.NAMES);
        names.addAll(CallAttributes.NAMES);
        names.addAll(SpanRules.NAMES);
        names.addAll(CodingAgent.NAMES);
        names.addAll(DOCUMENTS);
        names.addAll(mapping.names());
    }

    /** Whether there is anything that is not kept. */
    boolean isAll() {
        return isAll;
    }

    boolean isKept(String name) {
        return isAll
                || names.contains(name)
                || CallAttributes.LABEL_PREFIXES.stream().anyMatch(name::startsWith)
                || AttributeUsage.isLikeACount(name);
    }

    /** Labels and the like of a sender's own, of whatever number, take no room from what is read by its name. */
    boolean isRoomFor(String name, ObjectNode attributes) {
        return attributes.size() < COUNT_MAX || attributes.has(name) || names.contains(name);
    }

    /** How long a text of this name may be; longer ones are left out. */
    static int lengthMax(String name) {
        return DOCUMENTS.contains(name) ? DOCUMENT_MAX : TEXT_MAX;
    }
}
