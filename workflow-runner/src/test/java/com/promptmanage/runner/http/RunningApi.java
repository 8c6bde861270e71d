package com.promptmanage.runner.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.promptmanage.runner.definition.DefinitionCheck;
import com.promptmanage.runner.expression.Expressions;
import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.journal.Versions;
import com.promptmanage.runner.template.AccountSetup;
import com.promptmanage.runner.trigger.HookSecrets;
import com.promptmanage.runner.work.RunningEngine;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.access.AccessSettings;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.access.People.NewTeam;
import com.promptmanage.service.access.People.NewUser;
import com.promptmanage.service.access.Role;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.id.Ids;
import com.promptmanage.topics.account.Account;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A server with the workflow routes, workers behind it, and people to speak as. */
final class RunningApi implements AutoCloseable {

    static final String TEAM = "team_1";

    private static final String PASSWORD = "correct horse battery staple";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();

    private final RunningEngine engine;

    private final Access access;

    private final WorkflowApi api;

    private final HttpServer server;

    record Answer(int status, JsonNode json) {}

    /** No encryption, but nobody could take it for the secret. */
    private static final class Mirrored implements HookSecrets.Seal {

        @Override
        public String seal(String plain, String place) {
            return place + "|" + new StringBuilder(plain).reverse();
        }

        @Override
        public String open(String sealed, String place) {
            if (!sealed.startsWith(place + "|")) {
                throw new IllegalStateException("of another place");
            }
            return new StringBuilder(sealed.substring(place.length() + 1))
                    .reverse()
                    .toString();
        }

        @Override
        public boolean isOld(String sealed) {
            return false;
        }
    }

    RunningApi() {
        this(false);
    }

    RunningApi(boolean tiersEnforced) {
        this(tiersEnforced, Clock.systemUTC());
    }

    /** @param ofWorkflows what the process that has the routes of workflows takes for the time */
    RunningApi(boolean tiersEnforced, Clock ofWorkflows) {
        Clock clock = Clock.systemUTC();
        engine = new RunningEngine();
        access = new Access(
                engine.database(),
                clock,
                AccessSettings.DEFAULTS.withPasswordMemoryKib(64).withTiersEnforced(tiersEnforced));
        access.people().ensureTeam(new NewTeam(TEAM, "Team", "the-team", "UTC"));
        for (Role role : Role.values()) {
            member(role.code(), role);
        }
        api = new WorkflowApi(
                engine.database(),
                access.authentication(),
                access.tiers(),
                new Runs(engine.database(), access.tiers(), new Versions(), new Ids(clock), clock),
                new DefinitionCheck(new Expressions())::check,
                new Mirrored(),
                AccountSetup.UNKNOWN,
                new Ids(clock),
                ofWorkflows);
        server = HttpServer.start(HttpServer.Options.onPort(0), List.of(api));
    }

    RunningEngine engine() {
        return engine;
    }

    HttpServer server() {
        return server;
    }

    void user(String id) {
        access.people().ensureUser(new NewUser(id, id + "@example.com", id, Optional.of(PASSWORD)));
    }

    void member(String id, Role role) {
        user(id);
        access.people().ensureMember(TEAM, id, role);
    }

    /** What the team has from now on, where tiers are enforced. */
    void tier(String tier) {
        engine.database().useAsSystem(handle -> handle.execute("UPDATE teams SET tier = ? WHERE id = ?", tier, TEAM));
        access.tiers().forget(Account.team(TEAM));
    }

    /** Returns the credentials to send. */
    String signIn(String user) {
        return "Bearer "
                + access.sessions().signIn(user + "@example.com", PASSWORD).token();
    }

    /** Returns the credentials of a key that belongs to the user, to send. */
    String key(String user, KeyScope... scopes) {
        return "Bearer "
                + access.keys()
                        .create(
                                Scope.EVERYONE,
                                NewKey.of("a key", Account.user(user)).withScopes(Set.of(scopes)))
                        .secret();
    }

    /** Credentials that can be taken away while they are in use. */
    record Revocable(String credentials, Runnable revoke) {}

    Revocable revocableKey(String user, KeyScope... scopes) {
        var key = access.keys()
                .create(Scope.EVERYONE, NewKey.of("a key", Account.user(user)).withScopes(Set.of(scopes)));
        return new Revocable("Bearer " + key.secret(), () -> access.keys().revoke(Scope.EVERYONE, key.id()));
    }

    Answer get(String credentials, String path) {
        return send(credentials, "GET", path, null);
    }

    Answer post(String credentials, String path, String body) {
        return send(credentials, "POST", path, body);
    }

    Answer put(String credentials, String path, String body) {
        return send(credentials, "PUT", path, body);
    }

    Answer send(String credentials, String method, String path, @Nullable String body, String... headers) {
        try {
            HttpResponse<String> response =
                    client.send(request(credentials, method, path, body, headers), BodyHandlers.ofString());
            return new Answer(response.statusCode(), JSON.readTree(response.body()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** One header of an answer. */
    Optional<String> header(String credentials, String path, String name) throws IOException, InterruptedException {
        return client.send(request(credentials, "GET", path, null), BodyHandlers.discarding())
                .headers()
                .firstValue(name);
    }

    /** The lines of a stream that has begun, as they come. */
    Stream<String> open(String credentials, String path) throws IOException, InterruptedException {
        HttpResponse<Stream<String>> response =
                client.send(request(credentials, "GET", path, null), BodyHandlers.ofLines());
        if (response.statusCode() != 200) {
            throw new IllegalStateException("answered " + response.statusCode());
        }
        return response.body();
    }

    /** The lines of a stream that ends by itself. */
    List<String> stream(String credentials, String path, String... headers) throws IOException, InterruptedException {
        return client.send(request(credentials, "GET", path, null, headers), BodyHandlers.ofLines())
                .body()
                .toList();
    }

    /** What a stream that ends by itself is answered with. */
    int status(String credentials, String path, String... headers) throws IOException, InterruptedException {
        return client.send(request(credentials, "GET", path, null, headers), BodyHandlers.discarding())
                .statusCode();
    }

    private HttpRequest request(
            String credentials, String method, String path, @Nullable String body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(server.baseUri() + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .header("Authorization", credentials);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request.build();
    }

    @Override
    public void close() {
        api.close();
        server.close();
        access.close();
        engine.close();
        client.shutdownNow();
    }
}
