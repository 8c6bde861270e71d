package com.promptmanage.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.promptmanage.local.command.LocalFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.stream.Stream;

/** The product as a client sees it: over HTTP, with a key. */
final class Api implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(30)).build();

    private final URI baseUrl;

    private final String credentials;

    /** @param json of the body; missing if there is none, or it is not JSON */
    record Answer(int status, JsonNode json, String receipt) {}

    Api(String baseUrl, String credentials) {
        this.baseUrl = URI.create(baseUrl);
        this.credentials = credentials;
    }

    static Api of(LocalFile local) {
        return new Api(local.baseUrl(), local.apiKey());
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    Answer post(String path, String json) throws IOException, InterruptedException {
        return send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)));
    }

    Answer put(String path, String json) throws IOException, InterruptedException {
        return send(request(path).header("Content-Type", "application/json").PUT(BodyPublishers.ofString(json)));
    }

    /** A stream of server-sent events, line by line, until it is closed. */
    Stream<String> lines(String path) throws IOException, InterruptedException {
        HttpResponse<Stream<String>> answer =
                http.send(request(path).header("Accept", "text/event-stream").build(), BodyHandlers.ofLines());
        if (answer.statusCode() != 200) {
            throw new IOException(path + " answered " + answer.statusCode());
        }
        return answer.body();
    }

    static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
        http.close();
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer =
                http.send(request.timeout(Duration.ofSeconds(60)).build(), BodyHandlers.ofByteArray());
        boolean json = answer.headers().firstValue("Content-Type").orElse("").contains("json");
        return new Answer(
                answer.statusCode(),
                json ? JSON.readTree(answer.body()) : MissingNode.getInstance(),
                answer.headers().firstValue("Prompt-Manage-Receipt").orElse(""));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(baseUrl.resolve(path)).header("Authorization", "Bearer " + credentials);
    }
}
