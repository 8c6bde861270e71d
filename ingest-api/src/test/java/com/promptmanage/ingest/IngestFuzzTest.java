package com.promptmanage.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.ingest.admission.AdmissionSettings;
import com.promptmanage.ingest.admission.AdmissionSettings.Rate;
import com.promptmanage.ingest.publish.PublishSettings;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.testkit.Damage;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whatever is sent: it is answered, and never that it is our fault; of what is refused nothing is published, of what is
 * accepted everything, and it can be read. {@code -Dfuzz.times=100} sends a hundred times as much.
 */
class IngestFuzzTest {

    private static final int TIMES = Integer.getInteger("fuzz.times", 1);

    private static final int SENDERS = 4;

    private static final int NOISE_OF_EACH = 600;

    private static final int DAMAGED_OF_EACH = 1_500;

    private static final JsonMapper JSON = new JsonMapper();

    private static final String EVENTS = "/api/v1/events";

    private static final String LOG = "/api/token-tracking/log";

    private static final List<String> EVENT_SEEDS = List.of("""
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

    private static final List<String> LOG_SEEDS = List.of("""
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

    @BeforeAll
    static void start() throws Exception {
        EmbeddedKafka kafka = EmbeddedKafka.shared();
        ingest = new RunningIngest(
                kafka,
                new IngestSettings(
                        PublishSettings.of(kafka.bootstrapServers()),
                        new AdmissionSettings(
                                new Rate(100_000, 1_000_000), new Rate(100_000, 1_000_000), 16 << 20, 256 << 20)));
    }

    @AfterAll
    static void stop() {
        ingest.close();
    }

    @Test
    void whateverIsSentIsAnsweredAndOnlyWhatIsAcceptedIsPublished() throws Exception {
        try (TopicTail tail = ingest.tail();
                ExecutorService senders = Executors.newFixedThreadPool(SENDERS)) {
            var sending = new ArrayList<Future<Sender>>();
            for (int i = 0; i < SENDERS; i++) {
                var sender = new Sender(i);
                sending.add(senders.submit(sender::run));
            }
            var accepted = new HashMap<String, Integer>();
            var statuses = new TreeMap<Integer, Integer>();
            for (Future<Sender> each : sending) {
                Sender sender = each.get();
                accepted.put(sender.account.value(), sender.accepted);
                sender.statuses.forEach((status, count) -> statuses.merge(status, count, Integer::sum));
            }

            var published = new HashMap<String, Integer>();
            for (var record : tail.records()) {
                JsonNode event = EventJson.read(record.value());
                String account = new String(record.key(), UTF_8);
                assertThat(event.path("subject").textValue()).isEqualTo(account);
                if (event.path("type").textValue().equals(UsageEvent.TYPE)) {
                    assertThat(UsageEventCodec.read(record.value()).account().value())
                            .isEqualTo(account);
                }
                published.merge(account, 1, Integer::sum);
            }
            assertThat(published).isEqualTo(accepted);
            // Enough of each for the test to mean something.
            assertThat(statuses.keySet()).contains(200, 204, 400, 415).isSubsetOf(200, 204, 400, 403, 413, 415);
            assertThat(statuses.get(400)).isGreaterThan(SENDERS * TIMES * (NOISE_OF_EACH + DAMAGED_OF_EACH) / 4);
            assertThat(accepted.values()).allMatch(count -> count > DAMAGED_OF_EACH * TIMES / 20);
        }
    }

    /** Sends for an account of its own, so that it can be told what of it is on the topic. */
    private static final class Sender {

        private final Account account;

        private final String key;

        private final Damage damage;

        private final Map<Integer, Integer> statuses = new HashMap<>();

        private int accepted;

        Sender(int number) {
            account = Account.team("fuzz-" + number);
            key = ingest.key(NewKey.of("fuzz", account));
            damage = new Damage(20_261_124 + number);
        }

        Sender run() throws Exception {
            for (int i = 0; i < NOISE_OF_EACH * TIMES; i++) {
                send(damage.below(3) == 0 ? LOG : EVENTS, damage.noise(900));
            }
            for (int i = 0; i < DAMAGED_OF_EACH * TIMES; i++) {
                boolean log = damage.below(3) == 0;
                String seed = damage.oneOf(log ? LOG_SEEDS : EVENT_SEEDS).formatted(Instant.now());
                send(log ? LOG : EVENTS, damage.below(12) == 0 ? seed.getBytes(UTF_8) : damage.edited(seed));
            }
            return this;
        }

        private void send(String path, byte[] body) throws Exception {
            Map<String, String> headers = Map.of();
            byte[] packed = body;
            switch (damage.below(12)) {
                case 0 -> {
                    headers = Map.of("Content-Encoding", "gzip");
                    packed = gzip(body);
                }
                case 1 -> {
                    headers = Map.of("Content-Encoding", "gzip");
                    packed = broken(gzip(body));
                }
                case 2 ->
                    headers =
                            Map.of("Content-Encoding", damage.oneOf(List.of("gzip", "br", "identity", "x-gzip", "?")));
                default -> {
                    // As it is.
                }
            }
            String type = damage.oneOf(TYPES);
            HttpResponse<String> answer = ingest.post(path, key, type, BodyPublishers.ofByteArray(packed), headers);
            String what = "%s %s %s %s → %s".formatted(path, type, headers, new String(body, UTF_8), answer.body());
            assertThat(answer.statusCode()).as(what).isLessThan(500);
            statuses.merge(answer.statusCode(), 1, Integer::sum);
            if (answer.statusCode() < 300) {
                // What was broken on its way may have come through whole.
                JsonNode sent = JSON.readTree(body);
                accepted += sent.isArray() ? sent.size() : 1;
            } else {
                assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
                assertThat(JSON.readTree(answer.body()).path("code").textValue())
                        .as(what)
                        .isNotBlank();
            }
        }

        private byte[] broken(byte[] packed) {
            if (damage.below(2) == 0) {
                return Arrays.copyOf(packed, damage.below(packed.length));
            }
            packed[damage.below(packed.length)] ^= (byte) (1 + damage.below(255));
            return packed;
        }

        private static byte[] gzip(byte[] body) throws IOException {
            var packed = new ByteArrayOutputStream();
            try (var out = new GZIPOutputStream(packed)) {
                out.write(body);
            }
            return packed.toByteArray();
        }
    }
}
