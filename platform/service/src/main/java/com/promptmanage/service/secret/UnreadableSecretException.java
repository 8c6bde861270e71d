package com.promptmanage.service.secret;

import org.jspecify.annotations.Nullable;

/** A sealed secret that does not open. The message says where it is and never what. */
public final class UnreadableSecretException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnreadableSecretException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
