package com.promptmanage.query.copy;

/** Another process has copied what this one was about to. Nothing is written; the offsets are to be read again. */
final class OvertakenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    OvertakenException(String message) {
        super(message);
    }
}
