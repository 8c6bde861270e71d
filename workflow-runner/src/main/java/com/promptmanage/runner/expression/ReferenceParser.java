package com.promptmanage.runner.expression;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads references. A name may hold spaces and dashes, since columns of a table do; not dots, brackets, braces and quotes.
 */
final class ReferenceParser {

    private static final int SEGMENTS_MAX = 32;

    private final String text;

    private int at;

    private ReferenceParser(String text) {
        this.text = text;
    }

    /** @return empty if this is not a reference */
    static Optional<Reference> parse(String text, int offset) {
        String stripped = text.strip();
        return new ReferenceParser(stripped).segments().map(segments -> new Reference(segments, stripped, offset));
    }

    private Optional<List<String>> segments() {
        var segments = new ArrayList<String>();
        boolean nameExpected = true;
        while (at < text.length() || nameExpected) {
            if (!nameExpected && text.charAt(at) == '.') {
                at++;
                nameExpected = true;
                continue;
            }
            Optional<String> segment = nameExpected ? name() : bracketed();
            if (segment.isEmpty() || segments.size() == SEGMENTS_MAX) {
                return Optional.empty();
            }
            segments.add(segment.get());
            nameExpected = false;
        }
        return Optional.of(List.copyOf(segments));
    }

    private Optional<String> name() {
        int start = at;
        while (at < text.length() && ".[]{}\"'".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String name = text.substring(start, at).strip();
        return name.isEmpty() ? Optional.empty() : Optional.of(name);
    }

    private Optional<String> bracketed() {
        int close = text.indexOf(']', at);
        if (text.charAt(at) != '[' || close < 0) {
            return Optional.empty();
        }
        String inside = text.substring(at + 1, close).strip();
        at = close + 1;
        if (!inside.isEmpty() && inside.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.of(inside);
        }
        boolean isQuoted = inside.length() > 2
                && (inside.charAt(0) == '\'' || inside.charAt(0) == '"')
                && inside.charAt(inside.length() - 1) == inside.charAt(0);
        return isQuoted ? Optional.of(inside.substring(1, inside.length() - 1)) : Optional.empty();
    }
}
