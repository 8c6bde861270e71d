package com.promptmanage.query.team;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.http.TestRoutes;
import com.promptmanage.query.notify.MailCatcher;
import com.promptmanage.service.mail.MailSettings;
import com.promptmanage.service.mail.Mailer;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From an invitation over a mail server to a member. */
class MailedInvitationsTest {

    private static final String INVITATIONS = "/api/teams/acme/invitations";

    private MailCatcher mailServer;

    private TestApi api;

    @BeforeEach
    void start() throws IOException {
        mailServer = new MailCatcher();
        var mailer = new Mailer(
                new MailSettings(
                        "127.0.0.1",
                        mailServer.port(),
                        MailSettings.Security.NONE,
                        Optional.empty(),
                        "Prompt Manage <pm@example.com>",
                        Duration.ofSeconds(30)),
                Clock.systemUTC());
        api = TestApi.start(
                Instant.parse("2026-11-25T12:00:00Z"),
                parts -> TestRoutes.people(
                        parts,
                        InvitationMail.by(Optional.of(mailer)),
                        Optional.of(URI.create("https://pm.example.com"))));
        api.team("acme", "UTC");
        api.user("newcomer");
    }

    @AfterEach
    void stop() throws IOException {
        api.close();
        mailServer.close();
    }

    @Test
    void whoIsInvitedGetsALinkThatLetsThemInAndTheInviterDoesNotSeeIt() {
        String owner = api.signIn("acme-owner");
        api.patch(owner, "/api/teams/acme", "{\"name\":\"<b>R&D</b>\"}");

        JsonNode invited = invite(owner, "newcomer@example.com");

        assertThat(invited.path("emailSent").asBoolean()).isTrue();
        assertThat(invited.has("acceptLink")).isFalse();
        String mail = mailServer.mails().getLast();
        assertThat(mail)
                .contains("RCPT TO:<newcomer@example.com>")
                .contains("Subject: acme-owner invites you to the team \"<b>R&D</b>\"")
                .contains("Content-Type: text/plain")
                .contains("as an editor")
                .contains("until 2 December 2026, 12:00 UTC")
                .contains("Content-Type: text/html")
                .contains("the team <b>&lt;b&gt;R&amp;D&lt;/b&gt;</b>");
        String token = tokenIn(mail);
        assertThat(api.post(api.signIn("newcomer"), "/api/invitations/%s/accept".formatted(token), "")
                        .json()
                        .path("role")
                        .asText())
                .isEqualTo("editor");
    }

    @Test
    void aMailboxThatIsNotThereLeavesTheLinkToTheInviter() {
        JsonNode invited = invite(api.signIn("acme-owner"), "nobody@example.com");

        assertThat(invited.path("emailSent").asBoolean()).isFalse();
        assertThat(invited.path("acceptLink").asText()).startsWith("https://pm.example.com/invite/");
    }

    @Test
    void aMailThatIsSentAgainIsAnotherMailForMailSystems() {
        String owner = api.signIn("acme-owner");
        JsonNode invited = invite(owner, "newcomer@example.com");

        api.post(owner, INVITATIONS + "/" + invited.path("id").asText() + "/resend", "");

        assertThat(mailServer.mails()).hasSize(2);
        assertThat(first("Message-ID: <(\\S+)>", mailServer.mails().getFirst()))
                .startsWith("invitation-")
                .isNotEqualTo(first("Message-ID: <(\\S+)>", mailServer.mails().getLast()));
    }

    private JsonNode invite(String credentials, String email) {
        return api.post(credentials, INVITATIONS, "{\"email\":\"%s\",\"role\":\"editor\"}".formatted(email))
                .json();
    }

    private static String tokenIn(String mail) {
        return first("https://pm\\.example\\.com/invite/([\\w-]{43})", mail);
    }

    private static String first(String pattern, String text) {
        var found = Pattern.compile(pattern).matcher(text);
        assertThat(found.find()).as(text).isTrue();
        return found.group(1);
    }
}
