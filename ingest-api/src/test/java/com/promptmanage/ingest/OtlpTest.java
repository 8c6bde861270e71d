package com.promptmanage.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.promptmanage.ingest.admission.AdmissionSettings;
import com.promptmanage.ingest.admission.AdmissionSettings.Rate;
import com.promptmanage.ingest.admission.AttributeMapping;
import com.promptmanage.ingest.otlp.OtlpSettings;
import com.promptmanage.ingest.otlp.Protobuf;
import com.promptmanage.ingest.publish.PublishSettings;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The protocol: forms, answers, identity, whose spend it is, limits. What counts of what is in {@link GoldenCorpusTest}. */
class OtlpTest {

    private static final JsonMapper JSON = new JsonMapper();

    private static final String PROTOBUF = "application/x-protobuf";

    private static final long BODY_MAX = 40 << 20;

    /** As much as one body needs while it is put together, and no more: events must not pile up beside it. */
    private static final long MEMORY = (2 * BODY_MAX + (8 << 20)) * 8 / 7;

    private static RunningIngest ingest;

    private static String acme;

    private static String gateway;

    private TopicTail tail;

    @BeforeAll
    static void start() throws Exception {
        EmbeddedKafka kafka = EmbeddedKafka.shared();
        ingest = new RunningIngest(
                kafka,
                new IngestSettings(
                        PublishSettings.of(kafka.bootstrapServers()),
                        new AdmissionSettings(
                                new Rate(100_000, 1_000_000), new Rate(1_000_000, 10_000_000), 1 << 20, MEMORY),
                        new OtlpSettings(
                                BODY_MAX,
                                AttributeMapping.parse(List.of("team=app.squad", "tag.project=app.project")))));
        acme = "Bearer " + ingest.key(NewKey.of("acme", Account.team("acme")));
        gateway =
                "Bearer " + ingest.key(NewKey.of("gateway", Account.team("gw")).speakingForOthers());
    }

    @AfterAll
    static void stop() {
        ingest.close();
    }

    @BeforeEach
    void mark() {
        tail = ingest.tail();
    }

    @AfterEach
    void closeTail() {
        tail.close();
    }

    @Test
    void anEmptyExportIsTakenInTheFormItCameIn() throws Exception {
        HttpResponse<byte[]> json = post("/v1/traces", "application/json; charset=utf-8", "{}".getBytes(UTF_8));
        HttpResponse<byte[]> protobuf = post("/v1/logs", PROTOBUF, new byte[0]);

        assertThat(json.statusCode()).isEqualTo(200);
        assertThat(json.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(json.body()).asString().isEqualTo("{}");
        assertThat(protobuf.statusCode()).isEqualTo(200);
        assertThat(protobuf.headers().firstValue("Content-Type")).contains(PROTOBUF);
        assertThat(protobuf.body()).isEmpty();
        assertThat(tail.records()).isEmpty();
    }

    @Test
    void aSpanThatIsWrongIsToldAndTheOthersCount() throws Exception {
        JsonNode export = export(
                "{}",
                span("0".repeat(32), "a1", "\"gen_ai.request.model\":\"m\",\"gen_ai.usage.input_tokens\":1"),
                span("a".repeat(32), "a2", "\"gen_ai.request.model\":\"m\",\"gen_ai.usage.input_tokens\":-5"),
                span("a".repeat(32), "a3", "\"gen_ai.usage.input_tokens\":7"),
                span("a".repeat(32), "a4", "\"gen_ai.request.model\":\"m\",\"gen_ai.usage.input_tokens\":7"));

        HttpResponse<byte[]> json = post("/v1/traces", "application/json", JSON.writeValueAsBytes(export));
        HttpResponse<byte[]> protobuf = post("/v1/traces", PROTOBUF, Protobuf.of(export));

        assertThat(json.statusCode()).isEqualTo(200);
        JsonNode partial = JSON.readTree(json.body()).path("partialSuccess");
        assertThat(partial.path("rejectedSpans").textValue()).isEqualTo("3");
        assertThat(partial.path("errorMessage").textValue()).contains("trace id");
        // Field 1, a message; in it field 1, the number 3.
        assertThat(protobuf.body()).startsWith(0x0a).containsSequence(0x08, 0x03, 0x12);
        assertThat(identities(tail)).hasSize(1);
    }

    /** As who writes OTLP by hand may think of them: attributes as an object. */
    @Test
    void aSpanThatIsNotBuiltAsOneIsToldAndTheOthersCount() throws Exception {
        String attributes = "\"gen_ai.request.model\":\"m\",\"gen_ai.usage.input_tokens\":1";
        JsonNode export = export("{}", span("f".repeat(32), "f1", attributes), span("f".repeat(32), "f2", attributes));
        ((ObjectNode) export.at("/resourceSpans/0/scopeSpans/0/spans/1"))
                .putObject("attributes")
                .put("gen_ai.usage.input_tokens", 1);

        HttpResponse<byte[]> answer = post("/v1/traces", "application/json", JSON.writeValueAsBytes(export));

        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode partial = JSON.readTree(answer.body()).path("partialSuccess");
        assertThat(partial.path("rejectedSpans").textValue()).isEqualTo("1");
        assertThat(partial.path("errorMessage").textValue())
                .startsWith("one of 'spans' has something else than a list at byte ");
        assertThat(identities(tail)).containsExactly("/v1/traces " + "f".repeat(32) + "/00000000000000f1");
    }

    @Test
    void aMalformedExportIsRefusedWholeInItsOwnFormAndNotToBeRetried() throws Exception {
        byte[] good = Protobuf.of(export(
                "{}", span("b".repeat(32), "b1", "\"gen_ai.request.model\":\"m\",\"gen_ai.usage.input_tokens\":1")));
        byte[] cut = Arrays.copyOf(good, good.length - 3);

        HttpResponse<byte[]> protobuf = post("/v1/traces", PROTOBUF, cut);
        HttpResponse<byte[]> json = post("/v1/traces", "application/json", "{\"resourceSpans\":[{]}".getBytes(UTF_8));

        assertThat(protobuf.statusCode()).isEqualTo(400);
        assertThat(protobuf.headers().firstValue("Content-Type")).contains(PROTOBUF);
        assertThat(protobuf.body()).startsWith(0x08, 0x03, 0x12).asString(UTF_8).contains("ends inside a field");
        assertThat(json.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(json.body()).path("code").intValue()).isEqualTo(3);
        assertThat(tail.records()).isEmpty();
    }

    /** As JavaScript's exporter sends it: of no announced length, whole numbers as numbers; its ids in the other case. */
    @Test
    void anExportInChunksWithIdsInCapitalsIsTheSameCallAsInProtobuf() throws Exception {
        JsonNode export = export(
                "{}", span("c".repeat(32), "cd", "\"gen_ai.request.model\":\"m\",\"gen_ai.usage.input_tokens\":1"));
        String asSent = export.toString()
                .replace("c".repeat(32), "C".repeat(32))
                .replace("cd\"", "CD\"")
                .replace("\"name\":", "\"flags\":257,\"kind\":3,\"aFieldOfLater\":{\"x\":[1]},\"name\":");
        byte[] packed = RunningIngest.packed(asSent.getBytes(UTF_8));

        HttpResponse<String> answer = ingest.post(
                "/v1/traces",
                acme.substring("Bearer ".length()),
                "application/json; charset=utf-8",
                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(packed)),
                Map.of("Content-Encoding", "gzip"));
        HttpResponse<byte[]> again = post("/v1/traces", PROTOBUF, Protobuf.of(export));

        assertThat(answer.body()).isEqualTo("{}");
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(events(tail))
                .extracting(event -> event.source() + " " + event.id())
                .hasSize(2)
                .containsOnly("/v1/traces " + "c".repeat(32) + "/00000000000000cd");
    }

    @Test
    void aLogRecordThatIsWrongIsToldInTheWordsOfLogs() throws Exception {
        HttpResponse<byte[]> answer = post("/v1/logs", "application/json", """
                {"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1795462271090000000",
                  "body":{"stringValue":"claude_code.api_request"},
                  "attributes":[{"key":"input_tokens","value":{"stringValue":"7"}}]}]}]}]}
                """.getBytes(UTF_8));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(answer.body()).at("/partialSuccess/rejectedLogRecords"))
                .isEqualTo(TextNode.valueOf("1"));
    }

    @Test
    void whoMayNotSendIsToldInTheSameForm() throws Exception {
        String reader =
                "Bearer " + ingest.key(NewKey.of("reader", Account.team("acme")).withScopes(Set.of(KeyScope.QUERY)));

        assertThat(ingest.postBytes("/v1/traces", reader, PROTOBUF, new byte[0], false))
                .satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(403))
                .satisfies(answer -> assertThat(answer.body()).startsWith(0x08, 0x07));
        assertThat(ingest.postBytes("/v1/traces", "Bearer pm_wrong", "application/json", "{}".getBytes(UTF_8), false))
                .satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(401))
                .satisfies(answer -> assertThat(
                                JSON.readTree(answer.body()).path("code").intValue())
                        .isEqualTo(16));
        assertThat(post("/v1/traces", "text/plain", new byte[0]).statusCode()).isEqualTo(415);
    }

    @Test
    void langfusesAddressTakesBasicAuthentication() throws Exception {
        String basic = "Basic "
                + Base64.getEncoder().encodeToString(("pk:" + acme.substring("Bearer ".length())).getBytes(UTF_8));
        byte[] body = JSON.writeValueAsBytes(export(
                "{}", span("c".repeat(32), "c1", "\"gen_ai.request.model\":\"m\",\"gen_ai.usage.input_tokens\":1")));

        assertThat(ingest.postBytes("/api/public/otel/v1/traces", basic, "application/json", body, true)
                        .statusCode())
                .isEqualTo(200);
        assertThat(ingest.postBytes("/v1/traces", basic, "application/json", body, false)
                        .statusCode())
                .isEqualTo(401);
        // The same span by the other address is the same call.
        post("/v1/traces", "application/json", body);
        assertThat(identities(tail)).hasSize(1);
    }

    @Test
    void whatAnOperatorMapsBecomesAccountAndTags() throws Exception {
        JsonNode export = export(
                "{\"app.squad\":\"blue\",\"app.project\":\"search\",\"deployment.environment\":\"prod\"}",
                span(
                        "d".repeat(32),
                        "d1",
                        "\"gen_ai.request.model\":\"m\",\"gen_ai.usage.input_tokens\":1,\"user.id\":\"ann\""));

        ingest.postBytes("/v1/traces", gateway, "application/json", JSON.writeValueAsBytes(export), false);
        ingest.postBytes("/v1/traces", acme, "application/json", JSON.writeValueAsBytes(export), false);

        List<UsageEvent> events = events(tail);
        assertThat(events)
                .extracting(event -> event.account().value())
                .containsExactlyInAnyOrder("team:blue", "team:acme");
        assertThat(events).allSatisfy(event -> {
            assertThat(event.usage().userId()).isEqualTo("ann");
            assertThat(event.usage().tags()).containsEntry("project", "search").containsEntry("environment", "prod");
            // A team that the key may not send for is a label.
            boolean named = event.account().value().equals("team:blue");
            assertThat(event.usage().tags().get("team")).isEqualTo(named ? null : "blue");
        });
    }

    @Test
    void whatAKeyMapsGoesBeforeWhatTheOperatorMaps() throws Exception {
        NewKey wanted = NewKey.of("mapped", Account.team("mapped"));
        String key = ingest.key(wanted);
        String id = ingest.keyId(key);
        String path = "/api/ingest/keys/" + id + "/attributes";
        byte[] mapping = "{\"attributes\":[\"tag.project=own.project\",\"user=own.login\"]}".getBytes(UTF_8);

        assertThat(ingest.put(path, acme, mapping).statusCode()).isEqualTo(404);
        assertThat(ingest.put(path, "Bearer " + key, "{\"attributes\":[\"x=y\"]}".getBytes(UTF_8))
                        .statusCode())
                .isEqualTo(400);
        assertThat(ingest.put(path, "Bearer " + key, mapping).statusCode()).isEqualTo(200);
        assertThat(ingest.get(path, key).body()).contains("own.login");
        assertThat(ingest.put(path, "Bearer " + key, "{\"attributes\":[null]}".getBytes(UTF_8))
                        .statusCode())
                .isEqualTo(400);
        assertThat(ingest.ask("SELECT string_agg(action, ' ') FROM audit_log WHERE resource_id = '%s'".formatted(id)))
                .isEqualTo("key_attributes_changed");
        JsonNode export = export(
                "{\"app.project\":\"operator's\",\"own.project\":\"key's\",\"own.login\":\"ann\",\"user.id\":\"7\"}",
                span("9".repeat(32), "91", "\"gen_ai.request.model\":\"m\",\"gen_ai.usage.input_tokens\":1"));
        ingest.postBytes("/v1/traces", "Bearer " + key, PROTOBUF, Protobuf.of(export), false);

        UsageEvent event = events(tail).getFirst();
        assertThat(event.usage().userId()).isEqualTo("ann");
        assertThat(event.usage().tags()).containsEntry("project", "key's");
    }

    @Test
    void aClockThatIsWrongCostsNothing() throws Exception {
        Instant before = Instant.now();
        JsonNode export = export(
                "{}",
                spanAt("e".repeat(32), "e1", "18446744073709551615"),
                spanAt("e".repeat(32), "e2", "0"),
                spanAt("e".repeat(32), "e3", nanos(before.plus(Duration.ofHours(2)))),
                spanAt("e".repeat(32), "e4", nanos(before.minus(Duration.ofDays(3)))));

        assertThat(post("/v1/traces", PROTOBUF, Protobuf.of(export)).statusCode())
                .isEqualTo(200);

        List<UsageEvent> events = events(tail);
        assertThat(events).hasSize(4);
        assertThat(events.subList(0, 3))
                .allSatisfy(event -> assertThat(event.time())
                        .isBetween(before.minusSeconds(1), Instant.now().plusSeconds(1)));
        assertThat(events.get(3).time()).isBefore(before.minus(Duration.ofDays(2)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", PROTOBUF})
    void aBombIsRefusedBeforeItUnfolds(String contentType) throws Exception {
        byte[] zeros = new byte[(int) BODY_MAX + 1];

        assertThat(ingest.postBytes("/v1/traces", acme, contentType, zeros, true)
                        .statusCode())
                .isEqualTo(413);
    }

    /** The memory there is would not hold the events of it all at once. */
    @Test
    void aMillionSpansAreTakenInBoundedMemory() throws Exception {
        var body = new ByteArrayOutputStream();
        int spans = 1_000_000;
        int calls = 0;
        for (int i = 0; i < spans; i++) {
            // One in twenty is a call; most spans of most programs are none.
            body.write(Protobuf.scopeOfOneSpan(i, i % 20 == 0));
            calls += i % 20 == 0 ? 1 : 0;
        }
        assertThat(body.size()).isLessThan((int) BODY_MAX);

        HttpResponse<byte[]> answer =
                ingest.postBytes("/v1/traces", acme, PROTOBUF, Protobuf.exportOf(body.toByteArray()), true);

        assertThat(answer.statusCode()).as(new String(answer.body(), UTF_8)).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        assertThat(identities(tail)).hasSize(calls);
    }

    /** As many as a body may hold in JSON; one in forty is none, and told so. */
    @Test
    void spansInJsonAreTakenInBoundedMemoryHoweverManyAreWrong() throws Exception {
        var body = new ByteArrayOutputStream();
        body.writeBytes("{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[0".getBytes(UTF_8));
        int spans = 450_000;
        for (int i = 1; i < spans; i++) {
            String attributes = i % 40 == 20
                    ? ",\"attributes\":[{\"key\":\"gen_ai.request.model\",\"value\":{\"stringValue\":\"m\"}},"
                            + "{\"key\":\"gen_ai.usage.input_tokens\",\"value\":{\"intValue\":2}}]"
                    : "";
            body.writeBytes(
                    (i % 40 == 0 ? ",0" : ",{\"traceId\":\"%032x\",\"spanId\":\"%016x\"%s}".formatted(i, i, attributes))
                            .getBytes(UTF_8));
        }
        body.writeBytes("]}]}]}".getBytes(UTF_8));
        assertThat(body.size()).isBetween((int) BODY_MAX * 3 / 4, (int) BODY_MAX);

        HttpResponse<byte[]> answer =
                ingest.postBytes("/v1/traces", acme, "application/json", body.toByteArray(), true);

        assertThat(answer.statusCode()).as(new String(answer.body(), UTF_8)).isEqualTo(200);
        assertThat(JSON.readTree(answer.body()).at("/partialSuccess/rejectedSpans"))
                .isEqualTo(TextNode.valueOf("11250"));
        assertThat(identities(tail)).hasSize(11_250);
    }

    private HttpResponse<byte[]> post(String path, String contentType, byte[] body) throws Exception {
        return ingest.postBytes(path, acme, contentType, body, false);
    }

    private static Set<String> identities(TopicTail tail) {
        var identities = new HashSet<String>();
        events(tail).forEach(event -> identities.add(event.source() + " " + event.id()));
        return identities;
    }

    private static List<UsageEvent> events(TopicTail tail) {
        return tail.records().stream()
                .map(record -> UsageEventCodec.read(record.value()))
                .toList();
    }

    private static String nanos(Instant time) {
        return time.getEpochSecond() + "000000000";
    }

    private static String spanAt(String trace, String span, String endNanos) {
        return span(trace, span, "\"gen_ai.request.model\":\"m\",\"gen_ai.usage.input_tokens\":1", endNanos);
    }

    private static String span(String trace, String span, String attributes) {
        return span(trace, span, attributes, nanos(Instant.now()));
    }

    private static String span(String trace, String span, String attributes, String endNanos) {
        return "{\"traceId\":\"%s\",\"spanId\":\"%s\",\"name\":\"s\",\"endTimeUnixNano\":\"%s\",\"attributes\":{%s}}"
                .formatted(trace, "0".repeat(16 - span.length()) + span, endNanos, attributes);
    }

    /** Attributes are given in short here, as an object. */
    private static JsonNode export(String resource, String... spans) throws Exception {
        JsonNode export = JSON.readTree(
                "{\"resourceSpans\":[{\"resource\":{\"attributes\":%s},\"scopeSpans\":[{\"spans\":[%s]}]}]}"
                        .formatted(resource, String.join(",", spans)));
        Protobuf.spellOutAttributes(export);
        return export;
    }
}
