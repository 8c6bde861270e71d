package com.promptmanage.benchmarks;

import com.promptmanage.benchmarks.Contender.Outcome;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Events a second and processor seconds per million events of the metering, and of a loop that only reads and parses, over
 * the same topic, in turn.
 *
 * <pre>  java … PipelineBenchmark [events, default 2000000] [rounds, default 3] [users, default 10000] [directory]</pre>
 *
 * <p>A contender whose totals are not exactly the expected ones gets no number.
 */
public final class PipelineBenchmark {

    private PipelineBenchmark() {}

    private record Measured(double perSecond, double steadyPerSecond, double cpuSecondsPerMillion) {}

    public static void main(String[] args) throws Exception {
        int events = args.length > 0 ? Integer.parseInt(args[0]) : 2_000_000;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        int users = args.length > 2 ? Integer.parseInt(args[2]) : 10_000;
        Path directory = args.length > 3 ? Files.createDirectories(Path.of(args[3])) : Files.createTempDirectory("benchmark");
        print("%d processors, load %.1f, heap at most %d MiB, files in %s%n",
                Runtime.getRuntime().availableProcessors(),
                load(),
                Runtime.getRuntime().maxMemory() >> 20,
                directory);
        try (Broker broker = Broker.start(directory.resolve("kafka"))) {
            run(broker, directory, events, rounds, users);
        }
    }

    private static void run(Broker broker, Path directory, int events, int rounds, int users) throws Exception {
        Input input = Input.write(broker.bootstrapServers(), events, users);
        print("%,d events of %d users, %,d bytes each, unique and sums %s%n",
                events,
                users,
                input.bytes() / events,
                input.total());
        List<Contender> contenders = contenders(broker.bootstrapServers(), directory, input);
        Map<String, List<Measured>> measured = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Contender contender : contenders) {
                measure(broker, contender, round, measured.computeIfAbsent(contender.name(), name -> new ArrayList<>()));
            }
        }
        print("%nMedians of %d rounds; load now %.1f%n", rounds, load());
        print("%-40s %12s %12s %14s%n", "", "events/s", "steady", "CPU s/million");
        measured.forEach((name, all) -> {
            if (all.size() < rounds) {
                print("%-40s INVALID: its totals were wrong%n", name);
            } else {
                print("%-40s %,12.0f %,12.0f %14.2f%n",
                        name,
                        median(all.stream().map(Measured::perSecond).toList()),
                        median(all.stream().map(Measured::steadyPerSecond).toList()),
                        median(all.stream().map(Measured::cpuSecondsPerMillion).toList()));
            }
        });
    }

    private static List<Contender> contenders(String bootstrapServers, Path directory, Input input) {
        var contenders = new ArrayList<Contender>();
        contenders.add(new ConsumeAndParse(bootstrapServers, input));
        for (Duration commitInterval : List.of(Duration.ofMillis(100), Duration.ofSeconds(1))) {
            for (boolean rated : List.of(true, false)) {
                for (int threads : List.of(1, 2)) {
                    contenders.add(
                            new OurMetering(bootstrapServers, directory, input, commitInterval, rated, threads));
                }
            }
        }
        return contenders;
    }

    private static void measure(Broker broker, Contender contender, int round, List<Measured> into) throws Exception {
        long[] processes = {ProcessHandle.current().pid(), broker.pid()};
        double before = CpuTime.seconds(processes);
        var threads = ThreadTimes.now();
        Outcome outcome;
        try (var sampler = StackSampler.start("StreamThread")) {
            outcome = contender.run(round);
            if (Boolean.getBoolean("benchmark.stacks")) {
                print("%s%n", sampler.report());
            }
        }
        double used = CpuTime.seconds(processes) - before;
        if (!outcome.fault().isEmpty()) {
            print("%-40s round %d INVALID: %s%n", contender.name(), round + 1, outcome.fault());
            return;
        }
        var result = new Measured(
                outcome.events() / outcome.seconds(),
                outcome.events() / outcome.steadySeconds(),
                used / outcome.events() * 1_000_000);
        into.add(result);
        print("%-40s round %d %,12.0f %,12.0f %14.2f  load %.1f  %s%n",
                contender.name(),
                round + 1,
                result.perSecond(),
                result.steadyPerSecond(),
                result.cpuSecondsPerMillion(),
                load(),
                threads.since());
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format, values);
    }
}
