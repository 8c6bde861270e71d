package com.promptmanage.service.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.MigratedDatabase;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.outbound.AddressRange;
import com.promptmanage.testkit.ManualClock;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signing up, and what a browser's cookie is good for. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrowserSessionTest {

    private static final String PASSWORD = TestAccess.PASSWORD;

    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-24T12:00:00Z"));

    private final Database database = MigratedDatabase.open();

    private final Access access = new Access(
            database,
            clock,
            AccessSettings.DEFAULTS.withPasswordMemoryKib(64).withPublicUrl(URI.create("https://prompts.example.com")));

    private final Access closed = new Access(
            database, clock, AccessSettings.DEFAULTS.withPasswordMemoryKib(64).withSignUp(false));

    private final HttpServer server = HttpServer.start(
            HttpServer.Options.onPort(0),
            List.of(
                    access.routes(),
                    routes -> routes.post("/api/things", ctx -> {
                        RequestBody.ignore(ctx);
                        ctx.json(Map.of(
                                "caller",
                                access.authentication().caller(ctx).person().orElseThrow()));
                    })));

    /** Behind a proxy on this machine, with as few as makes a test short. */
    private final Access limited = new Access(
            database,
            clock,
            AccessSettings.DEFAULTS
                    .withPasswordMemoryKib(64)
                    .withHourlyRates(new AccessSettings.HourlyRates(2, 5, 3))
                    .withTrustedProxies(List.of(AddressRange.of("127.0.0.1"))));

    private final HttpServer limitedServer = HttpServer.start(HttpServer.Options.onPort(0), List.of(limited.routes()));

    private final HttpServer closedServer = HttpServer.start(HttpServer.Options.onPort(0), List.of(closed.routes()));

    private final HttpClient client = HttpClient.newHttpClient();

    private int asking;

    BrowserSessionTest() {
        TestAccess.seed(access);
    }

    @AfterAll
    void close() {
        client.close();
        server.close();
        closedServer.close();
        limitedServer.close();
        access.close();
        closed.close();
        limited.close();
        database.close();
    }

    @Test
    void signingInGivesACookieThatNoScriptReadsAndNoOtherSiteSends() throws Exception {
        var plain = login("ann@example.com", PASSWORD);
        var byProxy = login("ann@example.com", PASSWORD, "X-Forwarded-Proto", "https");

        assertThat(setCookie(plain)).matches("pm_session=pms_\\w+; Path=/; Max-Age=86400; HttpOnly; SameSite=Strict");
        assertThat(setCookie(byProxy))
                .matches("__Host-pm_session=pms_\\w+; Path=/; Max-Age=86400; HttpOnly; SameSite=Strict; Secure");
    }

    /** Another host of the domain can put any cookie into a browser, but none of that name. */
    @Test
    void overHttpsOnlyACookieCountsThatNoOtherHostCanHavePutThere() throws Exception {
        String planted = cookieOf(login("ann@example.com", PASSWORD));
        String own = cookieOf(login("ann@example.com", PASSWORD, "X-Forwarded-Proto", "https"));

        assertThat(me(planted, "https").statusCode()).isEqualTo(401);
        assertThat(me(planted + "; " + own, "https").statusCode()).isEqualTo(200);
        assertThat(me(own, "http").statusCode())
                .as("a proxy that does not tell")
                .isEqualTo(200);
        var out = send(
                "POST",
                "/api/auth/logout",
                null,
                "Cookie",
                own,
                "X-Forwarded-Proto",
                "https",
                "Sec-Fetch-Site",
                "same-origin");
        assertThat(setCookie(out)).startsWith("__Host-pm_session=; ").endsWith("; Secure");
        assertThat(me(planted + "; " + own, "https").statusCode()).isEqualTo(401);
    }

    private HttpResponse<String> me(String cookies, String protocol) throws Exception {
        return send("GET", "/api/auth/me", null, "Cookie", cookies, "X-Forwarded-Proto", protocol);
    }

    @Test
    void theCookieSignsInUntilSignedOut() throws Exception {
        String cookie = cookieOf(login("ann@example.com", PASSWORD));

        JsonNode me = json(send("GET", "/api/auth/me", null, "Cookie", cookie));
        assertThat(me.path("user").path("email").asText()).isEqualTo("ann@example.com");
        assertThat(me.path("user").path("teams").path(0).path("name").asText()).isEqualTo("Red");
        assertThat(me.path("user").path("teams").path(0).path("tier").asText()).isEqualTo("free");

        var out = send("POST", "/api/auth/logout", null, "Cookie", cookie, "Sec-Fetch-Site", "same-origin");
        assertThat(out.statusCode()).isEqualTo(204);
        assertThat(setCookie(out)).startsWith("pm_session=; ").contains("Max-Age=0");
        assertThat(send("GET", "/api/auth/me", null, "Cookie", cookie).statusCode())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
                    Sec-Fetch-Site, same-origin,                  200
                    Sec-Fetch-Site, same-site,                    403
                    Sec-Fetch-Site, cross-site,                   403
                    Sec-Fetch-Site, none,                         403
                    Origin,         http://localhost,             403
                    Origin,         https://evil.example.com,     403
                    Origin,         null,                         403
                    Origin,         ://,                          403
                    Origin,         http://HOST,                  200
                    Origin,         https://prompts.example.com,  200
                    Origin,         http://prompts.example.com,   403
                    X-Nothing,      said,                         403
                    """)
    void aChangeByCookieMustComeFromOurOwnPage(String header, String value, int status) throws Exception {
        String cookie = cookieOf(login("ann@example.com", PASSWORD));
        String said = value.replace("HOST", "127.0.0.1:" + server.port());

        assertThat(send("POST", "/api/things", "{}", "Cookie", cookie, header, said)
                        .statusCode())
                .isEqualTo(status);
        // What reads only is the browser's own affair: no other site gets to see the answer.
        assertThat(send("GET", "/api/auth/me", null, "Cookie", cookie, header, said)
                        .statusCode())
                .isEqualTo(200);
        // A token that a program holds proves itself.
        assertThat(send("POST", "/api/things", "{}", "Authorization", "Bearer " + cookie.substring(11), header, said)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aForeignPageSignsNobodyInAndNobodyUp() throws Exception {
        assertThat(login("ann@example.com", PASSWORD, "Sec-Fetch-Site", "cross-site")
                        .statusCode())
                .isEqualTo(403);
        assertThat(register("mallory@example.com", PASSWORD, "Mallory", "Origin", "https://evil.example.com")
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void aBadHeaderIsNotMendedByAGoodCookie() throws Exception {
        String cookie = cookieOf(login("ann@example.com", PASSWORD));

        assertThat(send("GET", "/api/auth/me", null, "Cookie", cookie, "Authorization", "Bearer pm_wrong")
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void whoSignsUpIsSignedInWithAnAccountOfTheirOwn() throws Exception {
        var made = register(" Zoe@Example.com ", PASSWORD, "Zoe");

        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        JsonNode user = json(made).path("user");
        assertThat(user.path("email").asText()).isEqualTo("zoe@example.com");
        assertThat(user.path("emailVerified").asBoolean()).isFalse();
        assertThat(user.path("operator").asBoolean()).isFalse();
        assertThat(user.path("features").path("exports").asBoolean()).isTrue();
        assertThat(json(send("GET", "/api/auth/me", null, "Cookie", cookieOf(made)))
                        .path("user"))
                .isEqualTo(user);
        assertThat(login("zoe@example.com", PASSWORD).statusCode()).isEqualTo(200);
        assertThat(register("zoe@example.com", "another password", "Zoe").statusCode())
                .isEqualTo(409);
    }

    @Test
    void tellsAllThatIsWrongWithASignUp() throws Exception {
        var answer = register("not an address", "short", "x".repeat(101));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).path("errors").findValuesAsText("field")).containsExactly("email", "name", "password");
    }

    @Test
    void nobodySignsUpWhereItIsClosed() throws Exception {
        var refused = client.send(
                HttpRequest.newBuilder(URI.create(closedServer.baseUri() + "/api/auth/register"))
                        .POST(BodyPublishers.ofString("{}"))
                        .build(),
                BodyHandlers.ofString());

        assertThat(refused.statusCode()).isEqualTo(403);
    }

    @Test
    void accountsAreAskedForOnlySoOftenFromOneNetworkAndInAll() throws Exception {
        database.useAsSystem(handle -> handle.execute("DELETE FROM sign_up_counts"));

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

        clock.advance(HourlyCounts.WINDOW);
        assertThat(askedFrom("203.0.113.2").statusCode()).isEqualTo(201);
        assertThat(askedFrom("203.0.113.1").statusCode()).isEqualTo(201);
    }

    @Test
    void anAddressThatIsTakenCountsAsMuchAsOneThatIsFree() throws Exception {
        database.useAsSystem(handle -> handle.execute("DELETE FROM sign_up_counts"));

        assertThat(askedFrom("203.0.113.3", "ann@example.com").statusCode()).isEqualTo(409);
        assertThat(askedFrom("203.0.113.3", "ann@example.com").statusCode()).isEqualTo(409);
        assertThat(askedFrom("203.0.113.3", "ann@example.com").statusCode()).isEqualTo(429);
    }

    /** Password spraying: a few tries for each of many. */
    @Test
    void passwordsAreTriedOnlySoOftenFromOneNetwork() throws Exception {
        database.useAsSystem(handle -> handle.execute("DELETE FROM sign_up_counts"));
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

        clock.advance(HourlyCounts.WINDOW);
        assertThat(signInFrom(network, "ann@example.com", PASSWORD).statusCode())
                .isEqualTo(200);
    }

    private HttpResponse<String> signInFrom(String address, String email, String password) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(limitedServer.baseUri() + "/api/auth/login"))
                        .header("X-Forwarded-For", address)
                        .POST(BodyPublishers.ofString(body(Map.of("email", email, "password", password))))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void aSessionThatIsOverIsForgottenWhetherItsOwnerComesBackOrNot() throws Exception {
        register("once@example.com", PASSWORD, "Once");
        clock.advance(Sessions.LIFETIME.plusSeconds(1));
        login("ann@example.com", PASSWORD);

        assertThat(database.<Integer, RuntimeException>asSystem(
                        handle -> handle.createQuery("""
                                SELECT count(*) FROM sessions s JOIN users u ON u.id = s.user_id
                                WHERE u.email = 'once@example.com'
                                """).mapTo(Integer.class).one()))
                .isZero();
    }

    @Test
    void aChangedPasswordIsLoggedWithWhereItWasChangedFrom() throws Exception {
        String token = json(askedFrom("192.0.2.77", "logged@example.com"))
                .path("token")
                .asText();
        String next = body(Map.of("currentPassword", PASSWORD, "newPassword", "a new password"));
        assertThat(client.send(
                                HttpRequest.newBuilder(URI.create(limitedServer.baseUri() + "/api/auth/password"))
                                        .header("Authorization", "Bearer " + token)
                                        .header("X-Forwarded-For", "192.0.2.77")
                                        .POST(BodyPublishers.ofString(next))
                                        .build(),
                                BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(204);

        assertThat(database.<List<String>, RuntimeException>asSystem(
                        handle -> handle.createQuery("""
                                SELECT action || ' from ' || address FROM audit_log
                                WHERE actor_id = (SELECT id FROM users WHERE email = 'logged@example.com')
                                """).mapTo(String.class).list()))
                .containsExactly("password_changed from 192.0.2.77");
    }

    @Test
    void aChangedPasswordEndsTheOtherSessions() throws Exception {
        register("pat@example.com", PASSWORD, "Pat");
        String here = cookieOf(login("pat@example.com", PASSWORD));
        String there = cookieOf(login("pat@example.com", PASSWORD));

        assertThat(changePassword(here, "wrong", "a new password").statusCode()).isEqualTo(400);
        assertThat(changePassword(here, PASSWORD, "short").statusCode()).isEqualTo(400);
        assertThat(changePassword(here, PASSWORD, "a new password").statusCode())
                .isEqualTo(204);

        assertThat(send("GET", "/api/auth/me", null, "Cookie", here).statusCode())
                .isEqualTo(200);
        assertThat(send("GET", "/api/auth/me", null, "Cookie", there).statusCode())
                .isEqualTo(401);
        assertThat(login("pat@example.com", PASSWORD).statusCode()).isEqualTo(401);
        assertThat(login("pat@example.com", "a new password").statusCode()).isEqualTo(200);
    }

    @Test
    void theOperatorIsMadeOnceAndNobodyBecomesItByBeingThereBefore() throws Exception {
        var operator = new AccessSettings.Operator("root@example.com", PASSWORD);
        var taken = new AccessSettings.Operator("ann@example.com", PASSWORD);

        assertThat(access.people().ensureOperator(operator)).isTrue();
        assertThat(access.people().ensureOperator(operator)).isTrue();
        assertThat(access.people().ensureOperator(taken)).isFalse();

        assertThat(json(login("root@example.com", PASSWORD))
                        .path("user")
                        .path("operator")
                        .asBoolean())
                .isTrue();
        assertThat(json(login("ann@example.com", PASSWORD))
                        .path("user")
                        .path("operator")
                        .asBoolean())
                .isFalse();
    }

    private HttpResponse<String> login(String email, String password, String... headers) throws Exception {
        return send("POST", "/api/auth/login", body(Map.of("email", email, "password", password)), headers);
    }

    private HttpResponse<String> register(String email, String password, String name, String... headers)
            throws Exception {
        return send(
                "POST",
                "/api/auth/register",
                body(Map.of("email", email, "password", password, "name", name)),
                headers);
    }

    private HttpResponse<String> askedFrom(String address) throws Exception {
        return askedFrom(address, "asking%d@example.com".formatted(++asking));
    }

    private HttpResponse<String> askedFrom(String address, String email) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(limitedServer.baseUri() + "/api/auth/register"))
                        .header("X-Forwarded-For", address)
                        .POST(BodyPublishers.ofString(
                                body(Map.of("email", email, "password", PASSWORD, "name", "Asking"))))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpResponse<String> changePassword(String cookie, String current, String next) throws Exception {
        return send(
                "POST",
                "/api/auth/password",
                body(Map.of("currentPassword", current, "newPassword", next)),
                "Cookie",
                cookie,
                "Sec-Fetch-Site",
                "same-origin");
    }

    private HttpResponse<String> send(
            String method, String path, @org.jspecify.annotations.Nullable String body, String... headers)
            throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.baseUri() + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private static String setCookie(HttpResponse<String> answer) {
        return answer.headers().firstValue("Set-Cookie").orElseThrow();
    }

    private static String cookieOf(HttpResponse<String> answer) {
        return setCookie(answer).replaceAll(";.*", "");
    }

    private static JsonNode json(HttpResponse<String> answer) throws Exception {
        return Json.mapper().readTree(answer.body());
    }

    private static String body(Map<String, String> fields) throws Exception {
        return Json.mapper().writeValueAsString(fields);
    }
}
