package com.promptmanage.ingest.otlp;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What of a span is of interest here.
 *
 * @param traceId hexadecimal digits in lower case, as long as it came; empty if it has none
 * @param spanId likewise
 * @param parentId of the span that it was made within, likewise; empty if there is none
 * @param startNanos since 1970, unsigned; 0 if it is not told
 * @param endNanos likewise
 * @param attributes those that are known, by name
 * @param resource the attributes of what made the span, shared with its other spans: not to be changed
 * @param scope the name of the instrumentation library that made the span; empty if it is not told
 */
record Span(
        String traceId,
        String spanId,
        String parentId,
        String name,
        long startNanos,
        long endNanos,
        ObjectNode attributes,
        ObjectNode resource,
        String scope) {

    private static final int TRACE_ID_DIGITS = 32;

    private static final int SPAN_ID_DIGITS = 16;

    /** Whether it can be told from every other span. Log records that are sent as spans cannot. */
    boolean isIdentified() {
        return isId(traceId, TRACE_ID_DIGITS) && isId(spanId, SPAN_ID_DIGITS);
    }

    /** By which it is found within an export. */
    String key() {
        return traceId + spanId;
    }

    /** That of the span that it was made within; empty if there is none. */
    String parentKey() {
        return parentId.isEmpty() ? "" : traceId + parentId;
    }

    private static boolean isId(String id, int digits) {
        if (id.length() != digits) {
            return false;
        }
        boolean zero = true;
        for (int i = 0; i < digits; i++) {
            char c = id.charAt(i);
            if (!isDigit(c)) {
                return false;
            }
            zero &= c == '0';
        }
        return !zero;
    }

    private static boolean isDigit(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }
}
