package com.promptmanage.runner.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.FakeServer;
import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.runner.connector.EmailConnector;
import com.promptmanage.runner.connector.HttpSender;
import com.promptmanage.runner.secret.CredentialRoutes;
import com.promptmanage.runner.secret.CredentialTable;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.access.AccessSettings;
import com.promptmanage.service.access.People.NewTeam;
import com.promptmanage.service.access.People.NewUser;
import com.promptmanage.service.access.Role;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.service.secret.SecretKeys;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A database, people in it, and a server with the routes of data sources and credentials. */
final class RunnerApi implements AutoCloseable {

    private static final String PASSWORD = "correct horse battery staple";

    private final HttpClient client = HttpClient.newHttpClient();

    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-25T12:00:00Z"));

    private final Outbound outbound = FakeServer.outbound();

    private final Database database;

    private final Access access;

    private final CredentialTable credentials;

    private final DataSources sources;

    private final HttpServer server;

    private final String editor;

    private final String viewer;

    private final String stranger;

    /** @param json is missing if the answer had no body */
    record Answer(int status, JsonNode json) {}

    RunnerApi() {
        this(false);
    }

    RunnerApi(boolean tiersEnforced) {
        this.database =
                Database.open(MigratedDatabase.settings(MigratedDatabase.url()).withConnectionsMax(6));
        this.access = new Access(
                database,
                clock,
                AccessSettings.DEFAULTS.withPasswordMemoryKib(64).withTiersEnforced(tiersEnforced));
        this.credentials = new CredentialTable(database, new SecretBox(keys()), clock);
        this.sources = new DataSources(
                database,
                credentials,
                outbound,
                new HttpSender(outbound, clock),
                List.of(new EmailConnector(Optional.empty(), database)),
                clock,
                Duration.ofMillis(20));
        var routes = new ArrayList<Routes>(sources.routes(access.authentication(), access.tiers()));
        routes.add(new CredentialRoutes(access.authentication(), credentials));
        this.server = HttpServer.start(HttpServer.Options.onPort(0), routes);
        team("one");
        team("two");
        this.editor = signIn("one-editor");
        this.viewer = signIn("one-viewer");
        this.stranger = signIn("two-owner");
    }

    static SecretKeys keys() {
        return SecretKeys.of("k1", new byte[32]);
    }

    ManualClock clock() {
        return clock;
    }

    Database database() {
        return database;
    }

    CredentialTable credentials() {
        return credentials;
    }

    DataSources sources() {
        return sources;
    }

    HttpServer server() {
        return server;
    }

    /** What the team has from now on, where tiers are enforced. */
    void tier(String team, String tier) {
        database.useAsSystem(handle -> handle.execute("UPDATE teams SET tier = ? WHERE id = ?", tier, team));
        access.tiers().forget(Account.team(team));
    }

    /** Of the team {@code one}, as is the viewer. */
    String editor() {
        return editor;
    }

    String viewer() {
        return viewer;
    }

    /** The owner of the team {@code two}. */
    String stranger() {
        return stranger;
    }

    /** Signs in as a member: {@code one-editor} and so on. */
    String signIn(String userId) {
        return "Bearer "
                + access.sessions().signIn(userId + "@example.com", PASSWORD).token();
    }

    Answer get(String who, String path) {
        return send(who, "GET", path, null);
    }

    Answer send(String who, String method, String path, @Nullable String body) {
        var request = HttpRequest.newBuilder(URI.create(server.baseUri() + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .header("Authorization", who);
        try {
            HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), Json.mapper().readTree(response.body()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** As the editor. */
    Answer create(String body) {
        return send(editor, "POST", "/api/data-sources", body);
    }

    /** The path of a new source whose records the fake server tells, at {@code /r}. */
    String apiSource(FakeServer server, String mode, String frequency) {
        return "/api/data-sources/"
                + create(
                                "{\"name\":\"API\",\"type\":\"api\",\"config\":{\"url\":\"%s\"},\"syncMode\":\"%s\",\"syncFrequency\":\"%s\",\"teamId\":\"one\"}"
                                        .formatted(server.url("/r"), mode, frequency))
                        .json()
                        .path("id")
                        .asText();
    }

    /** What a source holds, by its path. */
    JsonNode records(String path) {
        return get(viewer, path + "/records").json().path("records");
    }

    /** What was logged of something, in order, and by whom. */
    List<String> audited(String id) {
        return database.asSystem(handle -> handle.createQuery(
                        "SELECT action || ' by ' || actor_id FROM audit_log WHERE resource_id = :id ORDER BY id")
                .bind("id", id)
                .mapTo(String.class)
                .list());
    }

    @Override
    public void close() {
        server.close();
        sources.close();
        access.close();
        database.close();
        outbound.close();
        client.shutdownNow();
    }

    private void team(String id) {
        access.people().ensureTeam(new NewTeam(id, "Team " + id, "team-" + id, "UTC"));
        for (Role role : Role.values()) {
            String userId = id + "-" + role.code();
            access.people().ensureUser(new NewUser(userId, userId + "@example.com", userId, Optional.of(PASSWORD)));
            access.people().ensureMember(id, userId, role);
        }
    }
}
