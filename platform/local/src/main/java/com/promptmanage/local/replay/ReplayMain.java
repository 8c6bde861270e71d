package com.promptmanage.local.replay;

import com.promptmanage.local.command.Arguments;
import com.promptmanage.local.command.Arguments.BadArgumentsException;
import com.promptmanage.local.command.LocalFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** {@code bin/replay}. */
public final class ReplayMain {

    private static final String USAGE = """
            bin/replay TRACE.csv [--speed N] [--times N] [--shuffle] [options]

            Sends the requests of a trace (columns TIMESTAMP, ContextTokens, GeneratedTokens; .gz is fine) through the
            ingest API, with their times shifted so that the trace ends now. The same trace sent again counts once.

              --speed N       N times as fast as it happened (default: as fast as it is accepted)
              --times N       send every request N times, with the same id (default 1)
              --shuffle       in random order; --seed N chooses which (default 1)
              --model MODEL   all requests used this model (default: several, assigned by the line)
              --team TEAM     all requests were made for this team; --teams N: made-up teams (default 5)
              --users N       made-up users (default 40)
              --source NAME   the events' source; with another one the same trace counts as new
              --url URL       of the ingest API; --key KEY: an API key (default: of the system started by bin/up)
              --data DIR      where bin/up keeps its state (default .data)
            """;

    private static final Set<String> OPTIONS = Set.of(
            "--speed",
            "--times",
            "--seed",
            "--model",
            "--team",
            "--teams",
            "--users",
            "--source",
            "--url",
            "--key",
            "--data");

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Replay replay;

    private final long total;

    private ReplayMain(Replay replay, long total) {
        this.replay = replay;
        this.total = total;
    }

    public static void main(String... args) throws InterruptedException {
        if (List.of(args).contains("--help") || List.of(args).contains("-h")) {
            System.out.print(USAGE);
            return;
        }
        try {
            run(new Arguments(List.of(args), OPTIONS, Set.of("--shuffle")));
        } catch (NoSuchFileException e) {
            System.err.println("There is no file " + e.getMessage());
            System.exit(1);
        } catch (BadArgumentsException | BadTraceException | IOException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static void run(Arguments arguments) throws IOException, InterruptedException {
        Path file = Path.of(arguments.only("trace"));
        Casting casting = Casting.ofCrowd(
                arguments.integer("--teams", 5, 1, 100_000), arguments.integer("--users", 40, 1, 1_000_000));
        casting = arguments.text("--team").map(casting::withTeam).orElse(casting);
        casting = arguments.text("--model").map(casting::withModel).orElse(casting);
        int times = arguments.integer("--times", 1, 1, 1_000);
        int seed = arguments.integer("--seed", 1, Integer.MIN_VALUE, Integer.MAX_VALUE);
        double speed = arguments.positive("--speed", Double.MIN_VALUE);
        arguments.check();
        Trace trace = Trace.read(file);
        Replay.Options options = Replay.Options.of(trace).withTimes(times);
        options = arguments.has("--speed") ? options.withSpeed(speed) : options;
        options = arguments.has("--shuffle") ? options.shuffledBy(seed) : options;
        options = arguments.text("--source").map(options::withSource).orElse(options);
        Target target = Target.of(arguments);
        System.err.printf(
                Locale.ROOT,
                "%s: %,d requests, %,d input and %,d output tokens, to %s%n",
                trace.name(),
                trace.size(),
                trace.contextTokens(),
                trace.generatedTokens(),
                target.url());
        try (var ingest = new IngestClient(target.url(), target.key(), PATIENCE, ReplayMain::say)) {
            new ReplayMain(
                            new Replay(trace, casting, options, ingest, Clock.systemUTC()),
                            (long) trace.size() * options.times())
                    .run();
        }
    }

    private static void say(String line) {
        System.err.println(line);
    }

    private void run() throws IOException, InterruptedException {
        Replay.Sent sent = replay.run(new Progress(total));
        System.out.printf(
                Locale.ROOT,
                "%,d events accepted in %.1f s (%,.0f events/s), for the time from %s to %s%n",
                sent.events(),
                sent.took().toMillis() / 1e3,
                sent.events() / Math.max(sent.took().toNanos() / 1e9, 1e-9),
                sent.from(),
                sent.to());
        if (sent.repeats() > 0) {
            System.out.printf(
                    Locale.ROOT, "%,d batches had to be sent again because it was busy or away%n", sent.repeats());
        }
        System.out.println("receipt of the last batch: " + sent.receipts().getLast());
    }

    /** Where to. */
    private record Target(URI url, String key) {

        static Target of(Arguments arguments) throws IOException {
            @Nullable String url = arguments.text("--url").orElse(null);
            @Nullable String key = arguments.text("--key").orElse(null);
            if (url != null && key != null) {
                return new Target(URI.create(url), key);
            }
            Path directory = Path.of(arguments.text("--data").orElse(".data"));
            try {
                LocalFile local = LocalFile.read(directory);
                if (url == null && !local.hasRunningProcess()) {
                    throw new IOException(
                            "the system in %s was killed: start bin/up, or give --url and --key".formatted(directory));
                }
                return new Target(URI.create(url == null ? local.baseUrl() : url), key == null ? local.apiKey() : key);
            } catch (NoSuchFileException e) {
                throw new IOException(
                        "no system is ready in %s: start bin/up, or give --url and --key".formatted(directory), e);
            }
        }
    }

    /** A line a second. */
    private static final class Progress implements LongConsumer {

        private static final long PAUSE_NANOS = 1_000_000_000;

        private final long total;

        private final long startedNanos = System.nanoTime();

        private final AtomicLong toldNanos = new AtomicLong(startedNanos);

        private Progress(long total) {
            this.total = total;
        }

        @Override
        public void accept(long accepted) {
            long now = System.nanoTime();
            long told = toldNanos.get();
            if (now - told >= PAUSE_NANOS && toldNanos.compareAndSet(told, now)) {
                System.err.printf(
                        Locale.ROOT,
                        "%,d of %,d events, %,.0f events/s%n",
                        accepted,
                        total,
                        accepted / ((now - startedNanos) / 1e9));
            }
        }
    }
}
