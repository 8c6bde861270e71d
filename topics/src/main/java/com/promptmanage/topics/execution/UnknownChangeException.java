package com.promptmanage.topics.execution;

/** An event about executions in a version that this program does not know. */
public final class UnknownChangeException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    UnknownChangeException(String type) {
        super("type is %s: this program is older than its sender".formatted(type));
    }
}
