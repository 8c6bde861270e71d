package com.promptmanage.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.ingest.admission.AdmissionSettings;
import com.promptmanage.ingest.publish.PublishSettings;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.topics.account.Account;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LimitsTest {

    private static final int PER_SECOND = 50;

    private static RunningIngest ingest;

    @BeforeAll
    static void start() throws Exception {
        EmbeddedKafka kafka = EmbeddedKafka.shared();
        ingest = new RunningIngest(
                kafka,
                new IngestSettings(
                        PublishSettings.of(kafka.bootstrapServers()),
                        new AdmissionSettings(PER_SECOND, 20_000, 16 << 20, 64 << 20)));
    }

    @AfterAll
    static void stop() {
        ingest.close();
    }

    @Test
    void aPackedBatchIsUnpacked() throws Exception {
        HttpResponse<String> answer =
                packed(newKey(), out -> out.write(event("g1").getBytes(StandardCharsets.UTF_8)));

        assertThat(answer.statusCode()).isEqualTo(204);
    }

    @Test
    void aBodyThatUnpacksToMoreThanIsTakenIsRefused() throws Exception {
        byte[] megabyte = new byte[1 << 20];
        HttpResponse<String> answer = packed(newKey(), out -> {
            for (int i = 0; i < 1024; i++) {
                out.write(megabyte);
            }
        });

        assertThat(answer.statusCode()).isEqualTo(413);
    }

    @Test
    void aBodyInChunksThatIsTooLargeIsRefused() throws Exception {
        byte[] body = new byte[17 << 20];
        HttpResponse<String> answer = ingest.post(
                "/api/v1/events",
                newKey(),
                RunningIngest.JSON,
                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)),
                Map.of());

        assertThat(answer.statusCode()).isEqualTo(413);
    }

    @Test
    void anEventThatNoRecordCanHoldIsAFault() throws Exception {
        String large = event("large").replace("{}", "{\"text\":\"" + "x".repeat(600_000) + "\"}");

        HttpResponse<String> answer =
                ingest.events(newKey(), RunningIngest.BATCH, "[" + event("a") + "," + large + "]");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(new JsonMapper()
                        .readTree(answer.body())
                        .path("errors")
                        .path(0)
                        .path("index")
                        .intValue())
                .isEqualTo(1);
    }

    @Test
    void theLargestEventThatIsTakenFitsARecord() throws Exception {
        // Every character needs an escape of six bytes on the topic, and has one here.
        String escapes = "\\u0001".repeat((512 << 10) / 6 - 40);
        String large = event("l").replace("{}", "{\"text\":\"" + escapes + "\"}");

        assertThat(ingest.events(newKey(), RunningIngest.ONE, large).statusCode())
                .isEqualTo(204);
    }

    @Test
    void timesFrom400DaysBackTo5MinutesAheadAreTaken() throws Exception {
        String key = newKey();
        Instant now = Instant.now();

        assertThat(atTime(key, now.minus(Duration.ofDays(400)).plusSeconds(60))).isEqualTo(204);
        assertThat(atTime(key, now.minus(Duration.ofDays(400)).minusSeconds(60)))
                .isEqualTo(400);
        assertThat(atTime(key, now.plus(Duration.ofMinutes(4)))).isEqualTo(204);
        assertThat(atTime(key, now.plus(Duration.ofMinutes(6)))).isEqualTo(400);
    }

    @Test
    void aBatchOfTenThousandIsTakenAndTheNextRequestOfTheKeyWaitsForItsDebt() throws Exception {
        String key = newKey();
        String batch = "[" + (event("x") + ",").repeat(9_999) + event("x") + "]";

        assertThat(ingest.events(key, RunningIngest.BATCH, batch).statusCode()).isEqualTo(204);
        assertThat(ingest.events(key, RunningIngest.BATCH, batch).statusCode()).isEqualTo(204);
        assertThat(ingest.events(key, RunningIngest.BATCH, batch).statusCode()).isIn(204, 429);
        HttpResponse<String> limited = ingest.events(key, RunningIngest.ONE, event("y"));

        assertThat(limited.statusCode()).isEqualTo(429);
        assertThat(limited.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(1L, 10_000L / PER_SECOND + 1);
        assertThat(ingest.events(newKey(), RunningIngest.ONE, event("y")).statusCode())
                .isEqualTo(204);
        String tooMany = batch.replace("]", "," + event("z") + "]");
        assertThat(ingest.events(newKey(), RunningIngest.BATCH, tooMany).statusCode())
                .isEqualTo(400);
    }

    @Test
    void manyFaultsAreToldUpToANumber() throws Exception {
        String batch = "[" + "{},".repeat(999) + "{}]";

        HttpResponse<String> answer = ingest.events(newKey(), RunningIngest.BATCH, batch);

        JsonNode problem = new JsonMapper().readTree(answer.body());
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(problem.path("errors")).hasSize(501);
        assertThat(problem.path("errors").path(500).path("detail").textValue()).isEqualTo("has 3500 more faults");
    }

    /** Random bytes, random headers: always an answer, and never that it is our fault. */
    @Test
    void whateverIsSentIsAnsweredWithoutAServerError() throws Exception {
        var random = new SplittableRandom(7);
        String key = newKey();
        Set<Integer> statuses = new HashSet<>();
        String[] types = {
            RunningIngest.JSON, RunningIngest.ONE, RunningIngest.BATCH, "text/xml", ";", "a/b;charset=\"", "*/*"
        };
        String[] encodings = {"gzip", "identity", "br", "x-gzip"};
        for (int i = 0; i < 600; i++) {
            byte[] body = random.nextBoolean()
                    ? event("f" + i).getBytes(StandardCharsets.UTF_8)
                    : new byte[random.nextInt(300)];
            for (int edits = random.nextInt(4); edits > 0 && body.length > 0; edits--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt();
            }
            Map<String, String> headers = random.nextInt(4) == 0
                    ? Map.of("Content-Encoding", encodings[random.nextInt(encodings.length)])
                    : Map.of();
            String path = random.nextBoolean() ? "/api/v1/events" : "/api/token-tracking/log";
            HttpResponse<String> answer = ingest.post(
                    path, key, types[random.nextInt(types.length)], BodyPublishers.ofByteArray(body), headers);
            statuses.add(answer.statusCode());
            assertThat(answer.statusCode())
                    .as("request %d: %s", i, answer.body())
                    .isLessThan(500);
        }
        assertThat(statuses).contains(204, 400, 415);
        assertThat(ingest.events(key, RunningIngest.ONE, event("still here")).statusCode())
                .isEqualTo(204);
    }

    private interface Writing {
        void to(OutputStream out) throws IOException;
    }

    private static HttpResponse<String> packed(String key, Writing writing) throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            writing.to(out);
        }
        return ingest.post(
                "/api/v1/events",
                key,
                RunningIngest.JSON,
                BodyPublishers.ofByteArray(bytes.toByteArray()),
                Map.of("Content-Encoding", "gzip"));
    }

    private static int atTime(String key, Instant time) throws Exception {
        String body = event("t").replace("\"data\"", "\"time\":\"" + time + "\",\"data\"");
        return ingest.events(key, RunningIngest.ONE, body).statusCode();
    }

    private static String newKey() {
        return ingest.key(NewKey.of("one", Account.team("acme")));
    }

    private static String event(String id) {
        return "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/t\",\"type\":\"ping\",\"data\":{}}".formatted(id);
    }
}
