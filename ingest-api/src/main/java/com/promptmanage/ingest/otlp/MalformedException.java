package com.promptmanage.ingest.otlp;

/** A body that is not what its content type says. Cheap to throw: it is an answer, not a bug. */
final class MalformedException extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedException(String message) {
        super(message, null, false, false);
    }
}
