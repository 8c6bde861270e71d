package com.promptmanage.runner.expression;

/** A template or an expression that came to nothing. The message is for the workflow's author and holds no secret. */
public final class EvaluationException extends Exception {

    private static final long serialVersionUID = 1L;

    EvaluationException(String message) {
        super(message, null, false, false);
    }
}
