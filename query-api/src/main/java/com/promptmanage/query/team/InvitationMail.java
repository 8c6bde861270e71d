package com.promptmanage.query.team;

import java.net.URI;
import java.time.Instant;

/** Sends an invitation to whom it is for. */
@FunctionalInterface
public interface InvitationMail {

    /** Where no mail is sent: whoever invites hands the link over themselves. */
    InvitationMail NONE = message -> false;

    /**
     * @param to an e-mail address
     * @param link where it is accepted; whoever has it can read who is invited, and only the invited can accept
     */
    record Message(String to, String teamName, String inviterName, String role, URI link, Instant expiresAt) {

        /** Without the link, which is a secret. */
        @Override
        public String toString() {
            return "Message[to=%s, team=%s]".formatted(to, teamName);
        }
    }

    /**
     * Returns soon, and may throw: an invitation is made whether its mail can be sent or not.
     *
     * @return whether a mail server has taken it, or will be asked to until it does
     */
    boolean send(Message message);
}
