package com.promptmanage.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.ingest.admission.AdmissionSettings;
import com.promptmanage.ingest.admission.AdmissionSettings.Rate;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.topics.account.Account;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LimitsTest {

    private static final int PER_SECOND = 50;

    private static final int REQUESTS_BURST = 300;

    /** So few that also a machine with much to do sends more. */
    private static final int REQUESTS_PER_SECOND = 2;

    private static RunningIngest ingest;

    @BeforeAll
    static void start() throws Exception {
        EmbeddedKafka kafka = EmbeddedKafka.shared();
        ingest = new RunningIngest(
                kafka,
                new IngestSettings(
                        RunningIngest.publishing(kafka),
                        new AdmissionSettings(
                                new Rate(REQUESTS_PER_SECOND, REQUESTS_BURST),
                                new Rate(PER_SECOND, 20_000),
                                16 << 20,
                                64 << 20)));
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

    /** The sender reads the answer when it has sent its body, and not a connection that breaks before. */
    @Test
    void aRefusedRequestGetsItsAnswerHoweverLargeItsBody() throws Exception {
        byte[] body = new byte[15 << 20];
        for (String key : List.of("", "pm_nonsense")) {
            HttpResponse<String> answer =
                    ingest.post("/api/v1/events", key, RunningIngest.JSON, BodyPublishers.ofByteArray(body), Map.of());
            assertThat(answer.statusCode()).isEqualTo(401);
        }
    }

    @Test
    void aBodyThatUnpacksToMoreThanIsTakenIsRefused() throws Exception {
        byte[] megabyte = new byte[1 << 20];
        HttpResponse<String> answer = packed(newKey(), out -> {
            for (int i = 0; i < 128; i++) {
                out.write(megabyte);
            }
        });

        assertThat(answer.statusCode()).isEqualTo(413);
        // What is left of it has been read, so that the connection goes on.
        for (int i = 0; i < 50; i++) {
            assertThat(ingest.events(newKey(), RunningIngest.ONE, event("y")).statusCode())
                    .isEqualTo(204);
        }
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

    /** Each is a record of its own, and larger than what tells of it. */
    @Test
    void adviceIsChargedAsTheEventsThatItBecomes() throws Exception {
        String advice = "{\"type\":\"advisor_message\",\"model\":\"m\",\"input_tokens\":1,\"output_tokens\":1},";
        String data = "{\"model\":\"m\",\"usage\":{\"output_tokens\":1,\"iterations\":[%s{\"type\":\"message\"}]}}"
                .formatted(advice.repeat(99));
        var events = new ArrayList<String>();
        for (int i = 0; i < 250; i++) {
            events.add(event("advised-" + i).replace("{}", data));
        }
        String key = newKey();

        assertThat(ingest.events(key, RunningIngest.BATCH, "[" + String.join(",", events) + "]")
                        .statusCode())
                .isEqualTo(204);

        assertThat(ingest.events(key, RunningIngest.ONE, event("after")).statusCode())
                .isEqualTo(429);
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

    /** A character outside of the first plane has four bytes here, and an escape of twelve on the topic. */
    @Test
    void anEventThatGrowsTooLargeForItsRecordIsAFaultAndNotLostLater() throws Exception {
        String grown = event("grown").replace("{}", "{\"text\":\"" + "🎈".repeat((900 << 10) / 12) + "\"}");

        HttpResponse<String> answer =
                ingest.events(newKey(), RunningIngest.BATCH, "[" + event("a") + "," + grown + "]");

        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode fault = new JsonMapper().readTree(answer.body()).path("errors").path(0);
        assertThat(fault.path("index").intValue()).isEqualTo(1);
        assertThat(fault.path("detail").textValue()).startsWith("has an event of ");
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

    @Test
    void requestsAreLimitedToo() throws Exception {
        String key = newKey();
        int limited = 0;
        for (int i = 0; i < 2 * REQUESTS_BURST; i++) {
            // Also those that turn out to be refused.
            HttpResponse<String> answer = ingest.events(key, RunningIngest.ONE, "{}");
            if (answer.statusCode() == 429) {
                assertThat(answer.headers().firstValueAsLong("Retry-After")).hasValue(1);
                assertThat(answer.body()).contains("requests a second");
                limited++;
            }
        }

        assertThat(limited).isPositive();
        assertThat(ingest.events(newKey(), RunningIngest.ONE, event("y")).statusCode())
                .isEqualTo(204);
    }

    /** Each may become as large as is taken, but does not hold so much before it is. */
    @Test
    void manyBodiesOfUnknownLengthAreTakenAtOnce() throws Exception {
        String key = newKey();
        var go = new CountDownLatch(1);
        var answers = new ArrayList<Future<Integer>>();
        try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 200; i++) {
                byte[] body = event("slow" + i).getBytes(StandardCharsets.UTF_8);
                InputStream slow = new FilterInputStream(new ByteArrayInputStream(body)) {
                    @Override
                    public int read(byte[] into, int from, int length) throws IOException {
                        int count = super.read(into, from, Math.min(length, body.length / 2));
                        if (count < 0) {
                            await(go);
                        }
                        return count;
                    }
                };
                answers.add(senders.submit(() -> ingest.post(
                                "/api/v1/events",
                                key,
                                RunningIngest.JSON,
                                BodyPublishers.ofInputStream(() -> slow),
                                Map.of())
                        .statusCode()));
            }
            Thread.sleep(500);
            assertThat(ingest.events(key, RunningIngest.ONE, event("quick")).statusCode())
                    .isEqualTo(204);
            go.countDown();
        }
        for (Future<Integer> answer : answers) {
            assertThat(answer.get()).isEqualTo(204);
        }
    }

    @Test
    void aBodyThatEndsEarlyIsTheSendersFault() throws Exception {
        String key = newKey();

        assertThat(raw(key, "Content-Length: 1000\r\n\r\n{\"specversion\"")).startsWith("HTTP/1.1 400");
        assertThat(raw(key, "Transfer-Encoding: chunked\r\n\r\n4\r\n{\"sp\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw(key, "Transfer-Encoding: chunked\r\n\r\nnonsense\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw(key, "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n2\r\n\u001f\u008b\r\n"))
                .startsWith("HTTP/1.1 400");
    }

    @Test
    void anAnswerToNonsenseIsNotManyTimesAsLarge() throws Exception {
        var body = new StringBuilder("{\"a\":1");
        for (int i = 0; i < 40_000; i++) {
            body.append(",\"").append(Integer.toString(i, 36)).append("\":1");
        }

        HttpResponse<String> answer = ingest.log(newKey(), body.append('}').toString());

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).hasSizeLessThan(1 << 20);
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

    /** Sends the rest of a request as it is, then nothing more, and returns what is answered. */
    private static String raw(String key, String rest) throws Exception {
        try (var socket =
                new Socket(InetAddress.getLoopbackAddress(), ingest.server().port())) {
            socket.setSoTimeout(60_000);
            String request =
                    "POST /api/v1/events HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\n%s"
                            .formatted(key, rest);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void await(CountDownLatch latch) throws InterruptedIOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    }

    private static String newKey() {
        return ingest.key(NewKey.of("one", Account.team("acme")));
    }

    private static String event(String id) {
        return "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/t\",\"type\":\"ping\",\"data\":{}}".formatted(id);
    }
}
