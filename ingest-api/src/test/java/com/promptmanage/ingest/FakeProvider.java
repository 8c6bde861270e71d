package com.promptmanage.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Answers as a test wants, whoever it plays, and remembers what it was asked. */
final class FakeProvider implements AutoCloseable {

    static final String EVENTS = "text/event-stream; charset=utf-8";

    /** How OpenAI tells what a call has used. */
    static final String USAGE =
            "{\"prompt_tokens\":1000,\"completion_tokens\":1000,\"total_tokens\":2000,\"prompt_tokens_details\":{\"cached_tokens\":0}}";

    private final HttpServer server;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private final List<Asked> asked = new CopyOnWriteArrayList<>();

    private volatile Answer answer = exchange -> exchange.sendResponseHeaders(500, -1);

    /** @param headers the first of each, by name */
    record Asked(String method, String target, Map<String, String> headers, String body) {

        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }
    }

    interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    interface Writing {
        void to(OutputStream out) throws IOException;
    }

    private FakeProvider(HttpServer server) {
        this.server = server;
    }

    static FakeProvider start() throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        var fake = new FakeProvider(server);
        server.setExecutor(fake.threads);
        server.createContext("/", fake::serve);
        server.start();
        return fake;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** By which a gateway takes it for all providers. */
    Map<String, String> settings() {
        return Map.of(
                "PM_GATEWAY_OPENAI_URL", url(), "PM_GATEWAY_ANTHROPIC_URL", url(), "PM_GATEWAY_GEMINI_URL", url());
    }

    /** By which a gateway takes it for all providers, and others for its budgets. */
    Map<String, String> settings(FakeProvider budgets) {
        var settings = new TreeMap<>(settings());
        settings.put("PM_QUERY_URL", budgets.url());
        settings.put("PM_QUERY_API_KEY", "pm_query");
        return settings;
    }

    void answers(Answer other) {
        asked.clear();
        answer = other;
    }

    void answers(int status, String contentType, String body) {
        answers(whole(status, contentType, body.getBytes(UTF_8)));
    }

    /** In pieces, as they are written; what fails breaks the answer off. */
    void streams(Writing writing) {
        answers(stream(writing));
    }

    static Answer whole(int status, String contentType, byte[] body) {
        return exchange -> {
            exchange.getResponseHeaders().set("Content-Type", contentType);
            exchange.getResponseHeaders().set("X-Request-Id", "req_of_provider");
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        };
    }

    static Answer stream(Writing writing) {
        return exchange -> {
            exchange.getResponseHeaders().set("Content-Type", EVENTS);
            exchange.sendResponseHeaders(200, 0);
            writing.to(exchange.getResponseBody());
        };
    }

    /** Not before that. */
    static Answer after(CountDownLatch latch, Answer answer) {
        return exchange -> {
            try {
                latch.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            answer.to(exchange);
        };
    }

    static void event(OutputStream out, String data) throws IOException {
        out.write(("data: " + data + "\n\n").getBytes(UTF_8));
        out.flush();
    }

    List<Asked> asked() {
        return asked;
    }

    Asked last() {
        return asked.getLast();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(HttpExchange exchange) throws IOException {
        var headers = new TreeMap<String, String>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        asked.add(
                new Asked(exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers, body));
        // An exchange that is not closed in order has its connection broken off.
        answer.to(exchange);
        exchange.close();
    }
}
