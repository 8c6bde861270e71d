package com.promptmanage.service.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.MigratedDatabase;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.oidc.IssuerSettings;
import com.promptmanage.service.outbound.AddressRange;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.outbound.OutboundSettings;
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

/**
 * Issuers, one of them behind a relay, and a product to which people sign in through them, as a browser does: there, back, and in.
 */
final class SignInStand implements AutoCloseable {

    static final String CLIENT = "prompt-manage";

    static final String PUBLIC = "https://prompts.example.com";

    static final String PASSWORD = TestAccess.PASSWORD;

    static final String OPERATOR = "operator@example.com";

    static final List<String> SCOPES = List.of("openid", "email", "profile");

    /** Tokens say when they end by the time that it is. No finer than a database keeps times. */
    final ManualClock clock = new ManualClock(Instant.now().truncatedTo(ChronoUnit.MILLIS));

    private final Database database = MigratedDatabase.open();

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

    final Access access = new Access(
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

    final List<String> welcomed = new CopyOnWriteArrayList<>();

    SignInStand() {
        access.whenVerified((handle, userId, email) -> welcomed.add(email));
    }

    /** Where a browser ends, and the session that it has got. */
    record Landed(String location, Optional<String> session) {}

    @Override
    public void close() {
        client.close();
        server.close();
        relay.close();
        access.close();
        issuers.shutdown();
        outbound.close();
        database.close();
    }

    MockOAuth2Server issuers() {
        return issuers;
    }

    /** The same issuers again, with other keys. */
    void restartIssuers() {
        issuers.shutdown();
        issuers = started(port);
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

    static Map<String, Object> claims(String email, boolean isVerified, @Nullable String name) {
        var claims = new HashMap<String, Object>(Map.of("email", email, "email_verified", isVerified));
        if (name != null) {
            claims.put("name", name);
        }
        return claims;
    }

    Landed signIn(String issuer, String subject, Map<String, Object> claims) throws Exception {
        return signIn(issuer, subject, claims, "/");
    }

    Landed signIn(String issuer, String subject, Map<String, Object> claims, String then) throws Exception {
        var browser = new Browser();
        URI back = at(browser.start(issuer, then));
        nextIs(issuer, subject, claims, 3600);
        return browser.comeBack(back);
    }

    /** Who the issuer says that it is, when it is asked next. */
    void nextIs(String issuer, String subject, Map<String, Object> claims, long seconds) {
        issuers.enqueueCallback(
                new DefaultOAuth2TokenCallback(issuer, subject, "JWT", List.of(CLIENT), claims, seconds));
    }

    /** What happens at the issuer: nothing, and back with a code. */
    URI at(URI there) throws Exception {
        var answer = client.send(HttpRequest.newBuilder(there).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(302);
        return URI.create(answer.headers().firstValue("Location").orElseThrow());
    }

    Browser browser() {
        return new Browser();
    }

    /** Keeps cookies, and takes the public address for our server's. */
    final class Browser {

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
    static final class OnRequest extends DefaultOAuth2TokenCallback {

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

    HttpResponse<String> register(String email) throws Exception {
        return post("/api/auth/register", """
                {"email":"%s","name":"Someone","password":"%s"}""".formatted(email, PASSWORD));
    }

    JsonNode me(Landed landed) throws Exception {
        return json(get(
                        "/api/auth/me",
                        Map.of(SessionCookie.NAME, landed.session().orElseThrow())))
                .path("user");
    }

    int status(String bearer) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(server.baseUri().resolve("/api/auth/me"))
                                .header("Authorization", "Bearer " + bearer)
                                .build(),
                        BodyHandlers.ofString())
                .statusCode();
    }

    HttpResponse<String> get(String path, Map<String, String> cookies, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.baseUri() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        cookies.forEach((name, value) -> request.header("Cookie", name + "=" + value));
        return client.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(server.baseUri() + path))
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    static JsonNode json(HttpResponse<String> response) throws IOException {
        return Json.mapper().readTree(response.body());
    }

    int usersWith(String email) {
        return database.asSystem(handle -> handle.createQuery("SELECT count(*) FROM users WHERE email = :email")
                .bind("email", email)
                .mapTo(Integer.class)
                .one());
    }

    List<String> logged(String userId) {
        return database.asSystem(
                handle -> handle.createQuery("SELECT action FROM audit_log WHERE account = :account ORDER BY id")
                        .bind("account", Account.user(userId).value())
                        .mapTo(String.class)
                        .list());
    }
}
