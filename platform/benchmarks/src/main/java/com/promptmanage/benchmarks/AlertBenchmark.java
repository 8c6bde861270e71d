package com.promptmanage.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.promptmanage.local.LocalStack;
import com.promptmanage.local.command.LocalFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What an alert takes: from the moment an event is acknowledged over HTTP to the moment a reader of the alert stream has
 * the alert, while other events come all the time. The whole product runs in this process, on one broker and one database.
 *
 * <pre>  java … AlertBenchmark [alerts, default 500] [events per second beside them, default 2000]</pre>
 */
public final class AlertBenchmark {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final int BATCH = 20;

    /** Of the other events. Each waits for an answer before it sends again, so one alone would be slower than is asked for. */
    private static final int SENDERS = 8;

    /** Of the rate that is asked for; with less beside them, alerts have it easier than they should. */
    private static final double RATE_REACHED_MIN = 0.95;

    /** Until the compiler has done most of its work, it takes the processors from everything else. */
    private static final int WARM_UP = 600;

    /** At random, so that the alerts do not march in step with the commits. */
    private static final int PAUSE_MAX_MS = 100;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final LocalFile product;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** By member, when the reader had the alert. */
    private final Map<String, CompletableFuture<Long>> seen = new ConcurrentHashMap<>();

    private AlertBenchmark(LocalFile product) {
        this.product = product;
    }

    public static void main(String[] args) throws Exception {
        int alerts = args.length > 0 ? Integer.parseInt(args[0]) : 500;
        int perSecond = args.length > 1 ? Integer.parseInt(args[1]) : 2_000;
        Path directory = Files.createTempDirectory("alert-benchmark");
        boolean isValid;
        try (var product = LocalStack.start(LocalStack.Options.in(directory))) {
            isValid = new AlertBenchmark(product.local()).run(alerts, perSecond);
        }
        System.exit(isValid ? 0 : 1);
    }

    /** @return whether the other events came at the rate that was asked for */
    private boolean run(int alerts, int perSecond) throws Exception {
        post("/api/token-tracking/budgets?teamId=" + product.teamId(), "application/json", """
                {"name": "each member", "dimension": "member", "value": "*", "limitUsd": "1.00", "period": "month",
                 "thresholds": [{"percent": 100, "severity": "critical"}]}
                """, 201);
        var enough = new AtomicBoolean();
        var sent = new AtomicLong();
        var refused = new AtomicLong();
        try (var beside = Executors.newVirtualThreadPerTaskExecutor();
                Stream<String> lines = stream()) {
            var reader = beside.submit(
                    () -> lines.filter(line -> line.startsWith("data:")).forEach(this::read));
            long begun = System.nanoTime();
            var load = IntStream.range(0, SENDERS)
                    .mapToObj(sender -> beside.submit(() -> load(sender, begun, perSecond, enough, sent, refused)))
                    .toList();
            List<Long> times = new ArrayList<>();
            long started = 0;
            long sentBefore = 0;
            long rate;
            try {
                for (int i = -WARM_UP; i < alerts; i++) {
                    if (i == 0) {
                        started = System.nanoTime();
                        sentBefore = sent.get();
                    }
                    Thread.sleep(ThreadLocalRandom.current().nextInt(PAUSE_MAX_MS));
                    long nanos = alert("spender-" + (i + WARM_UP));
                    if (i >= 0) {
                        times.add(nanos);
                    }
                }
                rate = Math.round((sent.get() - sentBefore) / ((System.nanoTime() - started) / 1e9));
            } finally {
                enough.set(true);
            }
            for (Future<?> sender : load) {
                sender.get();
            }
            boolean isValid = rate >= perSecond * RATE_REACHED_MIN;
            System.out.printf(
                    Locale.ROOT,
                    "%d alerts beside %,d of %,d events/s (%d requests refused): %s%n",
                    alerts,
                    rate,
                    perSecond,
                    refused.get(),
                    isValid ? figures(times) : "INVALID, for the rate was not reached");
            reader.cancel(true);
            http.shutdownNow();
            return isValid;
        }
    }

    private static String figures(List<Long> times) {
        return String.format(
                Locale.ROOT,
                "p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, max %.1f ms",
                percentile(times, 50),
                percentile(times, 90),
                percentile(times, 99),
                percentile(times, 100));
    }

    /** From the answer to the event, to the alert: nanoseconds. */
    private long alert(String member) throws Exception {
        var alerted = new CompletableFuture<Long>();
        seen.put(member, alerted);
        // 10 million tokens of gpt-4o-mini cost 1.50 dollars.
        post("/api/token-tracking/log", "application/json", """
                {"userId": "%s", "teamId": "%s", "model": "gpt-4o-mini", "inputTokens": 10000000, "outputTokens": 0,
                 "executionType": "prompt_run"}
                """.formatted(member, product.teamId()), 200);
        long acknowledged = System.nanoTime();
        return alerted.get(PATIENCE.toSeconds(), TimeUnit.SECONDS) - acknowledged;
    }

    private void read(String line) {
        long now = System.nanoTime();
        try {
            var alerted = seen.get(JSON.readTree(line.substring("data:".length()))
                    .path("value")
                    .asText());
            if (alerted != null) {
                alerted.complete(now);
            }
        } catch (IOException e) {
            throw new IllegalStateException("not an alert: " + line, e);
        }
    }

    /** Sends every {@link #SENDERS}th batch, when it is due; after a slow answer, what fell due meanwhile at once. */
    private Void load(
            int sender, long started, int perSecond, AtomicBoolean enough, AtomicLong sent, AtomicLong refused)
            throws Exception {
        for (long batch = sender; !enough.get(); batch += SENDERS) {
            long ahead = batch * BATCH * 1_000_000_000L / perSecond - (System.nanoTime() - started);
            if (ahead > 0) {
                TimeUnit.NANOSECONDS.sleep(ahead);
            }
            String body = IntStream.range(0, BATCH).mapToObj(this::event).collect(Collectors.joining(",", "[", "]"));
            int status = send("/api/v1/events", "application/cloudevents-batch+json", body)
                    .statusCode();
            if (status / 100 == 2) {
                sent.addAndGet(BATCH);
            } else {
                refused.incrementAndGet();
            }
        }
        return null;
    }

    private String event(int index) {
        var random = ThreadLocalRandom.current();
        return """
                {"specversion": "1.0", "id": "%016x-%d", "source": "/benchmark", "type": "com.promptmanage.token.usage.v1",
                 "subject": "team:%s", "time": "%s", "data": {"userId": "user-%d", "teamId": "%s", "model": "gpt-4o-mini",
                 "executionType": "prompt_run", "workflowId": "workflow-%d", "tokens": {"input": %d, "output": %d}}}""".formatted(
                        random.nextLong(),
                        index,
                        product.teamId(),
                        Instant.now(),
                        random.nextInt(1_000),
                        product.teamId(),
                        random.nextInt(50),
                        random.nextInt(1, 2_000),
                        random.nextInt(1, 500));
    }

    private Stream<String> stream() throws IOException, InterruptedException {
        HttpResponse<Stream<String>> answer = http.send(
                request("/api/token-tracking/alerts/stream?teamId=" + product.teamId())
                        .header("Accept", "text/event-stream")
                        .build(),
                BodyHandlers.ofLines());
        if (answer.statusCode() != 200) {
            throw new IOException("the stream of alerts answered " + answer.statusCode());
        }
        return answer.body();
    }

    private void post(String path, String contentType, String body, int expected)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = send(path, contentType, body);
        if (answer.statusCode() != expected) {
            throw new IOException("%s answered %d: %s".formatted(path, answer.statusCode(), answer.body()));
        }
    }

    private HttpResponse<String> send(String path, String contentType, String body)
            throws IOException, InterruptedException {
        return http.send(
                request(path)
                        .header("Content-Type", contentType)
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(product.baseUrl() + path))
                .header("Authorization", "Bearer " + product.apiKey());
    }

    /** In milliseconds. */
    private static double percentile(List<Long> nanos, int percent) {
        List<Long> sorted = nanos.stream().sorted().toList();
        return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100)) / 1e6;
    }
}
