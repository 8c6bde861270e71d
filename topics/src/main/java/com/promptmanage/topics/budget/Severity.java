package com.promptmanage.topics.budget;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How much an alert matters. */
public enum Severity {
    INFO,
    WARNING,
    CRITICAL;

    /** The name in JSON. */
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Severity> parse(String text) {
        return Arrays.stream(values())
                .filter(severity -> severity.value().equals(text))
                .findFirst();
    }
}
