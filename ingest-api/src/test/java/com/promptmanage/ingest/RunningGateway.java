package com.promptmanage.ingest;

import static com.promptmanage.ingest.RunningIngest.JSON;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import io.javalin.config.JavalinConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The gateway of one test class before one fake of all providers, a key for it, and what it has told the topic since a test
 * began.
 */
final class RunningGateway implements AutoCloseable, BeforeEachCallback, AfterAllCallback {

    static final String CHAT = "/gateway/openai/v1/chat/completions";

    /** The provider's key of a caller who has one. */
    static final Map<String, String> OWN_KEY = Map.of("Prompt-Manage-Provider-Key", "sk-provider");

    private static final JsonMapper MAPPER = new JsonMapper();

    private final FakeProvider provider;

    private final RunningIngest ingest;

    private final String key;

    private TopicTail tail;

    private RunningGateway(FakeProvider provider, RunningIngest ingest) {
        this.provider = provider;
        this.ingest = ingest;
        this.key = ingest.key(NewKey.of("gateway", Account.team("through")));
        this.tail = ingest.tail();
    }

    static RunningGateway start() {
        return start(config -> {});
    }

    /** @param customization of the server that stands before it */
    static RunningGateway start(Consumer<JavalinConfig> customization) {
        FakeProvider provider;
        try {
            provider = FakeProvider.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new RunningGateway(
                provider,
                RunningIngest.withGateway(
                        Map.of(
                                "PM_GATEWAY_OPENAI_URL",
                                provider.url(),
                                "PM_GATEWAY_ANTHROPIC_URL",
                                provider.url(),
                                "PM_GATEWAY_GEMINI_URL",
                                provider.url() + "/",
                                "PM_GATEWAY_ANSWER_MAX",
                                "1MiB"),
                        customization));
    }

    FakeProvider provider() {
        return provider;
    }

    RunningIngest ingest() {
        return ingest;
    }

    String key() {
        return key;
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        mark();
    }

    /** From now on events are told. */
    void mark() {
        tail.close();
        tail = ingest.tail();
    }

    HttpResponse<String> chat(String body) throws Exception {
        return post(CHAT, body, OWN_KEY);
    }

    HttpResponse<String> claude(String ours, String body) throws Exception {
        return ingest.post(
                "/gateway/anthropic/v1/messages", "", JSON, BodyPublishers.ofString(body), Map.of("x-api-key", ours));
    }

    HttpResponse<String> get(String path, Map<String, String> headers) throws Exception {
        return ingest.get(path, key, headers);
    }

    HttpResponse<String> post(String path, String body, Map<String, String> headers) throws Exception {
        return ingest.post(path, key, JSON, BodyPublishers.ofString(body), headers);
    }

    /** Whether the answer cannot be taken for whole. */
    boolean isBrokenOff(String body) throws Exception {
        try {
            return chat(body).statusCode() != 200;
        } catch (IOException e) {
            return true;
        }
    }

    /** Of an answer that is read from its socket. */
    static void readUntil(InputStream in, String text) throws IOException {
        var read = new StringBuilder();
        while (read.indexOf(text) < 0) {
            int next = in.read();
            assertThat(next).as(() -> "ended after " + read).isNotNegative();
            read.append((char) next);
        }
    }

    static JsonNode error(HttpResponse<String> answer, int status) throws IOException {
        assertThat(answer.statusCode()).isEqualTo(status);
        return MAPPER.readTree(answer.body()).path("error");
    }

    List<UsageEvent> events() {
        return tail.records().stream()
                .map(one -> UsageEventCodec.read(one.value()))
                .toList();
    }

    UsageEvent onlyEvent() {
        List<UsageEvent> events = events();
        assertThat(events).hasSize(1);
        return events.getFirst();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    @Override
    public void close() {
        tail.close();
        ingest.close();
        provider.close();
    }
}
