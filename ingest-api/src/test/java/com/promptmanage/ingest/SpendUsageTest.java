package com.promptmanage.ingest;

import static com.promptmanage.ingest.RunningIngest.JSON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls that are reported as to LiteLLM: what an answer says of each is no more than is known. */
class SpendUsageTest {

    private static final JsonMapper MAPPER = new JsonMapper();

    @RegisterExtension
    private static final IngestStand stand = new IngestStand();

    @Test
    void whetherARecordWasKnownIsToldAsFarAsItIsKnown() throws Exception {
        String keyed = record("\"idempotency_key\":\"k1\",\"end_user_id\":\"eve\",");
        String wrong = record("\"idempotency_key\":\"k2\",").replace(":3,", ":-3,");

        JsonNode first = send(keyed, keyed, record(""), wrong, record("").replace(":3,", ":-3,"));

        assertThat(first.findValuesAsText("status"))
                .containsExactly("recorded", "duplicate", "recorded", "error", "error");
        assertThat(first.findValuesAsText("known_before")).containsExactly("null", "true", "false", "null", "null");
        assertThat(first.findValuesAsText("request_id")).startsWith("k1", "k1").endsWith("k2", "null");
        JsonNode again = send(keyed).path(0);
        assertThat(again.path("status").textValue()).isEqualTo("recorded");
        assertThat(again.path("known_before").isNull()).isTrue();
        assertThat(stand.records())
                .map(record -> UsageEventCodec.read(record.value()))
                .filteredOn(event -> event.id().equals("k1"))
                .hasSize(2)
                .allSatisfy(event -> assertThat(event.usage().tags()).containsEntry("enduser", "eve"));
    }

    private static JsonNode send(String... records) throws Exception {
        String body = "{\"records\":[%s]}".formatted(String.join(",", records));
        HttpResponse<byte[]> answer =
                stand.ingest().postBytes("/spend/usage", "Bearer " + stand.acme(), JSON, body.getBytes(UTF_8), false);
        assertThat(answer.statusCode())
                .as(() -> new String(answer.body(), UTF_8))
                .isEqualTo(200);
        return MAPPER.readTree(answer.body()).path("results");
    }

    private static String record(String more) {
        return "{%s\"api_key\":\"sk\",\"model\":\"m\",\"prompt_tokens\":3,\"completion_tokens\":2,\"start_time\":\"2026-11-23T10:00:00Z\"}"
                .formatted(more);
    }
}
