package com.promptmanage.local;

import com.promptmanage.ingest.IngestRoutes;
import com.promptmanage.ingest.gateway.GatewaySettings;
import com.promptmanage.local.command.LocalFile;
import com.promptmanage.local.demo.DemoTeam;
import com.promptmanage.local.demo.DemoTraffic;
import com.promptmanage.local.demo.DemoWorkflows;
import com.promptmanage.local.replay.Trace;
import com.promptmanage.query.MeteringMeters;
import com.promptmanage.query.QueryPeople;
import com.promptmanage.query.QueryRoutes;
import com.promptmanage.query.QueryWorkers;
import com.promptmanage.query.dashboard.Dashboard;
import com.promptmanage.query.execution.WorkflowAnalyticsRoutes;
import com.promptmanage.query.notify.Fanout;
import com.promptmanage.query.notify.Notifications;
import com.promptmanage.query.report.Reports;
import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.routing.ExecutionRouting;
import com.promptmanage.query.routing.Forwarding;
import com.promptmanage.query.routing.ReadYourWrites;
import com.promptmanage.query.team.InvitationMail;
import com.promptmanage.runner.RunnerService;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Waits;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.service.operations.Check;
import com.promptmanage.service.operations.HealthRoutes;
import com.promptmanage.service.operations.Meters;
import com.promptmanage.service.operations.OpenApi;
import com.promptmanage.service.operations.OpenApiRoutes;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.outbox.OutboxRelay;
import com.promptmanage.service.process.Startup;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.streams.ExecutionsRuntime;
import com.promptmanage.streams.MeteringRuntime;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Broker, database, streams and all services in this process, on one port of the loopback address. The same for people
 * (bin/up) and for end-to-end tests. What happened in a data directory is there again after the next start.
 */
public final class LocalStack implements AutoCloseable {

    private static final Duration READY_MAX = Duration.ofMinutes(2);

    private final LocalFile local;

    private final Path directory;

    private final Running running;

    /**
     * @param directory where everything is kept
     * @param port of everything; 0 for any that is free
     * @param demo what the demo team did before now; empty for no demo traffic and no demo budgets
     * @param environment the settings: see {@link LocalSettings}
     * @param waits for how long a request waits for the database
     */
    public record Options(
            Path directory, int port, Optional<Trace> demo, Map<String, String> environment, Waits waits) {

        public Options {
            environment = Map.copyOf(environment);
        }

        /** As this process's environment says. */
        public Options(Path directory, int port, Optional<Trace> demo) {
            this(directory, port, demo, System.getenv(), Waits.USUAL);
        }

        /** Any port, no demo: for tests. */
        public static Options in(Path directory) {
            return new Options(directory, 0, Optional.empty());
        }

        public Options withEnvironment(Map<String, String> other) {
            return new Options(directory, port, demo, other, waits);
        }

        public Options withWaits(Waits other) {
            return new Options(directory, port, demo, environment, other);
        }
    }

    private LocalStack(LocalFile local, Path directory, Running running) {
        this.local = local;
        this.directory = directory;
        this.running = running;
    }

    /**
     * Returns when everything is ready.
     *
     * @throws IOException if the directory cannot be used, or is in use
     */
    public static LocalStack start(Options options) throws IOException, InterruptedException {
        Path directory = made(options.directory());
        var running = new Running();
        try {
            running.add(lock(directory));
            LocalFile.remove(directory);
            LocalFile local = start(options, directory, running);
            tellReady(local, directory, running);
            if (options.demo().isPresent()) {
                startDemo(local, directory, options.demo().get(), running);
            }
            return new LocalStack(local, directory, running);
        } catch (IOException | InterruptedException | RuntimeException e) {
            running.closeAfter(e);
            throw e;
        }
    }

    /** How to reach it. */
    public LocalFile local() {
        return local;
    }

    @Override
    public void close() throws IOException {
        LocalFile.remove(directory);
        running.close();
    }

    private static LocalFile start(Options options, Path directory, Running running)
            throws IOException, InterruptedException {
        Clock clock = Startup.clock();
        Keepsakes keepsakes = Keepsakes.of(directory);
        LocalSettings settings = LocalSettings.of(
                options.environment(), keepsakes, options.demo().isPresent());
        var query = settings.query();
        var servers = Servers.start(directory, query.partitions(), running);
        var meters = running.add(new Meters());
        var database = running.add(Database.open(query.database()
                .at(servers.jdbcUrl(), keepsakes.databasePassword())
                .withWaits(options.waits())));
        database.measureWith(meters.registry());
        var outbound = running.add(new Outbound(query.outside().outbound()));
        var trusted = running.add(new Outbound(query.outside().outbound().anywhere()));
        var publicUrl = query.access().publicUrl();
        var mailer = query.outside().mail().map(server -> new Mailer(server, clock));
        var access = running.add(new Access(database, clock, query.access(), Optional.of(outbound), mailer));
        DemoTeam.ensure(access, database, keepsakes.password());
        if (keepsakes.apiKey().isEmpty()) {
            keepsakes = keepsakes.withApiKey(DemoTeam.createKey(access), directory);
        }
        running.add(OutboxRelay.start(database, servers.bootstrapServers(), meters.registry()));

        var streams = query.metering().at(servers.bootstrapServers(), directory.resolve("streams"));
        var metering = running.add(new MeteringRuntime(streams, servers.partitions()));
        MeteringMeters.register(metering.counts(), meters.registry());
        metering.start();
        var executions = running.add(new ExecutionsRuntime(streams, servers.partitions()));
        MeteringMeters.register(executions.counts(), meters.registry());
        executions.start();
        var forwarding = running.add(new Forwarding(query.query().forwardTimeout()));
        var routing = new AccountRouting(
                metering, forwarding, new ReadYourWrites(query.query().receiptWaitMax()));
        var secrets = new SecretBox(settings.secretKeys());
        var notifications = running.add(Notifications.start(
                database, new Notifications.Ways(outbound, mailer, secrets, publicUrl), meters.registry(), clock));
        access.whenVerified(notifications::welcome);
        var workers = QueryWorkers.start(
                database,
                Map.of("bootstrap.servers", servers.bootstrapServers()),
                metering,
                streams.retention(),
                new Fanout(clock),
                meters.registry());
        var reports = running.add(Reports.start(database, access, metering, mailer, meters.registry(), clock));
        var answers = QueryRoutes.of(database, access, routing, clock)
                .and(workers.routes(access, routing, clock))
                .and(List.of(new WorkflowAnalyticsRoutes(
                        access.authentication(),
                        new ExecutionRouting(executions, forwarding),
                        new AccountZones(database),
                        access.tiers(),
                        clock)))
                .and(notifications.routes(access.authentication()))
                .and(reports.routes(routing))
                .and(QueryPeople.routes(database, access, InvitationMail.by(mailer), publicUrl, clock));
        var ingest = running.add(new IngestRoutes(
                settings.ingest().ingest().at(servers.bootstrapServers()),
                settings.ingest().gateway(),
                access,
                database,
                secrets,
                meters.registry(),
                clock));

        var runner = RunnerService.start(
                new RunnerService.Means(database, access, outbound, trusted, mailer, secrets, meters.registry(), clock),
                settings.runner().runner().at(servers.bootstrapServers()));

        Map<String, Check> checks = new HashMap<>(ingest.checks());
        checks.put("workflows", Check.of(runner::isAlive, "workflows are not run"));
        checks.put("history", Check.of(workers::isAlive, "the history is not written"));
        checks.put("notifications", Check.of(notifications::isAlive, "alerts are not delivered"));
        checks.put("database", Check.of(database::isReady, "the database does not answer"));
        checks.put("metering", Check.of(metering::isReady, "the metering is not running yet"));
        checks.put("executions", Check.of(executions::isReady, "executions are not added up yet"));
        var server = running.add(HttpServer.start(
                HttpServer.Options.onPort(options.port())
                        .withBodyBytesMax(Math.max(
                                HttpServer.Options.BODY_BYTES_MAX,
                                settings.ingest().ingest().admission().bodyBytesMax()))
                        .withCustomization(new Dashboard()),
                routes(
                        List.of(
                                meters,
                                access.routes(),
                                ingest,
                                answers,
                                new HealthRoutes(checks),
                                new OpenApiRoutes(description())),
                        runner.routes())));
        // Closed before the server, which waits for the streams of events that they feed.
        running.add(workers);
        running.add(runner);
        ingest.askBudgetsAt(new GatewaySettings.Budgets(server.baseUri(), Optional.empty()));
        runner.askBudgetsAt(server.baseUri());
        awaitReady(checks);
        return new LocalFile(
                server.baseUri().toString(),
                servers.bootstrapServers(),
                servers.jdbcUrl().substring("jdbc:".length()),
                DemoTeam.EMAIL,
                keepsakes.password(),
                keepsakes.apiKey().orElseThrow(),
                DemoTeam.TEAM_ID,
                DemoTeam.USER_ID,
                ProcessHandle.current().pid());
    }

    private static List<Routes> routes(List<Routes> some, List<Routes> more) {
        var all = new ArrayList<Routes>(some);
        all.addAll(more);
        return all;
    }

    static OpenApi description() {
        var parts = new ArrayList<String>(List.of(
                OpenApi.ACCESS,
                IngestRoutes.OPEN_API,
                QueryPeople.OPEN_API,
                QueryRoutes.OPEN_API,
                QueryWorkers.OPEN_API,
                WorkflowAnalyticsRoutes.OPEN_API,
                Notifications.OPEN_API,
                Reports.OPEN_API));
        parts.addAll(RunnerService.OPEN_API);
        parts.add(OpenApi.OPERATIONS);
        return OpenApi.of("Prompt Manage", "2.0", parts);
    }

    /** Whoever stops what runs, also because the rest of the start failed, tells nobody any more that it is ready. */
    static void tellReady(LocalFile local, Path directory, Running running) throws IOException {
        running.add(() -> LocalFile.remove(directory));
        local.write(directory);
    }

    private static void startDemo(LocalFile local, Path directory, Trace past, Running running)
            throws InterruptedException {
        var baseUrl = java.net.URI.create(local.baseUrl());
        running.add(DemoTraffic.start(baseUrl, local.apiKey(), directory, past, Clock.systemUTC()));
        new DemoWorkflows(baseUrl, local.password()).ensure();
    }

    private static Path made(Path wanted) throws IOException {
        try {
            return Files.createDirectories(wanted).toRealPath();
        } catch (IOException e) {
            throw unusable(wanted, e);
        }
    }

    private static IOException unusable(Path directory, IOException e) {
        return new IOException(
                "%s cannot be made or written to (%s): choose another directory with --data"
                        .formatted(directory, e.getClass().getSimpleName()),
                e);
    }

    /** Two systems in one directory would ruin it. */
    private static FileChannel lock(Path directory) throws IOException {
        FileChannel file;
        try {
            file = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw unusable(directory, e);
        }
        FileLock lock;
        try {
            lock = file.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            file.close();
            throw new IOException("%s is in use by another process: stop that one, or choose another with --data"
                    .formatted(directory));
        }
        return file;
    }

    private static void awaitReady(Map<String, Check> checks) throws InterruptedException {
        long deadline = System.nanoTime() + READY_MAX.toNanos();
        while (true) {
            Map<String, String> problems = problems(checks);
            if (problems.isEmpty()) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("not ready after %s: %s".formatted(READY_MAX, problems));
            }
            Thread.sleep(20);
        }
    }

    private static Map<String, String> problems(Map<String, Check> checks) {
        var problems = new HashMap<String, String>();
        checks.forEach((name, check) -> {
            try {
                check.problem().ifPresent(problem -> problems.put(name, problem));
            } catch (Exception e) {
                problems.put(name, e.toString());
            }
        });
        return problems;
    }
}
