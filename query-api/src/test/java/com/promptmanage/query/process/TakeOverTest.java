package com.promptmanage.query.process;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.promptmanage.query.QueryMain;
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
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.Receipt;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes share the accounts; when one is killed, the other answers for all of them. */
class TakeOverTest {

    private static final String PASSWORD = "of-the-tests";

    private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(6);

    /** Only what never comes costs so much. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final List<Account> ACCOUNTS =
            IntStream.range(0, 24).mapToObj(i -> Account.team("team" + i)).toList();

    /** 1,000 tokens in and 1,000 out on gpt-4o-mini. */
    private static final long EVENT_NANO_USD = 750_000;

    /** From then up to today: no period that may be over in the middle of the test. */
    private final LocalDate begin = LocalDate.now(ZoneOffset.UTC).minusDays(1);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();

    private final Map<Account, Receipt> receipts = new HashMap<>();

    @TempDir
    private Path directory = Path.of("");

    private Path attempt = Path.of("");

    private String key = "";

    private int eventsEach;

    private final AtomicInteger sent = new AtomicInteger();

    /** A process that stands still for longer than its session lives spoils it: then all of it once more. */
    @Test
    void whenOneOfTwoIsKilledTheOtherAnswersForAll() throws Exception {
        Await.until(Duration.ofMinutes(10), () -> {
            attempt = Files.createTempDirectory(directory, "attempt");
            receipts.clear();
            eventsEach = 0;
            sent.set(0);
            killOneOfTwo();
        });
    }

    private void killOneOfTwo() throws Exception {
        String jdbcUrl = EmbeddedPostgres.shared().createDatabase();
        List<Integer> ports = FreePorts.several(2);
        try (var kafka = EmbeddedKafka.start(attempt.resolve("kafka"));
                var database =
                        Database.open(DatabaseSettings.of(jdbcUrl, PASSWORD).withConnectionsMax(2));
                var access = new Access(database, Clock.systemUTC());
                var first = start(kafka, jdbcUrl, ports.get(0));
                var second = start(kafka, jdbcUrl, ports.get(1));
                var producer = new KafkaProducer<>(
                        Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            key = access.keys()
                    .create(
                            Scope.EVERYONE,
                            NewKey.of("test", Account.team("any")).speakingForOthers())
                    .secret();
            for (int port : ports) {
                Await.until(
                        PATIENCE,
                        () -> assertThat(status(port, "/health/ready")).isEqualTo(200));
            }
            send(producer, 3);
            for (int port : ports) {
                Await.until(() -> assertAllAnswered(port));
            }
            Await.until(() -> assertThat(ownedBy(ports.get(0))).isBetween(1L, ACCOUNTS.size() - 1L));

            Await.until(() -> assertAllHeldOrCopied(ports.get(1)));
            long restored = restoredRecords(ports.get(1));

            first.kill();

            Await.until(SESSION_TIMEOUT.plusSeconds(20), () -> assertAllAnswered(ports.get(1)));
            assertThat(restoredRecords(ports.get(1)))
                    .as("it goes on from its copies, and reads no changelog from the beginning")
                    .isEqualTo(restored);
            send(producer, 2);
            Await.until(() -> assertAllAnswered(ports.get(1)));
            takesOverWhatIsInTheMiddleOfWork(kafka, jdbcUrl, ports, producer);
            assertThat(second.isAlive()).isTrue();
            assertThat(second.end())
                    .as("a process that is asked to end does so in order")
                    .isEqualTo(143);
        }
    }

    /** The transaction that a killed process leaves open keeps nobody waiting for longer than its session. */
    private void takesOverWhatIsInTheMiddleOfWork(
            EmbeddedKafka kafka, String jdbcUrl, List<Integer> ports, KafkaProducer<byte[], byte[]> producer)
            throws Exception {
        try (var again = start(kafka, jdbcUrl, ports.get(0))) {
            Await.until(PATIENCE, () -> assertThat(ownedBy(ports.get(0))).isBetween(1L, ACCOUNTS.size() - 1L));
            int before = sent.get();
            var busy = new FutureTask<Boolean>(() -> {
                send(producer, 40);
                return true;
            });
            Thread.ofVirtual().start(busy);
            Await.until(() -> assertThat(sent.get() - before).isGreaterThan(200));

            again.kill();

            assertThat(busy.get(PATIENCE.toSeconds(), SECONDS)).isTrue();
            Await.until(SESSION_TIMEOUT.plusSeconds(20), () -> assertAllAnswered(ports.get(1)));
        }
    }

    private JavaProcess start(EmbeddedKafka kafka, String jdbcUrl, int port) {
        return JavaProcess.start(
                QueryMain.class,
                List.of("-Xmx300m", "--enable-native-access=ALL-UNNAMED"),
                Map.of(
                        "PM_HTTP_HOST",
                        "127.0.0.1",
                        "PM_HTTP_PORT",
                        Integer.toString(port),
                        "PM_ADVERTISED_HOST",
                        "127.0.0.1",
                        "PM_KAFKA_BOOTSTRAP_SERVERS",
                        kafka.bootstrapServers(),
                        "PM_DATABASE_URL",
                        jdbcUrl,
                        "PM_DATABASE_APP_PASSWORD",
                        PASSWORD,
                        "PM_SECRET_KEYS",
                        "test:" + "A".repeat(43) + "=",
                        "PM_METERING_STATE_DIRECTORY",
                        attempt.resolve("state-" + port).toString(),
                        "PM_METERING_SESSION_TIMEOUT",
                        SESSION_TIMEOUT.toString()));
    }

    private void send(KafkaProducer<byte[], byte[]> producer, int events) throws Exception {
        for (Account account : ACCOUNTS) {
            for (int i = 0; i < events; i++) {
                var event = new UsageEvent(
                        "event-" + (eventsEach + i),
                        "/test",
                        Instant.now(),
                        TokenUsage.of("ann", account.id(), "gpt-4o-mini", TokenCounts.ofInputOutput(1_000, 1_000)));
                RecordMetadata place = producer.send(new ProducerRecord<>(
                                Topics.USAGE_EVENTS.name(), account.key(), UsageEventCodec.write(event)))
                        .get(PATIENCE.toSeconds(), SECONDS);
                receipts.put(account, new Receipt(Map.of(place.partition(), place.offset())));
                sent.incrementAndGet();
            }
        }
        eventsEach += events;
    }

    private void assertAllAnswered(int port) throws Exception {
        for (Account account : ACCOUNTS) {
            HttpResponse<String> answer = get(port, stats(account) + "&after=" + receipt(account));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            JsonNode stats = JSON.readTree(answer.body());
            assertThat(stats.at("/summary/totalRuns").longValue()).isEqualTo(eventsEach);
            assertThat(stats.at("/summary/totalCostNanoUsd").longValue()).isEqualTo(eventsEach * EVENT_NANO_USD);
        }
    }

    /** A request that was passed on is not passed on again: only what a process holds itself is answered. */
    private long ownedBy(int port) throws Exception {
        long owned = 0;
        for (Account account : ACCOUNTS) {
            owned += get(port, stats(account), "Prompt-Manage-Hop", "1").statusCode() == 200 ? 1 : 0;
        }
        return owned;
    }

    /** Of what the other owns, this process has a copy that knows every event. */
    private void assertAllHeldOrCopied(int port) throws Exception {
        for (Account account : ACCOUNTS) {
            HttpResponse<String> answer =
                    get(port, stats(account) + "&stale=allow&after=" + receipt(account), "Prompt-Manage-Hop", "1");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(JSON.readTree(answer.body()).at("/summary/totalRuns").longValue())
                    .isEqualTo(eventsEach);
        }
    }

    private long restoredRecords(int port) throws Exception {
        return get(port, "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("metering_restored_records_total"))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow();
    }

    private String receipt(Account account) {
        Receipt receipt = receipts.get(account);
        return receipt == null ? "" : receipt.encode();
    }

    private String stats(Account account) {
        return "/api/token-tracking/stats?startDate=%s&teamId=%s".formatted(begin, account.id());
    }

    private int status(int port, String path) throws Exception {
        return get(port, path).statusCode();
    }

    private HttpResponse<String> get(int port, String path, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port, path)))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + key);
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError("no answer from " + port, e);
        }
    }
}
