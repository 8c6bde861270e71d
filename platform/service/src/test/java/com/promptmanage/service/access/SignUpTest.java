package com.promptmanage.service.access;

import static com.promptmanage.service.access.BrowserStand.PASSWORD;
import static com.promptmanage.service.access.BrowserStand.body;
import static com.promptmanage.service.access.BrowserStand.cookieOf;
import static com.promptmanage.service.access.BrowserStand.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.outbound.AddressRange;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Who may make themselves an account, how often, and from where passwords may be tried. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SignUpTest {

    private final BrowserStand stand = new BrowserStand();

    private final Access closed = new Access(
            stand.database,
            stand.clock,
            AccessSettings.DEFAULTS.withPasswordMemoryKib(64).withSignUp(false));

    private final HttpServer closedServer = HttpServer.start(HttpServer.Options.onPort(0), List.of(closed.routes()));

    /** Behind a proxy on this machine, with as few as makes a test short. */
    private final Access limited = new Access(
            stand.database,
            stand.clock,
            AccessSettings.DEFAULTS
                    .withPasswordMemoryKib(64)
                    .withHourlyRates(new AccessSettings.HourlyRates(2, 5, 3))
                    .withTrustedProxies(List.of(AddressRange.of("127.0.0.1"))));

    private final HttpServer limitedServer = HttpServer.start(HttpServer.Options.onPort(0), List.of(limited.routes()));

    private int asking;

    @AfterAll
    void close() {
        closedServer.close();
        limitedServer.close();
        closed.close();
        limited.close();
        stand.close();
    }

    @Test
    void whoSignsUpIsSignedInWithAnAccountOfTheirOwn() throws Exception {
        var made = stand.register(" Zoe@Example.com ", PASSWORD, "Zoe");

        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        JsonNode user = json(made).path("user");
        assertThat(user.path("email").asText()).isEqualTo("zoe@example.com");
        assertThat(user.path("emailVerified").asBoolean()).isFalse();
        assertThat(user.path("operator").asBoolean()).isFalse();
        assertThat(user.path("features").path("exports").asBoolean()).isTrue();
        assertThat(json(stand.send("GET", "/api/auth/me", null, "Cookie", cookieOf(made)))
                        .path("user"))
                .isEqualTo(user);
        assertThat(stand.login("zoe@example.com", PASSWORD).statusCode()).isEqualTo(200);
        assertThat(stand.register("zoe@example.com", "another password", "Zoe").statusCode())
                .isEqualTo(409);
    }

    @Test
    void tellsAllThatIsWrongWithASignUp() throws Exception {
        var answer = stand.register("not an address", "short", "x".repeat(101));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).path("errors").findValuesAsText("field")).containsExactly("email", "name", "password");
    }

    @Test
    void nobodySignsUpWhereItIsClosed() throws Exception {
        var refused = stand.client.send(
                HttpRequest.newBuilder(URI.create(closedServer.baseUri() + "/api/auth/register"))
                        .POST(BodyPublishers.ofString("{}"))
                        .build(),
                BodyHandlers.ofString());

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(saysSignUpIsOpen(closedServer)).as("nor is it offered").isFalse();
        assertThat(saysSignUpIsOpen(limitedServer)).isTrue();
    }

    private boolean saysSignUpIsOpen(HttpServer server) throws Exception {
        var answer = stand.client.send(
                HttpRequest.newBuilder(URI.create(server.baseUri() + "/api/auth/issuers"))
                        .build(),
                BodyHandlers.ofString());
        return json(answer).path("signUp").booleanValue();
    }

    @Test
    void accountsAreAskedForOnlySoOftenFromOneNetworkAndInAll() throws Exception {
        stand.database.useAsSystem(handle -> handle.execute("DELETE FROM sign_up_counts"));

        assertThat(askedFrom("203.0.113.1").statusCode()).isEqualTo(201);
        assertThat(askedFrom("203.0.113.1").statusCode()).isEqualTo(201);
        var third = askedFrom("203.0.113.1");
        assertThat(third.statusCode()).as(third.body()).isEqualTo(429);
        assertThat(third.headers().firstValue("Retry-After")).hasValue("3600");
        assertThat(askedFrom("198.51.100.1, 203.0.113.1").statusCode())
                .as("what a client says of itself is not believed")
                .isEqualTo(429);
        assertThat(askedFrom("2001:db8:0:1::1").statusCode()).isEqualTo(201);
        assertThat(askedFrom("2001:db8:0:1::2").statusCode()).isEqualTo(201);
        assertThat(askedFrom("2001:db8:0:1:ffff::3").statusCode())
                .as("one network")
                .isEqualTo(429);
        assertThat(askedFrom("2001:db8:0:2::1").statusCode())
                .as("those that were too many from one network did not count")
                .isEqualTo(201);
        assertThat(askedFrom("203.0.113.2").statusCode()).as("in all").isEqualTo(429);

        stand.clock.advance(HourlyCounts.WINDOW);
        assertThat(askedFrom("203.0.113.2").statusCode()).isEqualTo(201);
        assertThat(askedFrom("203.0.113.1").statusCode()).isEqualTo(201);
    }

    /** Else whoever has so many networks of 64 bits keeps everyone from signing up. */
    @Test
    void whoHasManyAddressesBesideEachOtherLeavesSomeForOthers() throws Exception {
        stand.database.useAsSystem(handle -> handle.execute("DELETE FROM sign_up_counts"));

        for (int i = 0; i < 4; i++) {
            assertThat(askedFrom("2001:db8:5:%d::1".formatted(i)).statusCode()).isEqualTo(201);
        }
        assertThat(askedFrom("2001:db8:5:4::1").statusCode()).isEqualTo(429);
        assertThat(askedFrom("2001:db8:6::1").statusCode()).isEqualTo(201);
    }

    @Test
    void anAddressThatIsTakenCountsAsMuchAsOneThatIsFree() throws Exception {
        stand.database.useAsSystem(handle -> handle.execute("DELETE FROM sign_up_counts"));

        assertThat(askedFrom("203.0.113.3", "ann@example.com").statusCode()).isEqualTo(409);
        assertThat(askedFrom("203.0.113.3", "ann@example.com").statusCode()).isEqualTo(409);
        assertThat(askedFrom("203.0.113.3", "ann@example.com").statusCode()).isEqualTo(429);
    }

    /** Password spraying: a few tries for each of many. */
    @Test
    void passwordsAreTriedOnlySoOftenFromOneNetwork() throws Exception {
        stand.database.useAsSystem(handle -> handle.execute("DELETE FROM sign_up_counts"));
        String network = "2001:db8:7:7::";

        for (int i = 0; i < 5; i++) {
            assertThat(signInFrom(network + i, "ann@example.com", PASSWORD).statusCode())
                    .as("what is right does not count")
                    .isEqualTo(200);
        }
        for (int i = 0; i < 3; i++) {
            assertThat(signInFrom(network + i, "someone-%d@example.com".formatted(i), "Spring2026!")
                            .statusCode())
                    .isEqualTo(401);
        }
        var refused = signInFrom(network + "99", "ann@example.com", PASSWORD);
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("3600");
        assertThat(json(refused).path("code").asText()).isEqualTo("rate_limited");
        for (int i = 0; i < SignInLocks.FAILURES_MAX; i++) {
            assertThat(signInFrom(network + i, "ann@example.com", "wrong").statusCode())
                    .isEqualTo(429);
        }
        assertThat(signInFrom("2001:db8:7:8::1", "ann@example.com", PASSWORD).statusCode())
                .as("from elsewhere, and nobody's account is locked by what was refused")
                .isEqualTo(200);

        stand.clock.advance(HourlyCounts.WINDOW);
        assertThat(signInFrom(network, "ann@example.com", PASSWORD).statusCode())
                .isEqualTo(200);
    }

    private HttpResponse<String> signInFrom(String address, String email, String password) throws Exception {
        return stand.client.send(
                HttpRequest.newBuilder(URI.create(limitedServer.baseUri() + "/api/auth/login"))
                        .header("X-Forwarded-For", address)
                        .POST(BodyPublishers.ofString(body(Map.of("email", email, "password", password))))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void aChangedPasswordIsLoggedWithWhereItWasChangedFrom() throws Exception {
        stand.database.useAsSystem(handle -> handle.execute("DELETE FROM sign_up_counts"));
        String token = json(askedFrom("192.0.2.77", "logged@example.com"))
                .path("token")
                .asText();
        String next = body(Map.of("currentPassword", PASSWORD, "newPassword", "a new password"));
        assertThat(stand.client
                        .send(
                                HttpRequest.newBuilder(URI.create(limitedServer.baseUri() + "/api/auth/password"))
                                        .header("Authorization", "Bearer " + token)
                                        .header("X-Forwarded-For", "192.0.2.77")
                                        .POST(BodyPublishers.ofString(next))
                                        .build(),
                                BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(204);

        assertThat(stand.database.<List<String>, RuntimeException>asSystem(
                        handle -> handle.createQuery("""
                                SELECT action || ' from ' || address FROM audit_log
                                WHERE actor_id = (SELECT id FROM users WHERE email = 'logged@example.com')
                                """).mapTo(String.class).list()))
                .containsExactly("password_changed from 192.0.2.77");
    }

    @Test
    void theOperatorIsMadeOnceAndNobodyBecomesItByBeingThereBefore() throws Exception {
        var operator = new AccessSettings.Operator("root@example.com", PASSWORD);
        var taken = new AccessSettings.Operator("ann@example.com", PASSWORD);

        assertThat(stand.access.people().ensureOperator(operator)).isTrue();
        assertThat(stand.access.people().ensureOperator(operator)).isTrue();
        assertThat(stand.access.people().ensureOperator(taken)).isFalse();

        assertThat(json(stand.login("root@example.com", PASSWORD))
                        .path("user")
                        .path("operator")
                        .asBoolean())
                .isTrue();
        assertThat(json(stand.login("ann@example.com", PASSWORD))
                        .path("user")
                        .path("operator")
                        .asBoolean())
                .isFalse();
    }

    private HttpResponse<String> askedFrom(String address) throws Exception {
        return askedFrom(address, "asking%d@example.com".formatted(++asking));
    }

    private HttpResponse<String> askedFrom(String address, String email) throws Exception {
        return stand.client.send(
                HttpRequest.newBuilder(URI.create(limitedServer.baseUri() + "/api/auth/register"))
                        .header("X-Forwarded-For", address)
                        .POST(BodyPublishers.ofString(
                                body(Map.of("email", email, "password", PASSWORD, "name", "Asking"))))
                        .build(),
                BodyHandlers.ofString());
    }
}
