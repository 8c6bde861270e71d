package com.promptmanage.ingest;

import static com.promptmanage.ingest.RunningIngest.JSON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What LiteLLM's callbacks send, in all their forms. */
class LiteLlmCallbacksTest {

    private static final JsonMapper MAPPER = new JsonMapper();

    @RegisterExtension
    private static final IngestStand stand = new IngestStand();

    @Test
    void whatIsInvalidOfLiteLlmSaysHowManyTokensItTold() throws Exception {
        String other = stand.ingest().key(NewKey.of("other", Account.team("other")));

        stand.ingest()
                .postBytes(
                        "/api/litellm/events",
                        "Bearer " + other,
                        JSON,
                        "{\"id\":\"n4\",\"prompt_tokens\":30,\"completion_tokens\":12}".getBytes(UTF_8),
                        false);

        JsonNode ignored = MAPPER.readTree(
                        stand.ingest().get("/api/ingest/ignored", other).body())
                .path("ignored");
        assertThat(ignored).hasSize(1);
        assertThat(ignored.path(0).path("reason").textValue()).isEqualTo("invalid");
        assertThat(ignored.path(0).path("tokens").longValue()).isEqualTo(42);
    }

    @Test
    void liteLlmsLinesAreTakenAndOneThatIsWrongCostsNoneOfTheOthers() throws Exception {
        String good = "{\"id\":\"%s\",\"model\":\"m\",\"prompt_tokens\":3,\"completion_tokens\":2,\"messages\":\""
                + "x".repeat(700_000) + "\",\"metadata\":{}}";
        HttpResponse<byte[]> answer = post(
                "/api/litellm/events",
                good.formatted("n1")
                        + "\n{\"id\":\"n2\",\"model\":\"m\",\"prompt_tokens\":-3,\"completion_tokens\":2}\n"
                        + good.formatted("n3") + "\n");

        JsonNode body = MAPPER.readTree(answer.body());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(body.path("accepted").intValue()).isEqualTo(2);
        assertThat(body.path("rejected").path(0).path("index").intValue()).isEqualTo(1);
        assertThat(body.path("rejected").path(0).path("field").textValue()).isEqualTo("prompt_tokens");
        assertThat(events()).extracting(UsageEvent::id).containsExactly("n1", "n3");
        assertThat(post("/api/litellm/events", "{\"id\":").statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {A}\\n{B}\\n{"id":"cut","model":"m","prompt_to   | 1
            {A}\\n{"id":"cut","mod\\n{B}                      | 1
            {A}\\ngarbage\\n{B}                               | 1
            {A} {B} and more                                | 1
            [{A},5,{B}]                                     | 1
            [{A},{B},{"id":"cut","model":                   | 1
            [{A},{B}                                        | 1
            [{A},{B}] and more                              | 1
            """)
    void whatOfABatchIsBrokenCostsNoneOfItsCalls(String batch, int rejected) throws Exception {
        String call = "{\"id\":\"%s\",\"model\":\"m\",\"prompt_tokens\":3,\"completion_tokens\":2}";

        HttpResponse<byte[]> answer = post(
                "/api/litellm/events",
                batch.replace("{A}", call.formatted("a"))
                        .replace("{B}", call.formatted("b"))
                        .replace("\\n", "\n"));

        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode body = MAPPER.readTree(answer.body());
        assertThat(body.path("accepted").intValue()).isEqualTo(2);
        assertThat(body.path("rejected")).hasSize(rejected);
        assertThat(events()).extracting(UsageEvent::id).containsExactly("a", "b");
    }

    @Test
    void timesAreTakenAsPythonWritesThem() throws Exception {
        Instant time = Instant.now().minus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);
        String naive = time.toString().replace("Z", "");
        String usage =
                "{\"api_key\":\"k\",\"model\":\"m\",\"prompt_tokens\":3,\"completion_tokens\":2,\"start_time\":%s}";

        post(
                "/api/litellm/events",
                "{\"id\":\"naive\",\"model\":\"m\",\"prompt_tokens\":3,\"completion_tokens\":2,\"startTime\":\"%s\",\"endTime\":\"%s.5\"}"
                        .formatted(naive, naive));
        HttpResponse<byte[]> answer = post(
                "/spend/usage",
                "{\"records\":[%s,%s,%s,%s]}"
                        .formatted(
                                usage.formatted("\"" + naive + "\""),
                                usage.formatted("\"" + naive.replace('T', ' ') + ".25\""),
                                usage.formatted(time.getEpochSecond() + ".75"),
                                usage.formatted("\"soon\"")));

        assertThat(MAPPER.readTree(answer.body()).findValuesAsText("status"))
                .containsExactly("recorded", "recorded", "recorded", "error");
        List<UsageEvent> events = events();
        assertThat(events)
                .extracting(UsageEvent::time)
                .containsExactly(time.plusMillis(500), time, time.plusMillis(250), time.plusMillis(750));
        assertThat(events.getFirst().usage().durationMs()).isEqualTo(500);
    }

    @Test
    void bothOfLiteLlmsCallbacksTellTheSameCall() throws Exception {
        post(
                "/api/litellm/events",
                "[{\"id\":\"chatcmpl-7\",\"model\":\"gpt-4o\",\"prompt_tokens\":12,\"completion_tokens\":8,\"end_user\":\"eve\"}]");
        post("/api/v1/events", """
                {"specversion":"1.0","type":"litellm_tokens","id":"chatcmpl-7","time":"2026-11-25T10:00:00+00:00","subject":"eve",
                 "source":"litellm-proxy","data":{"model":"gpt-4o","cost":0.0001,"prompt_tokens":12,"completion_tokens":8,"total_tokens":20}}
                """);

        List<UsageEvent> events = events();
        assertThat(events).hasSize(2);
        assertThat(events.get(0).id()).isEqualTo(events.get(1).id());
        assertThat(events.get(0).source()).isEqualTo(events.get(1).source());
        assertThat(events.get(0).account()).isEqualTo(events.get(1).account());
    }

    private static HttpResponse<byte[]> post(String path, String body) throws Exception {
        return stand.ingest().postBytes(path, "Bearer " + stand.acme(), JSON, body.getBytes(UTF_8), false);
    }

    private static List<UsageEvent> events() {
        return stand.records().stream()
                .map(record -> UsageEventCodec.read(record.value()))
                .toList();
    }
}
