package com.promptmanage.runner.expression;

import java.util.List;

/**
 * The name of a value: {@code score}, {@code analyze.score}, {@code record.items[0].name}, {@code nodes['a-b'].text}.
 *
 * @param segments at least one; an index is its digits
 * @param source as it was written, without spaces around it
 * @param offset where it starts in the text that it was found in, characters
 */
public record Reference(List<String> segments, String source, int offset) {

    public Reference {
        segments = List.copyOf(segments);
        if (segments.isEmpty()) {
            throw new IllegalArgumentException("a reference without a name");
        }
    }

    public String root() {
        return segments.getFirst();
    }

    public boolean isSecret() {
        return root().equals(Names.SECRETS);
    }
}
