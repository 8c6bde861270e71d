package com.promptmanage.ingest;

import static com.promptmanage.ingest.IngestStand.fields;
import static com.promptmanage.ingest.IngestStand.only;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.topics.usage.ExecutionType;
import com.promptmanage.topics.usage.Receipt;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls to models that their callers log, each with a request of its own. */
class LoggedCallTest {

    private static final JsonMapper MAPPER = new JsonMapper();

    @RegisterExtension
    private static final IngestStand stand = new IngestStand();

    private static final RunningIngest ingest = stand.ingest();

    private static final String gatewayKey = stand.gateway();

    private static final String acmeKey = stand.acme();

    private static final String bobKey = stand.bob();

    @Test
    void aLoggedCallIsOnTheTopicWhenItIsAnswered() throws Exception {
        Instant time = Instant.now().minus(Duration.ofDays(3));
        HttpResponse<String> answer = ingest.log(gatewayKey, """
                {"eventId": "call-1", "teamId": "blue", "userId": "ann", "model": "gpt-4o-mini", "provider": "openai",
                 "inputTokens": 1000, "outputTokens": 500, "cachedInputTokens": 400, "reasoningTokens": 100,
                 "executionType": "workflow_node", "promptId": "p1", "runId": "r1", "workflowId": "w1",
                 "executionId": "x1", "nodeId": "n1", "occurredAt": "%s", "tags": {"feature": "search"}}
                """.formatted(time));

        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode body = MAPPER.readTree(answer.body());
        assertThat(body.path("success").booleanValue()).isTrue();
        assertThat(body.path("logId").textValue()).startsWith("log_");
        ConsumerRecord<byte[], byte[]> published = only(stand.records());
        assertThat(published.key()).isEqualTo("team:blue".getBytes(UTF_8));
        assertThat(Receipt.decode(body.path("receipt").textValue()))
                .contains(new Receipt(Map.of(published.partition(), published.offset())));
        UsageEvent event = UsageEventCodec.read(published.value());
        assertThat(event.id()).isEqualTo("call-1");
        assertThat(event.time()).isEqualTo(time);
        assertThat(event.usage().userId()).isEqualTo("ann");
        assertThat(event.usage().executionType()).isEqualTo(ExecutionType.WORKFLOW_NODE);
        assertThat(event.usage().nodeId()).isEqualTo("n1");
        assertThat(event.usage().tags()).isEqualTo(Map.of("feature", "search"));
        assertThat(event.usage().tokens())
                .isEqualTo(TokenCounts.ofInputOutput(600, 400)
                        .with(TokenKind.CACHE_READ, 400)
                        .with(TokenKind.REASONING, 100));
    }

    @Test
    void theSameEventIdIsAnsweredWithTheSameLogId() throws Exception {
        String call = "{\"eventId\":\"again\",\"model\":\"m\",\"inputTokens\":1,\"outputTokens\":2}";

        String first = logId(ingest.log(acmeKey, call));
        String second = logId(ingest.log(acmeKey, call));
        String ofAnother = logId(ingest.log(bobKey, call));

        assertThat(second).isEqualTo(first);
        assertThat(ofAnother).isNotEqualTo(first);
    }

    @Test
    void callsWithoutAnEventIdAreEachTheirOwn() throws Exception {
        String call = "{\"model\":\"m\",\"inputTokens\":1,\"outputTokens\":2}";

        assertThat(logId(ingest.log(acmeKey, call))).isNotEqualTo(logId(ingest.log(acmeKey, call)));
    }

    @Test
    void everyFaultOfALoggedCallIsTold() throws Exception {
        HttpResponse<String> answer = ingest.log(acmeKey, """
                {"userId": "", "inputTokens": -1, "outputTokens": 1.5, "cachedInputToken": 3, "executionType": "batch",
                 "occurredAt": "yesterday", "tags": [1], "promptId": 7}
                """);

        assertThat(fields(answer))
                .containsExactlyInAnyOrder(
                        "userId",
                        "inputTokens",
                        "outputTokens",
                        "cachedInputToken",
                        "executionType",
                        "occurredAt",
                        "tags",
                        "promptId",
                        "model");
        assertThat(stand.records()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"12:00:0099Z", "24:00:00Z", "12:00:00", "12:00Z", "12:00:00.Z", "12:00:00+1"})
    void whatIsNoTimeIsRefused(String clock) throws Exception {
        String day = Instant.now().toString().substring(0, 10);

        HttpResponse<String> answer = ingest.log(
                acmeKey,
                "{\"model\":\"m\",\"inputTokens\":1,\"outputTokens\":1,\"occurredAt\":\"%sT%s\"}"
                        .formatted(day, clock));

        assertThat(fields(answer)).containsExactly("occurredAt");
    }

    private static String logId(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return MAPPER.readTree(answer.body()).path("logId").textValue();
    }
}
