package com.promptmanage.ingest;

import static com.promptmanage.ingest.FakeProvider.event;
import static com.promptmanage.ingest.RunningGateway.CHAT;
import static com.promptmanage.ingest.RunningGateway.OWN_KEY;
import static com.promptmanage.ingest.RunningGateway.readUntil;
import static com.promptmanage.ingest.RunningIngest.JSON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.testkit.Await;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.UsageEvent;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls through the gateway of callers who go, and to providers that do not behave. */
class GatewayFaultsTest {

    /** What the server has for the answer to the call that came last. */
    private static final AtomicReference<HttpServletResponse> response = new AtomicReference<>();

    @RegisterExtension
    private static final RunningGateway gateway =
            RunningGateway.start(config -> config.routes.before(ctx -> response.set(ctx.res())));

    private static final FakeProvider provider = gateway.provider();

    private static final RunningIngest ingest = gateway.ingest();

    private static final String key = gateway.key();

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

        assertThat(stopped.await(60, TimeUnit.SECONDS)).isTrue();
        var events = new ArrayList<UsageEvent>();
        Await.until(() -> {
            events.addAll(gateway.events());
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
        TokenCounts tokens = gateway.onlyEvent().usage().tokens();
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
        assertThat(gateway.chat("{\"model\":\"gpt-4o\",\"stream\":true}").body())
                .contains("provider_broke_off");
        assertThat(gateway.onlyEvent().usage().tags()).containsEntry("usageestimated", "true");

        provider.answers(exchange -> {
            exchange.getResponseHeaders().set("Content-Type", JSON);
            exchange.sendResponseHeaders(200, 0);
            while (true) {
                exchange.getResponseBody().write(new byte[8192]);
            }
        });
        assertThat(gateway.isBrokenOff("{\"model\":\"gpt-4o\"}")).isTrue();
        assertThat(gateway.onlyEvent().usage().tags()).containsEntry("usageestimated", "true");
    }

    @Test
    void whatComesPackedWithoutBeingAskedToIsUnpackedAndNoMoreThanMayBe() throws Exception {
        String body = "{\"model\":\"m\",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}";
        provider.answers(packed(RunningIngest.packed(body.getBytes(UTF_8))));
        HttpResponse<String> answer = gateway.chat("{\"model\":\"m\"}");
        assertThat(provider.last().header("Accept-Encoding")).isEqualTo("identity");
        assertThat(answer.body()).isEqualTo(body);
        assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(gateway.onlyEvent().usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(3, 4));

        provider.answers(packed(RunningIngest.packed(new byte[64 << 20])));
        assertThat(gateway.isBrokenOff("{\"model\":\"m\"}")).isTrue();

        provider.answers(packed("no gzip".getBytes(UTF_8)));
        assertThat(gateway.chat("{\"model\":\"m\"}").statusCode()).isEqualTo(502);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsDeflatedIsUnpackedInAFrameOrWithoutOne(boolean isFramed) throws Exception {
        String body = "{\"model\":\"m\",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}";
        var deflated = new ByteArrayOutputStream();
        try (var out = new DeflaterOutputStream(deflated, new Deflater(Deflater.DEFAULT_COMPRESSION, !isFramed))) {
            out.write(body.getBytes(UTF_8));
        }
        provider.answers(encoded("deflate", deflated.toByteArray()));

        HttpResponse<String> answer = gateway.chat("{\"model\":\"m\"}");

        assertThat(answer.body()).isEqualTo(body);
        assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(gateway.onlyEvent().usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(3, 4));
    }

    @Test
    void whatOnlyTheCallerCanUnpackIsEstimatedByItsLengthAndNotBeyondWhatMayComeOut() throws Exception {
        provider.answers(encoded("br", "x".repeat(600).getBytes(UTF_8)));

        HttpResponse<String> answer = gateway.chat("{\"model\":\"m\",\"messages\":[{\"content\":\"hi\"}]}");
        UsageEvent event = gateway.onlyEvent();
        gateway.chat("{\"model\":\"m\",\"max_tokens\":100,\"messages\":[{\"content\":\"hi\"}]}");

        assertThat(answer.headers().firstValue("Content-Encoding")).hasValue("br");
        assertThat(answer.body()).hasSize(600);
        assertThat(event.usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(1, 300));
        assertThat(event.usage().tags()).containsEntry("usageestimated", "true");
        assertThat(gateway.onlyEvent().usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(1, 100));
    }

    @Test
    void whatTheProviderCouldNotAnswerAndThePageOfAProxyCostNothing() throws Exception {
        String responses = "/gateway/openai/v1/responses";
        provider.streams(out -> {
            event(out, "{\"type\":\"response.created\",\"response\":{\"model\":\"gpt-5\",\"usage\":null}}");
            event(out, "{\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"usage\":null}}");
        });
        assertThat(gateway.post(responses, "{\"model\":\"gpt-5\",\"stream\":true,\"input\":\"hi\"}", OWN_KEY)
                        .body())
                .contains("response.failed");
        provider.answers(200, JSON, "{\"object\":\"response\",\"status\":\"failed\",\"usage\":null}");
        assertThat(gateway.post(responses, "{\"model\":\"gpt-5\",\"input\":\"hi\"}", OWN_KEY)
                        .statusCode())
                .isEqualTo(200);
        provider.answers(200, "text/html; charset=utf-8", "<html>sign in</html>");
        assertThat(gateway.chat("{\"model\":\"m\",\"messages\":[{\"content\":\"hi\"}]}")
                        .body())
                .isEqualTo("<html>sign in</html>");

        assertThat(gateway.events()).isEmpty();
    }

    /** So Anthropic says that it is overloaded when it has begun to answer; what it has told of usage before counts. */
    @Test
    void aStreamOfMessagesThatIsNothingButAnErrorCostsNothing() throws Exception {
        String messages = "/gateway/anthropic/v1/messages";
        String asked =
                "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":9,\"stream\":true,\"messages\":[{\"content\":\"hi\"}]}";
        String error = "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}";
        provider.streams(out -> event(out, error));
        assertThat(gateway.post(messages, asked, OWN_KEY).body()).contains("overloaded_error");
        assertThat(gateway.events()).isEmpty();

        provider.streams(out -> {
            event(
                    out,
                    "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":10,\"output_tokens\":1}}}");
            event(out, error);
        });
        assertThat(gateway.post(messages, asked, OWN_KEY).body()).contains("overloaded_error");
        assertThat(gateway.onlyEvent().usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(10, 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 400})
    void aLengthBesideChunksCountsForNothing(int status) throws Exception {
        // Longer than what is gathered before the head goes out.
        String body = "{\"model\":\"m\",\"text\":\"%s\",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}"
                .formatted("x".repeat(300_000));
        provider.answers(exchange -> {
            exchange.getResponseHeaders().set("Content-Type", JSON);
            exchange.getResponseHeaders().set("Content-Length", "7");
            exchange.sendResponseHeaders(status, 0);
            exchange.getResponseBody().write(body.getBytes(UTF_8));
            exchange.getResponseBody().close();
        });

        HttpResponse<String> answer = gateway.chat("{\"model\":\"m\"}");

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).isEqualTo(body);
        assertThat(answer.headers().firstValue("Content-Length")).isEmpty();
        if (status == 200) {
            assertThat(gateway.onlyEvent().usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(3, 4));
        }
    }

    @Test
    void nonsenseIsPassedOnAndCountedAsFarAsItCanBe() throws Exception {
        provider.streams(out -> {
            out.write("}}]]\u0000data\n\ndata\n:::\n\ndata: {\"usage\":{\"prompt_tokens\":-1}}\n\ndata: {\"usage\":\""
                    .getBytes(UTF_8));
            out.write("x".repeat(200_000).getBytes(UTF_8));
        });

        HttpResponse<String> answer =
                gateway.chat("{\"model\":\"m\",\"stream\":true,\"messages\":[{\"content\":\"hi\"}]}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).startsWith("}}]]").endsWith("xxx");
        UsageEvent event = gateway.onlyEvent();
        assertThat(event.usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(1, 0));
        assertThat(event.usage().tags()).containsEntry("usageestimated", "true");
    }

    /**
     * Somebody else begins to write the answer that is on its way, and the server says so by an exception that nobody expects: as soon
     * as the provider answers, or when a part of what it says has come in.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCallIsOnRecordWhateverBreaksWhileItsAnswerPasses(boolean isAtOnce) throws Exception {
        byte[] answer = "{\"model\":\"gpt-4o-mini\",\"choices\":[{\"message\":{\"content\":\"%s\"}}]}"
                .formatted("hello ".repeat(50_000))
                .getBytes(UTF_8);
        provider.answers(exchange -> {
            if (isAtOnce) {
                response.get().setCharacterEncoding("UTF-16");
                response.get().getWriter();
            }
            exchange.getResponseHeaders().set("Content-Type", JSON);
            exchange.getResponseHeaders().set("From-Provider", "yes");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer, 0, 100_000);
            exchange.getResponseBody().flush();
            if (!isAtOnce) {
                awaitHead();
                response.get().getWriter();
            }
            exchange.getResponseBody().write(answer, 100_000, answer.length - 100_000);
        });

        assertThat(gateway.isBrokenOff("{\"model\":\"gpt-4o-mini\",\"messages\":[{\"content\":\"one two three\"}]}"))
                .isTrue();

        UsageEvent event = gateway.onlyEvent();
        assertThat(event.usage().tags()).containsEntry("usageestimated", "true");
        assertThat(event.usage().tokens().get(TokenKind.INPUT)).isBetween(3L, 6L);
        assertThat(event.usage().tokens().get(TokenKind.OUTPUT)).isBetween(isAtOnce ? 0L : 10_000L, 60_000L);
    }

    private static void awaitHead() throws IOException {
        try {
            Await.until(
                    () -> assertThat(response.get().getHeader("From-Provider")).isEqualTo("yes"));
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    /** Proxies speak it; it has no trailers, whatever their callers say that they would take. */
    @Test
    void aCallerOfHttp10WhoWouldTakeTrailersIsAnsweredWithoutThem() throws Exception {
        provider.streams(out -> event(out, "{\"model\":\"gpt-4o-mini\",\"usage\":" + FakeProvider.USAGE + "}"));
        String body = "{\"model\":\"gpt-4o-mini\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}";
        try (var socket =
                new Socket(InetAddress.getLoopbackAddress(), ingest.server().port())) {
            socket.getOutputStream()
                    .write(
                            "POST %s HTTP/1.0\r\nTE: trailers\r\nAuthorization: Bearer %s\r\nPrompt-Manage-Provider-Key: sk\r\nContent-Length: %d\r\n\r\n%s"
                                    .formatted(CHAT, key, body.length(), body)
                                    .getBytes(UTF_8));

            assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
                    .contains(" 200 ")
                    .contains("\"prompt_tokens\":1000");
        }
        assertThat(gateway.onlyEvent().usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(1000, 1000));
    }

    @Test
    void whatSomeoneSaysIsOfTheirConnectionGoesNoFurther() throws Exception {
        provider.answers(exchange -> {
            exchange.getResponseHeaders().set("Connection", "X-Theirs");
            exchange.getResponseHeaders().set("X-Theirs", "1");
            FakeProvider.whole(200, JSON, "{}".getBytes(UTF_8)).to(exchange);
        });
        String body = "{\"model\":\"gpt-4o-mini\"}";
        try (var socket =
                new Socket(InetAddress.getLoopbackAddress(), ingest.server().port())) {
            socket.getOutputStream()
                    .write(
                            "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close, X-Ours\r\nX-Ours: 1\r\nX-Other: 2\r\nAuthorization: Bearer %s\r\nPrompt-Manage-Provider-Key: sk\r\nContent-Length: %d\r\n\r\n%s"
                                    .formatted(CHAT, key, body.length(), body)
                                    .getBytes(UTF_8));

            assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
                    .contains(" 200 ", "req_of_provider")
                    .doesNotContainIgnoringCase("x-theirs");
        }
        assertThat(provider.last().headers()).containsEntry("x-other", "2").doesNotContainKey("x-ours");
    }

    private static FakeProvider.Answer packed(byte[] bytes) {
        return encoded("gzip", bytes);
    }

    private static FakeProvider.Answer encoded(String encoding, byte[] bytes) {
        return exchange -> {
            exchange.getResponseHeaders().set("Content-Encoding", encoding);
            FakeProvider.whole(200, JSON, bytes).to(exchange);
        };
    }
}
