package com.promptmanage.query.http;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.promptmanage.query.metering.InMemoryMetering;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.access.AccessSettings;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.access.People.NewTeam;
import com.promptmanage.service.access.People.NewUser;
import com.promptmanage.service.access.Role;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.http.Routes;
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.testkit.ManualClock;
import com.promptmanage.topics.account.Account;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A database of its own, people and keys in it, and a server with the routes that a test wants to speak to. */
public final class TestApi implements AutoCloseable {

    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private static final String PASSWORD = "correct horse battery staple";

    /** Far longer than a machine with much to do stands still: nobody is told that the database is away because of that. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient client = HttpClient.newHttpClient();

    private final InMemoryMetering metering = new InMemoryMetering();

    private final ManualClock clock;

    private final Database database;

    private final Access access;

    private final HttpServer server;

    /** An answer: its body is JSON, or nothing. */
    public record Answer(int status, JsonNode json, HttpResponse<String> response) {

        public Optional<String> header(String name) {
            return response.headers().firstValue(name);
        }
    }

    /** What routes are made of. */
    public record Parts(Database database, Access access, InMemoryMetering metering, ManualClock clock) {}

    private TestApi(
            String jdbcUrl, Instant now, AccessSettings settings, Function<Parts, List<? extends Routes>> routes) {
        this.clock = new ManualClock(now);
        this.database = Database.open(settings(jdbcUrl));
        // Every test makes people; what their passwords' hashes take is not what is tested here.
        this.access = new Access(database, clock, settings.withPasswordMemoryKib(64));
        this.server = HttpServer.start(
                HttpServer.Options.onPort(0).withDiscardMax(PATIENCE),
                routes.apply(new Parts(database, access, metering, clock)));
    }

    public static TestApi start(Instant now, Function<Parts, List<? extends Routes>> routes) {
        return start(now, AccessSettings.DEFAULTS, routes);
    }

    /** As an operator has set it. */
    public static TestApi start(Instant now, AccessSettings settings, Function<Parts, List<? extends Routes>> routes) {
        return new TestApi(newDatabase(), now, settings, routes);
    }

    /** Of a database of its own that is migrated, for the superuser. */
    public static String newDatabase() {
        return EmbeddedPostgres.shared()
                .createDatabase(
                        "migrated", empty -> Database.open(settings(empty)).close());
    }

    private static DatabaseSettings settings(String jdbcUrl) {
        return DatabaseSettings.of(jdbcUrl, "of-the-tests")
                .withConnectionsMax(4)
                .patient(PATIENCE);
    }

    /** Another process at the same database, with a stream of its own. */
    public static TestApi startAt(String jdbcUrl, Instant now, Function<Parts, List<? extends Routes>> routes) {
        return new TestApi(jdbcUrl, now, AccessSettings.DEFAULTS, routes);
    }

    public InMemoryMetering metering() {
        return metering;
    }

    public ManualClock clock() {
        return clock;
    }

    public Database database() {
        return database;
    }

    public Access access() {
        return access;
    }

    public HttpServer server() {
        return server;
    }

    public int port() {
        return server.port();
    }

    /** A team with a member of each role: {@code <team>-owner}, {@code <team>-admin} and so on. */
    public void team(String id, String timezone) {
        access.people().ensureTeam(new NewTeam(id, "Team " + id, "team-" + id, timezone));
        for (Role role : Role.values()) {
            String userId = id + "-" + role.code();
            user(userId);
            access.people().ensureMember(id, userId, role);
        }
    }

    public void user(String id) {
        access.people().ensureUser(new NewUser(id, id + "@example.com", id, Optional.of(PASSWORD)));
    }

    /** Signs in as a user; returns the credentials to send. */
    public String signIn(String userId) {
        return "Bearer "
                + access.sessions().signIn(userId + "@example.com", PASSWORD).token();
    }

    /** Makes a key of an account; returns the credentials to send. */
    public String key(Account account, KeyScope... scopes) {
        return key(NewKey.of("test", account).withScopes(Set.of(scopes)));
    }

    public String key(NewKey wanted) {
        return "Bearer " + access.keys().create(Scope.EVERYONE, wanted).secret();
    }

    public Answer get(String credentials, String path) {
        return send(credentials, "GET", path, null);
    }

    public Answer post(String credentials, String path, String body) {
        return send(credentials, "POST", path, body);
    }

    public Answer put(String credentials, String path, String body) {
        return send(credentials, "PUT", path, body);
    }

    public Answer patch(String credentials, String path, String body) {
        return send(credentials, "PATCH", path, body);
    }

    public Answer delete(String credentials, String path) {
        return send(credentials, "DELETE", path, null);
    }

    /** The body of an answer that is no JSON. */
    public String text(String credentials, String path, String... headers) {
        HttpResponse<String> response = exchange(credentials, "GET", path, null, headers);
        if (response.statusCode() != 200) {
            throw new AssertionError(response.statusCode() + " " + response.body());
        }
        return response.body();
    }

    /** @param headers names and values in turn */
    public Answer send(String credentials, String method, String path, @Nullable String body, String... headers) {
        HttpResponse<String> response = exchange(credentials, method, path, body, headers);
        try {
            return new Answer(response.statusCode(), MAPPER.readTree(response.body()), response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpResponse<String> exchange(
            String credentials, String method, String path, @Nullable String body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(server.baseUri() + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!credentials.isEmpty()) {
            request.header("Authorization", credentials);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.close();
        access.close();
        database.close();
        client.shutdownNow();
    }
}
