package com.promptmanage.ingest;

import static com.promptmanage.ingest.FakeProvider.USAGE;
import static com.promptmanage.ingest.FakeProvider.event;
import static com.promptmanage.ingest.RunningGateway.CHAT;
import static com.promptmanage.ingest.RunningGateway.OWN_KEY;
import static com.promptmanage.ingest.RunningIngest.JSON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.UsageEvent;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls through the gateway to providers that behave. */
class GatewayTest {

    @RegisterExtension
    private static final RunningGateway gateway = RunningGateway.start();

    private static final FakeProvider provider = gateway.provider();

    private static final RunningIngest ingest = gateway.ingest();

    private static final String key = gateway.key();

    @Test
    void aStreamComesThroughToTheByteWithoutTheUsageThatItsCallerDidNotAskFor() throws Exception {
        String seen = """
                data: {"model":"gpt-4o-mini-2024-07-18","choices":[{"delta":{"content":"hel"}}],"usage":null}

                : a comment\r
                \r
                data: {"choices":[{"delta":{"content":"lo"}}]}\r
                \r
                """;
        provider.streams(out -> {
            out.write(seen.getBytes(UTF_8));
            event(out, "{\"model\":\"gpt-4o-mini-2024-07-18\",\"choices\":[],\"usage\":" + USAGE + "}");
            event(out, "[DONE]");
        });

        HttpResponse<String> answer = ingest.post(
                CHAT + "?trace=1",
                key,
                JSON,
                BodyPublishers.ofString("{ \"model\":\"gpt-4o-mini\",\"stream\":true,\"messages\":[]}"),
                Map.of(
                        "Prompt-Manage-Provider-Key", "sk-provider",
                        "Prompt-Manage-User", "ann",
                        "Prompt-Manage-Tags", "feature=search, squad=core",
                        "OpenAI-Organization", "org-1",
                        "Cookie", "a=b"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue(FakeProvider.EVENTS);
        assertThat(answer.body()).isEqualTo(seen + "data: [DONE]\n\n");
        FakeProvider.Asked asked = provider.last();
        assertThat(asked.target()).isEqualTo("/v1/chat/completions?trace=1");
        assertThat(asked.header("Authorization")).isEqualTo("Bearer sk-provider");
        assertThat(asked.header("OpenAI-Organization")).isEqualTo("org-1");
        assertThat(asked.headers().keySet()).doesNotContain("cookie").noneMatch(name -> name.startsWith("prompt-"));
        assertThat(asked.body())
                .isEqualTo(
                        "{\"stream_options\":{\"include_usage\":true}, \"model\":\"gpt-4o-mini\",\"stream\":true,\"messages\":[]}");
        UsageEvent event = gateway.onlyEvent();
        assertThat(event.id())
                .isEqualTo(answer.headers().firstValue("Prompt-Manage-Call-Id").orElseThrow());
        assertThat(event.source()).isEqualTo("/gateway/openai");
        assertThat(event.account()).isEqualTo(Account.team("through"));
        assertThat(event.usage().userId()).isEqualTo("ann");
        assertThat(event.usage().model()).isEqualTo("gpt-4o-mini-2024-07-18");
        assertThat(event.usage().provider()).isEqualTo("openai");
        assertThat(event.usage().apiKeyId()).isEqualTo(ingest.keyId(key));
        assertThat(event.usage().tags()).isEqualTo(Map.of("feature", "search", "squad", "core"));
        assertThat(event.usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(1000, 1000));
    }

    @Test
    void whoAsksForTheUsageOfAStreamGetsIt() throws Exception {
        String usage = "{\"choices\":[],\"usage\":" + USAGE + "}";
        provider.streams(out -> {
            event(out, usage);
            event(out, "[DONE]");
        });
        String asking =
                "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_obfuscation\":false,\"include_usage\":true}}";

        assertThat(gateway.chat(asking).body()).contains(usage);
        assertThat(provider.last().body()).isEqualTo(asking);
        gateway.chat(asking.replace("true}}", "false}}"));
        assertThat(provider.last().body()).isEqualTo(asking);
        assertThat(gateway.events()).hasSize(2);
    }

    @Test
    void aWholeAnswerTellsItsCostAndIsCounted() throws Exception {
        String body =
                "{\"id\":\"c\",\"model\":\"gpt-4o-mini\",\"choices\":[{\"message\":{\"content\":\"hi\"}}],\"usage\":"
                        + USAGE + "}\n";
        provider.answers(200, JSON, body);

        HttpResponse<String> answer = gateway.chat("{\"model\":\"gpt-4o-mini\",\"user\":\"end-user\"}");

        assertThat(answer.body()).isEqualTo(body);
        assertThat(answer.headers().firstValue("Prompt-Manage-Cost")).hasValue("0.00075");
        assertThat(answer.headers().firstValue("Prompt-Manage-Cost-Basis"))
                .as("nobody is asked for the account's own prices")
                .hasValue("list");
        assertThat(answer.headers().firstValueAsLong("Content-Length")).hasValue(body.length());
        assertThat(answer.headers().allValues("X-Request-Id")).containsExactly("req_of_provider");
        assertThat(gateway.onlyEvent().usage().userId()).isEqualTo("end-user");
    }

    @Test
    void aLongAnswerOfOneDocumentIsPassedOnWhole() throws Exception {
        String body = "{\"data\":[{\"embedding\":[" + "0.125,".repeat(100_000)
                + "1]}],\"model\":\"text-embedding-3-small\",\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}";
        provider.answers(200, JSON, body);

        HttpResponse<String> answer = gateway.post(
                "/gateway/openai/v1/embeddings", "{\"model\":\"text-embedding-3-small\",\"input\":\"hi\"}", OWN_KEY);

        assertThat(answer.body()).isEqualTo(body);
        assertThat(gateway.onlyEvent().usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(8, 0));
    }

    @Test
    void theEventsOfAResponseTellItsUsageAtTheirEnd() throws Exception {
        provider.streams(out -> {
            event(out, "{\"type\":\"response.created\",\"response\":{\"model\":\"gpt-5\",\"usage\":null}}");
            event(out, "{\"type\":\"response.output_text.delta\",\"delta\":\"hi\"}");
            event(out, """
                    {"type":"response.completed","response":{"model":"gpt-5","service_tier":"flex",\
                    "output":[{"content":[{"text":"hi"}]}],"usage":{"input_tokens":100,\
                    "input_tokens_details":{"cached_tokens":40},"output_tokens":30,\
                    "output_tokens_details":{"reasoning_tokens":20}}}}""");
        });

        gateway.post("/gateway/openai/v1/responses", "{\"model\":\"gpt-5\",\"stream\":true,\"input\":\"hi\"}", OWN_KEY);

        UsageEvent event = gateway.onlyEvent();
        assertThat(event.usage().tokens())
                .isEqualTo(TokenCounts.ofInputOutput(60, 10)
                        .with(TokenKind.CACHE_READ, 40)
                        .with(TokenKind.REASONING, 20));
        assertThat(event.usage().serviceTier()).isEqualTo("flex");
    }

    @Test
    void anthropicTellsWhatWentInAtTheStartAndWhatItDoesNotTellAnewStays() throws Exception {
        provider.streams(out -> {
            event(out, """
                    {"type":"message_start","message":{"model":"claude-sonnet-4-5-20250929","usage":{"input_tokens":10,\
                    "cache_read_input_tokens":90,"cache_creation_input_tokens":30,"cache_creation":\
                    {"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":10},"output_tokens":1}}}""");
            event(out, "{\"type\":\"content_block_delta\",\"delta\":{\"text\":\"hi\"}}");
            event(out, """
                    {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":null,\
                    "cache_read_input_tokens":null,"cache_creation":null,"output_tokens":7}}""");
            event(out, "{\"type\":\"message_stop\"}");
        });

        ingest.post(
                "/gateway/anthropic/v1/messages",
                "",
                JSON,
                BodyPublishers.ofString("{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":9,\"stream\":true}"),
                Map.of("x-api-key", key, "Prompt-Manage-Provider-Key", "sk"));

        UsageEvent event = gateway.onlyEvent();
        assertThat(event.usage().tags()).isEmpty();
        assertThat(event.usage().tokens())
                .isEqualTo(TokenCounts.ofInputOutput(10, 7)
                        .with(TokenKind.CACHE_READ, 90)
                        .with(TokenKind.CACHE_WRITE_5M, 20)
                        .with(TokenKind.CACHE_WRITE_1H, 10));
    }

    /** Without {@code alt=sse} its stream is one list. */
    @Test
    void geminisListIsPassedOnAsItComesAndItsLastSumCounts() throws Exception {
        String body = "[" + gemini("hel", 2) + "\n,\r\n" + gemini("lo", 5) + "]";
        provider.answers(200, JSON, body);

        HttpResponse<String> answer = ingest.post(
                "/gateway/gemini/v1beta/models/gemini-2.0-flash:streamGenerateContent",
                "",
                JSON,
                BodyPublishers.ofString("{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}]}"),
                Map.of("x-goog-api-key", key, "Prompt-Manage-Provider-Key", "AIza"));

        assertThat(answer.body()).isEqualTo(body);
        UsageEvent event = gateway.onlyEvent();
        assertThat(event.usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(7, 5));
        assertThat(event.usage().tags()).isEmpty();
    }

    @Test
    void geminiTellsTheSumWithEachEventAndTheLastOneCounts() throws Exception {
        provider.streams(out -> {
            event(out, gemini("hel", 2));
            event(out, gemini("lo", 5));
        });

        HttpResponse<String> answer = ingest.post(
                "/gateway/gemini/v1beta/models/gemini-2.0-flash:streamGenerateContent?alt=sse&key=oops",
                "",
                JSON,
                BodyPublishers.ofString("{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}]}"),
                Map.of("x-goog-api-key", key, "Prompt-Manage-Provider-Key", "AIza"));

        assertThat(answer.body()).contains("hel", "lo");
        assertThat(provider.last().target()).isEqualTo("/v1beta/models/gemini-2.0-flash:streamGenerateContent?alt=sse");
        assertThat(provider.last().header("x-goog-api-key")).isEqualTo("AIza");
        UsageEvent event = gateway.onlyEvent();
        assertThat(event.usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(7, 5));
        assertThat(event.usage().provider()).isEqualTo("google");
        assertThat(event.usage().tags()).isEmpty();
    }

    @Test
    void whatAProviderRefusesIsPassedOnAsItIsAndNothingIsCounted() throws Exception {
        String error = "{\"error\":{\"message\":\"slow down\",\"type\":\"requests\"}}";
        provider.answers(exchange -> {
            exchange.getResponseHeaders().set("Retry-After", "7");
            FakeProvider.whole(429, JSON, error.getBytes(UTF_8)).to(exchange);
        });

        HttpResponse<String> answer = gateway.chat("{\"model\":\"m\"}");

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.body()).isEqualTo(error);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("7");
        assertThat(gateway.events()).isEmpty();
    }

    @Test
    void whatIsWrongIsToldInTheWordsOfTheProvider() throws Exception {
        provider.answers(exchange -> {
            exchange.getResponseHeaders().set("Location", "http://169.254.169.254/");
            exchange.sendResponseHeaders(307, -1);
        });

        assertThat(RunningGateway.error(gateway.post(CHAT, "{\"messages\":[]}", OWN_KEY), 400)
                        .path("code")
                        .textValue())
                .isEqualTo("invalid_request");
        assertThat(RunningGateway.error(gateway.post(CHAT, "[]", OWN_KEY), 400)
                        .path("type")
                        .textValue())
                .isEqualTo("invalid_request_error");
        assertThat(RunningGateway.error(ingest.post(CHAT, "pm_wrong", JSON, "{\"model\":\"m\"}"), 401)
                        .path("code")
                        .textValue())
                .isEqualTo("unauthenticated");
        assertThat(RunningGateway.error(
                                gateway.post(CHAT, "{\"model\":\"m\"}", Map.of("Prompt-Manage-Provider-Key", key)), 400)
                        .path("message")
                        .textValue())
                .contains("a key of ours", "Send the provider's key there")
                .doesNotContain(key);
        assertThat(RunningGateway.error(
                                gateway.post(
                                        CHAT,
                                        "{\"model\":\"m\"}",
                                        Map.of(
                                                "Prompt-Manage-User",
                                                "u".repeat(400),
                                                "Prompt-Manage-Provider-Key",
                                                "sk")),
                                400)
                        .path("message")
                        .textValue())
                .contains("Prompt-Manage-User", "1 to 256 characters");
        assertThat(RunningGateway.error(ingest.get("/gateway/openai/v1/files"), 404)
                        .path("code")
                        .textValue())
                .isEqualTo("not_found");
        assertThat(RunningGateway.error(ingest.get("/gateway/openai/v1/completions"), 404)
                        .path("message")
                        .textValue())
                .contains("/v1/chat/completions");
        assertThat(RunningGateway.error(ingest.post("/gateway/anthropic/v1/messages/batches", key, JSON, "{}"), 404)
                        .path("type")
                        .textValue())
                .isEqualTo("not_found_error");
        assertThat(RunningGateway.error(ingest.post("/gateway/gemini/v1/models/m:predict", key, JSON, "{}"), 404)
                        .path("status")
                        .textValue())
                .isEqualTo("NOT_FOUND");
        assertThat(provider.asked()).isEmpty();
        assertThat(RunningGateway.error(gateway.chat("{\"model\":\"m\"}"), 502)
                        .path("code")
                        .textValue())
                .isEqualTo("provider_redirects");
    }

    @Test
    void whatCostsNothingIsPassedOnAndNotPutOnRecord() throws Exception {
        String models = "{\"data\":[{\"id\":\"m\"}],\"usage\":" + USAGE + "}";
        provider.answers(200, JSON, models);
        for (String path : List.of(
                "/openai/v1/models",
                "/openai/v1/models/ft:gpt-4o-mini:org::id",
                "/anthropic/v1/models?limit=2",
                "/anthropic/v1/models/claude-haiku-4-5",
                "/gemini/v1beta/models",
                "/gemini/v1beta/models/gemini-2.0-flash")) {
            HttpResponse<String> answer = gateway.get("/gateway" + path, OWN_KEY);

            assertThat(answer.statusCode()).as(path).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(models);
            assertThat(answer.headers().firstValue("Prompt-Manage-Call-Id")).isEmpty();
            assertThat(provider.last().method()).isEqualTo("GET");
            assertThat("/" + path.split("/", -1)[1] + provider.last().target()).isEqualTo(path);
            assertThat(provider.last().headers().values()).noneMatch(value -> value.contains(key));
        }
        provider.answers(200, JSON, "{\"input_tokens\":14}");
        String asked = "{\"model\":\"claude-haiku-4-5\",\"messages\":[]}";
        for (String path : List.of(
                "/anthropic/v1/messages/count_tokens?beta=true",
                "/gemini/v1beta/models/gemini-2.0-flash:countTokens")) {
            HttpResponse<String> answer = gateway.post("/gateway" + path, asked, OWN_KEY);

            assertThat(answer.statusCode()).as(path).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("{\"input_tokens\":14}");
            assertThat(provider.last().method()).isEqualTo("POST");
            assertThat(provider.last().body()).isEqualTo(asked);
        }
        assertThat(gateway.events()).isEmpty();
    }

    @Test
    void whatCostsNothingIsNotForEveryone() throws Exception {
        provider.answers(200, JSON, "{}");

        assertThat(ingest.get("/gateway/openai/v1/models").statusCode()).isEqualTo(401);
        assertThat(ingest.get("/gateway/openai/v1/models", key).statusCode())
                .as("without a key of the provider's")
                .isEqualTo(401);
        assertThat(ingest.post("/gateway/anthropic/v1/messages/count_tokens", "", JSON, "{}")
                        .statusCode())
                .isEqualTo(401);
        assertThat(RunningGateway.error(gateway.get("/gateway/gemini/v9/models", OWN_KEY), 404)
                        .path("status")
                        .textValue())
                .isEqualTo("NOT_FOUND");
        assertThat(RunningGateway.error(gateway.get("/gateway/anthropic/v1/models/-m", OWN_KEY), 404)
                        .path("type")
                        .textValue())
                .isEqualTo("not_found_error");
        assertThat(provider.asked()).isEmpty();
    }

    /** What costs is not let in as what does not, for a provider to take it for a call: Google's go by such a header. */
    @Test
    void noCallIsMadeByWayOfWhatCostsNothing() throws Exception {
        for (String header : List.of("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")) {
            var headers = Map.of("Prompt-Manage-Provider-Key", "sk-provider", header, "POST");
            provider.answers(200, JSON, "{}");

            assertThat(RunningGateway.error(
                                    gateway.get("/gateway/gemini/v1/models/gemini-2.0-flash:generateContent", headers),
                                    404)
                            .path("status")
                            .textValue())
                    .isEqualTo("NOT_FOUND");
            assertThat(provider.asked()).isEmpty();

            assertThat(gateway.get("/gateway/gemini/v1/models", headers).statusCode())
                    .isEqualTo(200);
            assertThat(provider.last().header(header)).as(header).isEmpty();
        }
    }

    @Test
    void whatAnotherModelWasAskedForAdviceIsACallOfThatModel() throws Exception {
        provider.answers(200, JSON, """
                {"model":"claude-haiku-4-5","content":[],"usage":{"input_tokens":412,"output_tokens":531,"iterations":[\
                {"type":"message","input_tokens":412,"output_tokens":531},\
                {"type":"advisor_message","model":"claude-opus-4-6","input_tokens":823,"output_tokens":1612}]}}""");

        HttpResponse<String> answer = gateway.post(
                "/gateway/anthropic/v1/messages",
                "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":9,\"messages\":[]}",
                OWN_KEY);

        assertThat(answer.headers().firstValue("Prompt-Manage-Cost"))
                .as("it is that of two")
                .isEmpty();
        List<UsageEvent> events = gateway.events();
        assertThat(events)
                .extracting(event -> event.usage().model())
                .containsExactly("claude-haiku-4-5", "claude-opus-4-6");
        assertThat(events)
                .extracting(event -> event.usage().tokens())
                .containsExactly(TokenCounts.ofInputOutput(412, 531), TokenCounts.ofInputOutput(823, 1612));
        assertThat(events.getLast().id()).isEqualTo(events.getFirst().id() + "#advice-1");
        assertThat(events.getLast().account()).isEqualTo(events.getFirst().account());
    }

    @Test
    void aCountOfAdviceThatIsNoneTakesNothingFromTheRest() throws Exception {
        provider.answers(200, JSON, """
                {"model":"claude-haiku-4-5","content":[],"usage":{"input_tokens":4,"output_tokens":5,"iterations":[\
                {"type":"advisor_message","model":"claude-opus-4-6","input_tokens":"many","output_tokens":7},\
                {"type":"advisor_message","model":"claude-opus-4-6","input_tokens":8,"output_tokens":9}]}}""");

        gateway.post(
                "/gateway/anthropic/v1/messages",
                "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":9,\"messages\":[]}",
                OWN_KEY);

        assertThat(gateway.events())
                .extracting(event -> event.usage().tokens())
                .containsExactly(
                        TokenCounts.ofInputOutput(4, 5),
                        TokenCounts.ofInputOutput(0, 7),
                        TokenCounts.ofInputOutput(8, 9));
    }

    private static String gemini(String text, int output) {
        return "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"%s\"}]}}],\"modelVersion\":\"gemini-2.0-flash\",\"usageMetadata\":{\"promptTokenCount\":7,\"candidatesTokenCount\":%d,\"totalTokenCount\":%d}}"
                .formatted(text, output, output + 7);
    }
}
