package com.promptmanage.ingest;

import com.promptmanage.ingest.admission.AdmissionSettings;
import com.promptmanage.ingest.gateway.GatewaySettings;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.operations.Check;
import com.promptmanage.service.operations.HealthRoutes;
import com.promptmanage.service.operations.Meters;
import com.promptmanage.service.operations.OpenApi;
import com.promptmanage.service.operations.OpenApiRoutes;
import com.promptmanage.service.process.Startup;
import com.promptmanage.service.process.Waiting;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.service.secret.SecretKeys;
import com.promptmanage.service.settings.Settings;
import com.promptmanage.topics.TopicProvisioner;
import com.promptmanage.topics.Topics;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ingest as a process of its own. */
public final class IngestMain {

    private static final Logger LOGGER = LoggerFactory.getLogger(IngestMain.class);

    private static final int PORT = 8081;

    private static final Duration PROVISION_PAUSE = Duration.ofSeconds(2);

    private static final Duration STOP_MAX = Duration.ofSeconds(20);

    private IngestMain() {}

    /**
     * Everything that an operator sets.
     *
     * @param partitions of topics that are not there yet; nobody can change them later
     */
    public record Given(
            HttpServer.Options server,
            int partitions,
            int replicas,
            IngestSettings ingest,
            GatewaySettings gateway,
            SecretKeys secrets,
            DatabaseSettings database) {

        public static Given from(Settings settings) {
            var ingest = IngestSettings.from(settings);
            var gateway = GatewaySettings.from(settings);
            settings.require(
                    gateway.memoryBytes()
                            >= AdmissionSettings.MEMORY_PER_BODY * ingest.otlp().bodyBytesMax(),
                    "PM_GATEWAY_MEMORY must be at least %d times PM_INGEST_OTLP_BODY_MAX: one whole call must fit"
                            .formatted(AdmissionSettings.MEMORY_PER_BODY));
            return new Given(
                    HttpServer.Options.onPort(settings.port("HTTP_PORT", PORT))
                            .withHost(settings.text("HTTP_HOST", "0.0.0.0"))
                            .withBodyBytesMax(ingest.admission().bodyBytesMax()),
                    settings.integer("TOPIC_PARTITIONS", 8, 1, 10_000),
                    settings.integer("TOPIC_REPLICAS", 1, 1, 100),
                    ingest,
                    gateway,
                    SecretKeys.from(settings),
                    DatabaseSettings.from(settings));
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        Given given = Startup.given(Given::from);
        if (given.gateway().budgets().isEmpty()) {
            LOGGER.warn("the gateway checks no budgets: PM_QUERY_URL is not set");
        }
        var stopping = new CountDownLatch(1);
        Thread running = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(stopping, running), "stop"));
        Optional<Database> database = new Waiting(given.server(), stopping).database(given.database());
        if (database.isPresent()) {
            run(given, database.get(), stopping);
        }
    }

    private static void run(Given given, Database database, CountDownLatch stopping) throws InterruptedException {
        try (database;
                var access = new Access(database, Clock.systemUTC());
                var meters = new Meters();
                var routes = new IngestRoutes(
                        given.ingest(),
                        given.gateway(),
                        access,
                        database,
                        new SecretBox(given.secrets()),
                        meters.registry(),
                        Clock.systemUTC());
                var server = HttpServer.start(
                        given.server(),
                        List.of(
                                meters,
                                routes,
                                new HealthRoutes(checks(routes, database)),
                                new OpenApiRoutes(description())))) {
            Thread.ofVirtual()
                    .name("topics")
                    .start(() -> provision(
                            given.ingest().publish().bootstrapServers(), given.partitions(), given.replicas()));
            LOGGER.atInfo().addKeyValue("port", server.port()).log("ingest is running");
            stopping.await();
        }
    }

    /** The process ends when this returns, so it waits for everything to be closed. */
    private static void stop(CountDownLatch stopping, Thread running) {
        stopping.countDown();
        try {
            running.join(STOP_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static OpenApi description() {
        return OpenApi.of("Prompt Manage: ingest", "2.0", List.of(IngestRoutes.OPEN_API, OpenApi.OPERATIONS));
    }

    private static Map<String, Check> checks(IngestRoutes routes, Database database) {
        var checks = new HashMap<>(routes.checks());
        checks.put("database", Check.of(database::isReady, "the database does not answer"));
        return checks;
    }

    /** Until the broker is there, requests are answered 503 and readiness says why. */
    private static void provision(String bootstrapServers, int partitions, int replicas) {
        while (true) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
                new TopicProvisioner(admin, partitions, (short) replicas).provision(Topics.ALL);
                return;
            } catch (IllegalStateException | KafkaException e) {
                // The latter, too, passes by itself: while the broker's name is not known, there is no client for it.
                LOGGER.atWarn()
                        .addKeyValue("cause", String.valueOf(e.getCause() == null ? e : e.getCause()))
                        .log("the topics are not there yet");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            LockSupport.parkNanos(PROVISION_PAUSE.toNanos());
        }
    }
}
