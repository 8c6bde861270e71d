package com.promptmanage.query;

import com.promptmanage.query.dashboard.Dashboard;
import com.promptmanage.query.execution.WorkflowAnalyticsRoutes;
import com.promptmanage.query.notify.Fanout;
import com.promptmanage.query.notify.Notifications;
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
import com.promptmanage.service.operations.Check;
import com.promptmanage.service.operations.HealthRoutes;
import com.promptmanage.service.operations.Meters;
import com.promptmanage.service.operations.OpenApi;
import com.promptmanage.service.operations.OpenApiRoutes;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.outbox.OutboxRelay;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The query API as a process of its own, with the metering in it. */
public final class QueryMain {

    private static final Logger LOGGER = LoggerFactory.getLogger(QueryMain.class);

    private static final int PORT = 8080;

    private static final Duration PROVISION_PAUSE = Duration.ofSeconds(2);

    private static final Duration STOP_MAX = Duration.ofSeconds(25);

    private QueryMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        var environment = Settings.ofEnvironment();
        String host = environment.text("HTTP_HOST", "0.0.0.0");
        int port = environment.port("HTTP_PORT", PORT);
        int partitions = environment.integer("TOPIC_PARTITIONS", 8, 1, 10_000);
        int replicas = environment.integer("TOPIC_REPLICAS", 1, 1, 100);
        var query = QuerySettings.from(environment);
        var metering = QuerySettings.metering(environment, port);
        var databaseSettings = DatabaseSettings.from(environment);
        var accessSettings = AccessSettings.from(environment);
        var outside = OutsideSettings.from(environment);
        LOGGER.atInfo().addKeyValue("given", environment.check()).log("the settings are read");

        var stopping = new CountDownLatch(1);
        Thread running = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(stopping, running), "stop"));
        int found = provision(metering, partitions, replicas, stopping);
        if (stopping.getCount() > 0) {
            run(host, port, query, metering, databaseSettings, accessSettings, outside, found, stopping);
        }
    }

    private static void run(
            String host,
            int port,
            QuerySettings query,
            StreamsSettings meteringSettings,
            DatabaseSettings databaseSettings,
            AccessSettings accessSettings,
            OutsideSettings outside,
            int partitions,
            CountDownLatch stopping)
            throws InterruptedException {
        Clock clock = Clock.systemUTC();
        try (var database = Database.open(databaseSettings);
                var access = new Access(database, clock, accessSettings);
                var meters = new Meters();
                var relay = OutboxRelay.start(database, meteringSettings.bootstrapServers(), meters.registry());
                var metering = new MeteringRuntime(meteringSettings, partitions);
                var executions = new ExecutionsRuntime(meteringSettings, partitions);
                var forwarding = new Forwarding(query.forwardTimeout());
                var outbound = new Outbound(outside.outbound());
                var notifications = Notifications.start(
                        database,
                        outside.ways(outbound, accessSettings.publicUrl(), clock),
                        meters.registry(),
                        clock)) {
            database.measureWith(meters.registry());
            MeteringMeters.register(metering.counts(), meters.registry());
            MeteringMeters.register(executions.counts(), meters.registry());
            metering.start();
            executions.start();
            var routing = new AccountRouting(metering, forwarding, new ReadYourWrites(query.receiptWaitMax()));
            var workers = QueryWorkers.start(
                    database,
                    Map.of("bootstrap.servers", meteringSettings.bootstrapServers()),
                    metering,
                    meteringSettings.retention(),
                    new Fanout(clock),
                    meters.registry());
            // The workers are closed first: the server waits for its requests, and they feed those that do not end.
            try (var server = HttpServer.start(
                            HttpServer.Options.onPort(port).withHost(host).withCustomization(new Dashboard()),
                            List.of(
                                    meters,
                                    access.routes(),
                                    QueryRoutes.of(database, access, routing, clock)
                                            .and(workers.routes(access, routing, clock))
                                            .and(List.of(new WorkflowAnalyticsRoutes(
                                                    access.authentication(),
                                                    new ExecutionRouting(executions, forwarding),
                                                    new AccountZones(database),
                                                    clock)))
                                            .and(notifications.routes(access.authentication()))
                                            .and(QueryPeople.routes(
                                                    database,
                                                    access,
                                                    InvitationMail.NONE,
                                                    accessSettings.publicUrl(),
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

    static OpenApi description() {
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
     * Makes the topics and publishes the prices, which every process of the metering needs before its first event. Waits
     * for the broker: there is nothing to answer from before.
     *
     * @return how many partitions the accounts are spread over
     */
    private static int provision(StreamsSettings metering, int partitions, int replicas, CountDownLatch stopping)
            throws InterruptedException {
        Map<String, Object> kafka = Map.of("bootstrap.servers", metering.bootstrapServers());
        while (stopping.getCount() > 0) {
            try (Admin admin = Admin.create(kafka)) {
                int found = new TopicProvisioner(admin, partitions, (short) replicas).provision(Topics.ALL);
                try (var producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer());
                        var consumer =
                                new KafkaConsumer<>(kafka, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                    int changed = new PricePublisher(producer, found).publishChanges(Catalogue.prices(), consumer);
                    LOGGER.atInfo().addKeyValue("models", changed).log("prices that had changed are published");
                }
                return found;
            } catch (IllegalStateException e) {
                LOGGER.atWarn().addKeyValue("cause", e.getMessage()).log("the broker is not there yet");
            }
            if (stopping.await(PROVISION_PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        return partitions;
    }
}
