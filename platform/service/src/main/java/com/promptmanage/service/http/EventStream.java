package com.promptmanage.service.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a request, as a stream of server-sent events. Written by the request's own thread, which waits while the
 * reader is slow.
 */
public final class EventStream {

    /** A stream with nothing to say says so this often: proxies and we find out that the other side is gone. */
    public static final Duration HEARTBEAT = Duration.ofSeconds(15);

    /** So often it is looked whether a stream is still its reader's to read: a key that is revoked is of no use after five seconds. */
    public static final Duration LOOK = Duration.ofSeconds(1);

    /**
     * The longest life of a stream. Its reader comes back by itself, and shows again who it is: so a key that was revoked, or
     * a member who left, does not read on for ever.
     */
    public static final Duration LIFE_MAX = Duration.ofMinutes(10);

    private static final Duration RECONNECT_AFTER = Duration.ofSeconds(1);

    private final OutputStream output;

    private EventStream(OutputStream output) {
        this.output = output;
    }

    /** Begins to answer: from here on nothing can go wrong that the reader would be told of in another way. */
    public static EventStream open(Context ctx) throws IOException {
        ctx.status(200).contentType("text/event-stream;charset=utf-8");
        ctx.header("Cache-Control", "no-store");
        // Proxies that gather an answer before they pass it on are asked not to.
        ctx.header("X-Accel-Buffering", "no");
        var stream = new EventStream(ctx.res().getOutputStream());
        stream.write("retry: " + RECONNECT_AFTER.toMillis() + "\n\n");
        return stream;
    }

    /**
     * Writes one event.
     *
     * @param id where a reader that comes back goes on; null to leave it as it is
     * @param name null for the default, {@code message}
     * @param data on one line
     * @throws IOException if the reader is gone
     */
    public void send(@Nullable String id, @Nullable String name, String data) throws IOException {
        var event = new StringBuilder(data.length() + 64);
        if (id != null) {
            event.append("id: ").append(id).append('\n');
        }
        if (name != null) {
            event.append("event: ").append(name).append('\n');
        }
        write(event.append("data: ").append(data).append("\n\n").toString());
    }

    /** Tells where a reader that comes back goes on, and that we are still here. No event for the reader. */
    public void mark(@Nullable String id) throws IOException {
        write(id == null ? ":\n\n" : ":\nid: " + id + "\n\n");
    }

    private void write(String text) throws IOException {
        output.write(text.getBytes(StandardCharsets.UTF_8));
        output.flush();
    }
}
