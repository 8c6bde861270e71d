package com.promptmanage.runner.connector;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Answer;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.call.HttpFailures;
import com.promptmanage.runner.call.Redaction;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.outbound.Call;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.outbound.OutboundException;
import com.promptmanage.service.outbound.Reply;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sends what connectors and webhook nodes have to say over HTTP, and says what came of it. Retries nothing. */
public final class HttpSender {

    private static final int REDIRECTS_MAX = 3;

    private final Outbound outbound;

    private final Clock clock;

    public HttpSender(Outbound outbound, Clock clock) {
        this.outbound = outbound;
        this.clock = clock;
    }

    /** @param body null for none */
    @SuppressWarnings("ArrayRecordComponent")
    public record Request(String method, URI uri, List<Call.Header> headers, byte @Nullable [] body) {

        public Request {
            headers = List.copyOf(headers);
        }

        /** Without query and headers. */
        String target() {
            return method + " " + uri.getScheme() + "://" + uri.getRawAuthority()
                    + Optional.ofNullable(uri.getRawPath()).orElse("");
        }
    }

    /** What is wrong with an address, as far as it can be told without asking anyone; empty if nothing. */
    public Optional<String> faultOf(String address) {
        return outbound.faultOf(address);
    }

    /**
     * @param secrets are taken out of whatever is said about a failure
     * @throws ConnectorException also for an answer that is no success
     */
    public Reply send(Request request, TimeLeft time, Redaction secrets)
            throws ConnectorException, InterruptedException {
        String target = secrets.apply(request.target());
        Reply reply;
        try {
            reply = outbound.send(call(request, time));
        } catch (OutboundException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while it waited for " + target);
            }
            throw new ConnectorException(secrets.apply(HttpFailures.of(target, e)));
        } catch (IllegalArgumentException e) {
            throw new ConnectorException(
                    Failure.Kind.VALIDATION, secrets.apply("%s: %s".formatted(target, e.getMessage())));
        }
        if (reply.status() / 100 != 2) {
            throw new ConnectorException(
                    secrets.apply(HttpFailures.of(target, reply.status(), reply::header, excerpt(reply), clock)));
        }
        return reply;
    }

    private static Call call(Request request, TimeLeft time) throws ConnectorException {
        Call call = Call.of(request.method(), request.uri(), request.body());
        for (Call.Header header : request.headers()) {
            call = call.withHeader(header.name(), header.value());
        }
        return call.withRedirectsMax(REDIRECTS_MAX).withTotalMax(time.get()).withResponseBytesMax(Answer.BYTES_MAX);
    }

    /** @throws ConnectorException if it is no address */
    public static URI uri(String address) throws ConnectorException {
        try {
            return new URI(address.strip());
        } catch (URISyntaxException e) {
            // The exception repeats the address, which may hold a secret.
            throw new ConnectorException(
                    Failure.Kind.VALIDATION, "the address is not a URL: " + e.getReason() + " at " + e.getIndex());
        }
    }

    /** @throws ConnectorException if the answer is not JSON */
    public static JsonNode json(Reply reply) throws ConnectorException {
        try {
            JsonNode json = Json.mapper().readTree(reply.body());
            return json == null ? Json.mapper().nullNode() : json;
        } catch (JsonProcessingException e) {
            throw new ConnectorException(
                    Failure.Kind.VALIDATION,
                    "the answer is not JSON (line %d, column %d)"
                            .formatted(
                                    e.getLocation() == null
                                            ? 0
                                            : e.getLocation().getLineNr(),
                                    e.getLocation() == null
                                            ? 0
                                            : e.getLocation().getColumnNr()));
        } catch (IOException e) {
            throw new ConnectorException(Failure.Kind.VALIDATION, "the answer is not JSON in UTF-8");
        }
    }

    /**
     * What an answer says in JSON; empty if it says nothing, or what it calls JSON is none. What was asked for is done either way, and
     * to be told that it failed would have it done again.
     */
    public static Optional<JsonNode> jsonOf(Reply reply) {
        try {
            return saidJsonOf(reply);
        } catch (ConnectorException e) {
            return Optional.empty();
        }
    }

    /**
     * What an answer says in JSON; empty if it says nothing.
     *
     * @throws ConnectorException if what it calls JSON is none
     */
    public static Optional<JsonNode> saidJsonOf(Reply reply) throws ConnectorException {
        return reply.body().length == 0 || !isJson(reply) ? Optional.empty() : Optional.of(json(reply));
    }

    private static boolean isJson(Reply reply) {
        return reply.header("Content-Type")
                .map(type -> type.toLowerCase(Locale.ROOT))
                .filter(type -> type.startsWith("application/json") || type.contains("+json"))
                .isPresent();
    }

    private static String excerpt(Reply reply) {
        String text = reply.text();
        return text.length() <= 4_000 ? text : text.substring(0, 4_000);
    }
}
