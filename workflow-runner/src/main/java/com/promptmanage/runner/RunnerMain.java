package com.promptmanage.runner;

import com.promptmanage.service.access.Access;
import com.promptmanage.service.access.AccessSettings;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.mail.MailSettings;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.service.operations.Check;
import com.promptmanage.service.operations.HealthRoutes;
import com.promptmanage.service.operations.Meters;
import com.promptmanage.service.operations.OpenApi;
import com.promptmanage.service.operations.OpenApiRoutes;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.outbound.OutboundSettings;
import com.promptmanage.service.outbox.OutboxRelay;
import com.promptmanage.service.process.Startup;
import com.promptmanage.service.process.Waiting;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.service.secret.SecretKeys;
import com.promptmanage.service.settings.Settings;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The workflow runner as a process of its own. The topics are the query API's to make: until they are there, events wait. */
public final class RunnerMain {

    private static final Logger LOGGER = LoggerFactory.getLogger(RunnerMain.class);

    private static final int PORT = 8082;

    /** Besides what is waited for calls that are paid for. */
    private static final Duration STOP_MAX = Duration.ofSeconds(25);

    private RunnerMain() {}

    /** Everything that an operator sets. */
    public record Given(
            HttpServer.Options server,
            RunnerSettings runner,
            DatabaseSettings database,
            AccessSettings access,
            OutboundSettings outbound,
            Optional<MailSettings> mail,
            SecretKeys keys) {

        public static Given from(Settings settings) {
            return new Given(
                    HttpServer.Options.onPort(settings.port("HTTP_PORT", PORT))
                            .withHost(settings.text("HTTP_HOST", "0.0.0.0")),
                    RunnerSettings.from(settings),
                    DatabaseSettings.from(settings),
                    AccessSettings.from(settings),
                    OutboundSettings.from(settings),
                    MailSettings.from(settings),
                    SecretKeys.from(settings));
        }
    }

    public static void main(String... args) throws InterruptedException {
        Given given = Startup.given(Given::from);
        var stopping = new CountDownLatch(1);
        Thread running = Thread.currentThread();
        Duration most = STOP_MAX.plus(given.runner().stop());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(stopping, running, most), "stop"));
        Optional<Database> database = new Waiting(given.server(), stopping).database(given.database());
        if (database.isPresent()) {
            serve(given, database.get(), stopping);
        }
    }

    private static void serve(Given given, Database database, CountDownLatch stopping) throws InterruptedException {
        Clock clock = Startup.clock();
        try (database;
                var access = new Access(database, clock, given.access());
                var meters = new Meters();
                var relay = OutboxRelay.start(database, given.runner().bootstrapServers(), meters.registry());
                var guarded = new Outbound(given.outbound());
                var trusted = new Outbound(given.outbound().anywhere())) {
            database.measureWith(meters.registry());
            var service = RunnerService.start(
                    new RunnerService.Means(
                            database,
                            access,
                            guarded,
                            trusted,
                            given.mail().map(server -> new Mailer(server, clock)),
                            new SecretBox(given.keys()),
                            meters.registry(),
                            clock),
                    given.runner());
            // The service is closed first: the server waits for its requests, and its live streams are such.
            try (var server = HttpServer.start(given.server(), routes(meters, service, database, relay));
                    service) {
                LOGGER.atInfo().addKeyValue("port", server.port()).log("the workflow runner is running");
                stopping.await();
            }
        }
        LOGGER.info("the workflow runner has stopped");
    }

    private static List<Routes> routes(Meters meters, RunnerService service, Database database, OutboxRelay relay) {
        var routes = new ArrayList<Routes>(service.routes());
        routes.add(meters);
        routes.add(new HealthRoutes(Map.of(
                "database",
                Check.of(database::isReady, "the database does not answer"),
                "outbox",
                Check.of(relay::isAlive, "changes do not reach Kafka"),
                "workflows",
                Check.of(service::isAlive, "workflows are not run"))));
        routes.add(new OpenApiRoutes(description()));
        return routes;
    }

    static OpenApi description() {
        var parts = new ArrayList<String>(RunnerService.OPEN_API);
        parts.add(OpenApi.OPERATIONS);
        return OpenApi.of("Prompt Manage: workflows", "2.0", parts);
    }

    /** The process ends when this returns, so it waits for everything to be closed. */
    private static void stop(CountDownLatch stopping, Thread running, Duration most) {
        stopping.countDown();
        try {
            running.join(most);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
