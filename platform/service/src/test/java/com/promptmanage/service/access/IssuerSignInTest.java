package com.promptmanage.service.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.oidc.IssuerSettings;
import com.promptmanage.service.outbound.AddressRange;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.outbound.OutboundSettings;
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.testkit.FreePorts;
import com.promptmanage.testkit.ManualClock;
import com.promptmanage.topics.account.Account;
import io.javalin.http.Context;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.token.DefaultOAuth2TokenCallback;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Signing in at a real issuer, as a browser does: there, back, and in. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IssuerSignInTest {

    private static final String CLIENT = "prompt-manage";

    private static final String PUBLIC = "https://prompts.example.com";

    private static final String PASSWORD = TestAccess.PASSWORD;

    private static final String OPERATOR = "operator@example.com";

    private static final List<String> SCOPES = List.of("openid", "email", "profile");

    /** Tokens say when they end by the time that it is. No finer than a database keeps times. */
    private final ManualClock clock = new ManualClock(Instant.now().truncatedTo(ChronoUnit.MILLIS));

    private final Database database =
            Database.open(DatabaseSettings.of(EmbeddedPostgres.shared().createDatabase(), "app-password-of-tests"));

    private final Outbound outbound = new Outbound(
            OutboundSettings.DEFAULTS.withAllowed(List.of(AddressRange.of("127.0.0.1"), AddressRange.of("::1"))));

    private final int port = FreePorts.one();

    private MockOAuth2Server issuers = started(port);

    private final int relayPort = FreePorts.one();

    private final HttpClient client = HttpClient.newHttpClient();

    /** The same issuers, whose answers say of every token that it is good for an hour: the mock tells of one by the other. */
    private final HttpServer relay = HttpServer.start(HttpServer.Options.onPort(relayPort), List.of(routes -> {
        routes.get("/lasting/<path>", this::relay);
        routes.post("/lasting/<path>", this::relay);
    }));

    private final Access access = new Access(
            database,
            clock,
            AccessSettings.DEFAULTS
                    .withPasswordMemoryKib(64)
                    .withPublicUrl(URI.create(PUBLIC))
                    .withOperator(new AccessSettings.Operator(OPERATOR, PASSWORD))
                    .withIssuers(List.of(
                            issuer("company", url("company"), Optional.of("s3cret"), true),
                            issuer("partner", url("partner"), Optional.empty(), false),
                            new IssuerSettings(
                                    "trusted", "Trusted", url("trusted"), CLIENT, Optional.empty(), SCOPES, true, true),
                            issuer(
                                    "lasting",
                                    "http://localhost:%d/lasting".formatted(relayPort),
                                    Optional.empty(),
                                    true),
                            issuer("gone", "http://127.0.0.1:1/gone", Optional.empty(), true))),
            Optional.of(outbound));

    private final HttpServer server = HttpServer.start(HttpServer.Options.onPort(0), List.of(access.routes()));

    private final List<String> welcomed = new CopyOnWriteArrayList<>();

    IssuerSignInTest() {
        access.whenVerified((handle, userId, email) -> welcomed.add(email));
    }

    /** Where a browser ends, and the session that it has got. */
    private record Landed(String location, Optional<String> session) {}

    @AfterAll
    void close() throws IOException {
        client.close();
        server.close();
        relay.close();
        access.close();
        issuers.shutdown();
        outbound.close();
        database.close();
    }

    @Test
    void theButtonsAreThoseThatTheOperatorHasSet() throws Exception {
        JsonNode listed = json(get("/api/auth/issuers", Map.of()));

        assertThat(listed.path("issuers").findValuesAsText("id"))
                .containsExactly("company", "partner", "trusted", "lasting", "gone");
        assertThat(listed.path("issuers").path(0).path("name").asText()).isEqualTo("Sign in with company");
        assertThat(listed.toString()).doesNotContain("s3cret");
    }

    @Test
    void whoComesForTheFirstTimeGetsAnAccountAndFindsItAgain() throws Exception {
        var browser = new Browser();

        URI there = browser.start("company", "/dashboard/usage?period=month");
        assertThat(there.getRawQuery())
                .contains("response_type=code")
                .contains("code_challenge_method=S256")
                .contains("code_challenge=")
                .contains("nonce=")
                .contains("state=")
                .contains("scope=openid");
        URI back = at(there);
        nextIs("company", "sub-1", claims("first@example.com", true, "First Comer"), 3600);
        Landed landed = browser.comeBack(back);

        assertThat(landed.location()).isEqualTo("/dashboard/usage?period=month");
        JsonNode me = me(landed);
        assertThat(me.path("email").asText()).isEqualTo("first@example.com");
        assertThat(me.path("name").asText()).isEqualTo("First Comer");
        assertThat(me.path("emailVerified").asBoolean()).isTrue();
        assertThat(me.path("hasPassword").asBoolean()).isFalse();
        // By what the issuer calls them, whatever their address has become.
        Landed again = signIn("company", "sub-1", claims("other@example.com", false, null));
        assertThat(me(again).path("id")).isEqualTo(me.path("id"));
        assertThat(welcomed).contains("first@example.com").doesNotContain("other@example.com");
    }

    @Test
    void anAnswerIsGoodOnceAndForTheBrowserThatAsked() throws Exception {
        var browser = new Browser();
        URI back = at(browser.start("company", "/"));
        var other = new Browser();
        assertThat(other.comeBack(back).location()).isEqualTo("/sign-in?problem=sign_in_expired");
        other.start("company", "/");
        assertThat(other.comeBack(back).location()).isEqualTo("/sign-in?problem=sign_in_expired");
        assertThat(browser.comeBack(back).location())
                .as("the other browser has used it up")
                .isEqualTo("/sign-in?problem=sign_in_expired");

        URI second = at(browser.start("company", "/"));
        URI elsewhere = URI.create(second.toString().replace("/company/", "/partner/"));
        assertThat(browser.comeBack(elsewhere).location())
                .as("at another issuer's address")
                .isEqualTo("/sign-in?problem=sign_in_expired");
        second = at(browser.start("company", "/"));
        nextIs("company", "sub-once", claims("once@example.com", true, null), 3600);
        assertThat(browser.comeBack(second).session()).isPresent();
        assertThat(browser.comeBack(second).location()).isEqualTo("/sign-in?problem=sign_in_expired");

        URI late = at(browser.start("company", "/"));
        clock.advance(PendingSignIns.LIFETIME);
        assertThat(browser.comeBack(late).location()).isEqualTo("/sign-in?problem=sign_in_expired");
    }

    @Test
    void aTokenThatIsNotForThisAttemptOfThisClientByThisIssuerNowProvesNothing() throws Exception {
        Map<String, Object> good = claims("victim@example.com", true, null);
        for (Map<String, Object> bad : List.<Map<String, Object>>of(
                Map.of("iss", "https://evil.example.com"),
                Map.of("aud", "another-client"),
                Map.of("nonce", "of-another-attempt"))) {
            var claims = new HashMap<>(good);
            claims.putAll(bad);
            assertThat(signIn("company", "sub-bad", claims).location())
                    .as(bad.toString())
                    .isEqualTo("/sign-in?problem=sign_in_unproven");
        }
        assertThat(usersWith("victim@example.com")).isZero();
    }

    @Test
    void aTokenIsGoodUntilItsTimeIsOverWhateverIsSaidBesideIt() throws Exception {
        var browser = new Browser();
        URI back = at(browser.start("lasting", "/"));
        nextIs("lasting", "sub-late", claims("late@example.com", true, null), -61);
        assertThat(browser.comeBack(back).location()).isEqualTo("/sign-in?problem=sign_in_unproven");
        assertThat(usersWith("late@example.com")).isZero();

        back = at(browser.start("lasting", "/"));
        nextIs("lasting", "sub-late", claims("late@example.com", true, null), -30);
        assertThat(browser.comeBack(back).session())
                .as("clocks differ by a minute at most")
                .isPresent();
    }

    private void relay(Context ctx) throws Exception {
        String query = ctx.queryString() == null ? "" : "?" + ctx.queryString();
        var request = HttpRequest.newBuilder(URI.create("http://localhost:%d%s%s".formatted(port, ctx.path(), query)))
                .header("X-Forwarded-Proto", "http")
                .header("X-Forwarded-Port", String.valueOf(relayPort))
                .method(ctx.req().getMethod(), BodyPublishers.ofByteArray(RequestBody.bytes(ctx, 1 << 16)));
        for (String name : List.of("Content-Type", "Authorization")) {
            String value = ctx.header(name);
            if (value != null) {
                request.header(name, value);
            }
        }
        var answer = client.send(request.build(), BodyHandlers.ofString());
        answer.headers().firstValue("Location").ifPresent(location -> ctx.header("Location", location));
        ctx.status(answer.statusCode())
                .contentType(answer.headers().firstValue("Content-Type").orElse("text/plain"))
                .result(answer.body().replaceFirst("\"expires_in\"\\s*:\\s*-?\\d+", "\"expires_in\":3600"));
    }

    @Test
    void anAddressThatNobodyVouchesForOpensNothing() throws Exception {
        assertThat(signIn("company", "sub-unsure", claims("unsure@example.com", false, null))
                        .location())
                .isEqualTo("/sign-in?problem=email_unverified");
        assertThat(signIn("company", "sub-mute", Map.of()).location()).isEqualTo("/sign-in?problem=email_unverified");
        assertThat(signIn("company", "sub-operator", claims(OPERATOR, true, null))
                        .location())
                .isEqualTo("/sign-in?problem=operator_account");
        assertThat(signIn("partner", "sub-new", claims("new@example.com", true, null))
                        .location())
                .isEqualTo("/sign-in?problem=sign_up_closed");
        assertThat(usersWith("unsure@example.com") + usersWith("new@example.com"))
                .isZero();
    }

    @Test
    void addressesAreReadWhereTheIssuerTellsThemAndOnlyOfWhomTheTokenIsAbout() throws Exception {
        var browser = new Browser();
        URI back = at(browser.start("company", "/"));
        issuers.enqueueCallback(new OnRequest(
                "company",
                "sub-asked",
                Map.of("email", "asked@example.com", "email_verified", "true", "name", "Asked")));
        JsonNode me = me(browser.comeBack(back));
        assertThat(me.path("email").asText()).isEqualTo("asked@example.com");
        assertThat(me.path("name").asText()).isEqualTo("Asked");

        back = at(browser.start("company", "/"));
        issuers.enqueueCallback(new OnRequest(
                "company",
                "sub-swapped",
                Map.of("sub", "sub-asked", "email", "swapped@example.com", "email_verified", true)));
        assertThat(browser.comeBack(back).location()).isEqualTo("/sign-in?problem=sign_in_unproven");
        assertThat(usersWith("swapped@example.com")).isZero();
    }

    @Test
    void onlyAnIssuerThatTheOperatorTrustsMaySayNothingOfHowSureItIsOfAnAddress() throws Exception {
        Map<String, Object> unsaid = Map.of("email", "unsaid@example.com");
        assertThat(signIn("company", "sub-unsaid", unsaid).location()).isEqualTo("/sign-in?problem=email_unverified");
        assertThat(me(signIn("trusted", "sub-unsaid", unsaid))
                        .path("emailVerified")
                        .asBoolean())
                .isTrue();
        assertThat(signIn("trusted", "sub-denied", claims("denied@example.com", false, null))
                        .location())
                .as("that it is not verified is believed of everyone")
                .isEqualTo("/sign-in?problem=email_unverified");
    }

    @Test
    void whoTookAnAddressBeforeItsOwnerCameHasNothingInTheOwnersAccount() throws Exception {
        HttpResponse<String> squatter = register("owner@example.com");
        String token = json(squatter).path("token").asText();
        String id = json(squatter).path("user").path("id").asText();
        String key = access.keys()
                .create(Scope.EVERYONE, NewKey.of("back door", Account.user(id)))
                .secret();
        Map<String, Object> owner = claims("Owner@Example.com", true, "Owner");

        assertThat(signIn("company", "sub-owner", owner).location())
                .isEqualTo("/sign-in?problem=account_unproven&issuer=company");
        var foreign = new Browser();
        URI back = at(foreign.startAfresh("company", "cross-site"));
        nextIs("company", "sub-owner", owner, 3600);
        assertThat(foreign.comeBack(back).location())
                .as("asked for by another site")
                .isEqualTo("/sign-in?problem=account_unproven&issuer=company");
        var closed = new Browser();
        back = at(closed.startAfresh("partner", "same-origin"));
        nextIs("partner", "sub-owner", owner, 3600);
        assertThat(closed.comeBack(back).location()).isEqualTo("/sign-in?problem=sign_up_closed");
        assertThat(status(token)).as("nothing has ended yet").isEqualTo(200);

        var browser = new Browser();
        back = at(browser.startAfresh("company", "same-origin"));
        nextIs("company", "sub-owner", owner, 3600);
        Landed landed = browser.comeBack(back);

        JsonNode me = me(landed);
        assertThat(me.path("id").asText()).isNotEqualTo(id);
        assertThat(me.path("email").asText()).isEqualTo("owner@example.com");
        assertThat(status(token)).as("the session").isEqualTo(401);
        assertThat(status(key)).as("the key").isEqualTo(401);
        assertThat(post("/api/auth/login", """
                        {"email":"owner@example.com","password":"%s"}""".formatted(PASSWORD)).statusCode())
                .as("the password")
                .isEqualTo(401);
        assertThat(post("/api/auth/login", """
                        {"email":"%s@set-aside.invalid","password":"%s"}""".formatted(id, PASSWORD)).statusCode())
                .isEqualTo(401);
        assertThat(logged(id)).containsExactly("account_set_aside");
        assertThat(logged(me.path("id").asText())).containsExactly("identity_linked");
        // A second issuer that vouches for the address joins the same account, and ends nothing.
        Landed other = signIn("partner", "sub-owner-too", claims("owner@example.com", true, null));
        assertThat(me(other).path("id")).isEqualTo(me.path("id"));
        assertThat(me(landed).path("id")).isEqualTo(me.path("id"));
        assertThat(welcomed.stream().filter("owner@example.com"::equals)).hasSize(1);
    }

    @Test
    void whoIsSignedInKeepsTheirAccountIfTheIssuerVouchesForItsAddress() throws Exception {
        HttpResponse<String> made = register("both@example.com");
        String token = json(made).path("token").asText();
        String id = json(made).path("user").path("id").asText();

        var browser = new Browser();
        browser.isSignedIn(token);
        URI back = at(browser.start("company", "/"));
        nextIs("company", "sub-other", claims("mallory@example.com", true, null), 3600);
        assertThat(me(browser.comeBack(back)).path("id").asText())
                .as("another's identity opens another's account, not this one")
                .isNotEqualTo(id);
        browser.isSignedIn(token);
        back = at(browser.start("company", "/"));
        nextIs("company", "sub-both", claims("both@example.com", true, null), 3600);
        JsonNode me = me(browser.comeBack(back));

        assertThat(me.path("id").asText()).isEqualTo(id);
        assertThat(me.path("emailVerified").asBoolean()).isTrue();
        assertThat(me.path("hasPassword").asBoolean()).isTrue();
        assertThat(status(token)).isEqualTo(200);
        assertThat(logged(id)).containsExactly("identity_linked");
        assertThat(welcomed).contains("both@example.com");
        assertThat(me(signIn("company", "sub-both", Map.of())).path("id").asText())
                .isEqualTo(id);
    }

    @Test
    void nobodyIsLedAwayAndWhatGoesWrongIsToldOnThePageToSignIn() throws Exception {
        assertThat(signIn("company", "sub-then", claims("then@example.com", true, null), "//evil.example.com")
                        .location())
                .isEqualTo("/");
        assertThat(signIn("company", "sub-then", Map.of(), "/\\evil.example.com")
                        .location())
                .isEqualTo("/");
        assertThat(new Browser().start("gone", "/")).hasToString("/sign-in?problem=issuer_away");
        assertThat(get("/api/auth/issuers/unknown/start", Map.of()).statusCode())
                .isEqualTo(404);
        var browser = new Browser();
        URI there = browser.start("company", "/");
        String state = there.getRawQuery().replaceFirst(".*state=([^&]+).*", "$1");
        assertThat(browser.comeBack(URI.create(
                                PUBLIC + "/api/auth/issuers/company/callback?error=access_denied&state=" + state))
                        .location())
                .isEqualTo("/sign-in?problem=issuer_refused");
    }

    @Test
    void anIssuerMayChangeItsKeysAndIsAskedForThemNoMoreThanNowAndThen() throws Exception {
        // The keys that are known are too old, and so fetched again just now.
        clock.advance(Duration.ofHours(1));
        assertThat(signInAsSomeone()).isEqualTo("/sign-in?problem=email_unverified");
        issuers.shutdown();
        issuers = started(port);
        // Keys are given out in order of need: the first one was company's before.
        issuers.issueToken("someone-else");
        // By a connection to the server of before, which only now is found to be broken.
        signInAsSomeone();

        assertThat(signInAsSomeone())
                .as("signed by a key that is not known, a moment after they were fetched")
                .isEqualTo("/sign-in?problem=sign_in_unproven");
        clock.advance(Duration.ofSeconds(11));
        assertThat(signInAsSomeone()).isEqualTo("/sign-in?problem=email_unverified");
    }

    /** As whom the issuer makes up, without an address: with a good signature that is all that is missing. */
    private String signInAsSomeone() throws Exception {
        var browser = new Browser();
        return browser.comeBack(at(browser.start("company", "/"))).location();
    }

    private static MockOAuth2Server started(int port) {
        var issuers = new MockOAuth2Server();
        issuers.start(port);
        return issuers;
    }

    private String url(String issuer) {
        return "http://localhost:%d/%s".formatted(port, issuer);
    }

    private static IssuerSettings issuer(String id, String url, Optional<String> secret, boolean signUp) {
        return new IssuerSettings(id, "Sign in with " + id, url, CLIENT, secret, SCOPES, signUp, false);
    }

    private static Map<String, Object> claims(String email, boolean isVerified, @Nullable String name) {
        var claims = new HashMap<String, Object>(Map.of("email", email, "email_verified", isVerified));
        if (name != null) {
            claims.put("name", name);
        }
        return claims;
    }

    private Landed signIn(String issuer, String subject, Map<String, Object> claims) throws Exception {
        return signIn(issuer, subject, claims, "/");
    }

    private Landed signIn(String issuer, String subject, Map<String, Object> claims, String then) throws Exception {
        var browser = new Browser();
        URI back = at(browser.start(issuer, then));
        nextIs(issuer, subject, claims, 3600);
        return browser.comeBack(back);
    }

    /** Who the issuer says that it is, when it is asked next. */
    private void nextIs(String issuer, String subject, Map<String, Object> claims, long seconds) {
        issuers.enqueueCallback(
                new DefaultOAuth2TokenCallback(issuer, subject, "JWT", List.of(CLIENT), claims, seconds));
    }

    /** What happens at the issuer: nothing, and back with a code. */
    private URI at(URI there) throws Exception {
        var answer = client.send(HttpRequest.newBuilder(there).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(302);
        return URI.create(answer.headers().firstValue("Location").orElseThrow());
    }

    /** Keeps cookies, and takes the public address for our server's. */
    private final class Browser {

        private final Map<String, String> cookies = new HashMap<>();

        void isSignedIn(String token) {
            cookies.put(SessionCookie.NAME, token);
        }

        URI start(String issuer, String then) throws Exception {
            return started(visit("/api/auth/issuers/%s/start?then=%s"
                    .formatted(issuer, URLEncoder.encode(then, StandardCharsets.UTF_8))));
        }

        /** @param site where the browser says that it was led here from */
        URI startAfresh(String issuer, String site) throws Exception {
            return started(visit("/api/auth/issuers/%s/start?afresh=true".formatted(issuer), "Sec-Fetch-Site", site));
        }

        private static URI started(HttpResponse<String> answer) {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(303);
            return URI.create(answer.headers().firstValue("Location").orElseThrow());
        }

        Landed comeBack(URI back) throws Exception {
            assertThat(back.toString()).startsWith(PUBLIC);
            cookies.remove(SessionCookie.NAME);
            var answer = visit(back.toString().substring(PUBLIC.length()));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(303);
            return new Landed(
                    answer.headers().firstValue("Location").orElseThrow(),
                    Optional.ofNullable(cookies.get(SessionCookie.NAME)));
        }

        private HttpResponse<String> visit(String path, String... headers) throws Exception {
            var answer = get(path, cookies, headers);
            for (String cookie : answer.headers().allValues("Set-Cookie")) {
                assertThat(cookie).contains("; HttpOnly; SameSite=");
                cookies.put(cookie.replaceFirst("=.*", ""), cookie.replaceFirst("[^=]*=([^;]*).*", "$1"));
            }
            return answer;
        }
    }

    /** An issuer that puts no claims into its identity tokens: they are to be asked for with the other one, which has them. */
    private static final class OnRequest extends DefaultOAuth2TokenCallback {

        private int tokens;

        OnRequest(String issuer, String subject, Map<String, Object> claims) {
            super(issuer, subject, "JWT", List.of(CLIENT), claims, 3600);
        }

        /** Of the identity's token first. */
        @Override
        public Map<String, Object> addClaims(TokenRequest request) {
            return tokens++ == 0 ? Map.of() : super.addClaims(request);
        }
    }

    private HttpResponse<String> register(String email) throws Exception {
        return post("/api/auth/register", """
                {"email":"%s","name":"Someone","password":"%s"}""".formatted(email, PASSWORD));
    }

    private JsonNode me(Landed landed) throws Exception {
        return json(get(
                        "/api/auth/me",
                        Map.of(SessionCookie.NAME, landed.session().orElseThrow())))
                .path("user");
    }

    private int status(String bearer) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(server.baseUri().resolve("/api/auth/me"))
                                .header("Authorization", "Bearer " + bearer)
                                .build(),
                        BodyHandlers.ofString())
                .statusCode();
    }

    private HttpResponse<String> get(String path, Map<String, String> cookies, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.baseUri() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        cookies.forEach((name, value) -> request.header("Cookie", name + "=" + value));
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(server.baseUri() + path))
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        return Json.mapper().readTree(response.body());
    }

    private int usersWith(String email) {
        return database.asSystem(handle -> handle.createQuery("SELECT count(*) FROM users WHERE email = :email")
                .bind("email", email)
                .mapTo(Integer.class)
                .one());
    }

    private List<String> logged(String userId) {
        return database.asSystem(
                handle -> handle.createQuery("SELECT action FROM audit_log WHERE account = :account ORDER BY id")
                        .bind("account", Account.user(userId).value())
                        .mapTo(String.class)
                        .list());
    }
}
