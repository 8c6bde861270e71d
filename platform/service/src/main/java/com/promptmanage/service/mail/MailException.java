package com.promptmanage.service.mail;

import java.io.IOException;

/** A message was not taken by the server. Its message is for whoever named the recipients. */
public final class MailException extends IOException {

    private static final long serialVersionUID = 1L;

    private final boolean permanent;

    private final boolean ambiguous;

    MailException(String message, boolean permanent, boolean ambiguous, Throwable cause) {
        super(message, cause);
        this.permanent = permanent;
        this.ambiguous = ambiguous;
    }

    /** Whether the same message will be refused again, for example because nobody has that address. */
    public boolean isPermanent() {
        return permanent;
    }

    /** Whether nobody knows if the server has taken it: the line broke while it was sent. */
    public boolean isAmbiguous() {
        return ambiguous;
    }
}
