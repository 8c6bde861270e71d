package com.promptmanage.ingest;

import static com.promptmanage.ingest.FakeProvider.EVENTS;
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
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What answers count for that tell their usage in ways of their own, or an error instead. */
class GatewayCountsTest {

    private static final String MESSAGES = "/gateway/anthropic/v1/messages";

    private static final String RESPONSES = "/gateway/openai/v1/responses";

    private static final String EMBEDDINGS = "/gateway/openai/v1/embeddings";

    private static final String GEMINI = "/gateway/gemini/v1beta/models/gemini-2.0-flash:";

    private static final String ASKED =
            "{\"model\":\"gpt-4o-mini\",\"stream\":true,\"input\":\"one two three\",\"messages\":[{\"content\":\"one two three\"}],\"contents\":[{\"parts\":[{\"text\":\"one two three\"}]}]}";

    private static final String OPENAI_ERROR = "{\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\"}}";

    private static final String GEMINI_ERROR =
            "{\"error\":{\"code\":503,\"message\":\"overloaded\",\"status\":\"UNAVAILABLE\"}}";

    @RegisterExtension
    private static final RunningGateway gateway = RunningGateway.start();

    private static final FakeProvider provider = gateway.provider();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                CHAT + "|" + OPENAI_ERROR,
                CHAT + "|{\"error\":\"overloaded\"}",
                CHAT
                        + "|{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}],\"usage\":null,\"error\":{\"code\":502}}",
                RESPONSES + "|{\"type\":\"error\",\"code\":\"server_error\",\"message\":\"overloaded\"}",
                RESPONSES + "|" + OPENAI_ERROR,
                MESSAGES + "|{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}",
                EMBEDDINGS + "|" + OPENAI_ERROR,
                GEMINI + "streamGenerateContent?alt=sse|" + GEMINI_ERROR,
            })
    void anAnswerThatIsNothingButAnErrorCostsNothing(String path, String error) throws Exception {
        provider.streams(out -> event(out, error));
        assertThat(gateway.post(path, ASKED, OWN_KEY).body()).contains(error);
        provider.answers(200, JSON, error);
        assertThat(gateway.post(path, ASKED, OWN_KEY).body()).contains(error);

        assertThat(gateway.events()).isEmpty();
    }

    @Test
    void whatWasWrittenBeforeAnErrorIsEstimated() throws Exception {
        provider.streams(out -> {
            event(out, "{\"model\":\"gpt-4o-mini\",\"choices\":[{\"delta\":{\"content\":\"hello hello hello\"}}]}");
            event(out, OPENAI_ERROR);
        });

        assertThat(gateway.post(CHAT, ASKED, OWN_KEY).body()).contains("hello", OPENAI_ERROR);

        TokenUsage usage = gateway.onlyEvent().usage();
        assertThat(usage.tags()).containsEntry("usageestimated", "true");
        assertThat(usage.tokens().get(TokenKind.INPUT)).isPositive();
        assertThat(usage.tokens().get(TokenKind.OUTPUT)).isBetween(3L, 6L);
    }

    /** Some servers tell an error with every answer: an empty one is none. */
    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", "\"\"", "false"})
    void anErrorThatIsNoneTakesNothingAway(String error) throws Exception {
        provider.streams(out -> event(out, "{\"choices\":[{\"delta\":{\"content\":\"\"}}],\"error\":" + error + "}"));

        gateway.post(CHAT, ASKED, OWN_KEY);

        assertThat(gateway.onlyEvent().usage().tags()).containsEntry("usageestimated", "true");
    }

    @Test
    void whatAnErrorComesWithCounts() throws Exception {
        provider.streams(out -> {
            event(out, OPENAI_ERROR);
            event(out, "{\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":0}}");
        });

        gateway.post(CHAT, ASKED, OWN_KEY);

        assertThat(gateway.onlyEvent().usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(7, 0));
    }

    @Test
    void theEndOfAStreamOfMessagesTakesNothingBackThatItsBeginningHasTold() throws Exception {
        provider.streams(out -> {
            event(out, """
                    {"type":"message_start","message":{"usage":{"input_tokens":100,"cache_read_input_tokens":30,\
                    "cache_creation_input_tokens":20,"cache_creation":{"ephemeral_5m_input_tokens":20},"output_tokens":1}}}""");
            event(out, """
                    {"type":"message_delta","delta":{},"usage":{"input_tokens":0,"cache_read_input_tokens":0,\
                    "cache_creation_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,\
                    "ephemeral_1h_input_tokens":0},"output_tokens":50}}""");
            event(out, "{\"type\":\"message_stop\"}");
        });

        gateway.post(MESSAGES, ASKED, OWN_KEY);

        TokenUsage usage = gateway.onlyEvent().usage();
        assertThat(usage.tags()).isEmpty();
        assertThat(usage.tokens())
                .isEqualTo(TokenCounts.ofInputOutput(100, 50)
                        .with(TokenKind.CACHE_READ, 30)
                        .with(TokenKind.CACHE_WRITE_5M, 20));
    }

    /** What is found on the way, as by a search, is told at the end. */
    @Test
    void aLargerCountAtTheEndOfAStreamOfMessagesHolds() throws Exception {
        provider.streams(out -> {
            event(
                    out,
                    "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":100,\"output_tokens\":1}}}");
            event(
                    out,
                    "{\"type\":\"message_delta\",\"usage\":{\"input_tokens\":10682,\"cache_read_input_tokens\":5,\"output_tokens\":510}}");
            event(out, "{\"type\":\"message_stop\"}");
        });

        gateway.post(MESSAGES, ASKED, OWN_KEY);

        assertThat(gateway.onlyEvent().usage().tokens())
                .isEqualTo(TokenCounts.ofInputOutput(10_682, 510).with(TokenKind.CACHE_READ, 5));
    }

    @Test
    void zerosBehindTheUsageOfAChatTakeNothingBack() throws Exception {
        provider.streams(out -> {
            event(out, "{\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":50}}");
            event(out, "{\"choices\":[],\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0}}");
            event(out, "[DONE]");
        });

        gateway.post(CHAT, ASKED, OWN_KEY);

        assertThat(gateway.onlyEvent().usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(100, 50));
    }

    /** As some servers tell it that speak as OpenAI does. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatAChatTellsBehindItsEndCountsAndIsHiddenFromWhoDidNotAskForIt(boolean isAskedFor) throws Exception {
        String usage = "{\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":50}}";
        provider.streams(out -> {
            event(out, "{\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"hi\"}}],\"usage\":null}");
            event(out, "[DONE]");
            event(out, usage);
        });

        String body = isAskedFor
                ? ASKED.replace("{\"model\"", "{\"stream_options\":{\"include_usage\":true},\"model\"")
                : ASKED;
        HttpResponse<String> answer = gateway.post(CHAT, body, OWN_KEY);

        assertThat(answer.body()).endsWith("data: [DONE]\n\n" + (isAskedFor ? "data: " + usage + "\n\n" : ""));
        TokenUsage counted = gateway.onlyEvent().usage();
        assertThat(counted.tags()).isEmpty();
        assertThat(counted.tokens()).isEqualTo(TokenCounts.ofInputOutput(100, 50));
    }

    /** As Python's SDK does: nothing that it would read comes any more. */
    @Test
    void whatAChatTellsBehindItsEndCountsAlsoIfItsCallerGoesThere() throws Exception {
        var hasGone = new CountDownLatch(1);
        provider.streams(out -> {
            event(out, "{\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}");
            event(out, "[DONE]");
            awaitOrBreakOff(hasGone);
            for (int i = 0; i < 20; i++) {
                event(out, "{\"choices\":[]}");
            }
            event(out, "{\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":50}}");
        });

        try (var socket = new Socket(
                InetAddress.getLoopbackAddress(), gateway.ingest().server().port())) {
            socket.getOutputStream()
                    .write(
                            "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nPrompt-Manage-Provider-Key: sk\r\nContent-Length: %d\r\n\r\n%s"
                                    .formatted(CHAT, gateway.key(), ASKED.length(), ASKED)
                                    .getBytes(UTF_8));
            readUntil(socket.getInputStream(), "[DONE]");
        }
        hasGone.countDown();

        var events = new ArrayList<UsageEvent>();
        Await.until(() -> {
            events.addAll(gateway.events());
            assertThat(events).hasSize(1);
        });
        assertThat(events.getFirst().usage().tags()).isEmpty();
        assertThat(events.getFirst().usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(100, 50));
    }

    /** A process that dies behind it loses nothing. */
    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void aChatThatTellsNoUsageIsOnRecordWhenItsEndGoesOut(String lineEnd) throws Exception {
        String told =
                "data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}%1$s%1$sdata: [DONE]%1$s%1$s"
                        .formatted(lineEnd);
        provider.streams(out -> out.write(told.getBytes(UTF_8)));

        // A machine that stands still for longer than the end is held begins anew.
        Await.until(() -> {
            for (int call = 0; call < 10; call++) {
                gateway.mark();
                try (var socket = new Socket(
                        InetAddress.getLoopbackAddress(),
                        gateway.ingest().server().port())) {
                    socket.getOutputStream()
                            .write(
                                    "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nPrompt-Manage-Provider-Key: sk\r\nContent-Length: %d\r\n\r\n%s"
                                            .formatted(CHAT, gateway.key(), ASKED.length(), ASKED)
                                            .getBytes(UTF_8));
                    readUntil(socket.getInputStream(), "[DONE]" + lineEnd + lineEnd);
                    assertThat(gateway.events()).hasSize(1);
                }
            }
        });
    }

    private static void awaitOrBreakOff(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({"100.0, 5e1, false", "1E2, 50.00, false", "100.5, 50, true", "1e999999999, 50, true"})
    void aWholeNumberIsACountHoweverItIsWritten(String input, String output, boolean isEstimated) throws Exception {
        provider.answers(
                200,
                JSON,
                "{\"model\":\"m\",\"usage\":{\"prompt_tokens\":%s,\"completion_tokens\":%s}}".formatted(input, output));

        gateway.post(CHAT, "{\"model\":\"m\",\"messages\":[{\"content\":\"hi\"}]}", OWN_KEY);

        TokenUsage usage = gateway.onlyEvent().usage();
        assertThat(usage.tags().containsKey("usageestimated")).isEqualTo(isEstimated);
        if (!isEstimated) {
            assertThat(usage.tokens()).isEqualTo(TokenCounts.ofInputOutput(100, 50));
        }
    }

    @Test
    void aByteOrderMarkBeforeTheFirstEventHidesNothingOfIt() throws Exception {
        String events =
                "\uFEFFdata: {\"model\":\"m\",\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":50}}\n\ndata: [DONE]\n\n";
        provider.answers(200, EVENTS, events);

        HttpResponse<String> answer = gateway.post(
                CHAT, "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}", OWN_KEY);

        assertThat(answer.body().getBytes(UTF_8)).isEqualTo(events.getBytes(UTF_8));
        TokenUsage usage = gateway.onlyEvent().usage();
        assertThat(usage.tags()).isEmpty();
        assertThat(usage.tokens()).isEqualTo(TokenCounts.ofInputOutput(100, 50));
    }

    @Test
    void anEmbeddingTellsItsCost() throws Exception {
        provider.answers(
                200,
                JSON,
                "{\"data\":[],\"model\":\"text-embedding-ada-002-v2\",\"usage\":{\"prompt_tokens\":1000,\"total_tokens\":1000}}");

        HttpResponse<String> answer =
                gateway.post(EMBEDDINGS, "{\"model\":\"text-embedding-ada-002\",\"input\":\"hi\"}", OWN_KEY);

        assertThat(answer.headers().firstValue("Prompt-Manage-Cost")).hasValue("0.0001");
        assertThat(gateway.onlyEvent().usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(1_000, 0));
    }

    /** Whatever comes of it, and however it is packed: what comes out are no tokens, which would have no price. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            embedContent       | {"content":{"parts":[{"text":"one two three"}]},"text":"one two three"}
            batchEmbedContents | {"requests":[{"content":{"parts":[{"text":"one two three"}]}},{"content":{"parts":[{"text":"four"}]}}]}
            """)
    void anEmbeddingIsEstimatedByWhatWentInAlone(String call, String body) throws Exception {
        provider.answers(exchange -> {
            exchange.getResponseHeaders().set("Content-Encoding", "br");
            FakeProvider.whole(200, JSON, body.getBytes(UTF_8)).to(exchange);
        });

        gateway.post("/gateway/gemini/v1beta/models/gemini-embedding-001:" + call, body, OWN_KEY);

        TokenUsage usage = gateway.onlyEvent().usage();
        assertThat(usage.model()).isEqualTo("gemini-embedding-001");
        assertThat(usage.tags()).containsEntry("usageestimated", "true");
        assertThat(usage.tokens().get(TokenKind.INPUT)).isPositive();
        assertThat(usage.tokens().get(TokenKind.OUTPUT)).isZero();
    }

    /** A token in two bytes, and no more than may come out if the request says how much that is. */
    @ParameterizedTest
    @CsvSource({"'', 3000", "',\"max_tokens\":100', 100"})
    void anAnswerInABinaryFormIsEstimatedByItsLength(String limit, long output) throws Exception {
        provider.answers(200, "application/x-protobuf", "x".repeat(6_000));

        gateway.post(CHAT, "{\"model\":\"m\",\"messages\":[{\"content\":\"hi\"}]%s}".formatted(limit), OWN_KEY);

        TokenUsage usage = gateway.onlyEvent().usage();
        assertThat(usage.tags()).containsEntry("usageestimated", "true");
        assertThat(usage.tokens().get(TokenKind.OUTPUT)).isEqualTo(output);
    }
}
