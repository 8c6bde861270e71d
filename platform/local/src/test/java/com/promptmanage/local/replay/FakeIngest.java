package com.promptmanage.local.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** An ingest API that keeps what it is sent, and refuses when it is told to. */
final class FakeIngest implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;

    private final List<List<UsageEvent>> accepted = new ArrayList<>();

    private final List<String> authorizations = new ArrayList<>();

    private final Queue<Integer> refusals = new ArrayDeque<>();

    FakeIngest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/v1/events", this::answer);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Answers the next requests so, each once. */
    synchronized void refuseWith(Integer... statuses) {
        refusals.addAll(List.of(statuses));
    }

    synchronized List<List<UsageEvent>> batches() {
        return List.copyOf(accepted);
    }

    synchronized List<UsageEvent> events() {
        return accepted.stream().flatMap(List::stream).toList();
    }

    synchronized List<String> authorizations() {
        return List.copyOf(authorizations);
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            authorizations.add(exchange.getRequestHeaders().getFirst("Authorization"));
            JsonNode batch = JSON.readTree(exchange.getRequestBody());
            Integer refusal = refusals.poll();
            if (refusal != null) {
                exchange.getResponseHeaders().add("Retry-After", "0");
                exchange.sendResponseHeaders(refusal, -1);
                return;
            }
            var events = new ArrayList<UsageEvent>();
            for (JsonNode event : batch) {
                events.add(UsageEventCodec.read(JSON.writeValueAsBytes(event)));
            }
            accepted.add(events);
            exchange.getResponseHeaders().add("Prompt-Manage-Receipt", "receipt-" + accepted.size());
            exchange.sendResponseHeaders(204, -1);
        }
    }
}
