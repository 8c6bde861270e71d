package com.promptmanage.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.service.access.Access;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.testkit.FreePorts;
import com.promptmanage.testkit.JavaProcess;
import com.promptmanage.topics.account.Account;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process starts before what it needs is there, as it may where all are started together. */
class EarlyStartTest {

    @TempDir
    private Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void aBrokerWhoseNameIsNotKnownAtTheStartIsFoundLater() throws Exception {
        Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.1 localhost\n");
        EmbeddedKafka kafka = EmbeddedKafka.shared();
        String brokerPort = kafka.bootstrapServers().split(":", 2)[1];
        String databaseUrl = EmbeddedPostgres.shared().createDatabase();
        int port = FreePorts.one();
        try (var database =
                        Database.open(DatabaseSettings.of(databaseUrl, "app").withConnectionsMax(2));
                var access = new Access(database, Clock.systemUTC());
                var process = JavaProcess.start(
                        IngestMain.class,
                        List.of("-Djdk.net.hosts.file=" + hosts, "-Dsun.net.inetaddr.negative.ttl=0"),
                        settings("broker.example:" + brokerPort, databaseUrl, port))) {
            String key = access.keys()
                    .create(Scope.EVERYONE, NewKey.of("app", Account.team("acme")))
                    .secret();
            URI base = URI.create("http://127.0.0.1:" + port);
            awaitStatus(200, base.resolve("/health/live"), process);

            assertThat(status(base.resolve("/health/ready"))).isEqualTo(503);
            assertThat(log(base, key)).isEqualTo(503);
            assertThat(process.isAlive()).isTrue();

            Files.writeString(hosts, "127.0.0.1 localhost broker.example\n");
            awaitStatus(200, base.resolve("/health/ready"), process);
            assertThat(log(base, key)).isEqualTo(200);
        }
    }

    @Test
    void aDatabaseThatIsAwayAtTheStartIsWaitedFor() throws Exception {
        int port = FreePorts.one();
        try (var postgres = EmbeddedPostgres.start(directory.resolve("postgres"))) {
            postgres.stop();
            try (var process = JavaProcess.start(
                    IngestMain.class,
                    List.of(),
                    settings(EmbeddedKafka.shared().bootstrapServers(), postgres.jdbcUrl(), port))) {
                URI base = URI.create("http://127.0.0.1:" + port);
                awaitStatus(200, base.resolve("/health/live"), process);

                var ready = client.send(
                        HttpRequest.newBuilder(base.resolve("/health/ready")).build(), BodyHandlers.ofString());
                assertThat(ready.statusCode()).isEqualTo(503);
                assertThat(ready.body()).contains("the database does not answer");
                assertThat(log(base, "of-anyone")).isEqualTo(503);
                assertThat(process.isAlive()).isTrue();

                postgres.start();

                awaitStatus(200, base.resolve("/health/ready"), process);
                assertThat(log(base, "of-nobody")).isEqualTo(401);
            }
        }
    }

    private static Map<String, String> settings(String brokers, String databaseUrl, int port) {
        return Map.of(
                "PM_KAFKA_BOOTSTRAP_SERVERS",
                brokers,
                "PM_DATABASE_URL",
                databaseUrl,
                "PM_DATABASE_APP_PASSWORD",
                "app",
                "PM_DATABASE_CONNECTIONS",
                "2",
                "PM_SECRET_KEYS",
                "test:" + "A".repeat(43) + "=",
                "PM_HTTP_HOST",
                "127.0.0.1",
                "PM_HTTP_PORT",
                Integer.toString(port),
                "PM_INGEST_ANSWER_TIMEOUT",
                "PT10S");
    }

    private int log(URI base, String key) throws Exception {
        var request = HttpRequest.newBuilder(base.resolve("/api/token-tracking/log"))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"model\":\"m\",\"inputTokens\":1,\"outputTokens\":1}"));
        return client.send(request.build(), BodyHandlers.discarding()).statusCode();
    }

    private void awaitStatus(int expected, URI uri, JavaProcess process) throws Exception {
        Await.until(Duration.ofMinutes(2), () -> {
            process.requireAlive();
            assertThat(status(uri)).isEqualTo(expected);
        });
    }

    private int status(URI uri) throws InterruptedException {
        try {
            return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            // Nobody is there yet, or the port that waited just gives way to the service.
            return 0;
        }
    }
}
