package com.promptmanage.ingest;

import static com.promptmanage.ingest.FakeProvider.USAGE;
import static com.promptmanage.ingest.FakeProvider.event;
import static com.promptmanage.ingest.RunningGateway.CHAT;
import static com.promptmanage.ingest.RunningIngest.JSON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.account.Account;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Calls at once, against a budget that knows of none of them. Each is estimated at 0.001 USD and 1003 tokens, and uses 2000 tokens, which
 * cost 0.00075 USD. Whoever is not answered by the budgets in time, on a machine that is busy, is blocked, and asks again.
 */
class GatewayReservationsTest {

    private static final JsonMapper MAPPER = new JsonMapper();

    private static final String BODY =
            "{\"model\":\"gpt-4o-mini\",\"max_tokens\":1000,\"messages\":[{\"content\":\"abcdef\"}]}";

    private static final String MESSAGES = "/gateway/anthropic/v1/messages";

    private static final String CONTENT = "/gateway/gemini/v1/models/gemini-2.0-flash:generateContent";

    private static final int CALLS = 40;

    @RegisterExtension
    private static final CheckedGateway gateway = CheckedGateway.start();

    private final ExecutorService callers = gateway.callers();

    private final FakeProvider budgets = gateway.budgets();

    private final FakeProvider provider = gateway.provider();

    private final RunningIngest ingest = gateway.ingest();

    @ParameterizedTest
    @CsvSource({"of money, usd, remainingNanoUsd, 3500000", "of tokens, tokens, remainingTokens, 3500"})
    void callsAtOnceGetNoMoreThanTheBudgetHasRoomFor(String name, String unit, String remaining, long left)
            throws Exception {
        String app = ingest.key(NewKey.of("app", Account.team("at-once-" + unit)));
        budgetLeaves(name, unit, remaining, left);
        var ends = new CountDownLatch(1);
        provider.answers(answerAfter(ends));

        var calls = new ArrayList<Future<HttpResponse<String>>>();
        for (int call = 0; call < CALLS; call++) {
            calls.add(callers.submit(() -> answered(app)));
        }
        try {
            Await.until(() -> {
                assertThat(calls.stream().filter(Future::isDone)).hasSize(CALLS - 3);
                assertThat(provider.asked()).hasSize(3);
            });
        } finally {
            ends.countDown();
        }

        int made = 0;
        for (Future<HttpResponse<String>> call : calls) {
            HttpResponse<String> answer = call.get();
            if (answer.statusCode() == 200) {
                made++;
            } else {
                assertThat(refusal(answer).path("message").textValue()).contains("'" + name + "'", "try again");
            }
        }
        assertThat(made).isEqualTo(3);
        assertThat(provider.asked()).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"generationConfig\":{\"maxOutputTokens\":70,\"candidateCount\":3}}|210",
                "{\"generation_config\":{\"max_output_tokens\":70,\"candidate_count\":3}}|210",
                "{\"generationConfig\":{\"candidate_count\":2}}|2000",
                "{\"generationConfig\":{\"maxOutputTokens\":7},\"generation_config\":{\"max_output_tokens\":70}}|70",
            })
    void whatMayComeOutIsAskedForHoweverItsLimitIsSpelled(String body, long tokens) throws Exception {
        String app = ingest.key(NewKey.of("app", Account.team("spelled")));
        budgetLeaves("the month", "usd", "remainingNanoUsd", 1_000_000_000);
        provider.answers(200, JSON, answer());

        // A process takes longer over its first question.
        Await.until(() -> {
            answered(CONTENT, body, Map.of("x-goog-api-key", app, "Prompt-Manage-Provider-Key", "sk"));
            assertThat(budgets.asked()).isNotEmpty();
        });

        assertThat(MAPPER.readTree(budgets.last().body())
                        .path("maxOutputTokens")
                        .longValue())
                .isEqualTo(tokens);
    }

    @Test
    void whoIsRefusedIsToldSoInTheWordsOfTheProviderAndToTryAgain() throws Exception {
        String app = ingest.key(NewKey.of("app", Account.team("in-words")));
        budgetLeaves("the month", "usd", "remainingNanoUsd", 1_500_000);
        var ends = new CountDownLatch(1);
        provider.answers(answerAfter(ends));
        Future<HttpResponse<String>> first = callers.submit(() -> answered(app));
        try {
            Await.until(() -> assertThat(provider.asked()).hasSize(1));

            JsonNode openai = refusal(answered(app));
            assertThat(openai.path("type").textValue()).isEqualTo("rate_limit_error");
            assertThat(openai.path("code").textValue()).isEqualTo("budget_reserved");

            JsonNode anthropic =
                    refusal(answered(MESSAGES, BODY, Map.of("x-api-key", app, "Prompt-Manage-Provider-Key", "sk")));
            assertThat(anthropic.path("type").textValue()).isEqualTo("rate_limit_error");
            assertThat(anthropic.path("code").textValue()).isEqualTo("budget_reserved");

            JsonNode gemini = refusal(answered(
                    CONTENT, "{\"contents\":[]}", Map.of("x-goog-api-key", app, "Prompt-Manage-Provider-Key", "sk")));
            assertThat(gemini.path("code").intValue()).isEqualTo(429);
            assertThat(gemini.path("status").textValue()).isEqualTo("RESOURCE_EXHAUSTED");
            assertThat(gemini.at("/details/0/reason").textValue()).isEqualTo("BUDGET_RESERVED");
        } finally {
            ends.countDown();
        }

        assertThat(first.get().statusCode()).isEqualTo(200);
        assertThat(provider.asked()).hasSize(1);
        assertThat(ingest.get("/metrics").body())
                .contains("outcome=\"refused_by_reservations\",provider=\"anthropic\"");
    }

    @Test
    void whatUsesNothingReservesNothingAnyMore() throws Exception {
        String app = ingest.key(NewKey.of("app", Account.team("failures")));
        budgetLeaves("the month", "usd", "remainingNanoUsd", 1_500_000);

        provider.answers(500, JSON, "{\"error\":{}}");
        assertThat(answered(app).statusCode()).isEqualTo(500);
        assertThat(answered(app).statusCode()).as("behind an error").isEqualTo(500);
        provider.answers(exchange -> exchange.sendResponseHeaders(204, -1));
        assertThat(answered(app).statusCode()).isEqualTo(204);
        provider.answers(exchange -> {
            exchange.getResponseHeaders().set("Location", "http://169.254.169.254/");
            exchange.sendResponseHeaders(307, -1);
        });
        assertThat(answered(app).statusCode()).as("behind no answer").isEqualTo(502);
        provider.answers(exchange -> {
            throw new IOException("the provider dies");
        });
        assertThat(answered(app).statusCode()).as("behind a redirect").isEqualTo(502);
        provider.answers(200, JSON, "{\"type\":\"error\",\"error\":{\"type\":\"api_error\"}}");
        Map<String, String> keys = Map.of("x-api-key", app, "Prompt-Manage-Provider-Key", "sk");
        assertThat(answered(MESSAGES, BODY, keys).statusCode())
                .as("behind a connection that broke")
                .isEqualTo(200);
        assertThat(answered(MESSAGES, BODY, keys).statusCode())
                .as("behind a failure that is told with 200")
                .isEqualTo(200);
    }

    @Test
    void whatACallHasCostStaysReservedWhenItEndsForTheBudgetHasNotCountedItYet() throws Exception {
        String app = ingest.key(NewKey.of("app", Account.team("settling")));
        provider.answers(200, JSON, answer());

        // On a machine that stands still for seconds all of it is counted before the next call: then all of it again.
        Await.until(() -> {
            budgetLeaves("the month", "usd", "remainingNanoUsd", 1_500_000);
            assertThat(answered(app).statusCode()).isEqualTo(200);
            assertThat(answered(app).statusCode()).isEqualTo(429);
            // With the estimate instead of what it has cost there were no room.
            budgetLeaves("the month", "usd", "remainingNanoUsd", 1_800_000);
            assertThat(answered(app).statusCode()).isEqualTo(200);
            assertThat(answered(app).statusCode()).isEqualTo(429);
        });
    }

    @Test
    void aCallerWhoGoesInTheMiddleOfAStreamLeavesNothingReservedBehindButWhatWasSaid() throws Exception {
        String app = ingest.key(NewKey.of("app", Account.team("gone")));
        budgetLeaves("the month", "usd", "remainingNanoUsd", 1_500_000);
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

        Await.until(() -> refusedWhileStreaming(app));

        assertThat(stopped.await(60, TimeUnit.SECONDS)).isTrue();
        provider.answers(200, JSON, answer());
        Await.until(() -> assertThat(answered(app).statusCode()).isEqualTo(200));
    }

    /** Begins a stream, has another call refused beside it, and goes. */
    private void refusedWhileStreaming(String app) throws Exception {
        String body = BODY.replace("\"max_tokens\"", "\"stream\":true,\"max_tokens\"");
        try (var socket =
                new Socket(InetAddress.getLoopbackAddress(), ingest.server().port())) {
            socket.getOutputStream()
                    .write(
                            "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nPrompt-Manage-Provider-Key: sk\r\nContent-Length: %d\r\n\r\n%s"
                                    .formatted(CHAT, app, body.length(), body)
                                    .getBytes(UTF_8));
            assertThat(status(socket.getInputStream())).isEqualTo("200");
            assertThat(answered(app).statusCode()).isEqualTo(429);
        }
    }

    private static String status(InputStream in) throws IOException {
        String line = new String(in.readNBytes("HTTP/1.1 200".length()), UTF_8);
        return line.substring(line.length() - 3);
    }

    private HttpResponse<String> answered(String app) throws Exception {
        return answered(CHAT, BODY, Map.of("Authorization", "Bearer " + app, "Prompt-Manage-Provider-Key", "sk"));
    }

    /** By whoever asks again while budgets do not answer in time. */
    private HttpResponse<String> answered(String path, String body, Map<String, String> headers) throws Exception {
        while (true) {
            HttpResponse<String> answer = ingest.post(path, "", JSON, BodyPublishers.ofString(body), headers);
            if (answer.statusCode() != 503) {
                return answer;
            }
            Thread.sleep(50);
        }
    }

    private static JsonNode refusal(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        return MAPPER.readTree(answer.body()).path("error");
    }

    private void budgetLeaves(String name, String unit, String remaining, long left) {
        budgets.answers(200, JSON, """
                {"allowed":true,"estimatedCostNanoUsd":1000000,"budgets":[
                 {"id":"b0","name":"only told","value":"*","unit":"usd","remaining":"0.00","remainingNanoUsd":0,"enforcement":"alert"},
                 {"id":"b1","name":"%s","value":"*","unit":"%s","remaining":"%d","%s":%d,"enforcement":"block","failMode":"closed"}],
                 "failClosed":[{"dimension":"account","value":"*"}],
                 "prices":{"listed":null,"own":[
                  {"id":"agreed","provider":"openai","model":"gpt-4o-mini","effectiveFrom":"2024-01-01T00:00:00Z","tiers":[
                   {"name":"standard","usdPerMillion":{"input":"0.375","output":"0.375"}}]}]}}
                """.formatted(name, unit, left, remaining, left));
    }

    private static String answer() {
        return "{\"model\":\"gpt-4o-mini\",\"usage\":" + USAGE + "}";
    }

    private static FakeProvider.Answer answerAfter(CountDownLatch ends) {
        return FakeProvider.after(ends, FakeProvider.whole(200, JSON, answer().getBytes(UTF_8)));
    }
}
