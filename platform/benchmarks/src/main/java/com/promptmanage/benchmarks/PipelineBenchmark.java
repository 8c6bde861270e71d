package com.promptmanage.benchmarks;

import com.promptmanage.benchmarks.Contender.Outcome;
import com.promptmanage.benchmarks.dsl.DslMetering;
import com.promptmanage.benchmarks.sql.FunctionMetering;
import com.promptmanage.testkit.EmbeddedPostgres;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Events a second and processor seconds per million events of the metering, of a loop that only reads and parses, of the
 * same job in the Kafka Streams DSL, and of a function in PostgreSQL: in turn, in one run, with their totals checked.
 *
 * <pre>  java … PipelineBenchmark [events, default 2000000] [rounds, default 3] [users, default 10000] [directory]</pre>
 *
 * <p>{@code -Dbenchmark.only=REGEX} leaves out contenders whose name has no match; {@code -Dbenchmark.sqlEvents} says how
 * many events each run of PostgreSQL gets. A contender whose totals are not exactly the expected ones gets no number.
 */
public final class PipelineBenchmark {

    private PipelineBenchmark() {}

    private record Measured(double perSecond, double steadyPerSecond, double cpuSecondsPerMillion) {

        static Measured of(Outcome outcome) {
            return new Measured(
                    outcome.events() / outcome.times().seconds(),
                    outcome.events() / outcome.times().steadySeconds(),
                    outcome.times().cpuSeconds() / outcome.events() * 1_000_000);
        }

        static Measured median(List<Measured> all) {
            return new Measured(
                    PipelineBenchmark.median(
                            all.stream().map(Measured::perSecond).toList()),
                    PipelineBenchmark.median(
                            all.stream().map(Measured::steadyPerSecond).toList()),
                    PipelineBenchmark.median(
                            all.stream().map(Measured::cpuSecondsPerMillion).toList()));
        }
    }

    public static void main(String[] args) throws Exception {
        int events = args.length > 0 ? Integer.parseInt(args[0]) : 2_000_000;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        int users = args.length > 2 ? Integer.parseInt(args[2]) : 10_000;
        Path directory =
                args.length > 3 ? Files.createDirectories(Path.of(args[3])) : Files.createTempDirectory("benchmark");
        System.out.printf(
                Locale.ROOT,
                "%d processors, load %.1f, heap at most %d MiB%n",
                Runtime.getRuntime().availableProcessors(),
                load(),
                Runtime.getRuntime().maxMemory() >> 20);
        try (Broker broker = Broker.start(directory.resolve("kafka"));
                var postgres =
                        EmbeddedPostgres.start(directory.resolve("postgres"), EmbeddedPostgres.Options.DURABLE)) {
            run(broker.bootstrapServers(), postgres, directory, events, rounds, users);
        }
    }

    private static void run(
            String bootstrapServers, EmbeddedPostgres postgres, Path directory, int events, int rounds, int users)
            throws Exception {
        Input input = Input.write(bootstrapServers, events, users);
        System.out.printf(
                Locale.ROOT,
                "%,d events of %,d users, %,d bytes each, unique and sums %s%n",
                events,
                users,
                input.bytes() / events,
                input.total());
        List<Contender> contenders = contenders(bootstrapServers, postgres, directory, input, users);
        Map<String, List<Measured>> measured = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Contender contender : contenders) {
                measure(contender, round, measured.computeIfAbsent(contender.name(), name -> new ArrayList<>()));
            }
        }
        var medians = new LinkedHashMap<String, Measured>();
        System.out.printf(Locale.ROOT, "%nMedians of %d rounds; load now %.1f%n", rounds, load());
        System.out.printf(Locale.ROOT, "%-40s %12s %12s %14s%n", "", "events/s", "steady", "CPU s/million");
        measured.forEach((name, all) -> {
            if (all.size() < rounds) {
                System.out.printf(Locale.ROOT, "%-40s INVALID: its totals were wrong%n", name);
            } else {
                Measured median = Measured.median(all);
                medians.put(name, median);
                System.out.printf(
                        Locale.ROOT,
                        "%-40s %,12.0f %,12.0f %14.2f%n",
                        name,
                        median.perSecond(),
                        median.steadyPerSecond(),
                        median.cpuSecondsPerMillion());
            }
        });
        compare(medians);
    }

    /** The best of ours that writes every rated event too, as the peers do, against each of them. */
    private static void compare(Map<String, Measured> medians) {
        var ours = medians.entrySet().stream()
                .filter(entry ->
                        entry.getKey().startsWith("(c)") && !entry.getKey().contains("no rated"))
                .max(Map.Entry.comparingByValue(
                        (one, other) -> Double.compare(one.steadyPerSecond(), other.steadyPerSecond())));
        if (ours.isEmpty()) {
            return;
        }
        System.out.printf(
                Locale.ROOT, "%n%s against%n%-40s %12s %14s%n", ours.get().getKey(), "", "steady", "CPU s/million");
        medians.forEach((name, peer) -> {
            if (!name.startsWith("(c)")) {
                System.out.printf(
                        Locale.ROOT,
                        "%-40s %11.2fx %13.2fx%n",
                        name,
                        ours.get().getValue().steadyPerSecond() / peer.steadyPerSecond(),
                        peer.cpuSecondsPerMillion() / ours.get().getValue().cpuSecondsPerMillion());
            }
        });
    }

    private static List<Contender> contenders(
            String bootstrapServers, EmbeddedPostgres postgres, Path directory, Input input, int users) {
        int sqlEvents = Integer.getInteger("benchmark.sqlEvents", 100_000);
        var contenders = new ArrayList<Contender>();
        contenders.add(new ConsumeAndParse(bootstrapServers, input));
        for (Duration commitInterval : List.of(Duration.ofMillis(100), Duration.ofSeconds(1))) {
            for (boolean rated : List.of(true, false)) {
                for (int threads : List.of(1, 2)) {
                    contenders.add(new OurMetering(bootstrapServers, directory, input, commitInterval, rated, threads));
                }
            }
        }
        for (boolean tuned : List.of(true, false)) {
            contenders.add(new DslMetering(bootstrapServers, directory, input, tuned));
        }
        for (boolean hot : List.of(false, true)) {
            for (boolean waits : List.of(true, false)) {
                contenders.add(new FunctionMetering(postgres, sqlEvents, users, hot, waits));
            }
        }
        Predicate<String> only = java.util.regex.Pattern.compile(System.getProperty("benchmark.only", ""))
                .asPredicate();
        return contenders.stream()
                .filter(contender -> only.test(contender.name()))
                .toList();
    }

    private static void measure(Contender contender, int round, List<Measured> into) throws Exception {
        Outcome outcome;
        try (var sampler = StackSampler.start("StreamThread")) {
            outcome = contender.run(round);
            if (Boolean.getBoolean("benchmark.stacks")) {
                System.out.printf(Locale.ROOT, "%s%n", sampler.report());
            }
        }
        if (!outcome.fault().isEmpty()) {
            System.out.printf(
                    Locale.ROOT, "%-40s round %d INVALID: %s%n", contender.name(), round + 1, outcome.fault());
            return;
        }
        var result = Measured.of(outcome);
        into.add(result);
        System.out.printf(
                Locale.ROOT,
                "%-40s round %d %,12.0f %,12.0f %14.2f  load %.1f  %s %s%n",
                contender.name(),
                round + 1,
                result.perSecond(),
                result.steadyPerSecond(),
                result.cpuSecondsPerMillion(),
                load(),
                outcome.note(),
                outcome.times().threads());
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }
}
