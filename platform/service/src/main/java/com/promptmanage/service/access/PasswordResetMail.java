package com.promptmanage.service.access;

import com.promptmanage.service.mail.Html;
import com.promptmanage.service.mail.Mail;
import java.net.URI;
import java.util.HexFormat;
import java.util.List;

/** What someone is sent who has forgotten their password. */
final class PasswordResetMail {

    /** Behind a #, so that no server on the way there, nor its log, gets to see the token. */
    private static final String PAGE = "/reset-password#";

    private PasswordResetMail() {}

    static Mail of(String email, String token, URI publicUrl) {
        String link = publicUrl + PAGE + token;
        return Mail.of(
                "password-reset-" + HexFormat.of().formatHex(MailedToken.hash(token), 0, 16),
                List.of(email),
                "A new password for Prompt Manage",
                """
                Someone, probably you, asked for a new password for your account at Prompt Manage (%s).

                To choose one, open

                %s

                The link works once, within an hour. A new password ends all sessions; if this address was never
                confirmed, the API keys of your personal account end too. Those of your teams go on.

                If it was not you, do nothing: your password stays as it is.
                """.formatted(email, link),
                """
                <!doctype html><html lang="en"><body style="font-family:sans-serif;color:#1f2933">
                <p>Someone, probably you, asked for a new password for your account at Prompt Manage (%s).</p>
                <p><a href="%s" style="display:inline-block;padding:10px 16px;background:#1f2a6b;color:#ffffff">Choose a new password</a></p>
                <p>The link works once, within an hour. A new password ends all sessions; if this address was never
                confirmed, the API keys of your personal account end too. Those of your teams go on.</p>
                <p style="color:#52606d">If it was not you, do nothing: your password stays as it is.</p>
                </body></html>
                """.formatted(Html.escaped(email), Html.escaped(link)));
    }
}
