package com.promptmanage.runner.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.runner.FakeServer;
import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.CallResult.Answered;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.call.CallWatcher;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.call.Failure.Kind;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.token.TokenCounter;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against servers on loopback that answer in the forms in which the providers' APIs do. */
class RemoteModelTest {

    private static final String KEY = "sk-test-0123456789abcdef";

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private static final Outbound OUTBOUND = FakeServer.outbound();

    private static final TokenCounter COUNTER = new TokenCounter();

    private final FakeServer server = new FakeServer();

    @AfterEach
    void stop() {
        server.close();
    }

    @AfterAll
    static void close() {
        OUTBOUND.close();
    }

    @Test
    void openAiIsAskedAndItsUsageMadeDisjoint() throws Exception {
        server.then(200, "text/event-stream", """
                data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini-2024-07-18","service_tier":"default","choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"},"finish_reason":null}],"usage":null}

                data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":null}],"usage":null}

                data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}

                data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini-2024-07-18","choices":[],"usage":{"prompt_tokens":1200,"completion_tokens":300,"total_tokens":1500,"prompt_tokens_details":{"cached_tokens":1024,"audio_tokens":6},"completion_tokens_details":{"reasoning_tokens":200,"audio_tokens":0}}}

                data: [DONE]

                """);
        var pieces = new ArrayList<String>();

        Answered answered = answered(model(Dialect.OPEN_AI, "/v1").ask(request(true), TIMEOUT, pieces::add));

        assertThat(pieces).containsExactly("Hel", "lo");
        ModelAnswer answer = ModelAnswer.of(answered.answer().content());
        assertThat(answer).isEqualTo(new ModelAnswer("Hello", "gpt-4o-mini-2024-07-18", "openai", "stop", false));
        CallUsage usage = answered.answer().usage().orElseThrow();
        assertThat(usage.tokens())
                .isEqualTo(TokenCounts.ofInputOutput(170, 100)
                        .with(TokenKind.CACHE_READ, 1024)
                        .with(TokenKind.INPUT_AUDIO, 6)
                        .with(TokenKind.REASONING, 200));
        assertThat(usage.tokens().total()).isEqualTo(1500);
        assertThat(usage.estimated()).isFalse();
        assertThat(usage.providerRequestId()).isEqualTo("chatcmpl-1");
        assertThat(usage.serviceTier()).isEqualTo("default");
        assertThat(model(Dialect.OPEN_AI, "/v1").place()).isEqualTo(server.url("/v1"));
        FakeServer.Asked asked = server.last();
        assertThat(asked.uri().getPath()).isEqualTo("/v1/chat/completions");
        assertThat(asked.header("Authorization")).isEqualTo("Bearer " + KEY);
        assertThat(asked.json().path("max_tokens").asInt()).isEqualTo(64);
        assertThat(asked.json().at("/response_format/type").asText()).isEqualTo("json_object");
        assertThat(asked.json().at("/stream_options/include_usage").asBoolean()).isTrue();
        assertThat(asked.json().at("/messages/0/content").asText()).contains("Be brief.", "JSON");
    }

    @Test
    void anthropicIsAskedAndItsUsageMadeDisjoint() throws Exception {
        server.then(200, "text/event-stream", """
                event: message_start
                data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-haiku-4-5-20251001","content":[],"stop_reason":null,"usage":{"input_tokens":21,"cache_creation_input_tokens":188,"cache_read_input_tokens":2048,"cache_creation":{"ephemeral_5m_input_tokens":88,"ephemeral_1h_input_tokens":100},"output_tokens":1,"service_tier":"standard"}}}

                event: content_block_start
                data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

                event: ping
                data: {"type": "ping"}

                event: content_block_delta
                data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}

                event: content_block_stop
                data: {"type":"content_block_stop","index":0}

                event: message_delta
                data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":15}}

                event: message_stop
                data: {"type":"message_stop"}

                """);

        Answered answered = answered(model(Dialect.ANTHROPIC, "/v1").ask(request(true), TIMEOUT, CallWatcher.NONE));

        assertThat(ModelAnswer.of(answered.answer().content()))
                .isEqualTo(new ModelAnswer("Hello", "claude-haiku-4-5-20251001", "anthropic", "end_turn", false));
        CallUsage usage = answered.answer().usage().orElseThrow();
        assertThat(usage.tokens())
                .isEqualTo(TokenCounts.ofInputOutput(21, 15)
                        .with(TokenKind.CACHE_READ, 2048)
                        .with(TokenKind.CACHE_WRITE_5M, 88)
                        .with(TokenKind.CACHE_WRITE_1H, 100));
        assertThat(server.last().uri().getPath()).isEqualTo("/v1/messages");
        assertThat(server.last().header("X-api-key")).isEqualTo(KEY);
        assertThat(server.last().json().path("max_tokens").asInt()).isEqualTo(64);
    }

    @Test
    void geminiIsAskedAndItsUsageMadeDisjoint() throws Exception {
        server.then(200, "text/event-stream", """
                data: {"candidates":[{"content":{"parts":[{"text":"Hel"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":500,"totalTokenCount":500},"modelVersion":"gemini-2.5-flash","responseId":"resp-1"}

                data: {"candidates":[{"content":{"parts":[{"text":"lo"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":500,"candidatesTokenCount":40,"thoughtsTokenCount":60,"cachedContentTokenCount":400,"toolUsePromptTokenCount":7,"totalTokenCount":607,"promptTokensDetails":[{"modality":"TEXT","tokenCount":500}]},"modelVersion":"gemini-2.5-flash","responseId":"resp-1"}

                """);

        Answered answered = answered(model(Dialect.GEMINI, "/v1beta").ask(request(true), TIMEOUT, CallWatcher.NONE));

        assertThat(ModelAnswer.of(answered.answer().content()))
                .isEqualTo(new ModelAnswer("Hello", "gemini-2.5-flash", "google", "STOP", false));
        assertThat(answered.answer().usage().orElseThrow().tokens())
                .isEqualTo(TokenCounts.ofInputOutput(107, 40)
                        .with(TokenKind.CACHE_READ, 400)
                        .with(TokenKind.REASONING, 60));
        assertThat(server.last().uri().getPath()).isEqualTo("/v1beta/models/test-model:streamGenerateContent");
        assertThat(server.last().uri().getQuery()).isEqualTo("alt=sse");
        assertThat(server.last().header("X-goog-api-key")).isEqualTo(KEY);
    }

    @ParameterizedTest
    @CsvSource({
        "400, VALIDATION",
        "401, AUTH",
        "403, AUTH",
        "404, PERMANENT",
        "408, TRANSIENT",
        "409, TRANSIENT",
        "413, VALIDATION",
        "429, RATE_LIMITED",
        "500, TRANSIENT",
        "503, TRANSIENT",
        "504, AMBIGUOUS",
        "529, TRANSIENT"
    })
    void aRefusalIsOfAClassThatSaysWhatNext(int status, Kind kind) throws Exception {
        server.thenJson(status, """
                {"error":{"message":"no, not with %s","type":"some_error","param":null,"code":null}}
                """.formatted(KEY));

        for (Dialect dialect : Dialect.values()) {
            Failure failure = failed(model(dialect, "/v1").ask(request(false), TIMEOUT, CallWatcher.NONE));

            assertThat(failure.kind()).isEqualTo(kind);
            assertThat(failure.message()).contains(dialect.title(), String.valueOf(status), "no, not with [secret]");
            assertThat(failure.details().toString()).doesNotContain(KEY).contains("some_error");
            assertThat(failure.usage()).isEmpty();
        }
        assertThat(server.asked()).as("nothing is tried twice in here").hasSize(Dialect.values().length);
    }

    @Test
    void aProviderIsLeftAloneForAsLongAsItAsks() throws Exception {
        server.thenJson(429, "{\"error\":{\"message\":\"slow down\"}}", "Retry-After", "20")
                .thenJson(429, "{\"error\":{\"message\":\"slow down\"}}", "retry-after-ms", "1500", "Retry-After", "2")
                .thenJson(429, """
                        [{"error":{"code":429,"message":"quota","status":"RESOURCE_EXHAUSTED","details":[
                        {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"17.5s"}]}}]
                        """);

        assertThat(retryAfter()).hasSeconds(20);
        assertThat(retryAfter()).hasMillis(1_500);
        assertThat(retryAfter()).hasMillis(17_500);
    }

    @Test
    void anEmptyAccountIsNotTriedAgain() throws Exception {
        server.thenJson(
                429,
                "{\"error\":{\"message\":\"You exceeded your current quota\",\"type\":\"insufficient_quota\",\"code\":\"insufficient_quota\"}}");

        assertThat(failed(ask()).kind()).isEqualTo(Kind.PERMANENT);
    }

    @Test
    void anAnswerThatBreaksOffIsAmbiguousAndTellsWhatItUsed() throws Exception {
        for (String text : List.of("Hel", "Hello, world")) {
            server.then(200, "text/event-stream", """
                    event: message_start
                    data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-haiku-4-5","content":[],"usage":{"input_tokens":900,"output_tokens":1}}}

                    event: content_block_start
                    data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

                    event: content_block_delta
                    data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%s"}}

                    """.formatted(text));
        }

        for (long output : List.of(1L, 3L)) {
            Failure failure = failed(model(Dialect.ANTHROPIC, "/v1").ask(request(false), TIMEOUT, CallWatcher.NONE));

            assertThat(failure.kind()).isEqualTo(Kind.AMBIGUOUS);
            assertThat(failure.usage().orElseThrow().tokens()).isEqualTo(TokenCounts.ofInputOutput(900, output));
        }
    }

    /** The line breaks before its counts have come. */
    @Test
    void anAnswerThatIsWholeIsKeptAlsoIfTheLineBreaksBehindIt() throws Exception {
        byte[] events = """
                data: {"id":"1","model":"local","choices":[{"index":0,"delta":{"content":"Hello, world"},"finish_reason":"stop"}]}

                """.getBytes(StandardCharsets.UTF_8);
        server.then(exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, events.length + 100L);
            exchange.getResponseBody().write(events);
            exchange.getResponseBody().flush();
        });

        Answered answered = answered(ask());

        assertThat(ModelAnswer.of(answered.answer().content()).text()).isEqualTo("Hello, world");
        CallUsage usage = answered.answer().usage().orElseThrow();
        assertThat(usage.tokens().get(TokenKind.OUTPUT)).isEqualTo(3);
        assertThat(usage.estimated()).isTrue();
    }

    @Test
    void aProviderThatIsOverloadedInTheMiddleIsTransient() throws Exception {
        server.then(200, "text/event-stream", """
                event: error
                data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}

                """);

        Failure failure = failed(model(Dialect.ANTHROPIC, "/v1").ask(request(false), TIMEOUT, CallWatcher.NONE));

        assertThat(failure.kind()).isEqualTo(Kind.TRANSIENT);
        assertThat(failure.message()).contains("Overloaded");
    }

    @Test
    void aSlowAnswerIsGivenUpAfterTheWholeTime() throws Exception {
        server.then(exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            // A sign of life every now and then must not keep it alive for ever.
            for (int i = 0; i < 1_000; i++) {
                exchange.getResponseBody().write(": ping\n\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
                exchange.getResponseBody().flush();
                try {
                    Thread.sleep(20);
                } catch (InterruptedException e) {
                    return;
                }
            }
        });

        // A machine that has much to do may take all of the time for the connection: then once more.
        Await.until(() -> {
            Failure failure =
                    failed(model(Dialect.OPEN_AI, "/v1").ask(request(false), Duration.ofMillis(300), CallWatcher.NONE));

            assertThat(failure.kind()).isEqualTo(Kind.AMBIGUOUS);
        });
    }

    @Test
    void anInterruptEndsTheCall() throws Exception {
        var asked = new CountDownLatch(1);
        var hold = new CountDownLatch(1);
        server.then(exchange -> {
            asked.countDown();
            try {
                hold.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        var ended = new AtomicReference<Throwable>();
        Thread call = Thread.ofVirtual().start(() -> {
            try {
                ask();
            } catch (InterruptedException e) {
                ended.set(e);
            }
        });
        asked.await();

        call.interrupt();
        call.join();

        hold.countDown();
        assertThat(ended.get()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void whereNobodyListensTheCallMayBeTriedAgain() throws Exception {
        String url = server.url("/v1");
        server.close();
        var model = new RemoteModel(
                Dialect.OPEN_AI, new Endpoint(URI.create(url), KEY, true), OUTBOUND, COUNTER, Clock.systemUTC());

        assertThat(failed(model.ask(request(false), TIMEOUT, CallWatcher.NONE)).kind())
                .isEqualTo(Kind.TRANSIENT);
    }

    @Test
    void aPageWhereAStreamShouldBeIsToldSo() throws Exception {
        server.then(200, "text/html", "<html>welcome</html>");

        Failure failure = failed(ask());

        assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
        assertThat(failure.message()).contains("text/html", "base URL");
    }

    @Test
    void aProviderThatTellsNoUsageIsCounted() throws Exception {
        server.then(200, "text/event-stream", """
                data: {"id":"1","model":"local","choices":[{"index":0,"delta":{"content":"Hello, world"},"finish_reason":"stop"}]}

                data: [DONE]

                """);

        CallUsage usage = answered(ask()).answer().usage().orElseThrow();

        assertThat(usage.tokens().get(TokenKind.OUTPUT)).isEqualTo(3);
        assertThat(usage.tokens().get(TokenKind.INPUT)).isPositive();
    }

    @Test
    void aRefusalIsToldFromAnAnswer() throws Exception {
        server.then(200, "text/event-stream", """
                data: {"id":"1","model":"m","choices":[{"index":0,"delta":{"refusal":"I will not."},"finish_reason":null}]}

                data: {"id":"1","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

                data: [DONE]

                """);

        assertThat(ModelAnswer.of(answered(ask()).answer().content()).isRefused())
                .isTrue();
    }

    @Test
    void aModelThatNoEventCouldCarryIsTheOneThatWasAsked() throws Exception {
        server.then(200, "text/event-stream", """
                data: {"id":"1","model":"%s","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}

                data: [DONE]

                """.formatted("x".repeat(300)));

        assertThat(answered(ask()).answer().usage().orElseThrow().model()).isEqualTo("test-model");
    }

    @Test
    void anAddressInsideIsRefused() {
        try (var guarded = new Outbound(com.promptmanage.service.outbound.OutboundSettings.DEFAULTS)) {
            var model = new RemoteModel(
                    Dialect.OPEN_AI,
                    new Endpoint(URI.create(server.url("/v1")), KEY, false),
                    guarded,
                    COUNTER,
                    Clock.systemUTC());

            assertThat(failed(model.ask(request(false), TIMEOUT, CallWatcher.NONE))
                            .kind())
                    .isEqualTo(Kind.PERMANENT);
            assertThat(server.asked()).isEmpty();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anAnswerHasAtLeastOneToken() {
        assertThatThrownBy(() -> new ModelRequest("m", "p", null, null, 0, false))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private CallResult ask() throws InterruptedException {
        return model(Dialect.OPEN_AI, "/v1").ask(request(false), TIMEOUT, CallWatcher.NONE);
    }

    private Duration retryAfter() throws InterruptedException {
        return failed(ask()).retryAfter().orElseThrow();
    }

    private RemoteModel model(Dialect dialect, String path) {
        return new RemoteModel(
                dialect, new Endpoint(URI.create(server.url(path)), KEY, true), OUTBOUND, COUNTER, Clock.systemUTC());
    }

    private static ModelRequest request(boolean isJson) {
        return new ModelRequest("test-model", "Say hello", "Be brief.", 0.5, 64, isJson);
    }

    private static Answered answered(CallResult result) {
        assertThat(result).isInstanceOf(Answered.class);
        return (Answered) result;
    }

    private static Failure failed(CallResult result) {
        assertThat(result).isInstanceOf(CallResult.Failed.class);
        return ((CallResult.Failed) result).failure();
    }

    @Test
    void whatGoesWrongInNamesIsToldInWords() {
        assertThat(List.of(Dialect.values())).extracting(Dialect::provider).contains("openai", "anthropic", "google");
    }
}
