package com.promptmanage.query.push;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Reads a stream of server-sent events on a thread of its own, as a browser does. */
public final class EventReader implements AutoCloseable {

    private final HttpClient client = HttpClient.newHttpClient();

    private final HttpResponse<java.io.InputStream> response;

    private final List<Event> events = new CopyOnWriteArrayList<>();

    private final Thread thread;

    private volatile @Nullable String lastId;

    private final AtomicInteger comments = new AtomicInteger();

    /** One event. */
    public record Event(@Nullable String id, String name, String data, long readNanos) {}

    private EventReader(String credentials, String url, @Nullable String lastEventId) {
        var request = HttpRequest.newBuilder(URI.create(url)).header("Authorization", credentials);
        if (lastEventId != null) {
            request.header("Last-Event-ID", lastEventId);
        }
        this.lastId = lastEventId;
        try {
            this.response = client.send(request.build(), BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        this.thread = Thread.ofVirtual().start(this::read);
    }

    /** Returns when the answer has begun. */
    public static EventReader open(String credentials, String url, @Nullable String lastEventId) {
        return new EventReader(credentials, url, lastEventId);
    }

    public int status() {
        return response.statusCode();
    }

    public HttpResponse<?> response() {
        return response;
    }

    public List<Event> events() {
        return List.copyOf(events);
    }

    /** What to come back with. */
    public @Nullable String lastId() {
        return lastId;
    }

    /** How many lines were only there to keep the stream alive. */
    public int comments() {
        return comments.get();
    }

    /** Whether the server has ended the stream. */
    public boolean isOver() {
        return !thread.isAlive();
    }

    @Override
    public void close() {
        client.shutdownNow();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        try (var lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            var block = new ArrayList<String>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty()) {
                    dispatch(block);
                    block.clear();
                } else {
                    block.add(line);
                }
            }
        } catch (IOException e) {
            // Closed by us, or broken off: whoever waits for events sees that there are no more.
            return;
        }
    }

    private void dispatch(List<String> block) {
        String name = "message";
        String data = null;
        for (String line : block) {
            if (line.startsWith(":")) {
                comments.incrementAndGet();
            } else if (line.startsWith("id: ")) {
                lastId = line.substring(4);
            } else if (line.startsWith("event: ")) {
                name = line.substring(7);
            } else if (line.startsWith("data: ")) {
                data = line.substring(6);
            }
        }
        if (data != null) {
            events.add(new Event(lastId, name, data, System.nanoTime()));
        }
    }
}
