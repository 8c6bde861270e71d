package com.promptmanage.ingest.normalize;

import com.fasterxml.jackson.databind.JsonNode;

/** A value as it is shown to its sender: short, and in one line. */
public final class Excerpt {

    private static final int LENGTH_MAX = 60;

    private Excerpt() {}

    public static String of(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> "an object";
            case ARRAY -> "a list";
            case STRING -> "'" + of(value.textValue()) + "'";
            case NUMBER, BOOLEAN, NULL, MISSING, BINARY, POJO -> of(value.asText());
        };
    }

    /** What is not printable, or half a character, is shown as a question mark. */
    public static String of(String text) {
        var shown = new StringBuilder();
        text.codePoints()
                .limit(LENGTH_MAX)
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? '?' : c)
                .forEach(shown::appendCodePoint);
        return text.codePointCount(0, text.length()) > LENGTH_MAX
                ? shown.append('…').toString()
                : shown.toString();
    }
}
