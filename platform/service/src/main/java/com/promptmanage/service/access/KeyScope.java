package com.promptmanage.service.access;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What an API key may be used for. */
public enum KeyScope {
    INGEST,
    QUERY,
    MANAGE;

    public static final Set<KeyScope> ALL = Set.copyOf(EnumSet.allOf(KeyScope.class));

    /** As it is written in JSON and in the database. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<KeyScope> parse(String code) {
        return ALL.stream().filter(scope -> scope.code().equals(code)).findFirst();
    }

    static KeyScope of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}
