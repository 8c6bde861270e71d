package com.promptmanage.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.ingest.otlp.Protobuf;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Payloads as providers, SDKs and tools send them ({@code corpus/*.json}), each with the disjoint counts it must come to.
 * Each is sent as it is, then packed, and OTLP also in protobuf: what counts is the same each time, and known again.
 */
class GoldenCorpusTest {

    private static final JsonMapper JSON = new JsonMapper();

    private static RunningIngest ingest;

    private static TopicTail tail;

    @BeforeAll
    static void start() throws Exception {
        ingest = RunningIngest.withDefaults();
        tail = ingest.tail();
    }

    @AfterAll
    static void stop() {
        tail.close();
        ingest.close();
    }

    static List<Path> corpus() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/corpus"))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void eachPayloadComesToItsCounts(Path file) throws Exception {
        String team = "corpus-" + file.getFileName().toString().replace(".json", "");
        String key = ingest.key(NewKey.of("corpus", Account.team(team)));
        JsonNode one = read(file);
        if (one.path("metricsOnly").booleanValue()) {
            declareMetricsOnly(key);
        }
        int times = send(one, key);
        List<JsonNode> published = tail.records().stream()
                .filter(record -> new String(record.key(), UTF_8).equals("team:" + team))
                .map(record -> EventJson.read(record.value()))
                .toList();

        Map<String, JsonNode> unique = new LinkedHashMap<>();
        for (JsonNode event : published) {
            String identity =
                    event.path("source").asText() + " " + event.path("id").asText();
            JsonNode before = unique.putIfAbsent(identity, event);
            if (before != null) {
                assertThat(event.path("data").path("tokens"))
                        .as("the same call sent again")
                        .isEqualTo(before.path("data").path("tokens"));
            }
        }
        assertCounted(one, unique.values().stream().map(GoldenCorpusTest::usage).toList());
        assertThat(ignored(key)).as("ignored").isEqualTo(expectedIgnored(one, times));
    }

    /** Metrics are of now: what they told before their key said that they count does not. */
    private static JsonNode read(Path file) throws IOException {
        Instant now = Instant.now();
        return JSON.readTree(Files.readString(file)
                .replace("$start", nanos(now))
                .replace("$end", nanos(now.plus(Duration.ofMinutes(1)))));
    }

    private static String nanos(Instant time) {
        return "%d%09d".formatted(time.getEpochSecond(), time.getNano());
    }

    private static void declareMetricsOnly(String key) throws Exception {
        HttpResponse<byte[]> answer = ingest.put(
                "/api/ingest/keys/%s/attributes".formatted(ingest.keyId(key)),
                "Bearer " + key,
                "{\"attributes\":[],\"metricsOnly\":true}".getBytes(UTF_8));
        assertThat(answer.statusCode()).isEqualTo(200);
    }

    /** Returns how often it was sent. */
    private static int send(JsonNode one, String key) throws Exception {
        String path = one.path("path").asText();
        byte[] body = JSON.writeValueAsBytes(one.path("body"));
        boolean otlp = path.contains("/v1/") && !path.startsWith("/api/v1/");
        assertTaken(ingest.postBytes(path, "Bearer " + key, "application/json", body, false));
        assertTaken(ingest.postBytes(path, "Bearer " + key, "application/json", body, true));
        if (otlp) {
            byte[] protobuf = Protobuf.of(one.path("body"));
            HttpResponse<byte[]> answer =
                    ingest.postBytes(path, "Bearer " + key, "application/x-protobuf", protobuf, true);
            assertTaken(answer);
            assertThat(answer.body()).isEmpty();
        }
        return otlp ? 3 : 2;
    }

    private static void assertTaken(HttpResponse<byte[]> answer) {
        assertThat(answer.statusCode())
                .as(() -> new String(answer.body(), UTF_8))
                .isBetween(200, 207);
        assertThat(new String(answer.body(), UTF_8)).doesNotContain("partialSuccess");
    }

    private static UsageEvent usage(JsonNode event) {
        return UsageEventCodec.read(EventJson.write(event));
    }

    private static void assertCounted(JsonNode one, List<UsageEvent> events) {
        var expected = new ArrayList<JsonNode>();
        one.path("counted").forEach(expected::add);
        assertThat(events).hasSameSizeAs(expected);
        var left = new ArrayList<>(events);
        var softly = new SoftAssertions();
        for (JsonNode wanted : expected) {
            TokenUsage found = take(left, wanted);
            softly.assertThat(tokens(found)).isEqualTo(tokens(wanted));
            softly.assertThat(found.model()).isEqualTo(wanted.path("model").asText());
            text(softly, wanted, "userId", found.userId());
            text(softly, wanted, "provider", found.provider());
            text(softly, wanted, "serviceTier", found.serviceTier());
            text(softly, wanted, "conversationId", found.conversationId());
            text(softly, wanted, "workflowId", found.workflowId());
            text(softly, wanted, "promptId", found.promptId());
            text(softly, wanted, "executionType", found.executionType().value());
            text(softly, wanted, "reportedCostNanoUsd", found.reportedCostNanoUsd());
            text(softly, wanted, "durationMs", found.durationMs());
            wanted.path("tags")
                    .properties()
                    .forEach(tag -> softly.assertThat(found.tags())
                            .containsEntry(tag.getKey(), tag.getValue().asText()));
        }
        softly.assertAll();
    }

    /** The one with these counts, else any, so that the difference is shown. */
    private static TokenUsage take(List<UsageEvent> left, JsonNode wanted) {
        UsageEvent best = left.stream()
                .min(Comparator.comparingInt(event -> tokens(event.usage()).equals(tokens(wanted))
                                && event.usage()
                                        .model()
                                        .equals(wanted.path("model").asText())
                        ? 0
                        : 1))
                .orElseThrow();
        left.remove(best);
        return best.usage();
    }

    private static void text(SoftAssertions softly, JsonNode wanted, String name, @Nullable Object found) {
        if (wanted.has(name)) {
            softly.assertThat(String.valueOf(found))
                    .as(name)
                    .isEqualTo(wanted.path(name).asText());
        }
    }

    private static Map<String, Long> tokens(TokenUsage usage) {
        var counts = new HashMap<String, Long>();
        for (var kind : TokenKind.values()) {
            if (usage.tokens().get(kind) != 0) {
                counts.put(kind.field(), usage.tokens().get(kind));
            }
        }
        return counts;
    }

    private static Map<String, Long> tokens(JsonNode wanted) {
        var counts = new HashMap<String, Long>();
        wanted.path("tokens")
                .properties()
                .forEach(one -> counts.put(one.getKey(), one.getValue().longValue()));
        return counts;
    }

    private static Map<String, Long> ignored(String key) throws Exception {
        HttpResponse<String> answer = ingest.get("/api/ingest/ignored", key);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var ignored = new HashMap<String, Long>();
        JSON.readTree(answer.body())
                .path("ignored")
                .forEach(one -> ignored.merge(
                        one.path("reason").asText(), one.path("records").longValue(), Long::sum));
        return ignored;
    }

    private static Map<String, Long> expectedIgnored(JsonNode one, int times) {
        var ignored = new HashMap<String, Long>();
        one.path("ignored")
                .properties()
                .forEach(reason ->
                        ignored.put(reason.getKey(), times * reason.getValue().longValue()));
        return ignored;
    }
}
