package com.promptmanage.service.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.configuration.GreenMailConfiguration;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.promptmanage.service.mail.MailSettings.Login;
import com.promptmanage.service.mail.MailSettings.Security;
import com.promptmanage.service.outbound.TestCertificate;
import com.promptmanage.service.settings.BadSettingsException;
import com.promptmanage.service.settings.Settings;
import jakarta.mail.BodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MailerTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    private static final Clock CLOCK = Clock.fixed(NOON, ZoneOffset.UTC);

    private static final Mail MAIL =
            Mail.of("alert-1", List.of("Zoë <zoe@example.com>"), "Budget exceeded: Über", "80 % ü\n", "<p>80 % ü</p>");

    private final GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP))
            .withConfiguration(new GreenMailConfiguration().withUser("pm@example.com", "pm", "s3cret"));

    @BeforeEach
    void start() {
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    @Test
    void aMessageArrivesAsTextAndAsHtmlUnderTheIdItWasGiven() throws Exception {
        var mailer = new Mailer(settings(server.getSmtp().getPort(), Security.NONE, Optional.empty()), CLOCK);

        mailer.send(MAIL);
        mailer.send(MAIL);

        MimeMessage[] received = server.getReceivedMessages();
        assertThat(received).hasSize(2);
        assertThat(received[0].getMessageID())
                .isEqualTo("<alert-1@example.com>")
                .isEqualTo(received[1].getMessageID());
        assertThat(received[0].getSubject()).isEqualTo("Budget exceeded: Über");
        assertThat(received[0].getFrom()[0]).hasToString("Prompt Manage <pm@example.com>");
        assertThat(received[0].getSentDate()).isEqualTo(NOON);
        assertThat(received[0].getHeader("Auto-Submitted")).containsExactly("auto-generated");
        var parts = (MimeMultipart) received[0].getContent();
        assertThat(parts.getContentType()).startsWith("multipart/alternative");
        assertThat(parts.getBodyPart(0).getContent()).asString().isEqualToNormalizingNewlines("80 % ü\n");
        assertThat(parts.getBodyPart(1).getContentType()).startsWith("text/html");
        assertThat(parts.getBodyPart(1).getContent()).isEqualTo("<p>80 % ü</p>");
    }

    @Test
    void whatIsAttachedArrivesWhole() throws Exception {
        var mailer = new Mailer(settings(server.getSmtp().getPort(), Security.NONE, Optional.empty()), CLOCK);
        byte[] content = {0, 1, 2, -1, 13, 10};

        mailer.send(new Mail(
                "report-1",
                List.of("a@example.com", "b@example.com"),
                "Report",
                "see there",
                "<p>see there</p>",
                Map.of("X-Report", "r1"),
                List.of(new Mail.Attachment("march.pdf", "application/pdf", content))));

        MimeMessage received = server.getReceivedMessages()[0];
        assertThat(received.getHeader("X-Report")).containsExactly("r1");
        BodyPart attached = ((MimeMultipart) received.getContent()).getBodyPart(1);
        assertThat(attached.getFileName()).isEqualTo("march.pdf");
        assertThat(attached.getInputStream().readAllBytes()).isEqualTo(content);
    }

    @Test
    void theConnectionIsEncryptedFromTheStartOrOnTheWay() throws Exception {
        var certificate = TestCertificate.of("localhost");
        var login = Optional.of(new Login("pm", "s3cret"));
        for (Security security : List.of(Security.TLS, Security.STARTTLS)) {
            try (var front =
                    new TlsFront(server.getSmtp().getPort(), certificate.server(), security == Security.STARTTLS)) {
                MailSettings settings = settings(front.port(), security, login);
                new Mailer(settings, CLOCK, Optional.of(certificate.client().getSocketFactory())).send(MAIL);

                assertThat(front.encrypted()).isEqualTo(1);
                assertThatExceptionOfType(MailException.class)
                        .as("an unknown certificate")
                        .isThrownBy(() -> new Mailer(settings, CLOCK).send(MAIL));
            }
        }
        assertThat(server.getReceivedMessages()).hasSize(2);
    }

    @Test
    void withoutEncryptionThereIsNoMailIfItIsAskedFor() {
        MailSettings settings =
                settings(server.getSmtp().getPort(), Security.STARTTLS, Optional.of(new Login("pm", "s3cret")));

        assertThatExceptionOfType(MailException.class)
                .isThrownBy(() -> new Mailer(settings, CLOCK).send(MAIL))
                .satisfies(e -> assertThat(e.isPermanent()).isFalse());
        assertThat(server.getReceivedMessages()).isEmpty();
    }

    @Test
    void whatTheServerWillNeverTakeIsToldFromWhatItMayTakeLater() throws Exception {
        for (int code : new int[] {550, 451}) {
            try (var refusing = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
                Thread.ofVirtual().start(() -> refuseRecipients(refusing, code));
                var mailer = new Mailer(settings(refusing.getLocalPort(), Security.NONE, Optional.empty()), CLOCK);

                assertThatExceptionOfType(MailException.class)
                        .isThrownBy(() -> mailer.send(MAIL))
                        .withMessageContaining(Integer.toString(code))
                        .satisfies(e -> assertThat(e.isPermanent()).isEqualTo(code == 550))
                        .satisfies(e -> assertThat(e.isAmbiguous()).isFalse());
            }
        }
    }

    @Test
    void whoIsRefusedIsToldAndKeepsTheMailFromNobodyElse() throws Exception {
        var taken = new CopyOnWriteArrayList<String>();
        try (var choosy = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> takeSome(choosy, taken));
            var mailer = new Mailer(settings(choosy.getLocalPort(), Security.NONE, Optional.empty()), CLOCK);

            Mail all = to("Ann <ann@example.com>", "Bob <gone@example.com>", "busy@example.com");
            Sent some = mailer.sendToWhomItCan(all);

            assertThat(some.reached()).containsExactly("Ann <ann@example.com>");
            assertThat(some.refused()).isEqualTo(Map.of("Bob <gone@example.com>", 550, "busy@example.com", 450));
            assertThat(some.isWorthAnotherAttempt()).isTrue();
            assertThat(some.problem())
                    .isEqualTo("the mail server refused Bob <gone@example.com> with code 550, busy@example.com with"
                            + " code 450; the other one has it");
            assertThat(taken).containsExactly("ann@example.com");
            Sent none = mailer.sendToWhomItCan(to("gone@example.com"));
            assertThat(none.reached()).isEmpty();
            assertThat(none.isWorthAnotherAttempt()).isFalse();
            assertThat(none.problem()).isEqualTo("the mail server refused gone@example.com with code 550");
            assertThat(taken).containsExactly("ann@example.com");
        }
    }

    @Test
    void theOthersWaitForWhoMayBeReachedLaterIfTheyAreToHaveItTogether() throws Exception {
        var taken = new CopyOnWriteArrayList<String>();
        try (var choosy = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> takeSome(choosy, taken));
            var mailer = new Mailer(settings(choosy.getLocalPort(), Security.NONE, Optional.empty()), CLOCK);

            Mail all = to("ann@example.com", "gone@example.com", "busy@example.com");
            assertThatExceptionOfType(MailException.class)
                    .isThrownBy(() -> mailer.sendExceptToNobody(all))
                    .withMessage("the mail server refused busy@example.com with code 450")
                    .satisfies(e -> assertThat(e.isPermanent()).isFalse());
            assertThat(taken).isEmpty();
            Sent sent = mailer.sendExceptToNobody(to("ann@example.com", "gone@example.com"));
            assertThat(sent.reached()).containsExactly("ann@example.com");
            assertThat(sent.refused()).isEqualTo(Map.of("gone@example.com", 550));
            assertThat(taken).containsExactly("ann@example.com");
        }
    }

    @Test
    void aServerThatIsAwayMayBeBackLater() throws Exception {
        int port = server.getSmtp().getPort();
        server.stop();

        assertThatExceptionOfType(MailException.class)
                .isThrownBy(() -> new Mailer(settings(port, Security.NONE, Optional.empty()), CLOCK).send(MAIL))
                .satisfies(e -> assertThat(e.isPermanent()).isFalse())
                .satisfies(e -> assertThat(e.isAmbiguous()).isFalse());
    }

    @Test
    void aLineEndInASubjectBeginsNoHeader() throws Exception {
        var mailer = new Mailer(settings(server.getSmtp().getPort(), Security.NONE, Optional.empty()), CLOCK);

        mailer.send(Mail.of("a", List.of("a@example.com"), "x\r\nBcc: b@example.com", "t", "h"));

        assertThat(server.getReceivedMessages()).hasSize(1);
        assertThat(server.getReceivedMessages()[0].getHeader("Bcc")).isNull();
        assertThat(Mailer.isAddress("a@example.com\r\nBcc: b@example.com")).isFalse();
        assertThat(Mailer.isAddress("nobody")).isFalse();
    }

    @Test
    void aLineEndInARecipientsNameBeginsNoHeaderAndAGroupIsNoAddress() throws Exception {
        String named = "\"x\r\nSubject: Your account is closed\r\nX-More: y\" <a@example.com>";
        assertThat(Mailer.isAddress(named)).isFalse();
        assertThat(Mailer.isAddress("everyone: a@example.com, b@example.com;")).isFalse();
        assertThat(Mailer.isAddress("\"Ann, of sales\" <ann@example.com>")).isTrue();
        var mailer = new Mailer(settings(server.getSmtp().getPort(), Security.NONE, Optional.empty()), CLOCK);

        mailer.send(Mail.of("a", List.of(named), "The subject", "t", "h"));

        assertThat(server.getReceivedMessages()).hasSize(1);
        var message = server.getReceivedMessages()[0];
        assertThat(message.getHeader("Subject")).containsExactly("The subject");
        assertThat(message.getHeader("X-More")).isNull();
        assertThat(message.getAllRecipients()).hasSize(1);
    }

    @Test
    void noServerMeansNoMail() {
        var settings = new Settings(Settings.PREFIX, Map.of());

        assertThat(MailSettings.from(settings)).isEmpty();
        settings.check();
    }

    @Test
    void settingsTakeWhatIsSet() {
        var settings = new Settings(
                Settings.PREFIX,
                Map.of(
                        "PM_SMTP_HOST", "mail.example",
                        "PM_SMTP_SECURITY", "tls",
                        "PM_SMTP_USER", "pm",
                        "PM_SMTP_PASSWORD", "s3cret",
                        "PM_SMTP_FROM", "pm@example.com",
                        "PM_SMTP_TIMEOUT", "PT3S"));

        assertThat(MailSettings.from(settings))
                .contains(new MailSettings(
                        "mail.example",
                        465,
                        Security.TLS,
                        Optional.of(new Login("pm", "s3cret")),
                        "pm@example.com",
                        Duration.ofSeconds(3)));
        settings.check();
    }

    @Test
    void settingsTellEverythingWrongAtOnce() {
        var settings = new Settings(
                Settings.PREFIX,
                Map.of(
                        "PM_SMTP_SECURITY",
                        "ssl",
                        "PM_SMTP_USER",
                        "pm",
                        "PM_SMTP_FROM",
                        "nobody",
                        "PM_SMTP_TIMEOUT",
                        "1"));
        MailSettings.from(settings);

        assertThatThrownBy(settings::check)
                .isInstanceOf(BadSettingsException.class)
                .hasMessageContainingAll(
                        "5 problem(s)",
                        "PM_SMTP_SECURITY",
                        "PM_SMTP_PASSWORD",
                        "PM_SMTP_HOST",
                        "PM_SMTP_FROM: is not",
                        "PM_SMTP_TIMEOUT");
    }

    private static MailSettings settings(int port, Security security, Optional<Login> login) {
        return new MailSettings(
                "localhost", port, security, login, "Prompt Manage <pm@example.com>", Duration.ofSeconds(30));
    }

    private static void refuseRecipients(ServerSocket server, int code) {
        try (Socket client = server.accept();
                var lines =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))) {
            say(client, "220 hello");
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                say(client, line.startsWith("RCPT") ? code + " no" : "250 fine");
            }
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Mail to(String... recipients) {
        return Mail.of("alert-1", List.of(recipients), "Budget exceeded", "t", "h");
    }

    /** Takes mail, but not for {@code gone@…}, and not now for {@code busy@…}. */
    private static void takeSome(ServerSocket server, List<String> taken) {
        while (!server.isClosed()) {
            try (Socket client = server.accept();
                    var lines = new BufferedReader(
                            new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))) {
                say(client, "220 hello");
                var recipients = new ArrayList<String>();
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    say(client, answer(line, recipients));
                    if (line.equals("DATA")) {
                        for (String text = lines.readLine(); !".".equals(text); text = lines.readLine()) {
                            assertThat(text).isNotNull();
                        }
                        taken.addAll(recipients);
                        say(client, "250 taken");
                    }
                }
            } catch (java.io.IOException ignored) {
                // The client has gone, or the test is over.
            }
        }
    }

    private static String answer(String line, List<String> recipients) {
        if (line.startsWith("RCPT TO:<gone@")) {
            return "550 nobody";
        }
        if (line.startsWith("RCPT TO:<busy@")) {
            return "450 later";
        }
        if (line.startsWith("RCPT TO:<")) {
            recipients.add(line.substring("RCPT TO:<".length(), line.indexOf('>')));
        }
        return switch (line) {
            case "DATA" -> "354 go on";
            case "QUIT" -> "221 bye";
            default -> "250 fine";
        };
    }

    private static void say(Socket client, String line) throws java.io.IOException {
        client.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }
}
