package com.promptmanage.runner.journal;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What people are told of an execution. */
public enum AlertKind {
    /** It failed. */
    FAILURE,
    /** It completed, and the nodes that it ends with put out nothing. */
    EMPTY_OUTPUT,
    /** It costs more than is expected. */
    COST_THRESHOLD,
    /** It took much longer than those before it. */
    PERFORMANCE_DEGRADATION,
    /** It took too long, and was ended. */
    TIMEOUT,
    /** One of its nodes was tried as often as it may be, in vain. */
    RETRY_EXHAUSTED;

    /** The name in JSON, where it is said of a workflow. */
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The alert's type, among alerts of every kind. */
    String type() {
        return "workflow_" + value();
    }

    static Optional<AlertKind> parse(String text) {
        return Arrays.stream(values()).filter(kind -> kind.value().equals(text)).findFirst();
    }
}
