package com.promptmanage.service.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.service.access.People.NewTeam;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.MigratedDatabase;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.Routes;
import com.promptmanage.testkit.ManualClock;
import com.promptmanage.topics.account.Account;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AuthRoutesTest {

    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-24T12:00:00Z"));

    private final Database database = MigratedDatabase.open();

    private final Access access = new Access(database, clock, AccessSettings.DEFAULTS.withPasswordMemoryKib(64));

    private final Routes publicRoute = routes -> routes.get(
            "/api/public/who",
            ctx -> ctx.json(Map.of(
                    "person",
                    access.authentication().callerAlsoByBasic(ctx).person().isPresent())));

    private final HttpServer server =
            HttpServer.start(HttpServer.Options.onPort(0), List.of(access.routes(), publicRoute));

    private final HttpClient client = HttpClient.newHttpClient();

    AuthRoutesTest() {
        TestAccess.seed(access);
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
        access.close();
        database.close();
    }

    @Test
    void signsInAndTellsWhoAndSignsOut() throws Exception {
        var login = login(" ann@EXAMPLE.com", TestAccess.PASSWORD);
        assertThat(login.statusCode()).as(login.body()).isEqualTo(200);
        JsonNode signedIn = Json.mapper().readTree(login.body());
        String token = signedIn.path("token").asText();
        assertThat(signedIn.path("expiresAt").asText()).isEqualTo("2026-11-25T12:00:00Z");

        var me = get("/api/auth/me", "Bearer " + token);
        assertThat(me.body())
                .isEqualTo(Json.mapper()
                        .createObjectNode()
                        .put("kind", "person")
                        .<com.fasterxml.jackson.databind.node.ObjectNode>set("user", signedIn.path("user"))
                        .toString());
        assertThat(signedIn.path("user").path("teams").path(0).path("role").asText())
                .isEqualTo("admin");

        assertThat(send("POST", "/api/auth/logout", "Bearer " + token, "").statusCode())
                .isEqualTo(204);
        assertThat(get("/api/auth/me", "Bearer " + token).statusCode()).isEqualTo(401);
    }

    @Test
    void onesTeamsComeByTheirNamesInWhicheverCaseTheyAreWritten() throws Exception {
        for (String name : List.of("Über b", "über a")) {
            String id = "team_" + name.charAt(name.length() - 1);
            access.people().ensureTeam(new NewTeam(id, name, "named-" + name.charAt(name.length() - 1), "UTC"));
            access.people().ensureMember(id, "usr_ann", Role.VIEWER);
        }

        JsonNode teams = Json.mapper()
                .readTree(login("ann@example.com", TestAccess.PASSWORD).body())
                .at("/user/teams");

        assertThat(teams.findValuesAsText("name")).containsSubsequence("über a", "Über b");
    }

    @Test
    void aSessionEndsAfterADay() throws Exception {
        // Not shown to anyone yet, so that nobody remembers it.
        String token = token();
        clock.advance(Duration.ofHours(24));

        assertThat(get("/api/auth/me", "Bearer " + token).statusCode()).isEqualTo(401);
    }

    @Test
    void keepsNoTokenAnywhere() throws Exception {
        String token = token();

        String kept = database.asSystem(
                handle -> handle.createQuery("SELECT string_agg(to_jsonb(s)::text, '') FROM sessions s")
                        .mapTo(String.class)
                        .one());

        assertThat(kept).contains("usr_ann").doesNotContain(token);
    }

    @Test
    void saysTheSameToAWrongPasswordAndToNobody() throws Exception {
        var wrong = login("ann@example.com", "wrong");
        var nobody = login("nobody@example.com", "wrong");
        var withoutPassword = login("bob@example.com", "");

        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(withoutInstance(nobody)).isEqualTo(withoutInstance(wrong));
        assertThat(withoutPassword.statusCode()).isEqualTo(400);
        assertThat(withoutInstance(login("bob@example.com", "any"))).isEqualTo(withoutInstance(wrong));
    }

    @Test
    void locksAnAddressAfterFiveFailuresWhetherItExistsOrNot() throws Exception {
        for (String email : List.of("ann@example.com", "nobody@example.com")) {
            for (int i = 0; i < SignInLocks.FAILURES_MAX; i++) {
                assertThat(login(email, "wrong").statusCode()).isEqualTo(401);
            }
            var locked = login(email.toUpperCase(java.util.Locale.ROOT), TestAccess.PASSWORD);
            assertThat(locked.statusCode()).isEqualTo(429);
            assertThat(locked.headers().firstValue("Retry-After")).hasValue("900");
        }

        clock.advance(SignInLocks.LOCKED_FOR);

        assertThat(login("ann@example.com", TestAccess.PASSWORD).statusCode()).isEqualTo(200);
    }

    @Test
    void forgetsOldFailures() throws Exception {
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < SignInLocks.FAILURES_MAX - 1; i++) {
                assertThat(login("ann@example.com", "wrong").statusCode()).isEqualTo(401);
            }
            clock.advance(SignInLocks.COUNTED_FOR.plusSeconds(1));
        }
        assertThat(login("ann@example.com", TestAccess.PASSWORD).statusCode()).isEqualTo(200);
    }

    @Test
    void tellsWhoseKeyItIs() throws Exception {
        String secret = access.keys()
                .create(
                        Scope.EVERYONE,
                        NewKey.of("demo", Account.team("team_red")).speakingForOthers())
                .secret();

        assertThat(get("/api/auth/me", "Bearer " + secret).body())
                .contains(
                        "\"account\":\"team:team_red\"",
                        "\"maySpeakForOthers\":true",
                        "[\"ingest\",\"manage\",\"query\"]");
        assertThat(send("POST", "/api/auth/logout", "Bearer " + secret, "").statusCode())
                .isEqualTo(400);
    }

    @Test
    void takesAKeyAsPasswordOnlyWhereTheRouteSaysSo() throws Exception {
        String secret = access.keys()
                .create(Scope.EVERYONE, NewKey.of("demo", Account.user("usr_ann")))
                .secret();
        String basic =
                "Basic " + Base64.getEncoder().encodeToString(("pk-any:" + secret).getBytes(StandardCharsets.UTF_8));

        assertThat(get("/api/public/who", basic).body()).isEqualTo("{\"person\":true}");
        assertThat(get("/api/public/who", "Bearer " + secret).statusCode()).isEqualTo(200);
        assertThat(get("/api/auth/me", basic).statusCode()).isEqualTo(401);
        assertThat(get("/api/public/who", "Basic !!!").statusCode()).isEqualTo(401);
    }

    @Test
    void saysHowToAuthenticate() throws Exception {
        for (String header : List.of("", "Bearer", "Bearer x", "Bearer pm_short", "Digest x", "Bearer pms_x")) {
            var answer = get("/api/auth/me", header);
            assertThat(answer.statusCode()).as(header).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate")).hasValue("Bearer realm=\"prompt-manage\"");
        }
    }

    @Test
    void tellsAllThatIsMissing() throws Exception {
        var answer = send("POST", "/api/auth/login", "", "{}");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("\"field\":\"email\"", "\"field\":\"password\"");
    }

    private String token() throws Exception {
        return Json.mapper()
                .readTree(login("ann@example.com", TestAccess.PASSWORD).body())
                .path("token")
                .asText();
    }

    private static JsonNode withoutInstance(HttpResponse<String> answer) throws IOException {
        var problem =
                (com.fasterxml.jackson.databind.node.ObjectNode) Json.mapper().readTree(answer.body());
        problem.remove("instance");
        return problem;
    }

    private HttpResponse<String> login(String email, String password) throws Exception {
        return send(
                "POST",
                "/api/auth/login",
                "",
                Json.mapper().writeValueAsString(Map.of("email", email, "password", password)));
    }

    private HttpResponse<String> get(String path, String authorization) throws Exception {
        return send("GET", path, authorization, "");
    }

    private HttpResponse<String> send(String method, String path, String authorization, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.baseUri() + path))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }
}
