package com.promptmanage.ingest.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Values of attributes, as both forms have them. */
final class AttributeValues {

    /** No number that is read is longer, and to read one of millions of digits would take minutes. */
    static final int NUMBER_LENGTH_MAX = 64;

    private AttributeValues() {}

    /** The shortest decimal number that the wire's floating point stands for; null if it stands for none. */
    static @Nullable JsonNode number(double wire) {
        return Double.isFinite(wire) ? DecimalNode.valueOf(BigDecimal.valueOf(wire)) : null;
    }
}
