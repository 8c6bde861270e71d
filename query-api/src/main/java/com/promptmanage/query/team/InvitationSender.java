package com.promptmanage.query.team;

import io.javalin.http.Context;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes an invitation to whom it is for; where no mail goes out, its link goes to whoever invites. */
final class InvitationSender {

    private static final Logger LOGGER = LoggerFactory.getLogger(InvitationSender.class);

    private final InvitationMail mail;

    private final Optional<URI> publicUrl;

    /**
     * @param publicUrl what links begin with. Without it there is no mail: what a request calls this server is its sender's
     *     word, and must not stand in a mail to someone else
     */
    InvitationSender(InvitationMail mail, Optional<URI> publicUrl) {
        this.mail = mail;
        this.publicUrl = publicUrl;
    }

    /** @param acceptLink null if a mail carries it */
    record Outcome(boolean emailSent, @Nullable String acceptLink) {}

    Outcome send(InvitationTable.Sent sent, Context ctx) {
        boolean isSent = publicUrl.isPresent() && mailed(sent, publicUrl.get());
        return isSent ? new Outcome(true, null) : new Outcome(false, link(base(ctx), sent.token()));
    }

    private boolean mailed(InvitationTable.Sent sent, URI base) {
        Invitation invitation = sent.invitation();
        try {
            return mail.send(new InvitationMail.Message(
                    invitation.email(),
                    sent.teamName(),
                    invitation.invitedByName(),
                    invitation.role().code(),
                    URI.create(link(base.toString(), sent.token())),
                    invitation.expiresAt()));
        } catch (RuntimeException e) {
            LOGGER.atWarn()
                    .addKeyValue("invitation", invitation.id())
                    .addKeyValue("cause", e.toString())
                    .log("an invitation's mail was not sent");
            return false;
        }
    }

    private String base(Context ctx) {
        return publicUrl
                .map(URI::toString)
                .orElseGet(() -> "%s://%s".formatted(ctx.scheme(), String.valueOf(ctx.header("Host"))));
    }

    private static String link(String base, String token) {
        return base + "/invite/" + token;
    }
}
