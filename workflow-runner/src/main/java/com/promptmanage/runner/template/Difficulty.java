package com.promptmanage.runner.template;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How much one has to know to use a template. */
public enum Difficulty {
    BEGINNER,
    INTERMEDIATE,
    ADVANCED;

    /** The name in JSON. */
    @JsonValue
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }
}
