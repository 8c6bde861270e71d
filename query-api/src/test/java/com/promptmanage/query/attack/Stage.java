package com.promptmanage.query.attack;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.QueryMain;
import com.promptmanage.query.QueryWorkers;
import com.promptmanage.query.alert.AlertWriter;
import com.promptmanage.query.execution.WorkflowAnalyticsRoutes;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.query.http.TestRoutes;
import com.promptmanage.query.notify.Notifications;
import com.promptmanage.query.report.Reports;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.routing.ExecutionRouting;
import com.promptmanage.query.routing.Forwarding;
import com.promptmanage.query.team.InvitationMail;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.access.People.NewTeam;
import com.promptmanage.service.access.Role;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.operations.HealthRoutes;
import com.promptmanage.service.operations.Meters;
import com.promptmanage.service.operations.OpenApiRoutes;
import com.promptmanage.service.outbound.AddressRange;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.outbound.OutboundSettings;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.service.secret.SecretKeys;
import com.promptmanage.streams.read.ExecutionReads;
import com.promptmanage.streams.read.Executions.Place;
import com.promptmanage.streams.read.RunFigures;
import com.promptmanage.topics.account.Account;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Every route of the query API with those of signing in, people in all roles, and a team with one of each thing. */
final class Stage implements AutoCloseable {

    static final Instant NOW = Instant.parse("2026-11-16T12:00:00Z");

    /** Nobody listens there: what copies from Kafka waits for it, and no route needs it. */
    private static final Map<String, Object> NO_KAFKA = Map.of("bootstrap.servers", "127.0.0.1:1");

    private static final int ATTEMPTS = 3;

    private final HttpClient client = HttpClient.newHttpClient();

    private final Outbound outbound =
            new Outbound(OutboundSettings.DEFAULTS.withAllowed(List.of(AddressRange.of("127.0.0.1"))));

    private final Meters meters = new Meters();

    private final Forwarding forwarding = new Forwarding(Duration.ofSeconds(5));

    private final List<QueryWorkers> workers = new ArrayList<>();

    private final List<Notifications> notifications = new ArrayList<>();

    private final List<Reports> reports = new ArrayList<>();

    private final TestApi api = TestApi.start(NOW, this::routes);

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
     * @param keys the credentials of the team's keys
     */
    record Scene(Map<String, String> names, Map<Who, String> keys) {

        String fill(String text) {
            String filled = text;
            for (Map.Entry<String, String> name : names.entrySet()) {
                filled = filled.replace("$" + name.getKey(), name.getValue());
            }
            return filled;
        }
    }

    Stage() {
        for (Who who : Who.values()) {
            if (who == Who.STRANGER || who.role().isPresent()) {
                api.user(id(who));
            }
        }
        api.user("target");
        api.access().people().ensureTeam(new NewTeam("other", "Other", "other", "UTC"));
        api.access().people().ensureMember("other", id(Who.STRANGER), Role.OWNER);
    }

    TestApi api() {
        return api;
    }

    /** A new team with everyone in it. */
    Scene scene() {
        // Nobody may own hundreds of teams.
        api.database().useAsSystem(handle -> handle.execute("DELETE FROM team_members WHERE team_id LIKE 'scene%'"));
        String team = "scene" + ++teams;
        Account account = Account.team(team);
        var people = api.access().people();
        people.ensureTeam(new NewTeam(team, "Scene", "scene-" + teams, "UTC"));
        for (Who who : Who.values()) {
            who.role().ifPresent(role -> {
                people.ensureMember(team, id(who), role);
                api.access().sessions().forget(id(who));
            });
        }
        people.ensureMember(team, "target", Role.VIEWER);
        var keys = new EnumMap<Who, String>(Who.class);
        keys.put(Who.EXPIRED, api.key(NewKey.of("expired", account).expiringAt(NOW.minusSeconds(1))));
        keys.put(Who.INGEST_KEY, api.key(account, KeyScope.INGEST));
        keys.put(Who.KEY, api.key(account, KeyScope.values()));
        var names = new HashMap<String, String>();
        names.put("team", team);
        names.put("member", "target");
        String owner = credentials(Who.OWNER, Optional.empty());
        names.put(
                "key",
                made(api.post(
                                owner,
                                "/api/teams/%s/api-keys".formatted(team),
                                "{\"name\":\"k\",\"scopes\":[\"query\"]}"))
                        .path("id")
                        .asText());
        names.put(
                "budget",
                made(api.post(
                                owner,
                                "/api/token-tracking/budgets",
                                "{\"account\":\"team:%s\",\"name\":\"b\",\"limitUsd\":\"1.00\"}".formatted(team)))
                        .path("id")
                        .asText());
        JsonNode invitation = made(
                api.post(owner, "/api/teams/%s/invitations".formatted(team), "{\"email\":\"stranger@example.com\"}"));
        names.put("invitation", invitation.path("id").asText());
        names.put("token", invitation.path("acceptLink").asText().replaceFirst(".*/invite/", ""));
        JsonNode channel = made(api.post(
                owner,
                "/api/teams/%s/notification-channels".formatted(team),
                "{\"kind\":\"webhook\",\"name\":\"c\",\"url\":\"http://127.0.0.1:1/hook\"}"));
        names.put("channel", channel.path("id").asText());
        names.put(
                "delivery",
                api.post(
                                owner,
                                "/api/teams/%s/notification-channels/%s/test"
                                        .formatted(team, channel.path("id").asText()),
                                "")
                        .json()
                        .path("deliveryId")
                        .asText());
        names.put(
                "report",
                made(api.post(
                                owner,
                                "/api/teams/%s/reports".formatted(team),
                                "{\"name\":\"r\",\"frequency\":\"weekly\",\"to\":[\"cfo@example.com\"]}"))
                        .path("id")
                        .asText());
        Answer meter = api.post(
                owner,
                "/api/v1/meters?teamId=" + team,
                "{\"slug\":\"visits\",\"aggregation\":\"COUNT\",\"eventType\":\"visit\"}");
        names.put("meter", meter.json().path("id").asText());
        names.put("alert", "alert-" + team);
        api.database().useAsSystem(handle -> handle.execute("""
                        INSERT INTO alerts (id, account, budget_id, dimension, value, severity, occurred_at, raised_at, alert)
                        VALUES (?, ?, 'b', 'account', '*', 'info', now(), now(), '{}')
                        """, "alert-" + team, account.value()));
        return new Scene(names, keys);
    }

    /** The credentials of a caller; without a scene, of those who sign in. */
    String credentials(Who who, Optional<Scene> scene) {
        return switch (who) {
            case NOBODY -> "";
            case EXPIRED, INGEST_KEY, KEY ->
                Objects.requireNonNull(scene.orElseThrow().keys().get(who));
            case STRANGER, VIEWER, EDITOR, ADMIN, OWNER -> sessions.computeIfAbsent(who, one -> api.signIn(id(one)));
        };
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

    /** Every method and address that is mounted, as {@code GET /api/teams/{}}. */
    Set<String> endpoints() {
        var all = new TreeSet<String>();
        api.server()
                .endpoints()
                .forEach(endpoint ->
                        all.add(endpoint.method() + " " + endpoint.path().replaceAll("[{<][^}>]*[}>]", "{}")));
        return all;
    }

    @Override
    public void close() {
        client.shutdownNow();
        workers.forEach(QueryWorkers::close);
        notifications.forEach(Notifications::close);
        reports.forEach(Reports::close);
        api.close();
        forwarding.close();
        outbound.close();
        meters.close();
    }

    private List<Routes> routes(TestApi.Parts parts) {
        var routes = new ArrayList<Routes>(TestRoutes.of(parts));
        routes.add(parts.access().routes());
        routes.addAll(TestRoutes.people(parts, InvitationMail.NONE, Optional.empty()));
        var started = QueryWorkers.start(
                parts.database(), NO_KAFKA, parts.metering(), AlertWriter.Listener.NONE, new SimpleMeterRegistry());
        workers.add(started);
        routes.addAll(started.routes(parts.access(), TestRoutes.routing(parts), parts.clock()));
        routes.add(new WorkflowAnalyticsRoutes(
                parts.access().authentication(),
                new ExecutionRouting(account -> new Place.Here(new NoExecutions()), forwarding),
                new AccountZones(parts.database()),
                parts.clock()));
        var notifying = Notifications.start(
                parts.database(),
                new Notifications.Ways(
                        outbound,
                        Optional.empty(),
                        new SecretBox(SecretKeys.of("test", new byte[32])),
                        Optional.empty()),
                new SimpleMeterRegistry(),
                parts.clock());
        notifications.add(notifying);
        routes.addAll(notifying.routes(parts.access().authentication()));
        var reporting = Reports.start(
                parts.database(),
                parts.access(),
                parts.metering(),
                Optional.empty(),
                new SimpleMeterRegistry(),
                parts.clock());
        reports.add(reporting);
        routes.addAll(reporting.routes(TestRoutes.routing(parts)));
        routes.add(meters);
        routes.add(new HealthRoutes(Map.of()));
        routes.add(new OpenApiRoutes(QueryMain.description()));
        return routes;
    }

    /** Nobody has run anything. */
    private static final class NoExecutions implements ExecutionReads {

        @Override
        public Map<String, RunFigures> workflows(Account account, long fromMs, long toMs) {
            return Map.of();
        }

        @Override
        public WorkflowFigures workflow(Account account, String workflowId, long fromMs, long toMs, ZoneId zone) {
            return new WorkflowFigures(Map.of(), Map.of());
        }
    }

    private static String id(Who who) {
        return who.name().toLowerCase(Locale.ROOT);
    }

    private static JsonNode made(Answer answer) {
        if (answer.status() != 201) {
            throw new AssertionError(answer.status() + " " + answer.json());
        }
        return answer.json();
    }
}
