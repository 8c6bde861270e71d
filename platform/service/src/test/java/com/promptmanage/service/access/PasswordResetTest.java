package com.promptmanage.service.access;

import static com.promptmanage.service.access.ResetStand.json;
import static com.promptmanage.service.access.ResetStand.recipients;
import static com.promptmanage.service.access.ResetStand.tokenIn;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.service.audit.Actor;
import com.promptmanage.topics.account.Account;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Passwords that are set anew by a link: for whom it is good, how long, and what ends with it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PasswordResetTest {

    private static final String NEXT = "a password for tomorrow";

    @AutoClose
    private final ResetStand stand = new ResetStand();

    @BeforeEach
    void someoneNew() {
        stand.someoneNew();
    }

    @Test
    void aMailedLinkSetsThePasswordOnceAndEndsEverySession() throws Exception {
        String before = stand.signIn(TestAccess.PASSWORD).token();
        for (int i = 0; i < SignInLocks.FAILURES_MAX + 1; i++) {
            stand.login(stand.email(), "forgotten");
        }

        assertThat(stand.ask(" " + stand.email().toUpperCase(Locale.ROOT)).statusCode())
                .isEqualTo(202);
        MimeMessage mail = stand.mails(1).getFirst();
        assertThat(recipients(mail)).containsExactly(stand.email());
        assertThat(mail.getSubject()).isEqualTo("A new password for Prompt Manage");
        String token = tokenIn(mail);

        assertThat(stand.confirm(token, "short").statusCode())
                .as("what is refused takes nothing from the link")
                .isEqualTo(400);
        var done = stand.confirm(token, NEXT);
        assertThat(done.statusCode()).as(done.body()).isEqualTo(204);

        assertThat(stand.me(before)).as("whoever knew the old one is out").isEqualTo(401);
        assertThat(stand.login(stand.email(), TestAccess.PASSWORD).statusCode()).isEqualTo(401);
        assertThat(stand.login(stand.email(), NEXT).statusCode())
                .as("the lock after wrong ones is gone, too")
                .isEqualTo(200);
        assertThat(fields(stand.confirm(token, "another password"))).containsExactly("token");
        assertThat(stand.login(stand.email(), NEXT).statusCode()).isEqualTo(200);
    }

    @Test
    void anOperatorWhoseAddressIsProvenIsSentALink() throws Exception {
        stand.database.useAsSystem(handle ->
                handle.execute("UPDATE users SET operator = true, email_verified_at = now() WHERE id = ?", stand.id()));

        stand.ask(stand.email());

        assertThat(stand.confirm(tokenIn(stand.mails(1).getFirst()), NEXT).statusCode())
                .isEqualTo(204);
    }

    @Test
    void aLinkIsGoodForAnHourAndNoneIsKeptInTheClear() throws Exception {
        stand.ask(stand.email());
        String token = tokenIn(stand.mails(1).getFirst());
        String kept = stand.database.asSystem(
                handle -> handle.createQuery("SELECT string_agg(to_jsonb(r)::text, '') FROM password_resets r")
                        .mapTo(String.class)
                        .one());
        assertThat(kept).contains(stand.id()).doesNotContain(token);

        stand.clock.advance(PasswordResets.LIFETIME);

        assertThat(fields(stand.confirm(token, NEXT))).containsExactly("token");
        assertThat(stand.login(stand.email(), TestAccess.PASSWORD).statusCode()).isEqualTo(200);
        stand.clock.advance(Duration.ofSeconds(1));
        stand.ask(stand.email());
        stand.mails(2);
        assertThat(stand.resets()).as("what is over is forgotten").isEqualTo(1);
    }

    @Test
    void oneLinkThatIsUsedEndsTheOthersAndSoDoesAChangedPassword() throws Exception {
        stand.ask(stand.email());
        stand.ask(stand.email());
        List<MimeMessage> both = stand.mails(2);
        assertThat(stand.confirm(tokenIn(both.get(0)), NEXT).statusCode()).isEqualTo(204);
        assertThat(stand.confirm(tokenIn(both.get(1)), "yet another one").statusCode())
                .isEqualTo(400);

        stand.ask(stand.email());
        String third = tokenIn(stand.mails(3).get(2));
        var signedIn = stand.signIn(NEXT);
        stand.access.sessions().changePassword(signedIn.person(), Actor.SYSTEM, NEXT, "changed again");
        assertThat(stand.confirm(third, "yet another one").statusCode()).isEqualTo(400);
    }

    @Test
    void oneOfManyWhoUseLinksOfOnePersonAtTheSameTimeGetsItsWay() throws Exception {
        stand.ask(stand.email());
        stand.ask(stand.email());
        List<MimeMessage> both = stand.mails(2);
        List<String> tokens = List.of(tokenIn(both.get(0)), tokenIn(both.get(1)));

        var statuses = new ArrayList<Integer>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tries = new ArrayList<Future<Integer>>();
            for (int i = 0; i < 8; i++) {
                String password = "password of %d".formatted(i);
                String token = tokens.get(i % 2);
                tries.add(threads.submit(() -> stand.confirm(token, password).statusCode()));
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
        String own = stand.key(Account.user(stand.id()));
        String ofTheTeam = stand.key(Account.team("team_red"));

        stand.ask(stand.email());
        stand.confirm(tokenIn(stand.mails(1).getFirst()), NEXT);

        assertThat(stand.me(own)).isEqualTo(401);
        assertThat(stand.me(ofTheTeam)).as("the team goes on").isEqualTo(200);
        assertThat(stand.audited())
                .containsExactly(stand.id() + " Someone {\"sessions\": \"ended\", \"apiKeysRevoked\": 1}");
    }

    @Test
    void keysOfWhoeverHasProvedToReadTheAddressGoOn() throws Exception {
        stand.database.useAsSystem(
                handle -> handle.execute("UPDATE users SET email_verified_at = now() WHERE id = ?", stand.id()));
        String own = stand.key(Account.user(stand.id()));

        stand.ask(stand.email());
        stand.confirm(tokenIn(stand.mails(1).getFirst()), NEXT);

        assertThat(stand.me(own)).isEqualTo(200);
        assertThat(stand.audited())
                .containsExactly(stand.id() + " Someone {\"sessions\": \"ended\", \"apiKeysRevoked\": 0}");
    }

    @Test
    void tellsAllThatIsWrong() throws Exception {
        assertThat(fields(stand.send(stand.server, "/api/auth/password-reset/confirm", Map.of("newPassword", "short"))))
                .containsExactly("token", "newPassword");
        assertThat(fields(stand.confirm("no token at all", NEXT))).containsExactly("token");
        assertThat(fields(stand.ask("nobody"))).containsExactly("email");
        assertThat(stand.client
                        .send(
                                HttpRequest.newBuilder(URI.create(stand.server.baseUri() + "/api/auth/password-reset"))
                                        .header("Sec-Fetch-Site", "cross-site")
                                        .POST(BodyPublishers.ofString("{\"email\":\"nobody@example.com\"}"))
                                        .build(),
                                BodyHandlers.ofString())
                        .statusCode())
                .as("a page of someone else's")
                .isEqualTo(403);
    }

    private static List<String> fields(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        var fields = new ArrayList<String>();
        json(answer)
                .path("errors")
                .forEach(error -> fields.add(error.path("field").asText()));
        return fields;
    }
}
