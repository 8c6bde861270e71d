package com.promptmanage.query.attack;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.access.People.NewTeam;
import com.promptmanage.service.access.Role;
import com.promptmanage.topics.account.Account;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * People in all roles with teams that nobody else is in, so that several casts try out routes at the same time. For one thread at
 * a time.
 */
final class Cast implements AutoCloseable {

    private static final int ATTEMPTS = 3;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final TestApi api;

    private final String name;

    private final Map<Who, String> sessions = new EnumMap<>(Who.class);

    private int teams;

    /** Who sends a request. */
    enum Who {
        NOBODY,
        /** Owns another team. */
        STRANGER,
        VIEWER,
        EDITOR,
        ADMIN,
        OWNER,
        /** A key of the team whose time is over. */
        EXPIRED,
        /** A key of the team that may only send usage. */
        INGEST_KEY,
        /** A key of the team with every scope, made by its owner. */
        KEY;

        Optional<Role> role() {
            return Role.parse(name().toLowerCase(Locale.ROOT));
        }
    }

    /**
     * What a row of the table is tried on.
     *
     * @param names what stands in addresses and bodies for the things of the team: {@code $team} and so on
     * @param keys the credentials of the team's keys, as far as someone has come with them
     */
    record Scene(Account account, Map<String, String> names, Map<Who, String> keys) {

        String fill(String text) {
            String filled = text;
            for (Map.Entry<String, String> name : names.entrySet()) {
                filled = filled.replace("$" + name.getKey(), name.getValue());
            }
            return filled;
        }
    }

    Cast(TestApi api, String name) {
        this.api = api;
        this.name = name;
        for (Who who : Who.values()) {
            if (who == Who.STRANGER || who.role().isPresent()) {
                api.user(id(who));
            }
        }
        api.user(name + "-target");
        String other = name + "-other";
        api.access().people().ensureTeam(new NewTeam(other, "Other", other, "UTC"));
        api.access().people().ensureMember(other, id(Who.STRANGER), Role.OWNER);
    }

    /** A new team with everyone in it, and one of each thing that the row names. */
    Scene scene(Row row) {
        String scenes = name + "-scene";
        // Nobody may own hundreds of teams, or be invited by them on one day.
        api.database().useAsSystem(handle -> {
            handle.execute("DELETE FROM team_members WHERE team_id LIKE ?", scenes + "%");
            handle.execute(
                    "UPDATE team_invitations SET sent_at = ARRAY[created_at - interval '2 days'] WHERE team_id LIKE ?",
                    scenes + "%");
        });
        String team = scenes + ++teams;
        var people = api.access().people();
        people.ensureTeam(new NewTeam(team, "Scene", team, "UTC"));
        for (Who who : Who.values()) {
            who.role().ifPresent(role -> {
                people.ensureMember(team, id(who), role);
                api.access().sessions().forget(id(who));
            });
        }
        String target = name + "-target";
        people.ensureMember(team, target, Role.VIEWER);
        var names = new HashMap<String, String>();
        names.put("team", team);
        names.put("member", target);
        new Properties(api, signedIn(Who.OWNER), team, "%s@example.com".formatted(id(Who.STRANGER))).make(row, names);
        return new Scene(Account.team(team), names, new EnumMap<>(Who.class));
    }

    String credentials(Who who, Scene scene) {
        return switch (who) {
            case NOBODY -> "";
            case EXPIRED ->
                scene.keys()
                        .computeIfAbsent(
                                who,
                                one -> api.key(
                                        NewKey.of("expired", scene.account()).expiringAt(Stage.NOW.minusSeconds(1))));
            case INGEST_KEY -> scene.keys().computeIfAbsent(who, one -> api.key(scene.account(), KeyScope.INGEST));
            case KEY -> scene.keys().computeIfAbsent(who, one -> api.key(scene.account(), KeyScope.values()));
            case STRANGER, VIEWER, EDITOR, ADMIN, OWNER -> signedIn(who);
        };
    }

    private String signedIn(Who who) {
        return sessions.computeIfAbsent(who, one -> {
            // Noise where passwords are changed looks like someone who guesses.
            api.database().useAsSystem(handle -> handle.execute("DELETE FROM sign_in_failures"));
            return api.signIn(id(one));
        });
    }

    /** Their session is over. */
    void forget(Who who) {
        sessions.remove(who);
    }

    /** @return the status; of a stream that goes on, as soon as it has begun */
    int send(String credentials, String method, String path, byte @Nullable [] body) {
        var request = HttpRequest.newBuilder(URI.create(api.server().baseUri() + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (!credentials.isEmpty()) {
            request.header("Authorization", credentials);
        }
        try {
            var response = sent(request.build());
            try (InputStream answer = response.body()) {
                if (!response.headers().firstValue("Content-Type").orElse("").startsWith("text/event-stream")) {
                    answer.readAllBytes();
                }
            }
            return response.statusCode();
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A connection is closed after an answer to what was broken or too large; then the next request goes over another. */
    private HttpResponse<InputStream> sent(HttpRequest request) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return client.send(request, BodyHandlers.ofInputStream());
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    private String id(Who who) {
        return name + "-" + who.name().toLowerCase(Locale.ROOT);
    }

    /** What a team has; named as it would be upon a stage. */
    private record Properties(TestApi api, String owner, String team, String stranger) {

        /** Making all of it for each row would take longer than the rows. */
        void make(Row row, Map<String, String> names) {
            if (row.names("key")) {
                names.put(
                        "key",
                        made("/api/teams/%s/api-keys", "{\"name\":\"k\",\"scopes\":[\"query\"]}")
                                .path("id")
                                .asText());
            }
            if (row.names("budget")) {
                JsonNode budget = made(api.post(
                        owner,
                        "/api/token-tracking/budgets",
                        "{\"account\":\"team:%s\",\"name\":\"b\",\"limitUsd\":\"1.00\"}".formatted(team)));
                names.put("budget", budget.path("id").asText());
            }
            if (row.names("invitation") || row.names("token")) {
                JsonNode invitation = made("/api/teams/%s/invitations", "{\"email\":\"%s\"}".formatted(stranger));
                names.put("invitation", invitation.path("id").asText());
                names.put("token", invitation.path("acceptLink").asText().replaceFirst(".*/invite/", ""));
            }
            if (row.names("channel")) {
                String channel = made(
                                "/api/teams/%s/notification-channels",
                                "{\"kind\":\"webhook\",\"name\":\"c\",\"url\":\"http://127.0.0.1:1/hook\"}")
                        .path("id")
                        .asText();
                names.put("channel", channel);
                if (row.names("delivery")) {
                    String path = "/api/teams/%s/notification-channels/%s/test".formatted(team, channel);
                    names.put(
                            "delivery",
                            api.post(owner, path, "").json().path("deliveryId").asText());
                }
            }
            if (row.names("report")) {
                names.put(
                        "report",
                        made(
                                        "/api/teams/%s/reports",
                                        "{\"name\":\"r\",\"frequency\":\"weekly\",\"to\":[\"cfo@example.com\"]}")
                                .path("id")
                                .asText());
            }
            if (row.names("meter")) {
                Answer meter = api.post(
                        owner,
                        "/api/v1/meters?teamId=" + team,
                        "{\"slug\":\"visits\",\"aggregation\":\"COUNT\",\"eventType\":\"visit\"}");
                names.put("meter", meter.json().path("id").asText());
            }
            if (row.names("alert")) {
                names.put("alert", "alert-" + team);
                api.database()
                        .useAsSystem(handle -> handle.execute(
                                """
                                INSERT INTO alerts
                                    (id, account, budget_id, dimension, value, severity, occurred_at, raised_at, alert)
                                VALUES (?, ?, 'b', 'account', '*', 'info', now(), now(), '{}')
                                """, "alert-" + team, Account.team(team).value()));
            }
        }

        private JsonNode made(String pathOfTeam, String body) {
            return made(api.post(owner, pathOfTeam.formatted(team), body));
        }

        private static JsonNode made(Answer answer) {
            if (answer.status() != 201) {
                throw new AssertionError(answer.status() + " " + answer.json());
            }
            return answer.json();
        }
    }
}
