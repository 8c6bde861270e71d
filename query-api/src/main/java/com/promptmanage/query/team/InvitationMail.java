package com.promptmanage.query.team;

import com.promptmanage.service.mail.Mailer;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/** Sends an invitation to whom it is for. */
@FunctionalInterface
public interface InvitationMail {

    /** Where no mail is sent: whoever invites hands the link over themselves. */
    InvitationMail NONE = message -> false;

    /** @param mailer empty if the operator has set up none */
    static InvitationMail by(Optional<Mailer> mailer) {
        return mailer.<InvitationMail>map(MailedInvitations::new).orElse(NONE);
    }

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
     * May wait for a mail server, and may throw: an invitation is made whether its mail can be sent or not.
     *
     * @return whether a mail server has taken it, or will be asked to until it does
     */
    boolean send(Message message);
}
