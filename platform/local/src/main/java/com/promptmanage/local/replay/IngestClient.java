package com.promptmanage.local.replay;

import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Sends events to an ingest API. A batch that was refused because the system is busy or away is sent again, with the
 * same ids, so that nothing is lost and nothing counts twice. Safe for use by several threads.
 */
public final class IngestClient implements AutoCloseable {

    private static final Set<Integer> ASK_AGAIN = Set.of(429, 503);

    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Duration PAUSE_MAX = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final AtomicLong refusals = new AtomicLong();

    private final URI events;

    private final String apiKey;

    private final Duration patience;

    private final Consumer<String> told;

    private final AtomicBoolean isAway = new AtomicBoolean();

    /** @param patience how long one batch is tried before giving up */
    public IngestClient(URI baseUrl, String apiKey, Duration patience) {
        this(baseUrl, apiKey, patience, message -> {});
    }

    /** @param told when it begins to wait for a system that is away, and when it goes on: once each, by any thread */
    public IngestClient(URI baseUrl, String apiKey, Duration patience, Consumer<String> told) {
        this.events = URI.create(baseUrl.toString().replaceAll("/+$", "") + "/api/v1/events");
        this.apiKey = apiKey;
        this.patience = patience;
        this.told = told;
    }

    /**
     * Returns when the events are on disk at the broker. May send them several times.
     *
     * @return the receipt, which a query can carry to be answered with these events included
     * @throws IOException if they were refused for good, or not accepted in time
     */
    public String send(List<UsageEvent> batch) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(events)
                .timeout(ANSWER_MAX)
                .header("Authorization", "Bearer " + apiKey)
                .header("Content-Type", "application/cloudevents-batch+json")
                .POST(BodyPublishers.ofByteArray(json(batch)))
                .build();
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            Duration pause = PAUSE;
            String problem;
            try {
                HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
                if (answer.statusCode() / 100 == 2) {
                    if (isAway.compareAndSet(true, false)) {
                        told.accept("%s answers again, going on".formatted(events));
                    }
                    return answer.headers()
                            .firstValue("Prompt-Manage-Receipt")
                            .orElseThrow(() -> new RefusedException(events + " accepted events but gave no receipt"));
                }
                problem = "%s answered %d: %s".formatted(events, answer.statusCode(), answer.body());
                if (!ASK_AGAIN.contains(answer.statusCode())) {
                    throw new RefusedException(problem);
                }
                pause = retryAfter(answer);
            } catch (RefusedException e) {
                throw e;
            } catch (IOException e) {
                problem = "cannot reach %s: %s".formatted(events, e);
            }
            refusals.incrementAndGet();
            if (System.nanoTime() + pause.toNanos() > deadline) {
                throw new IOException("gave up after %s: %s".formatted(patience, problem));
            }
            if (isAway.compareAndSet(false, true)) {
                told.accept("%s; trying again, for up to %d s".formatted(problem, patience.toSeconds()));
            }
            Thread.sleep(pause);
        }
    }

    /** How often a batch had to be sent again. */
    public long refusals() {
        return refusals.get();
    }

    @Override
    public void close() {
        http.shutdownNow();
        http.close();
    }

    private static Duration retryAfter(HttpResponse<String> answer) {
        String seconds = answer.headers().firstValue("Retry-After").orElse("");
        if (!seconds.matches("\\d{1,6}")) {
            return PAUSE;
        }
        Duration asked = Duration.ofSeconds(Long.parseLong(seconds));
        return asked.compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : asked;
    }

    private static byte[] json(List<UsageEvent> batch) {
        var bytes = new ByteArrayOutputStream(batch.size() * 512);
        bytes.write('[');
        for (UsageEvent event : batch) {
            if (bytes.size() > 1) {
                bytes.write(',');
            }
            bytes.writeBytes(UsageEventCodec.write(event));
        }
        bytes.write(']');
        return bytes.toByteArray();
    }

    private static final class RefusedException extends IOException {

        @java.io.Serial
        private static final long serialVersionUID = 1;

        RefusedException(String message) {
            super(message);
        }
    }
}
