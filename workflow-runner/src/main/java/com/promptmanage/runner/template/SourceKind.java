package com.promptmanage.runner.template;

import java.util.Collection;
import java.util.List;

/** What a data source is to the workflows that read from it and write to it. */
public enum SourceKind {
    /** Any number of lists, each in a table, whose records are found by any column. */
    DATABASE("a table"),
    /** One list, whose records are found by any field. */
    FILE("a file"),
    /** One list, whose records are changed by their id alone. */
    API("an API"),
    /** Any number of lists that come with the product, and are only read. */
    SAMPLE("sample records");

    private final String words;

    SourceKind(String words) {
        this.words = words;
    }

    /** Those that can be connected, for people: {@code a table, a file or an API}. Empty for none. */
    public static String anyOf(Collection<SourceKind> kinds) {
        List<String> names = kinds.stream()
                .filter(kind -> kind != SAMPLE)
                .distinct()
                .sorted()
                .map(kind -> kind.words)
                .toList();
        return names.size() < 2
                ? String.join("", names)
                : "%s or %s".formatted(String.join(", ", names.subList(0, names.size() - 1)), names.getLast());
    }
}
