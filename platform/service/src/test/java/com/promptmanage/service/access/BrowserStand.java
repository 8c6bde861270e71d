package com.promptmanage.service.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.MigratedDatabase;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.RequestBody;
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
import org.jspecify.annotations.Nullable;

/** A product that people sign up to and sign in to by their browsers, and something in it that a browser may change. */
final class BrowserStand implements AutoCloseable {

    static final String PASSWORD = TestAccess.PASSWORD;

    final ManualClock clock = new ManualClock(Instant.parse("2026-11-24T12:00:00Z"));

    final Database database = MigratedDatabase.open();

    final Access access = new Access(
            database,
            clock,
            AccessSettings.DEFAULTS.withPasswordMemoryKib(64).withPublicUrl(URI.create("https://prompts.example.com")));

    final HttpServer server = HttpServer.start(
            HttpServer.Options.onPort(0),
            List.of(
                    access.routes(),
                    routes -> routes.post("/api/things", ctx -> {
                        RequestBody.ignore(ctx);
                        ctx.json(Map.of(
                                "caller",
                                access.authentication().caller(ctx).person().orElseThrow()));
                    })));

    final HttpClient client = HttpClient.newHttpClient();

    BrowserStand() {
        TestAccess.seed(access);
    }

    @Override
    public void close() {
        client.close();
        server.close();
        access.close();
        database.close();
    }

    HttpResponse<String> login(String email, String password, String... headers) throws Exception {
        return send("POST", "/api/auth/login", body(Map.of("email", email, "password", password)), headers);
    }

    HttpResponse<String> register(String email, String password, String name, String... headers) throws Exception {
        return send(
                "POST",
                "/api/auth/register",
                body(Map.of("email", email, "password", password, "name", name)),
                headers);
    }

    HttpResponse<String> send(String method, String path, @Nullable String body, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.baseUri() + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    static String setCookie(HttpResponse<String> answer) {
        return answer.headers().firstValue("Set-Cookie").orElseThrow();
    }

    static String cookieOf(HttpResponse<String> answer) {
        return setCookie(answer).replaceAll(";.*", "");
    }

    static JsonNode json(HttpResponse<String> answer) throws Exception {
        return Json.mapper().readTree(answer.body());
    }

    static String body(Map<String, String> fields) throws Exception {
        return Json.mapper().writeValueAsString(fields);
    }
}
