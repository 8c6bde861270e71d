package com.promptmanage.local.replay;

import java.io.Serial;

/** A file is not a trace. The message names the file, the line and the remedy. */
public final class BadTraceException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    BadTraceException(String message) {
        super(message);
    }
}
