package com.promptmanage.service.oidc;

import org.jspecify.annotations.Nullable;

/** Someone was not signed in by an issuer. Its message is for the log. */
public final class IssuerException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** Whose fault it is. */
    public enum Kind {
        /** The issuer does not answer, or not as it should. */
        AWAY,
        /** The issuer says no: they gave up, or may not use this application. */
        REFUSED,
        /** What came does not prove who they are. */
        UNPROVEN
    }

    IssuerException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
