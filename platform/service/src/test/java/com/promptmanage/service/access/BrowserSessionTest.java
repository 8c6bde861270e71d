package com.promptmanage.service.access;

import static com.promptmanage.service.access.BrowserStand.PASSWORD;
import static com.promptmanage.service.access.BrowserStand.body;
import static com.promptmanage.service.access.BrowserStand.cookieOf;
import static com.promptmanage.service.access.BrowserStand.json;
import static com.promptmanage.service.access.BrowserStand.setCookie;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a browser's cookie is good for, from where, and for how long. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrowserSessionTest {

    private final BrowserStand stand = new BrowserStand();

    @AfterAll
    void close() {
        stand.close();
    }

    @Test
    void signingInGivesACookieThatNoScriptReadsAndNoOtherSiteSends() throws Exception {
        var plain = stand.login("ann@example.com", PASSWORD);
        var byProxy = stand.login("ann@example.com", PASSWORD, "X-Forwarded-Proto", "https");

        assertThat(setCookie(plain)).matches("pm_session=pms_\\w+; Path=/; Max-Age=86400; HttpOnly; SameSite=Strict");
        assertThat(setCookie(byProxy))
                .matches("__Host-pm_session=pms_\\w+; Path=/; Max-Age=86400; HttpOnly; SameSite=Strict; Secure");
    }

    /** Another host of the domain can put any cookie into a browser, but none of that name. */
    @Test
    void overHttpsOnlyACookieCountsThatNoOtherHostCanHavePutThere() throws Exception {
        String planted = cookieOf(stand.login("ann@example.com", PASSWORD));
        String own = cookieOf(stand.login("ann@example.com", PASSWORD, "X-Forwarded-Proto", "https"));

        assertThat(me(planted, "https").statusCode()).isEqualTo(401);
        assertThat(me(planted + "; " + own, "https").statusCode()).isEqualTo(200);
        assertThat(me(own, "http").statusCode())
                .as("a proxy that does not tell")
                .isEqualTo(200);
        var out = stand.send(
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
        return stand.send("GET", "/api/auth/me", null, "Cookie", cookies, "X-Forwarded-Proto", protocol);
    }

    @Test
    void theCookieSignsInUntilSignedOut() throws Exception {
        String cookie = cookieOf(stand.login("ann@example.com", PASSWORD));

        JsonNode me = json(stand.send("GET", "/api/auth/me", null, "Cookie", cookie));
        assertThat(me.path("user").path("email").asText()).isEqualTo("ann@example.com");
        assertThat(me.path("user").path("teams").path(0).path("name").asText()).isEqualTo("Red");
        assertThat(me.path("user").path("teams").path(0).path("tier").asText()).isEqualTo("free");

        var out = stand.send("POST", "/api/auth/logout", null, "Cookie", cookie, "Sec-Fetch-Site", "same-origin");
        assertThat(out.statusCode()).isEqualTo(204);
        assertThat(setCookie(out)).startsWith("pm_session=; ").contains("Max-Age=0");
        assertThat(stand.send("GET", "/api/auth/me", null, "Cookie", cookie).statusCode())
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
        String cookie = cookieOf(stand.login("ann@example.com", PASSWORD));
        String said = value.replace("HOST", "127.0.0.1:" + stand.server.port());

        assertThat(stand.send("POST", "/api/things", "{}", "Cookie", cookie, header, said)
                        .statusCode())
                .isEqualTo(status);
        // What reads only is the browser's own affair: no other site gets to see the answer.
        assertThat(stand.send("GET", "/api/auth/me", null, "Cookie", cookie, header, said)
                        .statusCode())
                .isEqualTo(200);
        // A token that a program holds proves itself.
        assertThat(stand.send(
                                "POST",
                                "/api/things",
                                "{}",
                                "Authorization",
                                "Bearer " + cookie.substring(11),
                                header,
                                said)
                        .statusCode())
                .isEqualTo(200);
    }

    /** In a second tab, which has the same cookie: what the first still holds is not to be saved as the other's. */
    @Test
    void aPageThatIsShownToSomeoneElseIsRefusedAndToldWhoIsThere() throws Exception {
        stand.register("ben@example.com", PASSWORD, "Ben Ito");
        var ann = stand.login("ann@example.com", PASSWORD);
        var ben = stand.login("ben@example.com", PASSWORD);
        String annsId = json(ann).path("user").path("id").asText();
        String bensId = json(ben).path("user").path("id").asText();

        assertThat(sent("POST", "/api/things", cookieOf(ben), bensId).statusCode())
                .isEqualTo(200);
        for (String asked : List.of("POST /api/things", "GET /api/auth/me", "POST /api/auth/logout")) {
            String[] parts = asked.split(" ", 2);
            var refused = sent(parts[0], parts[1], cookieOf(ben), annsId);
            assertThat(refused.statusCode()).as(asked).isEqualTo(409);
            assertThat(json(refused).path("code").asText()).isEqualTo("other_person");
            assertThat(json(refused).path("detail").asText()).startsWith("Ben Ito has signed in");
        }
        assertThat(sent("GET", "/api/auth/me", cookieOf(ben), bensId).statusCode())
                .as("who was not to be signed out is not")
                .isEqualTo(200);
        // A token that a program holds proves itself.
        assertThat(stand.send(
                                "POST",
                                "/api/things",
                                "{}",
                                "Authorization",
                                "Bearer " + cookieOf(ben).substring(11),
                                "Prompt-Manage-Person",
                                annsId)
                        .statusCode())
                .isEqualTo(200);
    }

    private HttpResponse<String> sent(String method, String path, String cookie, String shownTo) throws Exception {
        return stand.send(
                method,
                path,
                method.equals("POST") ? "{}" : null,
                "Cookie",
                cookie,
                "Sec-Fetch-Site",
                "same-origin",
                "Prompt-Manage-Person",
                shownTo);
    }

    @Test
    void aForeignPageSignsNobodyInAndNobodyUp() throws Exception {
        assertThat(stand.login("ann@example.com", PASSWORD, "Sec-Fetch-Site", "cross-site")
                        .statusCode())
                .isEqualTo(403);
        assertThat(stand.register("mallory@example.com", PASSWORD, "Mallory", "Origin", "https://evil.example.com")
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void aBadHeaderIsNotMendedByAGoodCookie() throws Exception {
        String cookie = cookieOf(stand.login("ann@example.com", PASSWORD));

        assertThat(stand.send("GET", "/api/auth/me", null, "Cookie", cookie, "Authorization", "Bearer pm_wrong")
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void aSessionThatIsOverIsForgottenWhetherItsOwnerComesBackOrNot() throws Exception {
        stand.register("once@example.com", PASSWORD, "Once");
        stand.clock.advance(Sessions.LIFETIME.plusSeconds(1));
        stand.login("ann@example.com", PASSWORD);

        assertThat(stand.database.<Integer, RuntimeException>asSystem(
                        handle -> handle.createQuery("""
                                SELECT count(*) FROM sessions s JOIN users u ON u.id = s.user_id
                                WHERE u.email = 'once@example.com'
                                """).mapTo(Integer.class).one()))
                .isZero();
    }

    @Test
    void aChangedPasswordEndsTheOtherSessions() throws Exception {
        stand.register("pat@example.com", PASSWORD, "Pat");
        String here = cookieOf(stand.login("pat@example.com", PASSWORD));
        String there = cookieOf(stand.login("pat@example.com", PASSWORD));

        assertThat(changePassword(here, "wrong", "a new password").statusCode()).isEqualTo(400);
        assertThat(changePassword(here, PASSWORD, "short").statusCode()).isEqualTo(400);
        assertThat(changePassword(here, PASSWORD, "a new password").statusCode())
                .isEqualTo(204);

        assertThat(stand.send("GET", "/api/auth/me", null, "Cookie", here).statusCode())
                .isEqualTo(200);
        assertThat(stand.send("GET", "/api/auth/me", null, "Cookie", there).statusCode())
                .isEqualTo(401);
        assertThat(stand.login("pat@example.com", PASSWORD).statusCode()).isEqualTo(401);
        assertThat(stand.login("pat@example.com", "a new password").statusCode())
                .isEqualTo(200);
    }

    private HttpResponse<String> changePassword(String cookie, String current, String next) throws Exception {
        return stand.send(
                "POST",
                "/api/auth/password",
                body(Map.of("currentPassword", current, "newPassword", next)),
                "Cookie",
                cookie,
                "Sec-Fetch-Site",
                "same-origin");
    }
}
