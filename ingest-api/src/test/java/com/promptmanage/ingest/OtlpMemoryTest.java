package com.promptmanage.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.ingest.admission.AdmissionSettings;
import com.promptmanage.ingest.admission.AdmissionSettings.Rate;
import com.promptmanage.ingest.admission.AttributeMapping;
import com.promptmanage.ingest.otlp.OtlpSettings;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.topics.account.Account;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an export holds beside its body and its events is within the memory that requests may hold: here there is little. */
class OtlpMemoryTest {

    private static final long BODY_MAX = 320 << 10;

    private static final long MEMORY = 1 << 20;

    private static RunningIngest ingest;

    private static String acme;

    @BeforeAll
    static void start() {
        EmbeddedKafka kafka = EmbeddedKafka.shared();
        ingest = new RunningIngest(
                kafka,
                new IngestSettings(
                        RunningIngest.publishing(kafka),
                        new AdmissionSettings(new Rate(1_000, 10_000), new Rate(1_000, 10_000), 1 << 10, MEMORY),
                        new OtlpSettings(BODY_MAX, AttributeMapping.parse(List.of()))));
        acme = "Bearer " + ingest.key(NewKey.of("acme", Account.team("acme")));
    }

    @AfterAll
    static void stop() {
        ingest.close();
    }

    @Test
    void spansAroundCallsTakeRoom() throws Exception {
        assertThat(export(2_500, "").statusCode()).isEqualTo(503);
        assertThat(export(250, "").statusCode()).isEqualTo(200);
        assertThat(held()).isZero();
    }

    @Test
    void callsThatMayYetTurnOutToBeRepeatedTakeRoom() throws Exception {
        String call = "{\"key\":\"gen_ai.request.model\",\"value\":{\"stringValue\":\"m\"}},"
                + "{\"key\":\"gen_ai.usage.input_tokens\",\"value\":{\"intValue\":2}}";

        assertThat(export(700, call).statusCode()).isEqualTo(503);
        assertThat(export(90, call).statusCode()).isEqualTo(200);
        assertThat(held()).isZero();
    }

    @Test
    void seriesThatWaitToBeHeldAgainstWhatWasToldBeforeTakeRoom() throws Exception {
        String key = ingest.key(NewKey.of("metrics", Account.team("metrics")));
        assertThat(ingest.put(
                                "/api/ingest/keys/%s/attributes".formatted(ingest.keyId(key)),
                                "Bearer " + key,
                                "{\"attributes\":[],\"metricsOnly\":true}".getBytes(UTF_8))
                        .statusCode())
                .isEqualTo(200);

        assertThat(metrics(key, 1_000).statusCode()).isEqualTo(503);
        assertThat(metrics(key, 50).statusCode()).isEqualTo(200);
        assertThat(held()).isZero();
    }

    private static HttpResponse<byte[]> metrics(String key, int series) throws Exception {
        String points =
                IntStream.range(0, series).mapToObj(i -> """
                        {"attributes":[{"key":"type","value":{"stringValue":"input"}},{"key":"model","value":{"stringValue":"m"}},
                         {"key":"n","value":{"intValue":"%d"}},{"key":"a","value":{"stringValue":""}},{"key":"b","value":{"stringValue":""}}],
                         "asInt":"1"}""".formatted(i)).collect(Collectors.joining(","));
        byte[] body = """
                {"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"claude_code.token.usage",
                 "sum":{"aggregationTemporality":2,"dataPoints":[%s]}}]}]}]}""".formatted(points).getBytes(UTF_8);
        assertThat(body).as("or it is refused for its length").hasSizeLessThan((int) BODY_MAX);
        return ingest.postBytes("/v1/metrics", "Bearer " + key, "application/json", body, false);
    }

    private static HttpResponse<byte[]> export(int spans, String attributes) throws Exception {
        String all = IntStream.rangeClosed(1, spans)
                .mapToObj(i -> """
                        {"traceId":"%032x","spanId":"%016x","parentSpanId":"%016x","attributes":[%s]}""".formatted(1, i, spans + i, attributes))
                .collect(Collectors.joining(","));
        byte[] body = "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[%s]}]}]}"
                .formatted(all)
                .getBytes(UTF_8);
        assertThat(body).as("or it is refused for its length").hasSizeLessThan((int) BODY_MAX);
        return ingest.postBytes("/v1/traces", acme, "application/json", body, false);
    }

    private static long held() throws Exception {
        return ingest.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("ingest_memory_held_bytes "))
                .map(line -> (long) Double.parseDouble(line.split(" ", 2)[1]))
                .findFirst()
                .orElseThrow();
    }
}
