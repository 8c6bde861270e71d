package com.promptmanage.topics.usage;

import java.util.Arrays;
import java.util.Optional;

/** What kind of work a call was part of. */
public enum ExecutionType {
    PROMPT_RUN("prompt_run"),
    PREVIEW("preview"),
    IMPROVEMENT("improvement"),
    AGENT_GENERATION("agent_generation"),
    WORKFLOW_NODE("workflow_node");

    private final String value;

    ExecutionType(String value) {
        this.value = value;
    }

    /** The name in JSON. */
    public String value() {
        return value;
    }

    public static Optional<ExecutionType> parse(String value) {
        return Arrays.stream(values()).filter(type -> type.value.equals(value)).findFirst();
    }
}
