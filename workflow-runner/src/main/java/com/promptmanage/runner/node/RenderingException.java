package com.promptmanage.runner.node;

/** A template or an expression could not be worked out. The message is for the workflow's author. */
final class RenderingException extends Exception {

    private static final long serialVersionUID = 1L;

    RenderingException(String message) {
        super(message);
    }

    String said() {
        return String.valueOf(getMessage());
    }
}
