package com.promptmanage.service.mail;

import java.io.IOException;
import java.util.Map;

/** A message was not taken by the server. Its message is for whoever named the recipients. */
public final class MailException extends IOException {

    private static final long serialVersionUID = 1L;

    private final boolean permanent;

    private final boolean ambiguous;

    private final transient Map<String, Integer> refused;

    MailException(String message, boolean permanent, boolean ambiguous, Throwable cause) {
        this(message, permanent, ambiguous, Map.of(), cause);
    }

    MailException(String message, boolean permanent, boolean ambiguous, Map<String, Integer> refused, Throwable cause) {
        super(message, cause);
        this.permanent = permanent;
        this.ambiguous = ambiguous;
        this.refused = refused;
    }

    /** Whether the same message will be refused again, for example because nobody has that address. */
    public boolean isPermanent() {
        return permanent;
    }

    /** Whether nobody knows if the server has taken it: the line broke while it was sent. */
    public boolean isAmbiguous() {
        return ambiguous;
    }

    /** What the server answered, by the recipients that it does not take the message for; empty if it is not about them. */
    Map<String, Integer> refused() {
        return refused;
    }
}
