package com.promptmanage.service.oidc;

import org.jspecify.annotations.Nullable;

/** Someone was not signed in by an issuer. Its message is for the log, and of one line: part of it comes from outside. */
public final class IssuerException extends Exception {

    private static final long serialVersionUID = 1L;

    private static final int MESSAGE_MAX = 500;

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
        super(plain(message), cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** What ends a line, or is not seen, could make of one entry of a log two, or another. */
    private static String plain(String message) {
        String line = message.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]", "?");
        return line.length() <= MESSAGE_MAX ? line : line.substring(0, MESSAGE_MAX) + "…";
    }
}
