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
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.testkit.ManualClock;
import com.promptmanage.topics.account.Account;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PasswordResetTest {

    private static final String PUBLIC = "https://prompts.example.com";

    private static final String NEXT = "a password for tomorrow";

    private static final long MAIL_MILLIS_MAX = 30_000;

    private static final Pattern LINK =
            Pattern.compile(Pattern.quote(PUBLIC) + "/reset-password#([A-Za-z0-9_-]{43})\\s");

    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-24T12:00:00Z"));

    private final GreenMail post = started();

    private final Database database =
            Database.open(DatabaseSettings.of(EmbeddedPostgres.shared().createDatabase(), "app-password-of-tests"));

    private final AccessSettings settings = AccessSettings.DEFAULTS
            .withPasswordMemoryKib(64)
            .withPublicUrl(URI.create(PUBLIC))
            .withTrustedProxies(List.of(AddressRange.of("127.0.0.1")))
            .withOperator(new AccessSettings.Operator("root@example.com", TestAccess.PASSWORD));

    private final Access access = new Access(
            database,
            clock,
            settings,
            new Access.Ways(
                    Optional.empty(),
                    Optional.of(new Mailer(
                            new MailSettings(
                                    "127.0.0.1",
                                    post.getSmtp().getPort(),
                                    MailSettings.Security.NONE,
                                    Optional.empty(),
                                    "Prompt Manage <pm@example.com>",
                                    Duration.ofSeconds(20)),
                            clock))));

    private final Access without = new Access(database, clock, settings);

    private final HttpServer server = HttpServer.start(HttpServer.Options.onPort(0), List.of(access.routes()));

    private final HttpServer serverWithout = HttpServer.start(HttpServer.Options.onPort(0), List.of(without.routes()));

    private final HttpClient client = HttpClient.newHttpClient();

    PasswordResetTest() {
        TestAccess.seed(access);
    }

    @AfterEach
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
            login("ann@example.com", "forgotten");
        }

        assertThat(ask("Ann@example.com").statusCode()).isEqualTo(202);
        MimeMessage mail = mails(1).getFirst();
        assertThat(mail.getAllRecipients()).extracting(Object::toString).containsExactly("ann@example.com");
        assertThat(mail.getSubject()).isEqualTo("A new password for Prompt Manage");
        String token = tokenIn(mail);

        assertThat(confirm(token, "short").statusCode())
                .as("what is refused takes nothing from the link")
                .isEqualTo(400);
        var done = confirm(token, NEXT);
        assertThat(done.statusCode()).as(done.body()).isEqualTo(204);

        assertThat(me(before)).as("whoever knew the old one is out").isEqualTo(401);
        assertThat(login("ann@example.com", TestAccess.PASSWORD).statusCode()).isEqualTo(401);
        assertThat(login("ann@example.com", NEXT).statusCode())
                .as("the lock after wrong ones is gone, too")
                .isEqualTo(200);
        assertThat(fields(confirm(token, "another password"))).containsExactly("token");
        assertThat(login("ann@example.com", NEXT).statusCode()).isEqualTo(200);
    }

    @Test
    void whoAsksLearnsNothingOfWhoIsThere() throws Exception {
        database.useAsSystem(
                handle -> handle.execute("UPDATE users SET disabled_at = now() WHERE email = 'ann@example.com'"));
        access.people().ensureUser(new NewUser("usr_cy", "cy@example.com", "Cy", Optional.of(TestAccess.PASSWORD)));

        // Nobody; without a password; switched off; the operator, whose address nobody has proved; someone.
        for (String email : List.of(
                "nobody@example.com", "bob@example.com", "ann@example.com", "root@example.com", "cy@example.com")) {
            var answer = ask(email);
            assertThat(answer.statusCode()).as(email).isEqualTo(202);
            assertThat(answer.body()).as(email).isEmpty();
        }

        assertThat(mails(1)).hasSize(1).allSatisfy(mail -> assertThat(mail.getAllRecipients())
                .extracting(Object::toString)
                .containsExactly("cy@example.com"));
        // Waits for those who are not yet done.
        access.close();
        assertThat(post.getReceivedMessages()).hasSize(1);
    }

    @Test
    void anOperatorWhoseAddressIsProvenIsSentALink() throws Exception {
        database.useAsSystem(handle ->
                handle.execute("UPDATE users SET email_verified_at = now() WHERE email = 'root@example.com'"));

        ask("root@example.com");

        assertThat(confirm(tokenIn(mails(1).getFirst()), NEXT).statusCode()).isEqualTo(204);
    }

    @Test
    void linksAreAskedForOnlySoOftenWhetherThereIsSuchAnAccountOrNot() throws Exception {
        for (String email : List.of("ann@example.com", "nobody@example.com")) {
            for (int i = 0; i < PasswordResets.PER_EMAIL_MAX; i++) {
                assertThat(ask(email).statusCode()).isEqualTo(202);
            }
            var refused = ask(email.toUpperCase(Locale.ROOT));
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("3600");
        }
        assertThat(mails(PasswordResets.PER_EMAIL_MAX)).hasSize(PasswordResets.PER_EMAIL_MAX);

        clock.advance(HourlyCounts.WINDOW);
        assertThat(ask("ann@example.com").statusCode()).isEqualTo(202);
    }

    @Test
    void oneNetworkAsksOnlySoOftenAndTakesNothingFromOthers() throws Exception {
        for (int i = 0; i < 30; i++) {
            assertThat(ask("nobody%d@example.com".formatted(i), "192.0.2.1").statusCode())
                    .isEqualTo(202);
        }

        assertThat(ask("ann@example.com", "192.0.2.1").statusCode()).isEqualTo(429);
        assertThat(ask("ann@example.com", "192.0.2.2").statusCode()).isEqualTo(202);
    }

    @Test
    void whereNoMailGoesOutEveryoneIsToldSo() throws Exception {
        for (String email : List.of("ann@example.com", "nobody@example.com")) {
            var answer = send(serverWithout, "/api/auth/password-reset", Map.of("email", email));
            assertThat(answer.statusCode()).isEqualTo(409);
            assertThat(json(answer).path("code").asText()).isEqualTo("mail_not_set_up");
        }
        assertThat(withoutInstance(send(serverWithout, "/api/auth/password-reset", Map.of("email", "a@example.com"))))
                .isEqualTo(withoutInstance(
                        send(serverWithout, "/api/auth/password-reset", Map.of("email", "ann@example.com"))));
    }

    @Test
    void aLinkIsGoodForAnHourAndNoneIsKeptInTheClear() throws Exception {
        ask("ann@example.com");
        String token = tokenIn(mails(1).getFirst());
        String kept = database.asSystem(
                handle -> handle.createQuery("SELECT string_agg(to_jsonb(r)::text, '') FROM password_resets r")
                        .mapTo(String.class)
                        .one());
        assertThat(kept).contains("usr_ann").doesNotContain(token);

        clock.advance(PasswordResets.LIFETIME);

        assertThat(fields(confirm(token, NEXT))).containsExactly("token");
        assertThat(login("ann@example.com", TestAccess.PASSWORD).statusCode()).isEqualTo(200);
        clock.advance(Duration.ofSeconds(1));
        ask("ann@example.com");
        mails(2);
        assertThat(resets()).as("what is over is forgotten").isEqualTo(1);
    }

    @Test
    void oneLinkThatIsUsedEndsTheOthersAndSoDoesAChangedPassword() throws Exception {
        ask("ann@example.com");
        ask("ann@example.com");
        List<MimeMessage> both = mails(2);
        assertThat(confirm(tokenIn(both.get(0)), NEXT).statusCode()).isEqualTo(204);
        assertThat(confirm(tokenIn(both.get(1)), "yet another one").statusCode())
                .isEqualTo(400);

        ask("ann@example.com");
        String third = tokenIn(mails(3).get(2));
        var signedIn = signIn(NEXT);
        access.sessions()
                .changePassword(signedIn.person(), Actor.SYSTEM, NEXT, "changed again");
        assertThat(confirm(third, "yet another one").statusCode()).isEqualTo(400);
    }

    @Test
    void oneOfManyWhoUseALinkAtTheSameTimeGetsItsWay() throws Exception {
        ask("ann@example.com");
        String token = tokenIn(mails(1).getFirst());

        var statuses = new ArrayList<Integer>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tries = new ArrayList<Future<Integer>>();
            for (int i = 0; i < 8; i++) {
                String password = "password of %d".formatted(i);
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
        String own = key(Account.user("usr_ann"));
        String ofTheTeam = key(Account.team("team_red"));

        ask("ann@example.com");
        confirm(tokenIn(mails(1).getFirst()), NEXT);

        assertThat(me(own)).isEqualTo(401);
        assertThat(me(ofTheTeam)).as("the team goes on").isEqualTo(200);
        assertThat(audited()).containsExactly("usr_ann Ann {\"sessions\": \"ended\", \"apiKeysRevoked\": 1}");
    }

    @Test
    void keysOfWhoeverHasProvedToReadTheAddressGoOn() throws Exception {
        database.useAsSystem(
                handle -> handle.execute("UPDATE users SET email_verified_at = now() WHERE email = 'ann@example.com'"));
        String own = key(Account.user("usr_ann"));

        ask("ann@example.com");
        confirm(tokenIn(mails(1).getFirst()), NEXT);

        assertThat(me(own)).isEqualTo(200);
        assertThat(audited()).containsExactly("usr_ann Ann {\"sessions\": \"ended\", \"apiKeysRevoked\": 0}");
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
                                        .POST(BodyPublishers.ofString("{\"email\":\"ann@example.com\"}"))
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
        return send(
                server, "/api/auth/password-reset/confirm", Map.of("token", token, "newPassword", password));
    }

    private HttpResponse<String> login(String email, String password) throws Exception {
        return send(server, "/api/auth/login", Map.of("email", email, "password", password));
    }

    private Sessions.SignedIn signIn(String password) {
        return access.sessions().signIn("ann@example.com", password);
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

    /** In the order in which they came, once there are so many. */
    private List<MimeMessage> mails(int count) {
        assertThat(post.waitForIncomingEmail(MAIL_MILLIS_MAX, count)).isTrue();
        return List.of(post.getReceivedMessages());
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
        return database.asSystem(handle -> handle.createQuery("SELECT count(*) FROM password_resets")
                .mapTo(Integer.class)
                .one());
    }

    private List<String> audited() {
        return database.asSystem(handle -> handle.createQuery("""
                        SELECT actor_id || ' ' || actor_name || ' ' || new_values::text FROM audit_log
                        WHERE action = 'password_reset' AND account = 'user:usr_ann'
                        """).mapTo(String.class).list());
    }

    private static List<String> fields(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        var fields = new ArrayList<String>();
        json(answer).path("errors").forEach(error -> fields.add(error.path("field").asText()));
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
