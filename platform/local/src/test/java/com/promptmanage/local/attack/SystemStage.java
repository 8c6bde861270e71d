package com.promptmanage.local.attack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.promptmanage.local.LocalStack;
import com.promptmanage.local.Patience;
import com.promptmanage.local.command.LocalFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The whole system, running, and requests to it as anyone. */
final class SystemStage implements AutoCloseable {

    private static final int ATTEMPTS = 3;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();

    private final LocalStack stack;

    private final URI base;

    private final List<Operation> operations;

    SystemStage(Path directory) throws IOException, InterruptedException {
        stack = LocalStack.start(Patience.in(directory, Map.of()));
        base = URI.create(stack.local().baseUrl());
        operations = Operation.of(json("", "GET", "/openapi.json", null));
    }

    LocalFile local() {
        return stack.local();
    }

    /** All that the system describes. */
    List<Operation> operations() {
        return operations;
    }

    /** What is answered, whatever the status. */
    JsonNode json(String credentials, String method, String path, @Nullable String body)
            throws IOException, InterruptedException {
        try (InputStream content = send(credentials, method, path, body == null ? null : bytes(body))
                .body()) {
            return JSON.readTree(content.readAllBytes());
        }
    }

    int status(String credentials, String method, String path, byte @Nullable [] body)
            throws IOException, InterruptedException {
        var answer = send(credentials, method, path, body);
        try (InputStream content = answer.body()) {
            // A stream of events goes on.
            if (!answer.headers().firstValue("Content-Type").orElse("").startsWith("text/event-stream")) {
                content.readAllBytes();
            }
        }
        return answer.statusCode();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        client.shutdownNow();
        stack.close();
    }

    private HttpResponse<InputStream> send(String credentials, String method, String path, byte @Nullable [] body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(base + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (!credentials.isEmpty()) {
            request.header("Authorization", credentials);
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return client.send(request.build(), BodyHandlers.ofInputStream());
            } catch (IOException e) {
                // A connection is closed after an answer to what was broken or too large; the next goes over another.
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }
}
