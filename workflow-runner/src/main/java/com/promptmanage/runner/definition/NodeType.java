package com.promptmanage.runner.definition;

import java.util.Locale;

/** The eight kinds of work that a node can do. */
public enum NodeType {
    DATA_SOURCE,
    PROMPT,
    CONDITION,
    TRANSFORM,
    LOOP,
    OUTPUT,
    WEBHOOK,
    DELAY;

    /** The name in JSON and in events. */
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }
}
