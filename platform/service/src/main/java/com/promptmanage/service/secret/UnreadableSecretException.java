package com.promptmanage.service.secret;

import org.jspecify.annotations.Nullable;

/** A sealed secret that does not open. The message says where it is and never what. */
public final class UnreadableSecretException extends RuntimeException {

    /** For whoever needs the secret: what happened, and what helps. */
    public static final String TOLD =
            "What is kept encrypted for this cannot be read any more, for its key is missing: enter it anew, or have the operator put the key back";

    private static final long serialVersionUID = 1L;

    UnreadableSecretException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
