package com.promptmanage.local.demo;

import com.promptmanage.local.replay.Casting;
import com.promptmanage.local.replay.IngestClient;
import com.promptmanage.local.replay.Replay;
import com.promptmanage.local.replay.Trace;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The team's past, replayed once for each data directory, and its present: a call every few seconds. Both go through the
 * ingest API like anyone's. Has one thread of its own until it is closed; a product that is away or refuses what it is sent is asked
 * again.
 */
public final class DemoTraffic implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(DemoTraffic.class);

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Mostly the cheap one, so that a day of it costs a few dollars. */
    private static final List<Casting.Model> MODELS = List.of(
            Casting.MODELS.get(0),
            Casting.MODELS.get(0),
            Casting.MODELS.get(0),
            Casting.MODELS.get(1),
            Casting.MODELS.get(0),
            Casting.MODELS.get(0),
            Casting.MODELS.get(0),
            Casting.MODELS.get(2));

    private final URI baseUrl;

    private final String apiKey;

    private final Path directory;

    private final Trace past;

    private final Clock clock;

    private final Pace pace;

    private final Thread thread = Thread.ofVirtual().name("demo-traffic").unstarted(this::run);

    /**
     * How long it pauses.
     *
     * @param between two calls, on average
     * @param afterFailure until what the product did not take is tried once more
     */
    record Pace(Duration between, Duration afterFailure) {

        static final Pace USUAL = new Pace(Duration.ofSeconds(4), Duration.ofMinutes(1));
    }

    /** A part of what is sent; once more from its beginning if it failed. */
    private interface Part {
        void send() throws IOException, InterruptedException;
    }

    private DemoTraffic(URI baseUrl, String apiKey, Path directory, Trace past, Clock clock, Pace pace) {
        this.baseUrl = baseUrl;
        this.apiKey = apiKey;
        this.directory = directory;
        this.past = past;
        this.clock = clock;
        this.pace = pace;
    }

    /** @param directory where it is noted what was replayed */
    public static DemoTraffic start(URI baseUrl, String apiKey, Path directory, Trace past, Clock clock) {
        return start(baseUrl, apiKey, directory, past, clock, Pace.USUAL);
    }

    static DemoTraffic start(URI baseUrl, String apiKey, Path directory, Trace past, Clock clock, Pace pace) {
        var traffic = new DemoTraffic(baseUrl, apiKey, directory, past, clock, pace);
        traffic.thread.start();
        return traffic;
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (var ingest = new IngestClient(baseUrl, apiKey, PATIENCE)) {
            // The budgets first: what happens then crosses one threshold after the other.
            untilTaken(() -> new DemoBudgets(baseUrl, apiKey).ensure());
            untilTaken(() -> replay(ingest));
            untilTaken(() -> trickle(ingest));
        } catch (InterruptedException e) {
            LOGGER.debug("the demo traffic is told to end", e);
        }
    }

    private void untilTaken(Part part) throws InterruptedException {
        while (true) {
            try {
                part.send();
                return;
            } catch (IOException e) {
                LOGGER.atWarn().addKeyValue("cause", e.getMessage()).log("there is no demo traffic for now");
                Thread.sleep(pace.afterFailure());
            }
        }
    }

    /** Events are remembered for a week only, so it has to be noted that these were sent. */
    private void replay(IngestClient ingest) throws IOException, InterruptedException {
        Path done = directory.resolve("replayed-" + past.fingerprint());
        if (Files.exists(done)) {
            return;
        }
        var options = Replay.Options.of(past).withConnections(1);
        Replay.Sent sent = new Replay(past, DemoTeam.casting(), options, ingest, clock).run(accepted -> {});
        Files.writeString(done, sent.to().toString());
        LOGGER.atInfo()
                .addKeyValue("trace", past.name())
                .addKeyValue("events", sent.events())
                .addKeyValue("from", sent.from())
                .log("the demo team's past is replayed");
    }

    private void trickle(IngestClient ingest) throws IOException, InterruptedException {
        var random = new SplittableRandom();
        List<String> members = DemoTeam.members();
        while (true) {
            Thread.sleep(random.nextLong(
                    pace.between().toMillis() / 4, pace.between().toMillis() * 7 / 4));
            Casting.Model model = MODELS.get(random.nextInt(MODELS.size()));
            ingest.send(List.of(new UsageEvent(
                    UUID.randomUUID().toString(),
                    "/demo/trickle",
                    clock.instant(),
                    call(members.get(random.nextInt(members.size())), model, random))));
        }
    }

    private static TokenUsage call(String userId, Casting.Model model, SplittableRandom random) {
        return TokenUsage.builder(userId, model.name())
                .teamId(DemoTeam.TEAM_ID)
                .provider(model.provider())
                .promptId("prompt_answer_ticket")
                .durationMs(random.nextLong(200, 3_000))
                .tags(DemoTeam.TAGS)
                .tokens(TokenCounts.ofInputOutput(random.nextLong(100, 1_000), random.nextLong(10, 250)))
                .build();
    }
}
