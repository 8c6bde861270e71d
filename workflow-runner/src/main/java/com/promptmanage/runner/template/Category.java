package com.promptmanage.runner.template;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a template is for. */
public enum Category {
    CONTENT_GENERATION,
    DATA_PROCESSING,
    ANALYSIS,
    AUTOMATION,
    INTEGRATION,
    REPORTING,
    OTHER;

    /** The name in JSON. */
    @JsonValue
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }
}
