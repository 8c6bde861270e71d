package com.promptmanage.ingest;

import static com.promptmanage.ingest.FakeProvider.USAGE;
import static com.promptmanage.ingest.FakeProvider.event;
import static com.promptmanage.ingest.RunningGateway.CHAT;
import static com.promptmanage.ingest.RunningGateway.OWN_KEY;
import static com.promptmanage.ingest.RunningGateway.readUntil;
import static com.promptmanage.ingest.RunningIngest.JSON;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.usage.TokenCounts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a call's address and head goes on to the provider, and what of the head of its answer comes back. */
class GatewayHeadersTest {

    @RegisterExtension
    private static final RunningGateway gateway = RunningGateway.start();

    private static final FakeProvider provider = gateway.provider();

    private static final RunningIngest ingest = gateway.ingest();

    private static final String key = gateway.key();

    @ParameterizedTest
    @ValueSource(ints = {204, 304})
    void whatHasNoBodyIsPassedOnAsItCameAndCostsNothing(int status) throws Exception {
        provider.answers(exchange -> {
            exchange.getResponseHeaders().set("ETag", "\"v1\"");
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            exchange.sendResponseHeaders(status, -1);
        });

        HttpResponse<String> listed = gateway.get(
                "/gateway/openai/v1/models",
                Map.of("Prompt-Manage-Provider-Key", "sk-provider", "If-None-Match", "\"v1\""));

        assertThat(provider.last().header("If-None-Match")).isEqualTo("\"v1\"");
        assertThat(listed.statusCode()).isEqualTo(status);
        assertThat(listed.headers().firstValue("ETag")).hasValue("\"v1\"");
        assertThat(listed.body()).isEmpty();
        assertThat(gateway.chat("{\"model\":\"m\",\"messages\":[{\"content\":\"hi\"}]}")
                        .statusCode())
                .isEqualTo(status);
        assertThat(gateway.events()).isEmpty();
    }

    @Test
    void anErrorThatSaysOfNothingHowItIsPackedIsThatError() throws Exception {
        provider.answers(exchange -> {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            exchange.sendResponseHeaders(500, -1);
        });

        HttpResponse<String> answer = gateway.chat("{\"model\":\"m\"}");

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void noKeyInAnAddressGoesFurtherNorAnythingThatStandsForAnotherMethod() throws Exception {
        provider.answers(200, JSON, "{\"models\":[]}");
        for (String taken : List.of(
                "key=" + key,
                "%6bey=" + key,
                "$key=" + key,
                "%24key=another",
                "Key=another",
                "KEY",
                "%20key%20=" + key,
                "key=another&key=" + key,
                "other=" + key,
                "other=Bearer%20" + key.replace("_", "%5F"),
                "other=1;key=" + key,
                "$httpMethod=POST",
                "%24httpHeaders=X-HTTP-Method-Override:POST",
                "_method=POST")) {
            HttpResponse<String> answer =
                    gateway.get("/gateway/gemini/v1beta/models?pageSize=2&" + taken + "&pageToken=k%65y", OWN_KEY);

            assertThat(answer.statusCode()).as(taken).isEqualTo(200);
            assertThat(provider.last().target()).as(taken).isEqualTo("/v1beta/models?pageSize=2&pageToken=k%65y");
        }
    }

    @Test
    void nothingGoesFurtherThatWouldLeaveOutOfAnAnswerWhatTheCallUsed() throws Exception {
        provider.answers(200, JSON, "{\"models\":[]}");
        for (String taken : List.of("fields=models", "%24fields=models", "alt=proto", "$Alt=media", "alt=")) {
            var headers = new HashMap<>(OWN_KEY);
            headers.put("Accept", "application/x-protobuf");
            headers.put("X-Goog-FieldMask", "models");

            gateway.get("/gateway/gemini/v1beta/models?pageSize=2&" + taken, headers);

            assertThat(provider.last().target()).as(taken).isEqualTo("/v1beta/models?pageSize=2");
            assertThat(provider.last().header("Accept")).as(taken).doesNotContain("protobuf");
            assertThat(provider.last().headers()).as(taken).doesNotContainKey("x-goog-fieldmask");
        }
        for (String passed : List.of("?alt=sse", "?$alt=json")) {
            gateway.get("/gateway/gemini/v1beta/models" + passed, OWN_KEY);

            assertThat(provider.last().target()).isEqualTo("/v1beta/models" + passed);
        }
    }

    @Test
    void whatIsOursDoesNotReachTheProvider() throws Exception {
        provider.answers(200, JSON, "{\"model\":\"m\",\"usage\":" + USAGE + "}");

        gateway.post(
                CHAT,
                "{\"model\":\"m\"}",
                Map.of(
                        "Prompt-Manage-Provider-Key", "sk-provider",
                        "Prompt-Manage-User", "ann",
                        "prompt-manage-conversation", "1",
                        "api-key", key,
                        "X-Authorization", "Bearer " + key,
                        "Keep-Alive", "timeout=5",
                        "Proxy-Authorization", "Basic of-the-caller",
                        "TE", "deflate",
                        "Trailer", "X-Later",
                        "X-Of-Application", "stays"));

        FakeProvider.Asked asked = provider.last();
        assertThat(asked.header("Authorization")).isEqualTo("Bearer sk-provider");
        assertThat(asked.headers().keySet())
                .contains("x-of-application")
                .doesNotContain("api-key", "x-authorization")
                .doesNotContain("keep-alive", "proxy-authorization", "te", "trailer")
                .noneMatch(name -> name.startsWith("prompt-manage-"));
        assertThat(asked.headers().values()).noneMatch(value -> value.contains(key));
    }

    @Test
    void noKeyOfOursIsTakenForTheProviders() throws Exception {
        provider.answers(200, JSON, "{}");

        HttpResponse<String> shown =
                gateway.post(CHAT, "{\"model\":\"m\"}", Map.of("Prompt-Manage-Provider-Key", "Bearer " + key));
        assertThat(RunningGateway.error(shown, 400).path("message").textValue())
                .contains("a key of ours")
                .doesNotContain(key);
        HttpResponse<byte[]> left = ingest.put(
                "/api/gateway/keys/openai",
                "Bearer " + key,
                "{\"key\":\"%s\"}".formatted(key).getBytes(UTF_8));
        assertThat(left.statusCode()).isEqualTo(400);
        assertThat(new String(left.body(), UTF_8)).contains("one of ours").doesNotContain(key);
        assertThat(provider.asked()).isEmpty();
    }

    @Test
    void whatIsOfTheProvidersConnectionOrLooksLikeOursDoesNotReachTheCaller() throws Exception {
        String theirs = "said-by-them";
        provider.answers(exchange -> {
            for (String name : List.of(
                    "Keep-Alive",
                    "Proxy-Authenticate",
                    "Proxy-Authentication-Info",
                    "TE",
                    "Upgrade",
                    "Access-Control-Allow-Origin",
                    "Clear-Site-Data",
                    "Location",
                    "Set-Cookie",
                    "Prompt-Manage-Budget",
                    "Prompt-Manage-Call-Id",
                    "Prompt-Manage-Cost")) {
                exchange.getResponseHeaders().set(name, theirs);
            }
            FakeProvider.whole(200, JSON, ("{\"model\":\"no-such-model\",\"usage\":" + USAGE + "}").getBytes(UTF_8))
                    .to(exchange);
        });

        HttpResponse<String> answer = gateway.chat("{\"model\":\"no-such-model\"}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().allValues("X-Request-Id")).containsExactly("req_of_provider");
        assertThat(answer.headers().map().values())
                .allSatisfy(values -> assertThat(values).doesNotContain(theirs));
        assertThat(answer.headers().allValues("Prompt-Manage-Call-Id"))
                .containsExactly(gateway.onlyEvent().id());
    }

    @Test
    void whatIsPackedTwiceIsToldSoHoweverManyHeadersSayIt() throws Exception {
        provider.answers(exchange -> {
            exchange.getResponseHeaders().add("Content-Encoding", "br");
            exchange.getResponseHeaders().add("Content-Encoding", "gzip");
            FakeProvider.whole(200, JSON, "x".repeat(60).getBytes(UTF_8)).to(exchange);
        });

        HttpResponse<String> answer = gateway.chat("{\"model\":\"m\"}");

        assertThat(answer.headers().allValues("Content-Encoding")).containsExactly("br, gzip");
        assertThat(answer.body()).hasSize(60);
    }

    /** Where its events end cannot be seen: what has come is passed on all the same before the provider goes on. */
    @Test
    void aStreamThatOnlyTheCallerCanUnpackPassesAsItComes() throws Exception {
        var hasCome = new CountDownLatch(1);
        var wentOn = new AtomicBoolean();
        FakeProvider.Answer packed = FakeProvider.stream(out -> {
            out.write("packed-one.".getBytes(UTF_8));
            out.flush();
            wentOn.set(awaits(hasCome));
            out.write("packed-two.".getBytes(UTF_8));
        });
        provider.answers(exchange -> {
            exchange.getResponseHeaders().set("Content-Encoding", "br");
            packed.to(exchange);
        });
        String body = "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"content\":\"hi\"}]}";
        try (var socket =
                new Socket(InetAddress.getLoopbackAddress(), ingest.server().port())) {
            socket.getOutputStream()
                    .write(
                            "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer %s\r\nPrompt-Manage-Provider-Key: sk\r\nContent-Length: %d\r\n\r\n%s"
                                    .formatted(CHAT, key, body.length(), body)
                                    .getBytes(UTF_8));
            readUntil(socket.getInputStream(), "packed-one");
            hasCome.countDown();
            readUntil(socket.getInputStream(), "packed-two");
        }

        assertThat(wentOn).isTrue();
    }

    @Test
    void theUsageThatNobodyAskedForIsHiddenAlsoIfItsEventEndsWithTheStream() throws Exception {
        String seen = "data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}";
        provider.streams(out -> {
            event(out, seen.substring("data: ".length()));
            out.write(("data: {\"choices\":[],\"usage\":" + USAGE + "}\n").getBytes(UTF_8));
        });

        HttpResponse<String> answer = gateway.chat("{\"model\":\"m\",\"stream\":true,\"messages\":[]}");

        assertThat(answer.body()).isEqualTo(seen + "\n\n");
        assertThat(gateway.onlyEvent().usage().tokens()).isEqualTo(TokenCounts.ofInputOutput(1000, 1000));
    }

    /** Whether it came before nobody could be waiting for it any more. */
    private static boolean awaits(CountDownLatch latch) throws IOException {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    static List<Arguments> headersThatCannotBeTaken() {
        String tags = IntStream.range(0, 33).mapToObj(i -> "t%d=v".formatted(i)).collect(Collectors.joining(","));
        return List.of(
                arguments("Prompt-Manage-Tags", "a=b,a=c", "has two values for 'a'"),
                arguments("Prompt-Manage-Tags", "feature=" + "x".repeat(5_000), "has what is no tag: feature=xxx"),
                arguments("Prompt-Manage-Tags", "a=b, search", "has what is no tag: search"),
                arguments("Prompt-Manage-Tags", "=search", "has what is no tag: =search"),
                arguments("Prompt-Manage-Tags", "feature=", "has what is no tag: feature="),
                arguments("Prompt-Manage-Tags", tags, "has more than 32 tags"),
                arguments("Prompt-Manage-Tags", "usageestimated=true", "has a tag that is ours: usageestimated"),
                arguments("Prompt-Manage-Tga-x", "y", "is not known"),
                arguments("Prompt-Manage-Cost", "0", "is not known"),
                arguments("Prompt-Manage-Workflow", "x".repeat(257), "is not valid: xxx"),
                arguments("Prompt-Manage-Provider-Key", "Bearer sk-provider", "holds what is no key"));
    }

    @ParameterizedTest
    @MethodSource("headersThatCannotBeTaken")
    void whatIsSaidOfACallAndCannotBeTakenIsRefusedBeforeAnythingIsPaid(String name, String value, String why)
            throws Exception {
        provider.answers(200, JSON, "{\"model\":\"m\",\"usage\":" + USAGE + "}");
        var headers = new HashMap<>(OWN_KEY);
        headers.put(name, value);

        JsonNode error = RunningGateway.error(gateway.post(CHAT, "{\"model\":\"m\"}", headers), 400);

        assertThat(error.path("type").textValue()).isEqualTo("invalid_request_error");
        assertThat(error.path("message").textValue()).startsWith(name + " " + why);
        assertThat(gateway.get("/gateway/openai/v1/models", headers).statusCode())
                .isEqualTo(400);
        assertThat(provider.asked()).isEmpty();
        assertThat(gateway.events()).isEmpty();
    }

    @Test
    void whoMisspellsAHeaderIsToldWhichThereAre() throws Exception {
        var headers = new HashMap<>(OWN_KEY);
        headers.put("prompt-manage-tga", "a=b");

        assertThat(RunningGateway.error(gateway.post(CHAT, "{\"model\":\"m\"}", headers), 400)
                        .path("message")
                        .textValue())
                .contains("User, Team, Tags, Conversation, Workflow, Prompt, Provider-Key");
    }

    /** As of everything that is sent in another way: what Java counts. */
    @Test
    void aCharacterOfTwoUnitsCountsAsTwoOf256() throws Exception {
        provider.answers(200, JSON, "{\"model\":\"m\",\"usage\":" + USAGE + "}");
        String smiles = "\uD83D\uDE00".repeat(128);

        assertThat(saidInUtf8("Prompt-Manage-Tags: mood=" + smiles)).startsWith("HTTP/1.1 200");
        assertThat(gateway.onlyEvent().usage().tags()).isEqualTo(Map.of("mood", smiles));
        assertThat(saidInUtf8("Prompt-Manage-Tags: mood=" + smiles + "x")).startsWith("HTTP/1.1 400");
        assertThat(provider.asked()).hasSize(1);
    }

    /** The server refuses it before anybody knows whose it is: not in the provider's words, but as all its answers are. */
    @ParameterizedTest
    @ValueSource(strings = {"\u0001", "\u0000"})
    void aControlCharacterInAHeaderIsRefusedByTheServer(String control) throws Exception {
        provider.answers(200, JSON, "{\"model\":\"m\",\"usage\":" + USAGE + "}");

        assertThat(saidInUtf8("Prompt-Manage-Tags: a=b" + control))
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json");
        assertThat(provider.asked()).isEmpty();
    }

    @Test
    void anAddressAndHeadersOfMoreThan8KiBAreRefusedByTheServer() throws Exception {
        provider.answers(200, JSON, "{\"model\":\"m\",\"usage\":" + USAGE + "}");
        String tags = IntStream.range(0, 32)
                .mapToObj(i -> "t%d=%s".formatted(i, "x".repeat(230)))
                .collect(Collectors.joining(","));

        assertThat(saidInUtf8("Prompt-Manage-Tags: " + tags)).startsWith("HTTP/1.1 200");
        assertThat(gateway.onlyEvent().usage().tags()).hasSize(32);
        assertThat(saidInUtf8("Prompt-Manage-Tags: " + tags + "\r\nX-More: " + "y".repeat(600)))
                .startsWith("HTTP/1.1 431")
                .contains("application/problem+json", "8 KiB");
        assertThat(provider.asked()).hasSize(1);
    }

    @Test
    void whatIsSaidOfACallInSeveralHeadersIsReadTogetherOrRefused() throws Exception {
        provider.answers(200, JSON, "{\"model\":\"m\",\"usage\":" + USAGE + "}");

        assertThat(saidTwice("Prompt-Manage-Tags: a=b, a=b,\r\nPrompt-Manage-Tags: c=d"))
                .startsWith("HTTP/1.1 200");
        assertThat(gateway.onlyEvent().usage().tags()).isEqualTo(Map.of("a", "b", "c", "d"));
        assertThat(saidTwice("Prompt-Manage-User: ann\r\nPrompt-Manage-User: bob"))
                .startsWith("HTTP/1.1 400")
                .contains("Prompt-Manage-User is there with two values");
        assertThat(saidTwice("Prompt-Manage-Provider-Key: sk-other"))
                .startsWith("HTTP/1.1 400")
                .contains("Prompt-Manage-Provider-Key is there with two values");
        assertThat(provider.asked()).hasSize(1);
    }

    private static String saidTwice(String headers) throws IOException {
        return saidInUtf8(headers);
    }

    private static String saidInUtf8(String headers) throws IOException {
        String body = "{\"model\":\"m\"}";
        try (var socket =
                new Socket(InetAddress.getLoopbackAddress(), ingest.server().port())) {
            socket.getOutputStream()
                    .write(
                            "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer %s\r\nPrompt-Manage-Provider-Key: sk\r\n%s\r\nContent-Length: %d\r\n\r\n%s"
                                    .formatted(CHAT, key, headers, body.length(), body)
                                    .getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    /** As curl, Go and most others write them; what cannot be UTF-8 is Latin-1. */
    @Test
    void whatCallersSayOfACallIsReadAsTheyWriteIt() throws Exception {
        provider.answers(200, JSON, "{\"model\":\"m\",\"usage\":" + USAGE + "}");

        for (Charset written : List.of(UTF_8, ISO_8859_1)) {
            gateway.mark();
            String body = "{\"model\":\"m\"}";
            try (var socket =
                    new Socket(InetAddress.getLoopbackAddress(), ingest.server().port())) {
                socket.getOutputStream()
                        .write(
                                "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer %s\r\nPrompt-Manage-Provider-Key: sk\r\nPrompt-Manage-User: \u00fcn\u00ef\r\nPrompt-Manage-Tags: caf\u00e9=\u00e0 la carte\r\nContent-Length: %d\r\n\r\n%s"
                                        .formatted(CHAT, key, body.length(), body)
                                        .getBytes(written));
                assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
                        .startsWith("HTTP/1.1 200");
            }

            var usage = gateway.onlyEvent().usage();
            assertThat(usage.userId()).as(written.name()).isEqualTo("\u00fcn\u00ef");
            assertThat(usage.tags()).as(written.name()).containsEntry("caf\u00e9", "\u00e0 la carte");
        }
    }
}
