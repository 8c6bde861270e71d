package com.promptmanage.service.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import com.promptmanage.service.access.People.NewUser;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.mail.MailSettings;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.service.outbound.AddressRange;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.testkit.ManualClock;
import com.promptmanage.topics.account.Account;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PasswordResetTest {

    private static final String PUBLIC = "https://prompts.example.com";

    private static final String OPERATOR = "root@example.com";

    private static final String NEXT = "a password for tomorrow";

    private static final Duration MAIL_STEP_MAX = Duration.ofSeconds(60);

    private static final Pattern LINK =
            Pattern.compile(Pattern.quote(PUBLIC) + "/reset-password#([A-Za-z0-9_-]{43})\\s");

    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-24T12:00:00Z"));

    private final GreenMail post = started();

    private final Database database =
            Database.open(DatabaseSettings.of(EmbeddedPostgres.shared().createDatabase(), "app-password-of-tests"));

    private final Access access = access(Optional.of(post.getSmtp().getPort()));

    private final Access without = access(Optional.empty());

    private final HttpServer server = HttpServer.start(HttpServer.Options.onPort(0), List.of(access.routes()));

    private final HttpServer serverWithout = HttpServer.start(HttpServer.Options.onPort(0), List.of(without.routes()));

    private final HttpClient client = HttpClient.newHttpClient();

    private int people;

    /** Someone new in each test, with a password. */
    private String id = "";

    private String email = "";

    PasswordResetTest() {
        TestAccess.seed(access);
    }

    /** @param mailPort of the mail server; empty for none */
    private Access access(Optional<Integer> mailPort) {
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

    @BeforeEach
    void someoneNew() {
        database.useAsSystem(handle -> handle.execute("DELETE FROM sign_up_counts"));
        id = "usr_%d".formatted(++people);
        email = "someone%d@example.com".formatted(people);
        access.people().ensureUser(new NewUser(id, email, "Someone", Optional.of(TestAccess.PASSWORD)));
    }

    @AfterAll
    void close() {
        client.close();
        server.close();
        serverWithout.close();
        access.close();
        without.close();
        database.close();
        post.stop();
    }

    @Test
    void aMailedLinkSetsThePasswordOnceAndEndsEverySession() throws Exception {
        String before = signIn(TestAccess.PASSWORD).token();
        for (int i = 0; i < SignInLocks.FAILURES_MAX + 1; i++) {
            login(email, "forgotten");
        }

        assertThat(ask(" " + email.toUpperCase(Locale.ROOT)).statusCode()).isEqualTo(202);
        MimeMessage mail = mails(1).getFirst();
        assertThat(recipients(mail)).containsExactly(email);
        assertThat(mail.getSubject()).isEqualTo("A new password for Prompt Manage");
        String token = tokenIn(mail);

        assertThat(confirm(token, "short").statusCode())
                .as("what is refused takes nothing from the link")
                .isEqualTo(400);
        var done = confirm(token, NEXT);
        assertThat(done.statusCode()).as(done.body()).isEqualTo(204);

        assertThat(me(before)).as("whoever knew the old one is out").isEqualTo(401);
        assertThat(login(email, TestAccess.PASSWORD).statusCode()).isEqualTo(401);
        assertThat(login(email, NEXT).statusCode())
                .as("the lock after wrong ones is gone, too")
                .isEqualTo(200);
        assertThat(fields(confirm(token, "another password"))).containsExactly("token");
        assertThat(login(email, NEXT).statusCode()).isEqualTo(200);
    }

    @Test
    void whoAsksLearnsNothingOfWhoIsThere() throws Exception {
        access.people().ensureUser(new NewUser("usr_off", "off@example.com", "Off", Optional.of(TestAccess.PASSWORD)));
        database.useAsSystem(handle -> handle.execute("UPDATE users SET disabled_at = now() WHERE id = 'usr_off'"));

        // Nobody; without a password; switched off; the operator, whose address nobody has proved; someone.
        List<String> all = List.of("nobody@example.com", "bob@example.com", "off@example.com", OPERATOR, email);

        try (Access own = access(Optional.of(post.getSmtp().getPort()));
                HttpServer its = HttpServer.start(HttpServer.Options.onPort(0), List.of(own.routes()))) {
            for (String asked : all) {
                var answer = send(its, "/api/auth/password-reset", Map.of("email", asked));
                assertThat(answer.statusCode()).as(asked).isEqualTo(202);
                assertThat(answer.body()).as(asked).isEmpty();
            }
        }

        // It has waited for those that were on their way.
        assertThat(all.stream().filter(asked -> !mailsTo(asked).isEmpty())).containsExactly(email);
        assertThat(mailsTo(email)).hasSize(1);
    }

    /** Else the time would tell who is there. */
    @Test
    void theAnswerWaitsForNoMailServer() throws Exception {
        var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        try (Access own = access(Optional.of(silent.getLocalPort()));
                HttpServer its = HttpServer.start(HttpServer.Options.onPort(0), List.of(own.routes()))) {
            var request = HttpRequest.newBuilder(URI.create(its.baseUri() + "/api/auth/password-reset"))
                    .timeout(MAIL_STEP_MAX.dividedBy(2))
                    .POST(BodyPublishers.ofString("{\"email\":\"%s\"}".formatted(email)))
                    .build();

            assertThat(client.send(request, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(202);
            // Else there would be a wait for it at the end.
            silent.close();
        } finally {
            silent.close();
        }
    }

    @Test
    void anOperatorWhoseAddressIsProvenIsSentALink() throws Exception {
        database.useAsSystem(handle ->
                handle.execute("UPDATE users SET operator = true, email_verified_at = now() WHERE id = ?", id));

        ask(email);

        assertThat(confirm(tokenIn(mails(1).getFirst()), NEXT).statusCode()).isEqualTo(204);
    }

    @Test
    void linksAreAskedForOnlySoOftenWhetherThereIsSuchAnAccountOrNot() throws Exception {
        for (String asked : List.of(email, "nobody@example.com")) {
            for (int i = 0; i < PasswordResets.PER_EMAIL_MAX; i++) {
                assertThat(ask(asked).statusCode()).isEqualTo(202);
            }
            var refused = ask(asked.toUpperCase(Locale.ROOT));
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("3600");
        }
        assertThat(mails(PasswordResets.PER_EMAIL_MAX)).hasSize(PasswordResets.PER_EMAIL_MAX);

        clock.advance(HourlyCounts.WINDOW);
        assertThat(ask(email).statusCode()).isEqualTo(202);
    }

    @Test
    void oneNetworkAsksOnlySoOftenAndTakesNothingFromOthers() throws Exception {
        for (int i = 0; i < 30; i++) {
            assertThat(ask("nobody%d@example.com".formatted(i), "192.0.2.1").statusCode())
                    .isEqualTo(202);
        }

        assertThat(ask(email, "192.0.2.1").statusCode()).isEqualTo(429);
        assertThat(ask(email, "192.0.2.2").statusCode()).isEqualTo(202);
    }

    @Test
    void whereNoMailGoesOutEveryoneIsToldSo() throws Exception {
        for (String asked : List.of(email, "nobody@example.com")) {
            var answer = send(serverWithout, "/api/auth/password-reset", Map.of("email", asked));
            assertThat(answer.statusCode()).isEqualTo(409);
            assertThat(json(answer).path("code").asText()).isEqualTo("mail_not_set_up");
        }
        assertThat(withoutInstance(send(serverWithout, "/api/auth/password-reset", Map.of("email", "a@example.com"))))
                .isEqualTo(withoutInstance(send(serverWithout, "/api/auth/password-reset", Map.of("email", email))));
    }

    @Test
    void aLinkIsGoodForAnHourAndNoneIsKeptInTheClear() throws Exception {
        ask(email);
        String token = tokenIn(mails(1).getFirst());
        String kept = database.asSystem(
                handle -> handle.createQuery("SELECT string_agg(to_jsonb(r)::text, '') FROM password_resets r")
                        .mapTo(String.class)
                        .one());
        assertThat(kept).contains(id).doesNotContain(token);

        clock.advance(PasswordResets.LIFETIME);

        assertThat(fields(confirm(token, NEXT))).containsExactly("token");
        assertThat(login(email, TestAccess.PASSWORD).statusCode()).isEqualTo(200);
        clock.advance(Duration.ofSeconds(1));
        ask(email);
        mails(2);
        assertThat(resets()).as("what is over is forgotten").isEqualTo(1);
    }

    @Test
    void oneLinkThatIsUsedEndsTheOthersAndSoDoesAChangedPassword() throws Exception {
        ask(email);
        ask(email);
        List<MimeMessage> both = mails(2);
        assertThat(confirm(tokenIn(both.get(0)), NEXT).statusCode()).isEqualTo(204);
        assertThat(confirm(tokenIn(both.get(1)), "yet another one").statusCode())
                .isEqualTo(400);

        ask(email);
        String third = tokenIn(mails(3).get(2));
        var signedIn = signIn(NEXT);
        access.sessions().changePassword(signedIn.person(), Actor.SYSTEM, NEXT, "changed again");
        assertThat(confirm(third, "yet another one").statusCode()).isEqualTo(400);
    }

    @Test
    void oneOfManyWhoUseLinksOfOnePersonAtTheSameTimeGetsItsWay() throws Exception {
        ask(email);
        ask(email);
        List<MimeMessage> both = mails(2);
        List<String> tokens = List.of(tokenIn(both.get(0)), tokenIn(both.get(1)));

        var statuses = new ArrayList<Integer>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tries = new ArrayList<Future<Integer>>();
            for (int i = 0; i < 8; i++) {
                String password = "password of %d".formatted(i);
                String token = tokens.get(i % 2);
                tries.add(threads.submit(() -> confirm(token, password).statusCode()));
            }
            for (var one : tries) {
                statuses.add(one.get());
            }
        }

        assertThat(statuses).filteredOn(status -> status == 204).hasSize(1);
        assertThat(statuses).filteredOn(status -> status == 400).hasSize(7);
    }

    @Test
    void keysThatWhoeverMadeTheAccountHasLeftThereEndIfTheAddressWasNeverProven() throws Exception {
        String own = key(Account.user(id));
        String ofTheTeam = key(Account.team("team_red"));

        ask(email);
        confirm(tokenIn(mails(1).getFirst()), NEXT);

        assertThat(me(own)).isEqualTo(401);
        assertThat(me(ofTheTeam)).as("the team goes on").isEqualTo(200);
        assertThat(audited()).containsExactly(id + " Someone {\"sessions\": \"ended\", \"apiKeysRevoked\": 1}");
    }

    @Test
    void keysOfWhoeverHasProvedToReadTheAddressGoOn() throws Exception {
        database.useAsSystem(handle -> handle.execute("UPDATE users SET email_verified_at = now() WHERE id = ?", id));
        String own = key(Account.user(id));

        ask(email);
        confirm(tokenIn(mails(1).getFirst()), NEXT);

        assertThat(me(own)).isEqualTo(200);
        assertThat(audited()).containsExactly(id + " Someone {\"sessions\": \"ended\", \"apiKeysRevoked\": 0}");
    }

    @Test
    void tellsAllThatIsWrong() throws Exception {
        assertThat(fields(send(server, "/api/auth/password-reset/confirm", Map.of("newPassword", "short"))))
                .containsExactly("token", "newPassword");
        assertThat(fields(confirm("no token at all", NEXT))).containsExactly("token");
        assertThat(fields(ask("nobody"))).containsExactly("email");
        assertThat(client.send(
                                HttpRequest.newBuilder(URI.create(server.baseUri() + "/api/auth/password-reset"))
                                        .header("Sec-Fetch-Site", "cross-site")
                                        .POST(BodyPublishers.ofString("{\"email\":\"nobody@example.com\"}"))
                                        .build(),
                                BodyHandlers.ofString())
                        .statusCode())
                .as("a page of someone else's")
                .isEqualTo(403);
    }

    private HttpResponse<String> ask(String email) throws Exception {
        return send(server, "/api/auth/password-reset", Map.of("email", email));
    }

    private HttpResponse<String> ask(String email, String from) throws Exception {
        return send(server, "/api/auth/password-reset", Map.of("email", email), "X-Forwarded-For", from);
    }

    private HttpResponse<String> confirm(String token, String password) throws Exception {
        return send(server, "/api/auth/password-reset/confirm", Map.of("token", token, "newPassword", password));
    }

    private HttpResponse<String> login(String email, String password) throws Exception {
        return send(server, "/api/auth/login", Map.of("email", email, "password", password));
    }

    private Sessions.SignedIn signIn(String password) {
        return access.sessions().signIn(email, password);
    }

    private int me(String secret) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(URI.create(server.baseUri() + "/api/auth/me"))
                                .header("Authorization", "Bearer " + secret)
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    private HttpResponse<String> send(HttpServer to, String path, Map<String, String> body, String... headers)
            throws Exception {
        var request = HttpRequest.newBuilder(URI.create(to.baseUri() + path))
                .POST(BodyPublishers.ofString(Json.mapper().writeValueAsString(body)));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private String key(Account account) {
        return access.keys()
                .create(Scope.EVERYONE, NewKey.of("left there", account))
                .secret();
    }

    /** To the test's own someone, in the order in which they came, once there are so many. */
    private List<MimeMessage> mails(int count) throws Exception {
        Await.until(() -> assertThat(mailsTo(email)).hasSizeGreaterThanOrEqualTo(count));
        return mailsTo(email);
    }

    private List<MimeMessage> mailsTo(String address) {
        return Arrays.stream(post.getReceivedMessages())
                .filter(mail -> recipients(mail).contains(address))
                .toList();
    }

    private static List<String> recipients(MimeMessage mail) {
        try {
            return Arrays.stream(mail.getAllRecipients()).map(Object::toString).toList();
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String tokenIn(MimeMessage mail) throws Exception {
        var parts = (Multipart) mail.getContent();
        var link = LINK.matcher(parts.getBodyPart(0).getContent().toString());
        assertThat(link.find()).as(GreenMailUtil.getWholeMessage(mail)).isTrue();
        assertThat(parts.getBodyPart(1).getContent().toString())
                .contains("href=\"%s/reset-password#%s\"".formatted(PUBLIC, link.group(1)));
        return link.group(1);
    }

    private int resets() {
        return database.asSystem(
                handle -> handle.createQuery("SELECT count(*) FROM password_resets WHERE user_id = :id")
                        .bind("id", id)
                        .mapTo(Integer.class)
                        .one());
    }

    private List<String> audited() {
        return database.asSystem(handle -> handle.createQuery("""
                        SELECT actor_id || ' ' || actor_name || ' ' || new_values::text FROM audit_log
                        WHERE action = 'password_reset' AND account = :account
                        """)
                .bind("account", Account.user(id).value())
                .mapTo(String.class)
                .list());
    }

    private static List<String> fields(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        var fields = new ArrayList<String>();
        json(answer)
                .path("errors")
                .forEach(error -> fields.add(error.path("field").asText()));
        return fields;
    }

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        return Json.mapper().readTree(answer.body());
    }

    private static JsonNode withoutInstance(HttpResponse<String> answer) throws IOException {
        var problem = (ObjectNode) json(answer);
        problem.remove("instance");
        return problem;
    }

    private static GreenMail started() {
        var post = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        post.start();
        return post;
    }
}
