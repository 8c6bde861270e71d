package com.promptmanage.runner.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.call.HttpFailures;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.outbound.Call;
import com.promptmanage.service.outbound.OpenReply;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.outbound.OutboundException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEvent;
import dev.langchain4j.http.client.sse.ServerSentEventContext;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The transport of one call: sends what the library has written, once, notes what really came back, and lets the library
 * read it. All on the calling thread. How the call failed is told by what was noted here, not by the library's exceptions.
 */
final class Wire implements HttpClient, HttpClientBuilder {

    /** Each token comes in an envelope of some hundred bytes. */
    private static final int ANSWER_BYTES_MAX = 64 << 20;

    private static final int ERROR_BYTES_MAX = 64 << 10;

    private static final String DONE = "[DONE]";

    private final Outbound outbound;

    private final Dialect dialect;

    private final Duration timeout;

    private final Clock clock;

    private final StreamedAnswer answer;

    private @Nullable Failure failure;

    private boolean hasBroken;

    Wire(Outbound outbound, Dialect dialect, Duration timeout, Clock clock, StreamedAnswer answer) {
        this.outbound = outbound;
        this.dialect = dialect;
        this.timeout = timeout;
        this.clock = clock;
        this.answer = answer;
    }

    /** Why there is no whole answer; null if there is, or the provider said so itself. */
    @Nullable
    Failure failure() {
        return failure;
    }

    @Override
    public void execute(HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
        try (OpenReply reply = outbound.open(call(request))) {
            if (reply.status() / 100 != 2) {
                failure = refusal(reply);
                listener.onError(new HttpException(reply.status(), "refused"));
                return;
            }
            if (!isStream(reply)) {
                failure = new Failure(
                        Failure.Kind.PERMANENT,
                        "%s answered with '%s' where a stream of events was asked for: is the base URL right?"
                                .formatted(
                                        dialect.title(),
                                        reply.header("Content-Type").orElse("nothing")));
                listener.onError(new IOException("no stream"));
                return;
            }
            listener.onOpen(SuccessfulHttpResponse.builder()
                    .statusCode(reply.status())
                    .headers(Map.of())
                    .build());
            parser.parse(reply.body(), new Noting(listener));
            if (failure == null && !hasBroken) {
                listener.onClose();
            }
        } catch (OutboundException e) {
            failure = HttpFailures.of(dialect.title(), e);
            listener.onError(e);
        }
    }

    @Override
    public SuccessfulHttpResponse execute(HttpRequest request) {
        throw new UnsupportedOperationException("answers are always streamed");
    }

    /** Passes on what comes, and notes it. */
    private final class Noting implements ServerSentEventListener {

        private final ServerSentEventListener listener;

        Noting(ServerSentEventListener listener) {
            this.listener = listener;
        }

        @Override
        public void onEvent(ServerSentEvent event, ServerSentEventContext context) {
            if (!event.data().equals(DONE)) {
                try {
                    JsonNode json = Json.mapper().readTree(event.data());
                    dialect.read(json, answer);
                } catch (JsonProcessingException e) {
                    failure = new Failure(
                            Failure.Kind.AMBIGUOUS, dialect.title() + " streams something that is not JSON");
                }
            }
            listener.onEvent(event, context);
        }

        @Override
        public void onError(Throwable problem) {
            hasBroken = true;
            if (!isWhole()) {
                failure = problem instanceof OutboundException known
                        ? HttpFailures.of(dialect.title(), known)
                        : new Failure(Failure.Kind.AMBIGUOUS, dialect.title() + ": the answer broke off");
            }
            listener.onError(problem);
        }

        /** All of its text is there, and paid for; only counts were still to come. Gemini may give its reason with each part. */
        private boolean isWhole() {
            return dialect != Dialect.GEMINI && answer.isComplete();
        }
    }

    private Call call(HttpRequest request) {
        List<Call.Header> headers = new ArrayList<>();
        request.headers().forEach((name, values) -> values.forEach(value -> headers.add(new Call.Header(name, value))));
        return new Call(
                request.method().name(),
                URI.create(request.url()),
                headers,
                request.body().getBytes(StandardCharsets.UTF_8),
                0,
                Optional.of(timeout),
                Optional.empty(),
                Optional.of(ANSWER_BYTES_MAX));
    }

    private Failure refusal(OpenReply reply) {
        String body = start(reply.body());
        JsonNode error = errorIn(body);
        String said = error.path("message").asText("");
        Failure refused =
                HttpFailures.of(dialect.title(), reply.status(), reply::header, said.isEmpty() ? body : said, clock);
        return ProviderErrors.refine(refused, error);
    }

    /** Providers wrap it alike; Gemini's streams put a list around it. */
    private static JsonNode errorIn(String body) {
        try {
            JsonNode json = Json.mapper().readTree(body);
            return (json.isArray() ? json.path(0) : json).path("error");
        } catch (JsonProcessingException e) {
            return Json.mapper().missingNode();
        }
    }

    private static String start(InputStream body) {
        try {
            return new String(body.readNBytes(ERROR_BYTES_MAX), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    private static boolean isStream(OpenReply reply) {
        return reply.header("Content-Type")
                .filter(type -> type.toLowerCase(Locale.ROOT).startsWith("text/event-stream"))
                .isPresent();
    }

    @Override
    public Duration connectTimeout() {
        return timeout;
    }

    @Override
    public HttpClientBuilder connectTimeout(Duration other) {
        return this;
    }

    @Override
    public Duration readTimeout() {
        return timeout;
    }

    @Override
    public HttpClientBuilder readTimeout(Duration other) {
        return this;
    }

    @Override
    public HttpClient build() {
        return this;
    }
}
