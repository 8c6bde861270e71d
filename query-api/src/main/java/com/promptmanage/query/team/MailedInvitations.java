package com.promptmanage.query.team;

import com.promptmanage.service.access.MailedToken;
import com.promptmanage.service.mail.Html;
import com.promptmanage.service.mail.Mail;
import com.promptmanage.service.mail.MailException;
import com.promptmanage.service.mail.Mailer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Invitations as mail. Waits for the mail server, so that whoever invites learns whether it was taken. */
final class MailedInvitations implements InvitationMail {

    private static final Logger LOGGER = LoggerFactory.getLogger(MailedInvitations.class);

    private static final DateTimeFormatter UNTIL = DateTimeFormatter.ofPattern(
                    "d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final Mailer mailer;

    MailedInvitations(Mailer mailer) {
        this.mailer = mailer;
    }

    @Override
    public boolean send(Message message) {
        try {
            mailer.send(mail(message));
            return true;
        } catch (MailException e) {
            LOGGER.atWarn().addKeyValue("cause", e.getMessage()).log("an invitation's mail was not sent");
            return false;
        }
    }

    private static Mail mail(Message message) {
        return Mail.of(
                // Another with each sending, since its link is another.
                "invitation-"
                        + HexFormat.of()
                                .formatHex(MailedToken.hash(message.link().toString()), 0, 16),
                List.of(message.to()),
                "%s invites you to the team \"%s\"".formatted(message.inviterName(), message.teamName()),
                text(message),
                html(message));
    }

    private static String text(Message message) {
        return """
                %s invites you to the team "%s" on Prompt Manage, as %s.

                To accept or decline, open

                %s

                and sign in, or sign up, with this address (%s). The link works once, until %s.

                If you do not know who invites you, do nothing: without you nothing happens.
                """.formatted(
                        message.inviterName(),
                        message.teamName(),
                        withArticle(message.role()),
                        message.link(),
                        message.to(),
                        until(message.expiresAt()));
    }

    private static String html(Message message) {
        return """
                <!doctype html><html lang="en"><body style="font-family:sans-serif;color:#1f2933">
                <p>%s invites you to the team <b>%s</b> on Prompt Manage, as %s.</p>
                <p><a href="%s" style="display:inline-block;padding:10px 16px;background:#1f2a6b;color:#ffffff">See the invitation</a></p>
                <p>Sign in, or sign up, with this address (%s).
                The link works once, until %s.</p>
                <p style="color:#52606d">If you do not know who invites you, do nothing: without you nothing happens.</p>
                </body></html>
                """.formatted(
                        Html.escaped(message.inviterName()),
                        Html.escaped(message.teamName()),
                        withArticle(message.role()),
                        Html.escaped(message.link().toString()),
                        Html.escaped(message.to()),
                        until(message.expiresAt()));
    }

    private static String withArticle(String role) {
        return ("aeiou".indexOf(role.charAt(0)) < 0 ? "a " : "an ") + role;
    }

    private static String until(Instant time) {
        return UNTIL.format(time);
    }
}
