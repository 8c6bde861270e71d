package com.promptmanage.ingest;

import static com.promptmanage.ingest.IngestStand.fields;
import static com.promptmanage.ingest.IngestStand.only;
import static com.promptmanage.ingest.RunningIngest.BATCH;
import static com.promptmanage.ingest.RunningIngest.JSON;
import static com.promptmanage.ingest.RunningIngest.ONE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.Receipt;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Events that are sent as CloudEvents, and how the service is found. */
class IngestTest {

    private static final JsonMapper MAPPER = new JsonMapper();

    @RegisterExtension
    private static final IngestStand stand = new IngestStand();

    private static final RunningIngest ingest = stand.ingest();

    private static final String gatewayKey = stand.gateway();

    private static final String acmeKey = stand.acme();

    private static final String bobKey = stand.bob();

    private static final String queryKey = stand.reader();

    @Test
    void anEventOfOurTypeIsPublishedInOurForm() throws Exception {
        HttpResponse<String> answer = ingest.events(gatewayKey, ONE, """
                {"specversion": "1.0", "id": "e1", "source": "/app", "type": "com.promptmanage.token.usage.v1",
                 "subject": "team:red", "time": "2026-01-01T00:00:00+02:00", "data": {"userId": "ann",
                 "model": "claude-sonnet-4-5", "tokens": {"input": 10, "cacheRead": 90, "output": 7}}}
                """.replace(
                "2026-01-01T00:00:00+02:00", Instant.now().minusSeconds(60).toString()));

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
        ConsumerRecord<byte[], byte[]> published = only(stand.records());
        assertThat(answer.headers().firstValue("Prompt-Manage-Receipt").flatMap(Receipt::decode))
                .contains(new Receipt(Map.of(published.partition(), published.offset())));
        UsageEvent event = UsageEventCodec.read(published.value());
        assertThat(event.account()).isEqualTo(Account.team("red"));
        assertThat(event.source()).isEqualTo("/app");
        assertThat(event.usage().userId()).isEqualTo("ann");
        assertThat(event.usage().tokens())
                .isEqualTo(TokenCounts.ofInputOutput(10, 7).with(TokenKind.CACHE_READ, 90));
        JsonNode json = MAPPER.readTree(published.value());
        assertThat(json.path("type").textValue()).isEqualTo("com.promptmanage.token.usage.v1");
        assertThat(json.path("subject").textValue()).isEqualTo("team:red");
    }

    @Test
    void aBatchOfTheOpenMeterSdkIsUsageOfTheKeysTeamAndItsEndUser() throws Exception {
        HttpResponse<String> answer = ingest.events(acmeKey, BATCH, """
                [{"type":"prompt","subject":"customer-1","data":{"tokens":10,"model":"gpt-4o"},
                  "id":"532d9b29","source":"@openmeter/sdk","specversion":"1.0","time":"%s"}]
                """.formatted(Instant.now()));

        assertThat(answer.statusCode()).isEqualTo(204);
        UsageEvent event = UsageEventCodec.read(only(stand.records()).value());
        assertThat(event.account()).isEqualTo(Account.team("acme"));
        assertThat(event.usage().userId()).isEqualTo("customer-1");
        assertThat(event.usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(10, 0));
    }

    @Test
    void openMetersThirdVersionIsAnsweredAsItAnswers() throws Exception {
        HttpResponse<byte[]> answer = ingest.postBytes(
                "/api/v3/openmeter/events",
                "Bearer " + acmeKey,
                ONE + "; charset=utf-8",
                "{\"specversion\":\"1.0\",\"id\":\"v3\",\"source\":\"/t\",\"type\":\"page.view\",\"subject\":\"c1\"}"
                        .getBytes(UTF_8),
                false);

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.headers().firstValue("Prompt-Manage-Receipt")).isPresent();
    }

    @Test
    void aBatchIsPublishedWhole() throws Exception {
        var batch = new StringBuilder("[");
        for (int i = 0; i < 500; i++) {
            batch.append(i == 0 ? "" : ",").append(usage("b" + i, "user:u" + i % 20));
        }
        HttpResponse<String> answer =
                ingest.events(gatewayKey, JSON, batch.append(']').toString());

        assertThat(answer.statusCode()).isEqualTo(204);
        List<ConsumerRecord<byte[], byte[]>> records = stand.records();
        assertThat(records).hasSize(500);
        Receipt receipt = answer.headers()
                .firstValue("Prompt-Manage-Receipt")
                .flatMap(Receipt::decode)
                .orElseThrow();
        assertThat(records)
                .allSatisfy(one ->
                        assertThat(receipt.offsets().get(one.partition())).isGreaterThanOrEqualTo(one.offset()));
    }

    @Test
    void ofABatchWithOneFaultNothingIsPublished() throws Exception {
        String batch = "[%s,%s,%s]"
                .formatted(usage("f1", "user:a"), usage("f2", "user:a").replace(":4,", ":-4,"), usage("f3", "user:a"));

        HttpResponse<String> answer = ingest.events(gatewayKey, BATCH, batch);

        assertThat(answer.statusCode()).isEqualTo(400);
        // OpenMeter's client compares the whole header.
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonNode fault = only(MAPPER.readTree(answer.body()).path("errors"));
        assertThat(fault.path("index").intValue()).isEqualTo(1);
        assertThat(fault.path("field").textValue()).isEqualTo("data.tokens.input");
        assertThat(fault.path("remedy").textValue()).isNotBlank();
        assertThat(stand.records()).isEmpty();
    }

    @Test
    void whatIsNoEventIsAFaultOfItsIndexBesideAllOthers() throws Exception {
        String body = "[{\"specversion\":\"0.3\"},\"x, y]\",null,1,[{}],%s,nul]".formatted(usage("f1", "user:a"));

        HttpResponse<String> answer = ingest.events(gatewayKey, BATCH, body);

        assertThat(fields(answer))
                .containsExactly("specversion", "id", "source", "type", "body", "body", "body", "body", "body");
        JsonNode errors = MAPPER.readTree(answer.body()).path("errors");
        assertThat(errors.findValuesAsText("index")).containsExactly("0", "0", "0", "0", "1", "2", "3", "4", "6");
        assertThat(errors.path(4).path("detail").textValue()).isEqualTo("has something else than an event: 'x, y]'");
        assertThat(errors.findValuesAsText("remedy")).hasSize(9).doesNotContain("");
        assertThat(stand.records()).isEmpty();
    }

    @Test
    void noRemedySaysToLeaveOutWhatMustBeThere() throws Exception {
        HttpResponse<String> answer = ingest.events(gatewayKey, ONE, """
                {"specversion": "1.0", "id": "", "source": "/t", "type": "com.promptmanage.token.usage.v1",
                 "subject": "", "data": {"model": "", "tokens": {"input": 1, "output": 1}}}
                """);

        assertThat(fields(answer)).containsExactly("id", "subject", "data.model");
        JsonNode errors = MAPPER.readTree(answer.body()).path("errors");
        assertThat(errors.path(0).path("remedy").textValue()).doesNotContain("Leave it out");
        assertThat(errors.path(1).path("remedy").textValue()).contains("Leave it out");
        assertThat(errors.path(2).path("remedy").textValue()).doesNotContain("Leave it out");
    }

    @Test
    void aPlainEventKeepsItsTypeDataAndExtensions() throws Exception {
        HttpResponse<String> answer = ingest.events(acmeKey, JSON + "; charset=utf-8", """
                {"specversion": "1.0", "id": "p1", "source": "my-app", "type": "page.view", "subject": "customer-7",
                 "traceparent": "00-1", "sampled": true,
                 "data": {"pages": 3, "ms": 1.50, "big": 12345678901234567890, "deep": {"list": [1, "ä€😀", null]}}}
                """);

        assertThat(answer.statusCode()).isEqualTo(204);
        ConsumerRecord<byte[], byte[]> published = only(stand.records());
        assertThat(published.key()).isEqualTo("team:acme".getBytes(UTF_8));
        String json = new String(published.value(), UTF_8);
        JsonNode event = MAPPER.readTree(json);
        assertThat(event.path("subject").textValue()).isEqualTo("team:acme");
        assertThat(event.path("enduser").textValue()).isEqualTo("customer-7");
        assertThat(event.path("type").textValue()).isEqualTo("page.view");
        assertThat(event.path("traceparent").textValue()).isEqualTo("00-1");
        assertThat(event.path("sampled").booleanValue()).isTrue();
        assertThat(Instant.parse(event.path("time").textValue()))
                .isBetween(Instant.now().minusSeconds(60), Instant.now());
        assertThat(json).contains("{\"pages\":3,\"ms\":1.50,\"big\":12345678901234567890,");
        assertThat(event.path("data").path("deep")).hasToString("{\"list\":[1,\"ä€😀\",null]}");
    }

    @Test
    void everyEventOfAnotherTypeIsKeptAsItCameAlsoIfItIsUsage() throws Exception {
        try (TopicTail plain = ingest.plainTail()) {
            HttpResponse<String> answer = ingest.events(acmeKey, BATCH, """
                    [{"specversion":"1.0","id":"k1","source":"my-app","type":"prompt","subject":"customer-1",
                      "data":{"model":"gpt-4o","tokens":10,"price":0.10,"exact":123456789012345678901234567890.5}},
                     {"specversion":"1.0","id":"k2","source":"my-app","type":"page.view","data":{"pages":3}},
                     %s]
                    """.formatted(usage("k3", "team:acme")));

            assertThat(answer.statusCode()).isEqualTo(204);
            List<ConsumerRecord<byte[], byte[]>> counted = stand.records();
            assertThat(counted).hasSize(3);
            Receipt receipt = answer.headers()
                    .firstValue("Prompt-Manage-Receipt")
                    .flatMap(Receipt::decode)
                    .orElseThrow();
            assertThat(receipt.offsets().values())
                    .as("of what is counted")
                    .containsExactly(counted.getLast().offset());
            List<ConsumerRecord<byte[], byte[]>> kept = plain.records();
            assertThat(kept).hasSize(2).allSatisfy(one -> assertThat(one.key()).isEqualTo("team:acme".getBytes(UTF_8)));
            String prompt = new String(kept.getFirst().value(), UTF_8);
            JsonNode event = MAPPER.readTree(prompt);
            assertThat(event.path("id").textValue()).isEqualTo("k1");
            assertThat(event.path("type").textValue()).isEqualTo("prompt");
            assertThat(event.path("enduser").textValue()).isEqualTo("customer-1");
            assertThat(prompt).contains("\"price\":0.10,\"exact\":123456789012345678901234567890.5}");
            assertThat(MAPPER.readTree(kept.getLast().value()).path("enduser").textValue())
                    .as("who is it about, if nobody says so")
                    .isEqualTo(ingest.keyId(acmeKey));
        }
    }

    @Test
    void usageKeepsItsExtensionsAndTellsWhatItsProducerMeant() throws Exception {
        HttpResponse<String> answer = ingest.events(acmeKey, ONE, """
                {"specversion": "1.0", "id": "x", "source": "s", "type": "chat", "traceparent": "00-1", "sampled": true,
                 "ratio": 0.50, "time": null, "data": {"model": "m", "usage": {"prompt_tokens": 5, "completion_tokens": 1,
                 "prompt_tokens_details": {"cached_tokens": 9}}}}
                """);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
        byte[] published = only(stand.records()).value();
        JsonNode event = MAPPER.readTree(published);
        assertThat(event.path("traceparent").textValue()).isEqualTo("00-1");
        assertThat(event.path("sampled").booleanValue()).isTrue();
        assertThat(new String(published, UTF_8)).contains("\"ratio\":0.50");
        assertThat(event.path("usagesemantics").textValue()).isEqualTo("exclusive");
        assertThat(UsageEventCodec.read(published).usage().tokens())
                .isEqualTo(TokenCounts.ofInputOutput(5, 1).with(TokenKind.CACHE_READ, 9));
    }

    @Test
    void aCorrectionIsRefusedWithWhatToDoInstead() throws Exception {
        HttpResponse<String> answer = ingest.events(
                acmeKey, ONE, usage("c", "team:acme").replace("token.usage.v1", "token.usage.correction.v1"));

        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode fault = only(MAPPER.readTree(answer.body()).path("errors"));
        assertThat(fault.path("remedy").textValue()).contains("com.promptmanage.token.usage.v1 with an id of its own");
        assertThat(stand.records()).isEmpty();
    }

    @Test
    void whatLiteLlmSaysOfCostTierAndProviderIsKept() throws Exception {
        HttpResponse<String> answer = ingest.events(
                acmeKey, ONE, """
                {"specversion": "1.0", "type": "litellm_tokens", "id": "chatcmpl-1", "time": "%s", "subject": "customer-1",
                 "source": "litellm-proxy", "data": {"model": "claude-sonnet-4-5", "custom_llm_provider": "anthropic",
                 "response_cost": 0.0123456789501, "prompt_tokens": 130, "completion_tokens": 25, "total_tokens": 155,
                 "metadata": {"usage_object": {"service_tier": "priority", "prompt_tokens_details": {"cached_tokens": 20,
                 "cache_creation_tokens": 10, "cache_creation_token_details": {"ephemeral_5m_input_tokens": 7,
                 "ephemeral_1h_input_tokens": 3}}}}}}
                """.formatted(Instant.now().toString().replace("Z", "+00:00")));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
        UsageEvent event = UsageEventCodec.read(only(stand.records()).value());
        assertThat(event.usage().reportedCostNanoUsd()).isEqualTo(12_345_679);
        assertThat(event.usage().serviceTier()).isEqualTo("priority");
        assertThat(event.usage().provider()).isEqualTo("anthropic");
        assertThat(event.usage().tokens())
                .isEqualTo(TokenCounts.ofInputOutput(100, 25)
                        .with(TokenKind.CACHE_READ, 20)
                        .with(TokenKind.CACHE_WRITE_5M, 7)
                        .with(TokenKind.CACHE_WRITE_1H, 3));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "'\"cost\":0.1', 100000000",
                "'\"cost\":0', 0",
                "'\"cost\":2.5e-9', 2",
                "'\"cost\":3.5e-9', 4",
                "'\"cost\":1e-999999999', 0",
                "'\"cost\":1e999999999', -",
                "'\"cost\":1000000.1', -",
                "'\"cost\":-0.1', -",
                "'\"cost\":\"0.1\"', -",
                "'\"cost\":0.1,\"cache_hit\":true', 0",
                "'\"cost\":0.1,\"cache_hit\":\"True\"', 0",
                "'\"cost\":0.1,\"cache_hit\":false', 100000000",
                "'\"cost\":0.1,\"reportedCostNanoUsd\":7', 7"
            })
    void whatLiteLlmSaysACallCostIsToldInNanoUsd(String cost, @Nullable Long nanoUsd) throws Exception {
        HttpResponse<String> answer = ingest.events(acmeKey, ONE, """
                {"specversion": "1.0", "type": "litellm_tokens", "id": "chatcmpl-2", "subject": "c", "source": "litellm-proxy",
                 "data": {"model": "gpt-4o", "prompt_tokens": 12, "completion_tokens": 8, "total_tokens": 20, %s}}
                """.formatted(cost));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
        assertThat(UsageEventCodec.read(only(stand.records()).value()).usage().reportedCostNanoUsd())
                .isEqualTo(nanoUsd);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"data\": null,", "\"data\": {},", ""})
    void anEventNeedsNoData(String data) throws Exception {
        HttpResponse<String> answer = ingest.events(acmeKey, ONE, """
                {%s "specversion": "1.0", "id": "n", "source": "s", "type": "ping", "datacontenttype": null}
                """.formatted(data));

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(stand.records()).hasSize(1);
    }

    @Test
    void whoMayNotSendForAnAccountIsRefused() throws Exception {
        assertThat(ingest.events(acmeKey, JSON, usage("x", "team:blue")).statusCode())
                .isEqualTo(403);
        assertThat(ingest.events(bobKey, JSON, usage("x", "user:ann")).statusCode())
                .isEqualTo(403);
        assertThat(ingest.events(queryKey, JSON, usage("x", "team:acme")).statusCode())
                .isEqualTo(403);
        assertThat(ingest.log(bobKey, "{\"teamId\":\"acme\",\"model\":\"m\",\"inputTokens\":1,\"outputTokens\":1}")
                        .statusCode())
                .isEqualTo(403);
        assertThat(ingest.log("", "{}").statusCode()).isEqualTo(401);
        assertThat(ingest.log("pm_nonsense", "{}").statusCode()).isEqualTo(401);
        assertThat(stand.records()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "id":"1"            | "id":""                       | id
            "id":"1"            | "id":7                        | id
            "id":"1",           |                               | id
            "source":"/t"       | "source":"a b"                | source
            "source":"/t",      |                               | source
            "type":"ping"       | "type":null                   | type
            "type":"ping"       | "type":"com.promptmanage.token.usage.v2" | type
            "1.0"               | "0.3"                         | specversion
            "1.0"               | 1.0                           | specversion
            "1.0"               | ["1.0"]                       | specversion
            "ping"              | "com.promptmanage.usage.correction.v1"       | type
            "ping"              | "com.promptmanage.token.usage.correction.v1" | type
            "subject":"c"       | "subject":""                  | subject
            "subject":"c"       | "subject":"user:"             | subject
            "subject":"c"       | "subject":"a\\nb"           | subject
            "subject":"c"       | "subject":"\\ud800"         | subject
            "subject":"c"       | "time":"2026-11-24"           | time
            "subject":"c"       | "time":1764000000             | time
            "subject":"c"       | "datacontenttype":"text/xml"  | datacontenttype
            "subject":"c"       | "data_base64":"AA=="          | data_base64
            "subject":"c"       | "user_id":"c"                 | user_id
            "subject":"c"       | "trace":{}                    | trace
            "subject":"c"       | "id":"again"                  | body
            "data":{}           | "data":"text"                 | data
            "data":{}           | "data":[]                     | data
            "data":{}           | "data":{"userId":[]}          | data.userId
            "data":{}           | "data":{"text":"\\udc00"}   | data
            "ping"              | "com.promptmanage.token.usage.v1" | data.tokens
            """)
    void whatIsWrongWithAnEventIsNamed(String from, @Nullable String to, String field) throws Exception {
        String event =
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/t\",\"type\":\"ping\",\"subject\":\"c\",\"data\":{}}";

        HttpResponse<String> answer = ingest.events(gatewayKey, ONE, event.replace(from, to == null ? "" : to));

        assertThat(fields(answer)).contains(field);
        assertThat(stand.records()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1"})
    void otherMediaTypesAreRefused(String contentType) throws Exception {
        assertThat(ingest.events(acmeKey, contentType, "{}").statusCode()).isEqualTo(415);
    }

    @Test
    void theDescriptionMatchesTheRoutes() {
        assertThat(IngestMain.description().differencesFrom(ingest.server())).isEmpty();
    }

    @Test
    void aRunningIngestIsReady() throws Exception {
        assertThat(ingest.get("/health/ready").statusCode()).isEqualTo(200);
    }

    private static String usage(String id, String subject) {
        return """
                {"specversion":"1.0","id":"%s","source":"/t","type":"com.promptmanage.token.usage.v1","subject":"%s",
                 "data":{"model":"gpt-4o-mini","tokens":{"input":4,"output":2}}}""".formatted(id, subject);
    }
}
