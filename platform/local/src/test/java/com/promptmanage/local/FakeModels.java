package com.promptmanage.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** OpenAI and Anthropic, as far as their SDKs need them: every answer is "hello" and uses 100 tokens, 40 of them cached, and 50. */
final class FakeModels implements AutoCloseable {

    private static final String CHAT_USAGE = """
            {"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,"prompt_tokens_details":{"cached_tokens":40}}""";

    private static final String RESPONSE = """
            {"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"gpt-4o-mini","output":[\
            {"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[\
            {"type":"output_text","text":"hello","annotations":[]}]}],"usage":{"input_tokens":100,\
            "input_tokens_details":{"cached_tokens":40},"output_tokens":50,\
            "output_tokens_details":{"reasoning_tokens":20},"total_tokens":150}}""";

    private static final String MESSAGE = """
            {"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[%s],\
            "stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":60,"cache_read_input_tokens":40,\
            "cache_creation_input_tokens":0,"output_tokens":%d}}""";

    private final HttpServer server;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private FakeModels(HttpServer server) {
        this.server = server;
    }

    static FakeModels start() throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        var models = new FakeModels(server);
        server.setExecutor(models.threads);
        server.createContext("/", FakeModels::answer);
        server.start();
        return models;
    }

    /** By which the product finds it. */
    Map<String, String> environment() {
        String url = "http://127.0.0.1:" + server.getAddress().getPort();
        return Map.of(
                "PM_GATEWAY_OPENAI_URL", url,
                "PM_GATEWAY_ANTHROPIC_URL", url,
                "PM_OUTBOUND_ALLOWED_RANGES", "127.0.0.0/8");
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode asked = Api.read(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            boolean isStream = asked.path("stream").asBoolean();
            switch (exchange.getRequestURI().getPath()) {
                case "/v1/chat/completions" -> {
                    if (isStream) {
                        stream(exchange, chat(asked));
                    } else {
                        whole(exchange, """
                                {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-4o-mini","choices":[\
                                {"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],\
                                "usage":%s}""".formatted(CHAT_USAGE));
                    }
                }
                case "/v1/responses" -> {
                    if (isStream) {
                        stream(exchange, response());
                    } else {
                        whole(exchange, RESPONSE);
                    }
                }
                case "/v1/embeddings" -> whole(exchange, """
                        {"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,0.25]}],\
                        "model":"gpt-4o-mini","usage":{"prompt_tokens":150,"total_tokens":150}}""");
                case "/v1/messages" -> {
                    if (isStream) {
                        stream(exchange, message());
                    } else {
                        whole(exchange, MESSAGE.formatted("{\"type\":\"text\",\"text\":\"hello\"}", 50));
                    }
                }
                default -> exchange.sendResponseHeaders(404, -1);
            }
        }
    }

    private static List<String> chat(JsonNode asked) {
        String chunk =
                "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-4o-mini\",\"choices\":[%s],\"usage\":%s}";
        boolean tells = asked.path("stream_options").path("include_usage").asBoolean();
        return List.of(
                data(chunk.formatted("{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"hel\"}}", null)),
                data(chunk.formatted("{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}", null)),
                tells ? data(chunk.formatted("", CHAT_USAGE)) : "",
                data("[DONE]"));
    }

    private static List<String> response() {
        String begun = RESPONSE.replace("\"status\":\"completed\",\"model\"", "\"status\":\"in_progress\",\"model\"")
                .replaceFirst("\"output\":.*", "\"output\":[],\"usage\":null}");
        return List.of(
                named("response.created", "\"response\":" + begun),
                named(
                        "response.output_item.added",
                        "\"output_index\":0,\"item\":{\"id\":\"msg_1\",\"type\":\"message\",\"status\":\"in_progress\",\"role\":\"assistant\",\"content\":[]}"),
                named(
                        "response.content_part.added",
                        "\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"part\":{\"type\":\"output_text\",\"text\":\"\",\"annotations\":[]}"),
                named(
                        "response.output_text.delta",
                        "\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"delta\":\"hello\""),
                named("response.completed", "\"response\":" + RESPONSE));
    }

    private static List<String> message() {
        return List.of(
                named("message_start", "\"message\":" + MESSAGE.formatted("", 1)),
                named("content_block_start", "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"),
                named("content_block_delta", "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"hello\"}"),
                named("content_block_stop", "\"index\":0"),
                named(
                        "message_delta",
                        "\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":50}"),
                named("message_stop", "\"ended\":true"));
    }

    private static String data(String json) {
        return "data: " + json + "\n\n";
    }

    private static String named(String type, String members) {
        return "event: %s\ndata: {\"type\":\"%s\",%s}\n\n".formatted(type, type, members);
    }

    private static void whole(HttpExchange exchange, String json) throws IOException {
        byte[] body = json.getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    private static void stream(HttpExchange exchange, List<String> events) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        for (String event : events) {
            exchange.getResponseBody().write(event.getBytes(UTF_8));
            exchange.getResponseBody().flush();
        }
    }
}
