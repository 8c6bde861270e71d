package com.promptmanage.query.attack;

import com.promptmanage.query.QueryMain;
import com.promptmanage.query.QueryWorkers;
import com.promptmanage.query.alert.AlertWriter;
import com.promptmanage.query.execution.WorkflowAnalyticsRoutes;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.http.TestRoutes;
import com.promptmanage.query.notify.Notifications;
import com.promptmanage.query.report.Reports;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.routing.ExecutionRouting;
import com.promptmanage.query.routing.Forwarding;
import com.promptmanage.query.team.InvitationMail;
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
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Every route of the query API with those of signing in, and those who try them out. */
final class Stage implements AutoCloseable {

    static final Instant NOW = Instant.parse("2026-11-16T12:00:00Z");

    /** Nobody listens there: what copies from Kafka waits for it, and no route needs it. */
    private static final Map<String, Object> NO_KAFKA = Map.of("bootstrap.servers", "127.0.0.1:1");

    /** Fewer than there are connections to the database, so that nobody waits for one. */
    private static final int CASTS = 3;

    private final Outbound outbound =
            new Outbound(OutboundSettings.DEFAULTS.withAllowed(List.of(AddressRange.of("127.0.0.1"))));

    private final Meters meters = new Meters();

    private final Forwarding forwarding = new Forwarding(Duration.ofSeconds(30), Duration.ofSeconds(30));

    private final List<QueryWorkers> workers = new ArrayList<>();

    private final List<Notifications> notifications = new ArrayList<>();

    private final List<Reports> reports = new ArrayList<>();

    private final TestApi api = TestApi.start(NOW, this::routes);

    private final List<Cast> casts;

    Stage() {
        casts = IntStream.range(0, CASTS)
                .mapToObj(number -> new Cast(api, "cast%d".formatted(number)))
                .toList();
    }

    TestApi api() {
        return api;
    }

    /** Those who can play at the same time. */
    List<Cast> casts() {
        return casts;
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
        casts.forEach(Cast::close);
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
                parts.access().tiers(),
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
}
