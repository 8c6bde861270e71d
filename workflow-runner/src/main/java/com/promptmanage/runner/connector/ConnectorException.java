package com.promptmanage.runner.connector;

import com.promptmanage.runner.call.Failure;

/** A connector could not do what it was asked. The failure is fit for the workflow's author: nothing secret is in it. */
public final class ConnectorException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    public ConnectorException(Failure failure) {
        super(failure.message());
        this.failure = failure;
    }

    public ConnectorException(Failure.Kind kind, String message) {
        this(new Failure(kind, message));
    }

    public Failure failure() {
        return failure;
    }
}
