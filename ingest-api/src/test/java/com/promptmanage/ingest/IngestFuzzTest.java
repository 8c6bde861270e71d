package com.promptmanage.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.ingest.admission.AdmissionSettings;
import com.promptmanage.ingest.admission.AdmissionSettings.Rate;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.testkit.Damage;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whatever is sent: it is answered, and never that it is our fault; of what is refused nothing is published, of what is
 * accepted everything, and it can be read. 8,400 requests; {@code -Dfuzz.times=120} sends a million, as the README says.
 *
 * <p>Everything about a request follows from its number, so one that fails is sent alone by {@code -Dfuzz.only=<number>}.
 */
class IngestFuzzTest {

    private static final int REQUESTS = 8_400 * Integer.getInteger("fuzz.times", 1);

    private static final int ONLY = Integer.getInteger("fuzz.only", -1);

    /** More than there are processors: who is accepted waits for the broker. */
    private static final int AT_ONCE = 16;

    /** Each with a key of its own, so that it can be told what of it is on the topic. */
    private static final int ACCOUNTS = 4;

    private static final int SEED = 20_261_124;

    private static final JsonMapper JSON = new JsonMapper();

    private static final String EVENTS = "/api/v1/events";

    private static final String LOG = "/api/token-tracking/log";

    private static final List<String> EVENT_SEEDS = seeds("""
            {"specversion":"1.0","id":"a","source":"/s","type":"com.promptmanage.token.usage.v1",
             "time":"%1$s","data":{"userId":"u","model":"m","executionType":"preview","durationMs":12,
             "tags":{"a":"b","c":1.5},"reportedCostNanoUsd":7,"tokens":{"input":1,"cacheRead":2,"output":3}}}""", """
            [{"specversion":"1.0","id":"b","source":"urn:x:y","type":"x","subject":"c1","traceparent":"00","data":{"model":"m",
             "usage":{"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":3}}}},
             {"specversion":"1.0","id":"\\ud83d\\ude00","source":"s","type":"y","data":{"x":[1,-2.50e3,null,true,"é"],"y":{}}},
             {"specversion":"1.0","id":"b3","source":"s","type":"y","time":"%1$s"}]""", """
            {"specversion":"1.0","id":"c","source":"s","type":"z","dataschema":"/s","data":{"modelVersion":"g",
             "usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":2,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":2}]}}}""", """
            {"specversion":"1.0","id":"d","source":"s","type":"litellm_tokens","subject":"customer","data":{"model":"g",
             "response_cost":0.0012,"prompt_tokens":130,"completion_tokens":25,"cache_hit":false,"metadata":{"usage_object":
             {"service_tier":"flex","prompt_tokens_details":{"cached_tokens":20,"cache_creation_tokens":10,
             "cache_creation_token_details":{"ephemeral_5m_input_tokens":7,"ephemeral_1h_input_tokens":3}}}}}}""", """
            {"specversion":"1.0","id":"e","source":"s","type":"z","data":{"model":"c","usage":{"input_tokens":9,
             "cache_read_input_tokens":7,"cache_creation_input_tokens":10,"cache_creation":{"ephemeral_5m_input_tokens":4,
             "ephemeral_1h_input_tokens":6},"output_tokens":5}}}""");

    private static final List<String> LOG_SEEDS = seeds("""
            {"eventId":"l1","userId":"u","model":"m","provider":"openai","inputTokens":10,"outputTokens":5,
             "cachedInputTokens":4,"reasoningTokens":1,"executionType":"workflow_node","occurredAt":"%1$s","tags":{"f":"s"}}""", """
            {"model":"m","inputTokens":0,"outputTokens":1000000000000}""");

    private static final List<String> TYPES = List.of(
            RunningIngest.JSON,
            RunningIngest.JSON,
            RunningIngest.JSON,
            RunningIngest.ONE,
            RunningIngest.BATCH,
            "application/json; charset=utf-8",
            "text/xml",
            ";",
            "a/b;charset=\"",
            "*/*");

    private static RunningIngest ingest;

    private final List<Account> accounts = IntStream.range(0, ACCOUNTS)
            .mapToObj(number -> Account.team("fuzz-" + number))
            .toList();

    private final List<String> keys = accounts.stream()
            .map(account -> ingest.key(NewKey.of("fuzz", account)))
            .toList();

    private final AtomicIntegerArray accepted = new AtomicIntegerArray(ACCOUNTS);

    private final Map<Integer, LongAdder> statuses = new ConcurrentSkipListMap<>();

    @BeforeAll
    static void start() throws Exception {
        EmbeddedKafka kafka = EmbeddedKafka.shared();
        ingest = new RunningIngest(
                kafka,
                new IngestSettings(
                        RunningIngest.publishing(kafka),
                        new AdmissionSettings(
                                new Rate(100_000, 1_000_000), new Rate(100_000, 1_000_000), 16 << 20, 256 << 20)));
    }

    @AfterAll
    static void stop() {
        ingest.close();
    }

    @Test
    void whateverIsSentIsAnsweredAndOnlyWhatIsAcceptedIsPublished() throws Exception {
        try (TopicTail tail = ingest.tail()) {
            long started = System.nanoTime();
            if (ONLY >= 0) {
                send(ONLY);
            } else {
                sendAll();
            }
            System.out.printf(
                    Locale.ROOT,
                    "%,d requests of noise and damage in %.0f s, answered %s%n",
                    statuses.values().stream().mapToLong(LongAdder::sum).sum(),
                    (System.nanoTime() - started) / 1e9,
                    statuses);
            assertOnTopicIsWhatWasAccepted(tail);

            assertThat(ingest.log(keys.getFirst(), "{\"model\":\"m\",\"inputTokens\":1,\"outputTokens\":1}")
                            .statusCode())
                    .as("a good event afterwards")
                    .isEqualTo(200);
            assertThat(tail.records()).hasSize(1);
        }
        assertThat(statuses.keySet()).isSubsetOf(200, 204, 400, 403, 413, 415);
        if (ONLY < 0) {
            // Enough of each for the test to mean something.
            assertThat(statuses.keySet()).contains(200, 204, 400, 415);
            assertThat(statuses.getOrDefault(400, new LongAdder()).sum()).isGreaterThan(REQUESTS / 4);
            for (int account = 0; account < ACCOUNTS; account++) {
                assertThat(accepted.get(account)).isGreaterThan(REQUESTS / 112);
            }
        }
    }

    private void sendAll() throws Exception {
        var next = new AtomicInteger();
        try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
            var sending = new ArrayList<Future<Integer>>();
            for (int i = 0; i < AT_ONCE; i++) {
                sending.add(senders.submit(() -> sendSome(next)));
            }
            try {
                for (Future<Integer> each : sending) {
                    each.get();
                }
            } finally {
                // After a failure nobody begins another.
                next.set(REQUESTS);
            }
        }
    }

    private int sendSome(AtomicInteger next) throws Exception {
        int sent = 0;
        for (int number = next.getAndIncrement(); number < REQUESTS; number = next.getAndIncrement()) {
            send(number);
            sent++;
        }
        return sent;
    }

    private void send(int number) throws Exception {
        Sent sent = Sent.of(number);
        int account = number % ACCOUNTS;
        HttpResponse<String> answer = ingest.post(
                sent.path, keys.get(account), sent.type, BodyPublishers.ofByteArray(sent.packed), sent.headers);
        Supplier<String> what = () -> "request %d: %s → %s".formatted(number, sent, answer.body());
        assertThat(answer.statusCode()).as(what).isLessThan(500);
        statuses.computeIfAbsent(answer.statusCode(), status -> new LongAdder()).increment();
        if (answer.statusCode() < 300) {
            // What was broken on its way may have come through whole.
            JsonNode events = JSON.readTree(sent.body);
            accepted.addAndGet(account, events.isArray() ? events.size() : 1);
        } else {
            assertThat(answer.headers().firstValue("Content-Type")).as(what).contains("application/problem+json");
            assertThat(JSON.readTree(answer.body()).path("code").textValue())
                    .as(what)
                    .isNotBlank();
        }
    }

    private void assertOnTopicIsWhatWasAccepted(TopicTail tail) {
        var published = new HashMap<String, Integer>();
        tail.forEach(record -> {
            JsonNode event = EventJson.read(record.value());
            String account = new String(record.key(), UTF_8);
            assertThat(event.path("subject").textValue()).isEqualTo(account);
            if (event.path("type").textValue().equals(UsageEvent.TYPE)) {
                assertThat(UsageEventCodec.read(record.value()).account().value())
                        .isEqualTo(account);
            }
            published.merge(account, 1, Integer::sum);
        });
        var expected = new HashMap<String, Integer>();
        for (int account = 0; account < ACCOUNTS; account++) {
            if (accepted.get(account) > 0) {
                expected.put(accounts.get(account).value(), accepted.get(account));
            }
        }
        assertThat(published).isEqualTo(expected);
    }

    private static List<String> seeds(String... seeds) {
        return Stream.of(seeds).map(seed -> seed.formatted(now())).toList();
    }

    /** Of as many letters in every run, so that the same request is damaged in the same place. */
    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS);
    }

    /** One request. */
    private static final class Sent {

        private final String path;

        private final String type;

        private final Map<String, String> headers;

        /** Before it was packed, and perhaps broken. */
        private final byte[] body;

        private final byte[] packed;

        private Sent(String path, String type, Map<String, String> headers, byte[] body, byte[] packed) {
            this.path = path;
            this.type = type;
            this.headers = headers;
            this.body = body;
            this.packed = packed;
        }

        static Sent of(int number) throws IOException {
            var damage = new Damage(SEED + number);
            boolean log = damage.below(3) == 0;
            byte[] body = number % 7 < 2 ? damage.noise(900) : damaged(damage, log);
            Map<String, String> headers = Map.of();
            byte[] packed = body;
            switch (damage.below(12)) {
                case 0 -> {
                    headers = Map.of("Content-Encoding", "gzip");
                    packed = RunningIngest.packed(body);
                }
                case 1 -> {
                    headers = Map.of("Content-Encoding", "gzip");
                    packed = broken(damage, RunningIngest.packed(body));
                }
                case 2 ->
                    headers =
                            Map.of("Content-Encoding", damage.oneOf(List.of("gzip", "br", "identity", "x-gzip", "?")));
                default -> {
                    // As it is.
                }
            }
            return new Sent(log ? LOG : EVENTS, damage.oneOf(TYPES), headers, body, packed);
        }

        private static byte[] damaged(Damage damage, boolean log) {
            String seed = damage.oneOf(log ? LOG_SEEDS : EVENT_SEEDS);
            return damage.below(12) == 0 ? seed.getBytes(UTF_8) : damage.edited(seed);
        }

        private static byte[] broken(Damage damage, byte[] packed) {
            if (damage.below(2) == 0) {
                return Arrays.copyOf(packed, damage.below(packed.length));
            }
            packed[damage.below(packed.length)] ^= (byte) (1 + damage.below(255));
            return packed;
        }

        @Override
        public String toString() {
            return "%s %s %s %s".formatted(path, type, headers, new String(body, UTF_8));
        }
    }
}
