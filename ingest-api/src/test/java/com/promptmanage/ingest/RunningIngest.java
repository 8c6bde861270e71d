package com.promptmanage.ingest;

import com.promptmanage.ingest.admission.AdmissionSettings;
import com.promptmanage.ingest.gateway.GatewaySettings;
import com.promptmanage.ingest.publish.PublishSettings;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.access.People;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.database.Waits;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.operations.HealthRoutes;
import com.promptmanage.service.operations.Meters;
import com.promptmanage.service.operations.OpenApiRoutes;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.service.secret.SecretKeys;
import com.promptmanage.service.settings.Settings;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.topics.TopicProvisioner;
import com.promptmanage.topics.Topics;
import io.javalin.config.JavalinConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.admin.Admin;

/** The ingest service as it runs alone, with a broker and a database, and a client. */
final class RunningIngest implements AutoCloseable {

    static final String JSON = "application/json";
    static final String ONE = "application/cloudevents+json";
    static final String BATCH = "application/cloudevents-batch+json";

    /** Longer than any request may take, so that an answer never comes because a lock was given up. */
    private static final Duration LOCK_MAX = Duration.ofSeconds(30);

    /** Far longer than a machine with much to do stands still: what is refused then is refused for another reason. */
    private static final Duration BROKER_ANSWERS_WITHIN = Duration.ofSeconds(20);

    private static final Waits DATABASE_ANSWERS_WITHIN = Waits.of(Duration.ofSeconds(20));

    private final Database database;
    private final Access access;
    private final Meters meters = new Meters();
    private final IngestRoutes routes;
    private final HttpServer server;
    private final HttpClient client = HttpClient.newHttpClient();
    private final EmbeddedKafka kafka;
    private final Map<String, String> ids = new ConcurrentHashMap<>();

    RunningIngest(EmbeddedKafka kafka, IngestSettings settings) {
        this(kafka, settings, GatewaySettings.DEFAULTS);
    }

    RunningIngest(EmbeddedKafka kafka, IngestSettings settings, GatewaySettings gateway) {
        this(kafka, settings, gateway, DATABASE_ANSWERS_WITHIN, config -> {});
    }

    private RunningIngest(
            EmbeddedKafka kafka,
            IngestSettings settings,
            GatewaySettings gateway,
            Waits waits,
            Consumer<JavalinConfig> customization) {
        this.kafka = kafka;
        try (Admin admin = kafka.admin()) {
            new TopicProvisioner(admin, 8, (short) 1).provision(Topics.ALL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the service starts", e);
        }
        database = Database.open(new DatabaseSettings(
                EmbeddedPostgres.shared()
                        .createDatabase(
                                "migrated",
                                empty -> Database.open(DatabaseSettings.of(empty, "app"))
                                        .close()),
                Optional.empty(),
                "app",
                4,
                Duration.ofSeconds(30),
                LOCK_MAX,
                Duration.ofSeconds(30),
                waits));
        access = new Access(database, Clock.systemUTC());
        routes = new IngestRoutes(
                settings,
                gateway,
                access,
                database,
                new SecretBox(SecretKeys.of("test", new byte[32])),
                meters.registry(),
                Clock.systemUTC());
        server = HttpServer.start(
                HttpServer.Options.onPort(0)
                        .withDiscardMax(Duration.ofSeconds(30))
                        .withCustomization(customization),
                List.of(
                        meters,
                        routes,
                        new HealthRoutes(routes.checks()),
                        new OpenApiRoutes(IngestMain.description())));
    }

    static RunningIngest withDefaults() {
        EmbeddedKafka kafka = EmbeddedKafka.shared();
        return new RunningIngest(kafka, patient(kafka));
    }

    /** Which waits for the database as the product does: for what is told while that stands still. */
    static RunningIngest ofUsualWaits() {
        EmbeddedKafka kafka = EmbeddedKafka.shared();
        return new RunningIngest(kafka, patient(kafka), GatewaySettings.DEFAULTS, Waits.USUAL, config -> {});
    }

    /** For a broker that is there all the time. */
    static PublishSettings publishing(EmbeddedKafka kafka) {
        return new PublishSettings(kafka.bootstrapServers(), PublishSettings.BUFFER_BYTES, BROKER_ANSWERS_WITHIN);
    }

    private static IngestSettings patient(EmbeddedKafka kafka) {
        return new IngestSettings(publishing(kafka), AdmissionSettings.DEFAULT);
    }

    /** @param gateway settings of it, by their names; what it calls may be on loopback */
    static RunningIngest withGateway(Map<String, String> gateway) {
        return withGateway(gateway, config -> {});
    }

    /** As {@link #withGateway(Map)}, with more in the server than there is. */
    static RunningIngest withGateway(Map<String, String> gateway, Consumer<JavalinConfig> customization) {
        EmbeddedKafka kafka = EmbeddedKafka.shared();
        var settings = new HashMap<>(gateway);
        settings.put("PM_OUTBOUND_ALLOWED_RANGES", "127.0.0.0/8");
        return new RunningIngest(
                kafka,
                patient(kafka),
                GatewaySettings.from(new Settings(Settings.PREFIX, settings)),
                DATABASE_ANSWERS_WITHIN,
                customization);
    }

    String key(NewKey wanted) {
        var created = access.keys().create(Scope.EVERYONE, wanted);
        ids.put(created.secret(), created.id());
        return created.secret();
    }

    People people() {
        return access.people();
    }

    String keyId(String key) {
        return Objects.requireNonNull(ids.get(key));
    }

    HttpResponse<byte[]> put(String path, String authorization, byte[] json) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(server.baseUri().resolve(path))
                        .header("Content-Type", JSON)
                        .header("Authorization", authorization)
                        .PUT(BodyPublishers.ofByteArray(json))
                        .build(),
                BodyHandlers.ofByteArray());
    }

    Database database() {
        return database;
    }

    /** What the database answers, which sees everyone's rows. */
    String ask(String sql) {
        return database.asSystem(
                handle -> handle.createQuery(sql).mapTo(String.class).first());
    }

    HttpServer server() {
        return server;
    }

    TopicTail tail() {
        return new TopicTail(kafka.bootstrapServers());
    }

    /** Of the events that are kept as they came. */
    TopicTail plainTail() {
        return new TopicTail(kafka.bootstrapServers(), Topics.PLAIN_EVENTS);
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(server.baseUri().resolve(path)).build(),
                BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    HttpResponse<String> get(String path, String key) throws IOException, InterruptedException {
        return get(path, key, Map.of());
    }

    HttpResponse<String> get(String path, String key, Map<String, String> headers)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(server.baseUri().resolve(path)).header("Authorization", "Bearer " + key);
        headers.forEach(request::header);
        return client.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    HttpResponse<byte[]> postBytes(String path, String authorization, String contentType, byte[] body, boolean packed)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(server.baseUri().resolve(path))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", contentType)
                .header("Authorization", authorization);
        if (packed) {
            request.header("Content-Encoding", "gzip");
        }
        return client.send(
                request.POST(BodyPublishers.ofByteArray(packed ? packed(body) : body))
                        .build(),
                BodyHandlers.ofByteArray());
    }

    static byte[] packed(byte[] body) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(body);
        }
        return out.toByteArray();
    }

    HttpResponse<String> post(String path, String key, String contentType, String body) throws Exception {
        return post(path, key, contentType, BodyPublishers.ofString(body), Map.of());
    }

    HttpResponse<String> post(
            String path, String key, String contentType, BodyPublisher body, Map<String, String> headers)
            throws Exception {
        var request = HttpRequest.newBuilder(server.baseUri().resolve(path))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", contentType)
                .POST(body);
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        headers.forEach(request::header);
        return client.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    HttpResponse<String> log(String key, String body) throws Exception {
        return post("/api/token-tracking/log", key, JSON, body);
    }

    HttpResponse<String> events(String key, String contentType, String body) throws Exception {
        return post("/api/v1/events", key, contentType, body);
    }

    @Override
    public void close() {
        server.close();
        routes.close();
        access.close();
        database.close();
        meters.close();
        client.close();
    }
}
