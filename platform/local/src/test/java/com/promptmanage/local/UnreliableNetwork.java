package com.promptmanage.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between clients and the product. An address begins with what happens to its requests ({@code once, refused-first,
 * twice}) and a name of the client; the rest is the product's.
 */
final class UnreliableNetwork implements AutoCloseable {

    /** What the client knows to send, and the product needs. */
    private static final List<String> HEADERS = List.of(
            "Authorization",
            "Content-Type",
            "Content-Encoding",
            "X-Api-Key",
            "Anthropic-Version",
            "Prompt-Manage-Provider-Key",
            "Prompt-Manage-Team",
            "Prompt-Manage-User");

    private final HttpServer server;

    private final HttpClient client = HttpClient.newHttpClient();

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private final Set<String> refusedOnce = ConcurrentHashMap.newKeySet();

    private final AtomicInteger refused = new AtomicInteger();

    private final URI product;

    private UnreliableNetwork(HttpServer server, URI product) {
        this.server = server;
        this.product = product;
    }

    static UnreliableNetwork to(String baseUrl) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        var network = new UnreliableNetwork(server, URI.create(baseUrl));
        server.setExecutor(network.threads);
        server.createContext("/", network::pass);
        server.start();
        return network;
    }

    String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** How many requests were refused. */
    int refused() {
        return refused.get();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        client.shutdownNow();
        client.close();
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String[] parts = exchange.getRequestURI().getPath().split("/", 4);
            if (parts[1].equals("refused-first") && refusedOnce.add(parts[2])) {
                refused.incrementAndGet();
                exchange.getResponseHeaders().set("Retry-After", "1");
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                answer(exchange, 503, "{\"message\":\"not now\"}".getBytes(UTF_8));
                return;
            }
            String query = exchange.getRequestURI().getRawQuery();
            String path = "/" + parts[3] + (query == null ? "" : "?" + query);
            HttpResponse<byte[]> answer = send(exchange, path, body);
            if (parts[1].equals("twice")) {
                answer = send(exchange, path, body);
            }
            answer.headers()
                    .firstValue("Content-Type")
                    .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
            answer(exchange, answer.statusCode(), answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpResponse<byte[]> send(HttpExchange exchange, String path, byte[] body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(product.resolve(path)).timeout(Duration.ofSeconds(30));
        for (String name : HEADERS) {
            String value = exchange.getRequestHeaders().getFirst(name);
            if (value != null) {
                request.header(name, value);
            }
        }
        return client.send(
                request.method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body))
                        .build(),
                BodyHandlers.ofByteArray());
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }
}
