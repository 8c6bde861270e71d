package com.promptmanage.query;

import com.promptmanage.query.dashboard.Dashboard;
import com.promptmanage.query.execution.WorkflowAnalyticsRoutes;
import com.promptmanage.query.history.HistoryOrigin;
import com.promptmanage.query.notify.Fanout;
import com.promptmanage.query.notify.Notifications;
import com.promptmanage.query.report.Reports;
import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.routing.ExecutionRouting;
import com.promptmanage.query.routing.Forwarding;
import com.promptmanage.query.routing.ReadYourWrites;
import com.promptmanage.query.team.InvitationMail;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.access.AccessSettings;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.service.operations.Check;
import com.promptmanage.service.operations.HealthRoutes;
import com.promptmanage.service.operations.Meters;
import com.promptmanage.service.operations.OpenApi;
import com.promptmanage.service.operations.OpenApiRoutes;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.outbox.OutboxRelay;
import com.promptmanage.service.process.Startup;
import com.promptmanage.service.process.Waiting;
import com.promptmanage.service.settings.Settings;
import com.promptmanage.streams.ExecutionsRuntime;
import com.promptmanage.streams.MeteringRuntime;
import com.promptmanage.streams.StreamsSettings;
import com.promptmanage.topics.TopicProvisioner;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.pricing.Catalogue;
import com.promptmanage.topics.pricing.PricePublisher;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The query API as a process of its own, with the metering in it. */
public final class QueryMain {

    private static final Logger LOGGER = LoggerFactory.getLogger(QueryMain.class);

    private static final int PORT = 8080;

    private static final Duration STOP_MAX = Duration.ofSeconds(25);

    private QueryMain() {}

    /**
     * Everything that an operator sets.
     *
     * @param partitions of topics that are not there yet; nobody can change them later
     */
    public record Given(
            HttpServer.Options server,
            int partitions,
            int replicas,
            QuerySettings query,
            StreamsSettings metering,
            DatabaseSettings database,
            AccessSettings access,
            OutsideSettings outside) {

        public static Given from(Settings settings) {
            String host = settings.text("HTTP_HOST", "0.0.0.0");
            int port = settings.port("HTTP_PORT", PORT);
            return new Given(
                    HttpServer.Options.onPort(port).withHost(host).withCustomization(new Dashboard()),
                    settings.integer("TOPIC_PARTITIONS", 8, 1, 10_000),
                    settings.integer("TOPIC_REPLICAS", 1, 1, 100),
                    QuerySettings.from(settings),
                    QuerySettings.metering(settings, port),
                    DatabaseSettings.from(settings),
                    AccessSettings.from(settings),
                    OutsideSettings.from(settings));
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        Given given = Startup.given(Given::from);
        var stopping = new CountDownLatch(1);
        Thread running = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(stopping, running), "stop"));
        var waiting = new Waiting(given.server(), stopping);
        Optional<Integer> found = waiting.until(
                "kafka",
                "the broker does not answer",
                () -> provision(given.metering(), given.partitions(), given.replicas()));
        Optional<Database> database = stopping.getCount() > 0 ? waiting.database(given.database()) : Optional.empty();
        if (found.isPresent() && database.isPresent()) {
            claimHistory(given.metering(), database.get());
            run(given, found.get(), database.get(), stopping);
        }
    }

    /** Without the rated events there is no history that could have them twice. */
    private static void claimHistory(StreamsSettings metering, Database database) {
        if (metering.writesRated()) {
            HistoryOrigin.claim(database, metering.applicationId());
        }
    }

    /** @param partitions how many there are */
    private static void run(Given given, int partitions, Database database, CountDownLatch stopping)
            throws InterruptedException {
        Clock clock = Startup.clock();
        Optional<Mailer> mailer = given.outside().mailer(clock);
        try (database;
                var outbound = new Outbound(given.outside().outbound());
                var access = new Access(database, clock, given.access(), Optional.of(outbound), mailer);
                var meters = new Meters();
                var relay = OutboxRelay.start(database, given.metering().bootstrapServers(), meters.registry());
                var metering = new MeteringRuntime(given.metering(), partitions);
                var executions = new ExecutionsRuntime(given.metering(), partitions);
                var forwarding = new Forwarding(given.query().forwardTimeout());
                var notifications = Notifications.start(
                        database,
                        given.outside().ways(outbound, mailer, given.access().publicUrl()),
                        meters.registry(),
                        clock);
                var reports = Reports.start(database, access, metering, mailer, meters.registry(), clock)) {
            database.measureWith(meters.registry());
            access.whenVerified(notifications::welcome);
            MeteringMeters.register(metering.counts(), meters.registry());
            MeteringMeters.register(executions.counts(), meters.registry());
            metering.start();
            executions.start();
            var routing = new AccountRouting(
                    metering, forwarding, new ReadYourWrites(given.query().receiptWaitMax()));
            var workers = QueryWorkers.start(
                    database,
                    Map.of("bootstrap.servers", given.metering().bootstrapServers()),
                    metering,
                    given.metering().retention(),
                    new Fanout(clock),
                    meters.registry());
            // The workers are closed first: the server waits for its requests, and they feed those that do not end.
            try (var server = HttpServer.start(
                            given.server(),
                            List.of(
                                    meters,
                                    access.routes(),
                                    QueryRoutes.of(database, access, routing, clock)
                                            .and(workers.routes(access, routing, clock))
                                            .and(List.of(new WorkflowAnalyticsRoutes(
                                                    access.authentication(),
                                                    new ExecutionRouting(executions, forwarding),
                                                    new AccountZones(database),
                                                    access.tiers(),
                                                    clock)))
                                            .and(notifications.routes(access.authentication()))
                                            .and(reports.routes(routing))
                                            .and(QueryPeople.routes(
                                                    database,
                                                    access,
                                                    InvitationMail.by(mailer),
                                                    given.access().publicUrl(),
                                                    clock)),
                                    new HealthRoutes(Map.of(
                                            "database",
                                            Check.of(database::isReady, "the database does not answer"),
                                            "metering",
                                            Check.of(metering::isReady, "the metering is not running yet"),
                                            "executions",
                                            Check.of(executions::isReady, "executions are not added up yet"),
                                            "outbox",
                                            Check.of(relay::isAlive, "changes do not reach Kafka"),
                                            "history",
                                            Check.of(workers::isAlive, "the history is not written"),
                                            "notifications",
                                            Check.of(notifications::isAlive, "alerts are not delivered"))),
                                    new OpenApiRoutes(description())));
                    workers) {
                LOGGER.atInfo().addKeyValue("port", server.port()).log("the query API is running");
                stopping.await();
            }
        }
    }

    /** Of everything that the process answers. */
    public static OpenApi description() {
        return OpenApi.of(
                "Prompt Manage: query",
                "2.0",
                List.of(
                        OpenApi.ACCESS,
                        QueryPeople.OPEN_API,
                        QueryRoutes.OPEN_API,
                        QueryWorkers.OPEN_API,
                        WorkflowAnalyticsRoutes.OPEN_API,
                        Notifications.OPEN_API,
                        Reports.OPEN_API,
                        OpenApi.OPERATIONS));
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

    /**
     * Makes the topics and publishes the prices, which every process of the metering needs before its first event.
     *
     * @return how many partitions the accounts are spread over; nothing if the broker is not there yet
     */
    private static Optional<Integer> provision(StreamsSettings metering, int partitions, int replicas)
            throws InterruptedException {
        Map<String, Object> kafka = Map.of("bootstrap.servers", metering.bootstrapServers());
        try (Admin admin = Admin.create(kafka)) {
            int found = new TopicProvisioner(admin, partitions, (short) replicas).provision(Topics.ALL);
            try (var producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer());
                    var consumer =
                            new KafkaConsumer<>(kafka, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                int changed = new PricePublisher(producer, found).publishChanges(Catalogue.prices(), consumer);
                LOGGER.atInfo().addKeyValue("models", changed).log("prices that had changed are published");
            }
            return Optional.of(found);
        } catch (IllegalStateException | KafkaException e) {
            // The latter, too, passes by itself: while the broker's name is not known, there is no client for it.
            LOGGER.atWarn().addKeyValue("cause", e.getMessage()).log("the broker is not there yet");
            return Optional.empty();
        }
    }
}
