package com.promptmanage.service.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import com.promptmanage.service.access.People.NewUser;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.MigratedDatabase;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.mail.MailSettings;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.service.outbound.AddressRange;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.ManualClock;
import com.promptmanage.topics.account.Account;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** A product that mails links for new passwords, the mails that came, and someone new for each test, with a password. */
final class ResetStand implements AutoCloseable {

    private static final String PUBLIC = "https://prompts.example.com";

    static final String OPERATOR = "root@example.com";

    /** Longer than any answer takes that does not wait for a mail server. */
    static final Duration MAIL_STEP_MAX = Duration.ofSeconds(60);

    private static final Pattern LINK =
            Pattern.compile(Pattern.quote(PUBLIC) + "/reset-password#([A-Za-z0-9_-]{43})\\s");

    final ManualClock clock = new ManualClock(Instant.parse("2026-11-24T12:00:00Z"));

    private final GreenMail post = started();

    final Database database = MigratedDatabase.open();

    final Access access = accessWithMail();

    private final Access without = access(Optional.empty());

    final HttpServer server = HttpServer.start(HttpServer.Options.onPort(0), List.of(access.routes()));

    /** Of a product that mails nothing. */
    final HttpServer serverWithout = HttpServer.start(HttpServer.Options.onPort(0), List.of(without.routes()));

    final HttpClient client = HttpClient.newHttpClient();

    private int people;

    private String id = "";

    private String email = "";

    ResetStand() {
        TestAccess.seed(access);
    }

    void someoneNew() {
        database.useAsSystem(handle -> handle.execute("DELETE FROM sign_up_counts"));
        id = "usr_%d".formatted(++people);
        email = "someone%d@example.com".formatted(people);
        access.people().ensureUser(new NewUser(id, email, "Someone", Optional.of(TestAccess.PASSWORD)));
    }

    String id() {
        return id;
    }

    String email() {
        return email;
    }

    /** Another process of the same product. */
    Access accessWithMail() {
        return access(Optional.of(post.getSmtp().getPort()));
    }

    /** @param mailPort of the mail server; empty for none */
    Access access(Optional<Integer> mailPort) {
        return new Access(
                database,
                clock,
                AccessSettings.DEFAULTS
                        .withPasswordMemoryKib(64)
                        .withPublicUrl(URI.create(PUBLIC))
                        .withTrustedProxies(List.of(AddressRange.of("127.0.0.1")))
                        .withOperator(new AccessSettings.Operator(OPERATOR, TestAccess.PASSWORD)),
                Optional.empty(),
                mailPort.map(this::mailer));
    }

    private Mailer mailer(int port) {
        return new Mailer(
                new MailSettings(
                        "127.0.0.1",
                        port,
                        MailSettings.Security.NONE,
                        Optional.empty(),
                        "Prompt Manage <pm@example.com>",
                        MAIL_STEP_MAX),
                clock);
    }

    HttpResponse<String> ask(String email) throws Exception {
        return send(server, "/api/auth/password-reset", Map.of("email", email));
    }

    HttpResponse<String> ask(String email, String from) throws Exception {
        return send(server, "/api/auth/password-reset", Map.of("email", email), "X-Forwarded-For", from);
    }

    HttpResponse<String> confirm(String token, String password) throws Exception {
        return send(server, "/api/auth/password-reset/confirm", Map.of("token", token, "newPassword", password));
    }

    HttpResponse<String> login(String email, String password) throws Exception {
        return send(server, "/api/auth/login", Map.of("email", email, "password", password));
    }

    Sessions.SignedIn signIn(String password) {
        return access.sessions().signIn(email, password);
    }

    int me(String secret) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(URI.create(server.baseUri() + "/api/auth/me"))
                                .header("Authorization", "Bearer " + secret)
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    HttpResponse<String> send(HttpServer to, String path, Map<String, String> body, String... headers)
            throws Exception {
        var request = HttpRequest.newBuilder(URI.create(to.baseUri() + path))
                .POST(BodyPublishers.ofString(Json.mapper().writeValueAsString(body)));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    String key(Account account) {
        return access.keys()
                .create(Scope.EVERYONE, NewKey.of("left there", account))
                .secret();
    }

    /** To the test's own someone, in the order in which they came, once there are so many. */
    List<MimeMessage> mails(int count) throws Exception {
        Await.until(() -> assertThat(mailsTo(email)).hasSizeGreaterThanOrEqualTo(count));
        return mailsTo(email);
    }

    List<MimeMessage> mailsTo(String address) {
        return Arrays.stream(post.getReceivedMessages())
                .filter(mail -> recipients(mail).contains(address))
                .toList();
    }

    static List<String> recipients(MimeMessage mail) {
        try {
            return Arrays.stream(mail.getAllRecipients()).map(Object::toString).toList();
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    static String tokenIn(MimeMessage mail) throws Exception {
        var parts = (Multipart) mail.getContent();
        var link = LINK.matcher(parts.getBodyPart(0).getContent().toString());
        assertThat(link.find()).as(GreenMailUtil.getWholeMessage(mail)).isTrue();
        assertThat(parts.getBodyPart(1).getContent().toString())
                .contains("href=\"%s/reset-password#%s\"".formatted(PUBLIC, link.group(1)));
        return link.group(1);
    }

    int resets() {
        return database.asSystem(
                handle -> handle.createQuery("SELECT count(*) FROM password_resets WHERE user_id = :id")
                        .bind("id", id)
                        .mapTo(Integer.class)
                        .one());
    }

    List<String> audited() {
        return database.asSystem(handle -> handle.createQuery("""
                        SELECT actor_id || ' ' || actor_name || ' ' || new_values::text FROM audit_log
                        WHERE action = 'password_reset' AND account = :account
                        """)
                .bind("account", Account.user(id).value())
                .mapTo(String.class)
                .list());
    }

    static JsonNode json(HttpResponse<String> answer) throws IOException {
        return Json.mapper().readTree(answer.body());
    }

    private static GreenMail started() {
        var post = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        post.start();
        return post;
    }

    @Override
    public void close() {
        client.close();
        server.close();
        serverWithout.close();
        access.close();
        without.close();
        database.close();
        post.stop();
    }
}
