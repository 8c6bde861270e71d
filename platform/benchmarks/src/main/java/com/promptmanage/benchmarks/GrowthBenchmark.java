package com.promptmanage.benchmarks;

import com.promptmanage.benchmarks.Workload.Totals;
import com.promptmanage.streams.MeteringRuntime;
import com.promptmanage.streams.StreamsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * How the metering's cost grows with the number of users, with what lies in its stores and with the event ids that it
 * remembers, and how long it takes to bring the stores back when their directory is lost.
 *
 * <pre>  java … GrowthBenchmark [events to measure, default 1000000] [events before them, default 1500000]</pre>
 *
 * <p>For each case a new broker, the events before, a restart, and then the measured ones. The totals of all are checked.
 */
public final class GrowthBenchmark {

    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private static final Duration DAY = Duration.ofDays(1);

    private static final Duration YEAR = Duration.ofDays(365);

    /**
     * One state of the stores to measure with.
     *
     * @param before over how long the events before are spread
     * @param ids that are remembered besides those of the events before
     */
    private record Case(int users, Duration before, long ids) {}

    private GrowthBenchmark() {}

    public static void main(String[] args) throws Exception {
        int events = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
        int before = args.length > 1 ? Integer.parseInt(args[1]) : 1_500_000;
        System.out.printf(
                Locale.ROOT,
                "%d processors; %,d events measured, %,d before them; commits each second, one thread%n",
                Runtime.getRuntime().availableProcessors(),
                events,
                before);
        System.out.printf(
                Locale.ROOT,
                "%8s %12s %12s %12s %14s %10s %10s %12s %10s %14s%n",
                "users",
                "days before",
                "ids before",
                "events/s",
                "CPU s/million",
                "RSS MiB",
                "store MiB",
                "restored",
                "seconds",
                "restored/s");
        for (Case one : List.of(
                new Case(10_000, DAY, 0),
                new Case(1_000, DAY, 0),
                new Case(10_000, DAY, 0),
                new Case(100_000, DAY, 0),
                new Case(10_000, YEAR, 0),
                new Case(10_000, DAY, 1_000_000),
                new Case(10_000, DAY, 10_000_000),
                new Case(10_000, DAY, 100_000_000))) {
            Path directory = Files.createTempDirectory("growth");
            try (Broker broker = Broker.start(directory.resolve("kafka"))) {
                run(broker.bootstrapServers(), directory.resolve("state"), one, before, events);
            } finally {
                remove(directory);
            }
        }
    }

    private static void run(String bootstrapServers, Path state, Case one, int before, int events) throws Exception {
        var past = Input.write(bootstrapServers, before, one.users(), one.before(), 1);
        meter(bootstrapServers, state, past);
        if (one.ids() > 0) {
            ManyIds.write(
                    bootstrapServers,
                    StreamsSettings.defaults(bootstrapServers, state).applicationId(),
                    one.ids());
            remove(state);
        }
        var input = Input.write(bootstrapServers, events, one.users(), Duration.ofHours(6), 2);
        Measured measured = meter(bootstrapServers, state, input);
        if (measured.tokens() != past.total().tokens() + input.total().tokens()) {
            System.out.printf(
                    Locale.ROOT,
                    "%,8d %12d %,12d INVALID: its totals are wrong%n",
                    one.users(),
                    one.before().toDays(),
                    before + one.ids());
            return;
        }
        long bytes = size(state);
        remove(state);
        Measured restored = meter(bootstrapServers, state, input);
        System.out.printf(
                Locale.ROOT,
                "%,8d %12d %,12d %,12.0f %14.2f %,10d %,10d %,12d %,10.1f %,14.0f%n",
                one.users(),
                one.before().toDays(),
                before + one.ids(),
                events / measured.times().steadySeconds(),
                measured.times().cpuSeconds() / events * 1_000_000,
                measured.residentMiB(),
                bytes >> 20,
                restored.restored(),
                restored.times().seconds(),
                restored.restored() / restored.times().seconds());
    }

    /**
     * What a life of the metering took, up to the last event.
     *
     * @param tokens of all accounts since ever
     * @param restored records of changelogs
     * @param residentMiB of this process, at the last event
     */
    private record Measured(Stopwatch.Times times, long tokens, long restored, long residentMiB) {}

    private static Measured meter(String bootstrapServers, Path state, Input input) throws Exception {
        StreamsSettings usual = StreamsSettings.defaults(bootstrapServers, state);
        var settings = new StreamsSettings(
                usual.applicationId(),
                bootstrapServers,
                state,
                Duration.ofSeconds(1),
                1,
                0,
                1,
                null,
                0,
                usual.hotRowsMax(),
                usual.recentIdsMax(),
                usual.deduplicationWindow(),
                usual.sessionTimeout(),
                true,
                usual.retention());
        var watch = Stopwatch.start();
        try (var metering = new MeteringRuntime(settings, Input.PARTITIONS)) {
            metering.start();
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (metering.counts().accepted.sum() == 0 && !metering.isReady() && System.nanoTime() < deadline) {
                Thread.sleep(1);
            }
            watch.first();
            for (int partition = 0; partition < Input.PARTITIONS; partition++) {
                long end = input.ends().get(partition);
                if (end > 0 && !metering.awaitCommitted(partition, end - 1, PATIENCE)) {
                    throw new IllegalStateException("partition %d is not done".formatted(partition));
                }
            }
            Stopwatch.Times times = watch.stop();
            long residentMiB = ProcessMemory.residentMiB();
            long tokens = 0;
            for (var account : input.expected().keySet()) {
                tokens += OurMetering.totals(metering, account, YEAR.plus(DAY.multipliedBy(5)))
                        .map(Totals::tokens)
                        .orElseThrow();
            }
            return new Measured(times, tokens, metering.counts().restored.sum(), residentMiB);
        }
    }

    private static long size(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
