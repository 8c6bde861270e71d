package com.promptmanage.ingest;

import static com.promptmanage.ingest.FakeProvider.event;
import static com.promptmanage.ingest.RunningIngest.JSON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.ingest.gateway.GatewaySettings;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.settings.Settings;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls through the gateway to providers that behave and to such that do not. */
class GatewayTest {

    private static final JsonMapper MAPPER = new JsonMapper();

    private static final String CHAT = "/gateway/openai/v1/chat/completions";

    private static final Map<String, String> OWN_KEY = Map.of("Prompt-Manage-Provider-Key", "sk-provider");

    private static final String USAGE =
            "{\"prompt_tokens\":1000,\"completion_tokens\":1000,\"total_tokens\":2000,\"prompt_tokens_details\":{\"cached_tokens\":0}}";

    private static FakeProvider provider;

    private static RunningIngest ingest;

    private static String key;

    private TopicTail tail;

    @BeforeAll
    static void start() throws Exception {
        provider = FakeProvider.start();
        EmbeddedKafka kafka = EmbeddedKafka.shared();
        ingest = new RunningIngest(
                kafka,
                IngestSettings.of(kafka.bootstrapServers()),
                GatewaySettings.from(new Settings(
                        Settings.PREFIX,
                        Map.of(
                                "PM_GATEWAY_OPENAI_URL",
                                provider.url(),
                                "PM_GATEWAY_ANTHROPIC_URL",
                                provider.url(),
                                "PM_GATEWAY_GEMINI_URL",
                                provider.url() + "/",
                                "PM_GATEWAY_ANSWER_MAX",
                                "1MiB",
                                "PM_OUTBOUND_ALLOWED_RANGES",
                                "127.0.0.0/8"))));
        key = ingest.key(NewKey.of("gateway", Account.team("through")));
    }

    @AfterAll
    static void stop() {
        ingest.close();
        provider.close();
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
        UsageEvent event = onlyEvent();
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

        assertThat(chat(asking).body()).contains(usage);
        assertThat(provider.last().body()).isEqualTo(asking);
        chat(asking.replace("true}}", "false}}"));
        assertThat(provider.last().body()).isEqualTo(asking);
        assertThat(events()).hasSize(2);
    }

    @Test
    void aWholeAnswerTellsItsCostAndIsCounted() throws Exception {
        String body =
                "{\"id\":\"c\",\"model\":\"gpt-4o-mini\",\"choices\":[{\"message\":{\"content\":\"hi\"}}],\"usage\":"
                        + USAGE + "}\n";
        provider.answers(200, JSON, body);

        HttpResponse<String> answer = chat("{\"model\":\"gpt-4o-mini\",\"user\":\"end-user\"}");

        assertThat(answer.body()).isEqualTo(body);
        assertThat(answer.headers().firstValue("Prompt-Manage-Cost")).hasValue("0.00075");
        assertThat(answer.headers().firstValueAsLong("Content-Length")).hasValue(body.length());
        assertThat(answer.headers().allValues("X-Request-Id")).containsExactly("req_of_provider");
        assertThat(onlyEvent().usage().userId()).isEqualTo("end-user");
    }

    @Test
    void aLongAnswerOfOneDocumentIsPassedOnWhole() throws Exception {
        String body = "{\"data\":[{\"embedding\":[" + "0.125,".repeat(100_000)
                + "1]}],\"model\":\"text-embedding-3-small\",\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}";
        provider.answers(200, JSON, body);

        HttpResponse<String> answer = post(
                "/gateway/openai/v1/embeddings", "{\"model\":\"text-embedding-3-small\",\"input\":\"hi\"}", OWN_KEY);

        assertThat(answer.body()).isEqualTo(body);
        assertThat(onlyEvent().usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(8, 0));
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

        post("/gateway/openai/v1/responses", "{\"model\":\"gpt-5\",\"stream\":true,\"input\":\"hi\"}", OWN_KEY);

        UsageEvent event = onlyEvent();
        assertThat(event.usage().tokens())
                .isEqualTo(TokenCounts.ofInputOutput(60, 10)
                        .with(TokenKind.CACHE_READ, 40)
                        .with(TokenKind.REASONING, 20));
        assertThat(event.usage().serviceTier()).isEqualTo("flex");
    }

    @Test
    void aTeamLeavesItsKeyHereAndItsApplicationsHaveNone() throws Exception {
        String admin = ingest.key(NewKey.of("admin", Account.team("through")));
        String other = ingest.key(NewKey.of("other", Account.team("through")));
        provider.streams(out -> {
            event(
                    out,
                    "{\"type\":\"message_start\",\"message\":{\"model\":\"claude-sonnet-4-5\",\"usage\":{\"input_tokens\":10,\"cache_read_input_tokens\":5,\"cache_creation_input_tokens\":7,\"cache_creation\":{\"ephemeral_5m_input_tokens\":3,\"ephemeral_1h_input_tokens\":4},\"output_tokens\":1}}}");
            event(out, "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"hi\"}}");
            event(
                    out,
                    "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":20}}");
            event(out, "{\"type\":\"message_stop\"}");
        });
        String message = "{\"model\":\"claude-sonnet-4-5\",\"stream\":true,\"max_tokens\":9}";

        HttpResponse<String> before = claude(key, message);
        assertThat(before.statusCode()).isEqualTo(401);
        assertThat(MAPPER.readTree(before.body()).path("error").path("type").textValue())
                .isEqualTo("authentication_error");
        assertThat(ingest.put(
                                "/api/gateway/keys/anthropic",
                                "Bearer " + admin,
                                "{\"key\":\"sk-ant-of-the-team-1234\",\"apiKeys\":[\"%s\"]}"
                                        .formatted(ingest.keyId(key))
                                        .getBytes(UTF_8))
                        .statusCode())
                .isEqualTo(204);

        assertThat(claude(key, message).body()).contains("message_stop");
        assertThat(provider.last().header("x-api-key")).isEqualTo("sk-ant-of-the-team-1234");
        assertThat(claude(other, message).statusCode()).isEqualTo(401);
        assertThat(claude(admin, message).statusCode()).isEqualTo(401);
        assertThat(onlyEvent().usage().tokens())
                .isEqualTo(TokenCounts.ofInputOutput(10, 20)
                        .with(TokenKind.CACHE_READ, 5)
                        .with(TokenKind.CACHE_WRITE_5M, 3)
                        .with(TokenKind.CACHE_WRITE_1H, 4));
        HttpResponse<String> listed = ingest.get("/api/gateway/keys", admin);
        assertThat(listed.body()).contains("\"ending\":\"1234\"").doesNotContain("sk-ant");
        assertThat(sealed(Account.team("through"))).hasSize(1).noneMatch(text -> text.contains("sk-ant"));
    }

    @Test
    void aKeyThatIsLeftHereIsForItsSendersOwnKeysUnlessItSaysMore() throws Exception {
        String admin = ingest.key(NewKey.of("admin", Account.team("shared")));
        String other = ingest.key(NewKey.of("other", Account.team("shared")));
        provider.answers(
                200, JSON, "{\"model\":\"claude-sonnet-4-5\",\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}");
        String message = "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":9}";

        assertThat(leaveKey(admin, "")).isEqualTo(204);
        assertThat(claude(admin, message).statusCode()).isEqualTo(200);
        assertThat(claude(other, message).statusCode()).isEqualTo(401);
        assertThat(ingest.get("/api/gateway/keys", admin).body()).contains("\"apiKeys\":[],\"allApiKeys\":false");

        assertThat(leaveKey(admin, ",\"allApiKeys\":true,\"apiKeys\":[\"k\"]")).isEqualTo(400);
        assertThat(leaveKey(admin, ",\"allApiKeys\":true")).isEqualTo(204);
        assertThat(claude(other, message).statusCode()).isEqualTo(200);
    }

    private static int leaveKey(String admin, String more) throws Exception {
        return ingest.put(
                        "/api/gateway/keys/anthropic",
                        "Bearer " + admin,
                        "{\"key\":\"sk-ant-of-the-team-1234\"%s}"
                                .formatted(more)
                                .getBytes(UTF_8))
                .statusCode();
    }

    @Test
    void callsThatTakeLongHoldNoMoreThanTheirShareAndEventsGoOn() throws Exception {
        EmbeddedKafka kafka = EmbeddedKafka.shared();
        try (var slow = FakeProvider.start();
                var small = new RunningIngest(
                        kafka,
                        IngestSettings.of(kafka.bootstrapServers()),
                        GatewaySettings.from(new Settings(
                                Settings.PREFIX,
                                Map.of(
                                        "PM_GATEWAY_OPENAI_URL", slow.url(),
                                        "PM_GATEWAY_MEMORY", "1MiB",
                                        "PM_OUTBOUND_ALLOWED_RANGES", "127.0.0.0/8"))));
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var ends = new CountDownLatch(1);
            slow.answers(exchange -> {
                try {
                    ends.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                FakeProvider.whole(200, JSON, "{}".getBytes(UTF_8)).to(exchange);
            });
            String app = small.key(NewKey.of("app", Account.team("slow")));
            String body = "{\"model\":\"m\",\"messages\":[{\"content\":\"%s\"}]}".formatted("x".repeat(250_000));
            var under = new ArrayList<Future<Integer>>();
            for (int i = 0; i < 2; i++) {
                under.add(callers.submit(() -> small.post(CHAT, app, JSON, BodyPublishers.ofString(body), OWN_KEY)
                        .statusCode()));
            }
            Await.until(() -> assertThat(slow.asked()).hasSize(2));

            HttpResponse<String> refused = small.post(CHAT, app, JSON, BodyPublishers.ofString(body), OWN_KEY);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValueAsLong("Retry-After")).hasValue(1);
            assertThat(MAPPER.readTree(refused.body())
                            .path("error")
                            .path("message")
                            .textValue())
                    .contains("send it again");
            assertThat(small.events(
                                    app,
                                    RunningIngest.ONE,
                                    "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"ping\"}")
                            .statusCode())
                    .isEqualTo(204);
            ends.countDown();
            for (Future<Integer> call : under) {
                assertThat(call.get()).isEqualTo(200);
            }
            assertThat(small.post(CHAT, app, JSON, BodyPublishers.ofString(body), OWN_KEY)
                            .statusCode())
                    .isEqualTo(200);
        }
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
        UsageEvent event = onlyEvent();
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

        HttpResponse<String> answer = chat("{\"model\":\"m\"}");

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.body()).isEqualTo(error);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("7");
        assertThat(events()).isEmpty();
    }

    @Test
    void aCallerWhoGoesStopsTheProviderAndPaysForAboutWhatWasSaid() throws Exception {
        var stopped = new CountDownLatch(1);
        provider.streams(out -> {
            try {
                while (true) {
                    event(out, "{\"model\":\"gpt-4o-mini\",\"choices\":[{\"delta\":{\"content\":\"hello \"}}]}");
                    Thread.sleep(5);
                }
            } catch (IOException e) {
                stopped.countDown();
                throw e;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });

        String body = "{\"model\":\"gpt-4o-mini\",\"stream\":true,\"messages\":[{\"content\":\"say hello for ever\"}]}";
        try (var socket =
                new Socket(InetAddress.getLoopbackAddress(), ingest.server().port())) {
            socket.getOutputStream()
                    .write(
                            "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nPrompt-Manage-Provider-Key: sk\r\nContent-Length: %d\r\n\r\n%s"
                                    .formatted(CHAT, key, body.length(), body)
                                    .getBytes(UTF_8));
            readUntil(socket.getInputStream(), "hello");
        }

        assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
        var events = new ArrayList<UsageEvent>();
        Await.until(() -> {
            events.addAll(events());
            assertThat(events).hasSize(1);
        });
        UsageEvent event = events.getFirst();
        assertThat(event.usage().tags()).containsEntry("usageestimated", "true");
        assertThat(event.usage().tokens().get(TokenKind.INPUT)).isBetween(3L, 6L);
        assertThat(event.usage().tokens().get(TokenKind.OUTPUT)).isPositive();
    }

    @Test
    void anAnswerThatTheProviderBreaksOffIsNotTakenForWholeAndItsTokensAreEstimated() throws Exception {
        provider.streams(out -> {
            event(
                    out,
                    "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":10,\"output_tokens\":1}}}");
            event(out, "{\"type\":\"content_block_delta\",\"delta\":{\"text\":\"one two three four five\"}}");
            out.write("data: {\"type\":\"cont".getBytes(UTF_8));
            out.flush();
            throw new IOException("the provider dies");
        });

        HttpResponse<String> answer = ingest.post(
                "/gateway/anthropic/v1/messages",
                "",
                JSON,
                BodyPublishers.ofString("{\"model\":\"claude-3-5-haiku\",\"stream\":true}"),
                Map.of("x-api-key", key, "Prompt-Manage-Provider-Key", "sk"));

        assertThat(answer.body())
                .contains("one two three four five")
                .contains("event: error\ndata: {\"type\":\"error\"")
                .doesNotContain("\"cont\n");
        TokenCounts tokens = onlyEvent().usage().tokens();
        assertThat(tokens.get(TokenKind.INPUT)).isEqualTo(10);
        assertThat(tokens.get(TokenKind.OUTPUT)).isBetween(5L, 6L);
    }

    @Test
    void anAnswerWithoutAnEndIsEnded() throws Exception {
        provider.streams(out -> {
            while (true) {
                event(out, "{\"choices\":[{\"delta\":{\"content\":\"" + "on and on ".repeat(500) + "\"}}]}");
            }
        });
        assertThat(chat("{\"model\":\"gpt-4o\",\"stream\":true}").body()).contains("provider_broke_off");
        assertThat(onlyEvent().usage().tags()).containsEntry("usageestimated", "true");

        provider.answers(exchange -> {
            exchange.getResponseHeaders().set("Content-Type", JSON);
            exchange.sendResponseHeaders(200, 0);
            while (true) {
                exchange.getResponseBody().write(new byte[8192]);
            }
        });
        assertThat(isBrokenOff("{\"model\":\"gpt-4o\"}")).isTrue();
        assertThat(onlyEvent().usage().tags()).containsEntry("usageestimated", "true");
    }

    @Test
    void whatComesPackedWithoutBeingAskedToIsUnpackedAndNoMoreThanMayBe() throws Exception {
        String body = "{\"model\":\"m\",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}";
        provider.answers(packed(RunningIngest.packed(body.getBytes(UTF_8))));
        HttpResponse<String> answer = chat("{\"model\":\"m\"}");
        assertThat(provider.last().header("Accept-Encoding")).isEqualTo("identity");
        assertThat(answer.body()).isEqualTo(body);
        assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(onlyEvent().usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(3, 4));

        provider.answers(packed(RunningIngest.packed(new byte[64 << 20])));
        assertThat(isBrokenOff("{\"model\":\"m\"}")).isTrue();

        provider.answers(packed("no gzip".getBytes(UTF_8)));
        assertThat(chat("{\"model\":\"m\"}").statusCode()).isEqualTo(502);
    }

    @Test
    void nonsenseIsPassedOnAndCountedAsFarAsItCanBe() throws Exception {
        provider.streams(out -> {
            out.write("}}]]\u0000data\n\ndata\n:::\n\ndata: {\"usage\":{\"prompt_tokens\":-1}}\n\ndata: {\"usage\":\""
                    .getBytes(UTF_8));
            out.write("x".repeat(200_000).getBytes(UTF_8));
        });

        HttpResponse<String> answer = chat("{\"model\":\"m\",\"stream\":true,\"messages\":[{\"content\":\"hi\"}]}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).startsWith("}}]]").endsWith("xxx");
        UsageEvent event = onlyEvent();
        assertThat(event.usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(1, 0));
        assertThat(event.usage().tags()).containsEntry("usageestimated", "true");
    }

    @Test
    void whatIsWrongIsToldInTheWordsOfTheProvider() throws Exception {
        provider.answers(exchange -> {
            exchange.getResponseHeaders().set("Location", "http://169.254.169.254/");
            exchange.sendResponseHeaders(307, -1);
        });

        assertThat(error(post(CHAT, "{\"messages\":[]}", OWN_KEY), 400)
                        .path("code")
                        .textValue())
                .isEqualTo("invalid_request");
        assertThat(error(post(CHAT, "[]", OWN_KEY), 400).path("type").textValue())
                .isEqualTo("invalid_request_error");
        assertThat(error(ingest.post(CHAT, "pm_wrong", JSON, "{\"model\":\"m\"}"), 401)
                        .path("code")
                        .textValue())
                .isEqualTo("unauthenticated");
        assertThat(provider.asked()).isEmpty();
        assertThat(error(chat("{\"model\":\"m\"}"), 502).path("code").textValue())
                .isEqualTo("provider_redirects");
        assertThat(ingest.post("/gateway/gemini/v1/models/m:countTokens", key, JSON, "{}")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void budgetsAreAskedBeforeAndTheirNoIsToldInTheWordsOfTheProvider() throws Exception {
        try (var budgets = FakeProvider.start();
                var other = FakeProvider.start()) {
            EmbeddedKafka kafka = EmbeddedKafka.shared();
            try (var checked = new RunningIngest(
                    kafka,
                    IngestSettings.of(kafka.bootstrapServers()),
                    GatewaySettings.from(new Settings(
                            Settings.PREFIX,
                            Map.of(
                                    "PM_GATEWAY_OPENAI_URL", other.url(),
                                    "PM_GATEWAY_ANTHROPIC_URL", other.url(),
                                    "PM_GATEWAY_GEMINI_URL", other.url(),
                                    "PM_QUERY_URL", budgets.url(),
                                    "PM_QUERY_API_KEY", "pm_query",
                                    "PM_OUTBOUND_ALLOWED_RANGES", "127.0.0.0/8"))))) {
                blocksAndLetsThrough(checked, budgets, other);
            }
        }
    }

    private static void blocksAndLetsThrough(RunningIngest checked, FakeProvider budgets, FakeProvider other)
            throws Exception {
        String app = checked.key(NewKey.of("app", Account.team("checked")));
        String body = "{\"model\":\"gpt-4o-mini\",\"max_tokens\":500,\"messages\":[{\"content\":\"abcdef\"}]}";
        budgets.answers(200, JSON, """
                {"allowed":false,"estimatedCost":"0.30","estimatedCostNanoUsd":300000000,"deniedBy":"b1","budgets":[
                 {"id":"b0","name":"wide","unit":"usd","remaining":"9.00","remainingNanoUsd":9000000000,"enforcement":"block","failMode":"open"},
                 {"id":"b1","name":"tight","unit":"usd","remaining":"0.10","remainingNanoUsd":100000000,"enforcement":"block","failMode":"closed"}]}
                """);
        other.answers(200, JSON, "{\"usage\":" + USAGE + "}");

        HttpResponse<String> refused = checked.post(CHAT, app, JSON, BodyPublishers.ofString(body), OWN_KEY);
        assertThat(refused.statusCode()).isEqualTo(402);
        JsonNode error = MAPPER.readTree(refused.body()).path("error");
        assertThat(error.path("code").textValue()).isEqualTo("budget_exceeded");
        assertThat(error.path("type").textValue()).isEqualTo("insufficient_quota");
        assertThat(error.path("message").textValue()).contains("'tight'", "0.10 USD");
        assertThat(refused.headers().firstValue("Prompt-Manage-Budget")).hasValue("b1");
        assertThat(refused.headers().firstValue("Prompt-Manage-Budget-Remaining"))
                .hasValue("0.10");
        JsonNode question = MAPPER.readTree(budgets.last().body());
        assertThat(question.path("teamId").textValue()).isEqualTo("checked");
        assertThat(question.path("inputTokens").longValue()).isEqualTo(3);
        assertThat(question.path("maxOutputTokens").longValue()).isEqualTo(500);
        var anthropic = checked.post(
                "/gateway/anthropic/v1/messages",
                "",
                JSON,
                BodyPublishers.ofString(body),
                Map.of("x-api-key", app, "Prompt-Manage-Provider-Key", "sk"));
        assertThat(anthropic.statusCode()).isEqualTo(402);
        assertThat(anthropic.body()).contains("\"billing_error\"");
        var gemini = checked.post(
                "/gateway/gemini/v1/models/gemini-2.0-flash:generateContent",
                "",
                JSON,
                BodyPublishers.ofString("{\"contents\":[]}"),
                Map.of("x-goog-api-key", app, "Prompt-Manage-Provider-Key", "sk"));
        assertThat(gemini.statusCode()).isEqualTo(402);
        assertThat(gemini.body()).contains("\"RESOURCE_EXHAUSTED\"");
        assertThat(other.asked()).isEmpty();

        // The budgets fall silent: what they wanted when they last spoke is done.
        budgets.answers(503, JSON, "{}");
        assertThat(checked.post(CHAT, app, JSON, BodyPublishers.ofString(body), OWN_KEY)
                        .statusCode())
                .isEqualTo(503);
        assertThat(other.asked()).isEmpty();
        String unknown = checked.key(NewKey.of("app", Account.team("never-asked")));
        assertThat(checked.post(CHAT, unknown, JSON, BodyPublishers.ofString(body), OWN_KEY)
                        .statusCode())
                .isEqualTo(200);

        // Another price than the list's: what it costs is not known here.
        budgets.answers(200, JSON, "{\"allowed\":true,\"estimatedCostNanoUsd\":1,\"budgets\":[]}");
        HttpResponse<String> ownPrice = checked.post(CHAT, app, JSON, BodyPublishers.ofString(body), OWN_KEY);
        assertThat(ownPrice.statusCode()).isEqualTo(200);
        assertThat(ownPrice.headers().firstValue("Prompt-Manage-Cost")).isEmpty();
    }

    private static String gemini(String text, int output) {
        return "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"%s\"}]}}],\"modelVersion\":\"gemini-2.0-flash\",\"usageMetadata\":{\"promptTokenCount\":7,\"candidatesTokenCount\":%d,\"totalTokenCount\":%d}}"
                .formatted(text, output, output + 7);
    }

    private static FakeProvider.Answer packed(byte[] bytes) {
        return exchange -> {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            FakeProvider.whole(200, JSON, bytes).to(exchange);
        };
    }

    private static HttpResponse<String> chat(String body) throws Exception {
        return post(CHAT, body, OWN_KEY);
    }

    private static HttpResponse<String> claude(String ours, String body) throws Exception {
        return ingest.post(
                "/gateway/anthropic/v1/messages", "", JSON, BodyPublishers.ofString(body), Map.of("x-api-key", ours));
    }

    private static HttpResponse<String> post(String path, String body, Map<String, String> headers) throws Exception {
        return ingest.post(path, key, JSON, BodyPublishers.ofString(body), headers);
    }

    /** Whether the answer cannot be taken for whole. */
    private static boolean isBrokenOff(String body) throws Exception {
        try {
            return chat(body).statusCode() != 200;
        } catch (IOException e) {
            return true;
        }
    }

    private static JsonNode error(HttpResponse<String> answer, int status) throws IOException {
        assertThat(answer.statusCode()).isEqualTo(status);
        return MAPPER.readTree(answer.body()).path("error");
    }

    private static void readUntil(InputStream in, String text) throws IOException {
        var read = new StringBuilder();
        while (read.indexOf(text) < 0) {
            int next = in.read();
            assertThat(next).as(() -> "ended after " + read).isNotNegative();
            read.append((char) next);
        }
    }

    private static List<String> sealed(Account account) {
        return ingest.database()
                .asSystem(handle -> handle.createQuery("SELECT sealed FROM provider_keys WHERE account = :account")
                        .bind("account", account.value())
                        .mapTo(String.class)
                        .list());
    }

    private List<UsageEvent> events() {
        return tail.records().stream()
                .map(one -> UsageEventCodec.read(one.value()))
                .toList();
    }

    private UsageEvent onlyEvent() {
        List<UsageEvent> events = events();
        assertThat(events).hasSize(1);
        return events.getFirst();
    }
}
