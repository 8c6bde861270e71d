package com.promptmanage.runner.definition;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A dependency: the target waits for the source.
 *
 * @param condition null for an edge that is always followed; {@code true} and {@code false} are the sides of a condition
 *     node, {@code error} is followed when the source has failed, anything else is an expression over what the source
 *     put out (its {@code input}) and what came before it
 * @param label for people; the label {@code error} makes an error edge too
 */
public record Edge(
        String id,
        NodeId source,
        NodeId target,
        @Nullable String condition,
        @Nullable String label) {

    public Edge(String id, String source, String target) {
        this(id, new NodeId(source), new NodeId(target), null, null);
    }

    public Edge(String id, String source, String target, String condition) {
        this(id, new NodeId(source), new NodeId(target), condition, null);
    }

    /** When an edge is followed. */
    public enum Kind {
        /** When the source is completed. */
        ALWAYS,
        /** When the condition node found its condition to hold. */
        WHEN_TRUE,
        /** When the condition node found its condition not to hold. */
        WHEN_FALSE,
        /** When the source has failed for good, whatever its error handling is. */
        ON_ERROR,
        /** When the source is completed and the edge's expression holds. */
        GUARDED
    }

    public Kind kind() {
        String said = condition == null ? "" : condition.strip().toLowerCase(Locale.ROOT);
        return switch (said) {
            case "" -> label != null && label.strip().equalsIgnoreCase("error") ? Kind.ON_ERROR : Kind.ALWAYS;
            case "true" -> Kind.WHEN_TRUE;
            case "false" -> Kind.WHEN_FALSE;
            case "error" -> Kind.ON_ERROR;
            default -> Kind.GUARDED;
        };
    }
}
