package com.promptmanage.ingest;

import static com.promptmanage.ingest.RunningIngest.JSON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is taken of Langfuse's SDKs, and in which something does not count: it can be seen, and is counted by why. */
class LangfuseIgnoredTest {

    private static final JsonMapper MAPPER = new JsonMapper();

    @RegisterExtension
    private static final IngestStand stand = new IngestStand();

    @Test
    void whatIsLeftOutOfWhatIsTakenIsToldByItsReason() throws Exception {
        String asked =
                "{\"id\":\"g1\",\"model\":\"claude-haiku-4-5\",\"usageDetails\":{\"input_tokens\":4,\"output_tokens\":5,\"iterations\":["
                        + "{\"type\":\"advisor_message\",\"model\":\"claude-opus-4-6\",\"input_tokens\":8,\"output_tokens\":9},"
                        + "{\"type\":\"advisor_message\",\"input_tokens\":1,\"output_tokens\":\"none\"}]}}";
        String tooLong = "{\"id\":\"g2\",\"model\":\"m\",\"usageDetails\":{\"input\":4,\"note\":\"%s\"}}"
                .formatted("x".repeat(5_000));
        String ofAgent = "{\"id\":\"a1\",\"model\":\"m\",\"usageDetails\":{\"input\":100,\"output\":10}}";
        String withoutId = "{\"model\":\"m\",\"usage\":{\"input\":20,\"output\":3}}";
        String ofSpan = "{\"id\":\"s1\",\"name\":\"search\"}";
        String batch = "{\"batch\":[%s,%s,%s,%s,%s]}"
                .formatted(
                        event("generation-create", asked),
                        event("generation-create", tooLong),
                        event("agent-create", ofAgent),
                        event("generation-create", withoutId),
                        event("span-create", ofSpan));

        HttpResponse<byte[]> answer = stand.ingest()
                .postBytes("/api/public/ingestion", "Bearer " + stand.acme(), JSON, batch.getBytes(UTF_8), false);

        assertThat(answer.statusCode()).isEqualTo(207);
        assertThat(MAPPER.readTree(answer.body()).path("successes")).hasSize(5);
        assertThat(stand.records()).hasSize(1);
        assertThat(ignoredTokens())
                .isEqualTo(Map.of("advice", 18L, "too_long", 0L, "repeats_its_calls", 110L, "invalid", 23L));
        assertThat(stand.ingest().get("/metrics").body())
                .contains("ingest_usage_ignored_total{reason=\"advice\",signal=\"langfuse\"} 1.0")
                .contains("ingest_usage_ignored_total{reason=\"invalid\",signal=\"langfuse\"} 1.0")
                .contains("ingest_usage_ignored_total{reason=\"too_long\",signal=\"langfuse\"} 1.0")
                .contains("ingest_usage_ignored_total{reason=\"repeats_its_calls\",signal=\"langfuse\"} 1.0");
    }

    /** As Go has it: two thousand years before the end, which no number of nanoseconds holds. */
    @Test
    void aStartThatWasNeverSetIsLeftOut() throws Exception {
        String call =
                "{\"id\":\"g9\",\"model\":\"m\",\"startTime\":\"0001-01-01T00:00:00Z\",\"endTime\":\"%s\",\"usageDetails\":{\"input\":1}}"
                        .formatted(Instant.now());
        byte[] batch =
                "{\"batch\":[%s]}".formatted(event("generation-create", call)).getBytes(UTF_8);

        HttpResponse<byte[]> answer =
                stand.ingest().postBytes("/api/public/ingestion", "Bearer " + stand.acme(), JSON, batch, false);

        assertThat(answer.statusCode()).isEqualTo(207);
        assertThat(UsageEventCodec.read(IngestStand.only(stand.records()).value())
                        .usage()
                        .durationMs())
                .isNull();
    }

    private static Map<String, Long> ignoredTokens() throws Exception {
        JsonNode list = MAPPER.readTree(
                stand.ingest().get("/api/ingest/ignored", stand.acme()).body());
        var tokens = new HashMap<String, Long>();
        list.path("ignored")
                .forEach(one -> tokens.put(
                        one.path("reason").asText(), one.path("tokens").longValue()));
        return tokens;
    }

    private static String event(String type, String body) {
        return "{\"id\":\"e\",\"type\":\"%s\",\"timestamp\":\"2026-11-25T10:00:00Z\",\"body\":%s}"
                .formatted(type, body);
    }
}
