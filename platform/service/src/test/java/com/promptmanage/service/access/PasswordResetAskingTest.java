package com.promptmanage.service.access;

import static com.promptmanage.service.access.ResetStand.MAIL_STEP_MAX;
import static com.promptmanage.service.access.ResetStand.OPERATOR;
import static com.promptmanage.service.access.ResetStand.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.service.access.People.NewUser;
import com.promptmanage.service.http.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Links that are asked for: what whoever asks is told, and how often they may. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PasswordResetAskingTest {

    @AutoClose
    private final ResetStand stand = new ResetStand();

    @BeforeEach
    void someoneNew() {
        stand.someoneNew();
    }

    @Test
    void whoAsksLearnsNothingOfWhoIsThere() throws Exception {
        stand.access
                .people()
                .ensureUser(new NewUser("usr_off", "off@example.com", "Off", Optional.of(TestAccess.PASSWORD)));
        stand.database.useAsSystem(
                handle -> handle.execute("UPDATE users SET disabled_at = now() WHERE id = 'usr_off'"));

        // Nobody; without a password; switched off; the operator, whose address nobody has proved; someone.
        List<String> all = List.of("nobody@example.com", "bob@example.com", "off@example.com", OPERATOR, stand.email());

        try (Access own = stand.accessWithMail();
                HttpServer its = HttpServer.start(HttpServer.Options.onPort(0), List.of(own.routes()))) {
            for (String asked : all) {
                var answer = stand.send(its, "/api/auth/password-reset", Map.of("email", asked));
                assertThat(answer.statusCode()).as(asked).isEqualTo(202);
                assertThat(answer.body()).as(asked).isEmpty();
            }
        }

        // It has waited for those that were on their way.
        assertThat(all.stream().filter(asked -> !stand.mailsTo(asked).isEmpty()))
                .containsExactly(stand.email());
        assertThat(stand.mailsTo(stand.email())).hasSize(1);
    }

    /** Else the time would tell who is there. */
    @Test
    void theAnswerWaitsForNoMailServer() throws Exception {
        var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        try (Access own = stand.access(Optional.of(silent.getLocalPort()));
                HttpServer its = HttpServer.start(HttpServer.Options.onPort(0), List.of(own.routes()))) {
            var request = HttpRequest.newBuilder(URI.create(its.baseUri() + "/api/auth/password-reset"))
                    .timeout(MAIL_STEP_MAX.dividedBy(2))
                    .POST(BodyPublishers.ofString("{\"email\":\"%s\"}".formatted(stand.email())))
                    .build();

            assertThat(stand.client.send(request, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(202);
            // Else there would be a wait for it at the end.
            silent.close();
        } finally {
            silent.close();
        }
    }

    @Test
    void linksAreAskedForOnlySoOftenWhetherThereIsSuchAnAccountOrNot() throws Exception {
        for (String asked : List.of(stand.email(), "nobody@example.com")) {
            for (int i = 0; i < PasswordResets.PER_EMAIL_MAX; i++) {
                assertThat(stand.ask(asked).statusCode()).isEqualTo(202);
            }
            var refused = stand.ask(asked.toUpperCase(Locale.ROOT));
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("3600");
        }
        assertThat(stand.mails(PasswordResets.PER_EMAIL_MAX)).hasSize(PasswordResets.PER_EMAIL_MAX);

        stand.clock.advance(HourlyCounts.WINDOW);
        assertThat(stand.ask(stand.email()).statusCode()).isEqualTo(202);
    }

    @Test
    void oneNetworkAsksOnlySoOftenAndTakesNothingFromOthers() throws Exception {
        for (int i = 0; i < 30; i++) {
            assertThat(stand.ask("nobody%d@example.com".formatted(i), "192.0.2.1")
                            .statusCode())
                    .isEqualTo(202);
        }

        assertThat(stand.ask(stand.email(), "192.0.2.1").statusCode()).isEqualTo(429);
        assertThat(stand.ask(stand.email(), "192.0.2.2").statusCode()).isEqualTo(202);
    }

    @Test
    void whoHasManyAddressesBesideEachOtherLeavesSomeForOthers() throws Exception {
        for (int i = 0; i < PasswordResets.PER_SITE_MAX; i++) {
            assertThat(stand.ask("none%d@example.com".formatted(i), "2001:db8:9:%x::1".formatted(i))
                            .statusCode())
                    .isEqualTo(202);
        }

        assertThat(stand.ask(stand.email(), "2001:db8:9:ffff::1").statusCode()).isEqualTo(429);
        assertThat(stand.ask(stand.email(), "2001:db8:a::1").statusCode()).isEqualTo(202);
    }

    @Test
    void whereNoMailGoesOutEveryoneIsToldSo() throws Exception {
        for (String asked : List.of(stand.email(), "nobody@example.com")) {
            var answer = stand.send(stand.serverWithout, "/api/auth/password-reset", Map.of("email", asked));
            assertThat(answer.statusCode()).isEqualTo(409);
            assertThat(json(answer).path("code").asText()).isEqualTo("mail_not_set_up");
        }
        assertThat(withoutInstance(
                        stand.send(stand.serverWithout, "/api/auth/password-reset", Map.of("email", "a@example.com"))))
                .isEqualTo(withoutInstance(
                        stand.send(stand.serverWithout, "/api/auth/password-reset", Map.of("email", stand.email()))));
    }

    private static JsonNode withoutInstance(HttpResponse<String> answer) throws IOException {
        var problem = (ObjectNode) json(answer);
        problem.remove("instance");
        return problem;
    }
}
