package com.promptmanage.query.routing;

import com.promptmanage.streams.read.Metering.Place;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes a request on to the process that owns what it asks about, and its answer back. Once: a request that was passed on
 * is never passed on again, so that two processes that each believe the other to be the owner do not play ball with it.
 */
public final class Forwarding implements AutoCloseable {

    /** On every request that was passed on. */
    static final String HOP = "Prompt-Manage-Hop";

    private static final Logger LOGGER = LoggerFactory.getLogger(Forwarding.class);

    private static final Duration CONNECT_MAX = Duration.ofSeconds(1);

    /** The caller's own headers that the owner needs: above all who is calling, which it checks again for itself. */
    private static final List<String> SENT_ON = List.of(
            "Accept",
            "Authorization",
            "Content-Type",
            "Cookie",
            "If-Match",
            "If-None-Match",
            "Last-Event-ID",
            ReadYourWrites.HEADER,
            // By which of its cookies a browser is known.
            "X-Forwarded-Proto",
            "X-Request-Id");

    private static final List<String> SENT_BACK =
            List.of("Content-Disposition", "Content-Type", "ETag", "Retry-After", "WWW-Authenticate");

    private static final String OUR_HEADERS = "prompt-manage-";

    private final HttpClient client;

    private final Duration timeout;

    public Forwarding(Duration timeout) {
        this(timeout, CONNECT_MAX);
    }

    /** @param connectMax how long the other process may take to accept the connection */
    public Forwarding(Duration timeout, Duration connectMax) {
        this.timeout = timeout;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(connectMax)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    static boolean wasPassedOn(Context ctx) {
        return ctx.header(HOP) != null;
    }

    /**
     * Answers the request with what the other process says.
     *
     * @param body the request's, since it can be read only once; empty if it has none
     * @return false if the other process gave no answer: the request is then still to be answered
     */
    boolean answered(Context ctx, byte[] body, Place.Elsewhere owner) {
        try {
            relay(ctx, client.send(request(ctx, body, owner), BodyHandlers.ofInputStream()));
            return true;
        } catch (IOException | URISyntaxException e) {
            LOGGER.atWarn()
                    .addKeyValue("host", owner.host())
                    .addKeyValue("port", owner.port())
                    .addKeyValue("cause", e.toString())
                    .log("the owner of an account did not answer");
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    private HttpRequest request(Context ctx, byte[] body, Place.Elsewhere owner) throws URISyntaxException {
        String query = ctx.queryString();
        // Built of what came in, still encoded, so that nothing is encoded twice.
        var address = new URI("http://%s:%d%s%s"
                .formatted(owner.host(), owner.port(), ctx.req().getRequestURI(), query == null ? "" : "?" + query));
        var request = HttpRequest.newBuilder(address)
                .timeout(timeout)
                .header(HOP, "1")
                .method(
                        ctx.req().getMethod(),
                        body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        for (String name : SENT_ON) {
            String value = ctx.header(name);
            if (value != null) {
                request.header(name, value);
            }
        }
        if (ctx.header("Cookie") != null) {
            // Only a caller who is known is passed on, and so a browser only from a page of ours: the owner, which goes
            // by
            // another address, could not tell.
            request.header("Sec-Fetch-Site", "same-origin");
        }
        return request.build();
    }

    private static void relay(Context ctx, HttpResponse<InputStream> response) throws IOException {
        ctx.status(response.statusCode());
        response.headers().map().forEach((name, values) -> {
            if (SENT_BACK.stream().anyMatch(name::equalsIgnoreCase)
                    || name.toLowerCase(Locale.ROOT).startsWith(OUR_HEADERS)) {
                ctx.header(name, values.getFirst());
            }
        });
        if (response.headers().firstValue("Content-Type").orElse("").startsWith("text/event-stream")) {
            passOn(response.body(), ctx.res().getOutputStream());
        } else {
            ctx.result(response.body());
        }
    }

    /** Events are wanted when they happen, not when a buffer is full. Ends when either side goes away. */
    private static void passOn(InputStream events, OutputStream output) throws IOException {
        try (events) {
            var chunk = new byte[8192];
            for (int count = events.read(chunk); count >= 0; count = events.read(chunk)) {
                output.write(chunk, 0, count);
                output.flush();
            }
        } catch (IOException e) {
            LOGGER.atDebug().addKeyValue("cause", e.toString()).log("a stream that was passed on has ended");
        }
    }
}
