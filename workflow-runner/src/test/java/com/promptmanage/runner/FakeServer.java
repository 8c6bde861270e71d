package com.promptmanage.runner;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.outbound.AddressRange;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.outbound.OutboundSettings;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An HTTP server on loopback that answers from a list, and remembers what it was asked. */
public final class FakeServer implements AutoCloseable {

    private final HttpServer server;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private final Deque<Reaction> reactions = new ArrayDeque<>();

    private final List<Asked> asked = new CopyOnWriteArrayList<>();

    /** A request as it came. */
    public record Asked(String method, URI uri, Map<String, List<String>> headers, String body) {

        public String header(String name) {
            return headers.getOrDefault(
                            name.substring(0, 1).toUpperCase(java.util.Locale.ROOT)
                                    + name.substring(1).toLowerCase(java.util.Locale.ROOT),
                            List.of(""))
                    .getFirst();
        }

        public JsonNode json() {
            try {
                return Json.mapper().readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** How one request is answered. */
    @FunctionalInterface
    public interface Reaction {
        void answer(HttpExchange exchange) throws IOException;
    }

    public FakeServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Calls out as the product does, and may reach loopback. */
    public static Outbound outbound() {
        return new Outbound(OutboundSettings.DEFAULTS.withAllowed(
                List.of(AddressRange.of("127.0.0.0/8"), AddressRange.of("::1/128"))));
    }

    public String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    public FakeServer then(Reaction reaction) {
        synchronized (reactions) {
            reactions.add(reaction);
        }
        return this;
    }

    public FakeServer then(int status, String type, String body, String... headers) {
        return then(exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            exchange.getResponseHeaders().set("Content-Type", type);
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        });
    }

    public FakeServer thenJson(int status, String body, String... headers) {
        return then(status, "application/json", body, headers);
    }

    public List<Asked> asked() {
        return List.copyOf(asked);
    }

    public Asked last() {
        return asked.getLast();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            asked.add(new Asked(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI(),
                    Map.copyOf(exchange.getRequestHeaders()),
                    new String(body, StandardCharsets.UTF_8)));
            Reaction reaction;
            synchronized (reactions) {
                reaction = reactions.size() > 1 ? reactions.poll() : reactions.peek();
            }
            if (reaction == null) {
                exchange.sendResponseHeaders(500, -1);
            } else {
                reaction.answer(exchange);
            }
        } catch (IOException e) {
            // Whoever asked has gone: some tests want that.
        }
    }
}
