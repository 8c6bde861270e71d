package com.promptmanage.benchmarks;

import com.promptmanage.streams.intake.EventIdIndex;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What it costs to remember 1, 10 and 100 million event ids: time of a new id, of a duplicate that is recent, and of
 * one that is anywhere; memory; files.
 *
 * <pre>  java -Xmx1400m … EventIdIndexBenchmark [ids, default 100000000] [recentIdsMax, default 4194304]</pre>
 *
 * <p>Every answer is checked; a wrong one ends the run.
 */
public final class EventIdIndexBenchmark {

    private static final long SEED = 20_261_123L;
    private static final int TIMED_NEW = 1_000_000;
    private static final int TIMED_DUPLICATES = 500_000;
    private static final int RECENT_WITHIN = 10_000;

    private EventIdIndexBenchmark() {}

    public static void main(String[] args) throws IOException {
        long ids = args.length > 0 ? Long.parseLong(args[0]) : 100_000_000L;
        int recentIdsMax = args.length > 1 ? Integer.parseInt(args[1]) : 1 << 22;
        Path directory = Files.createTempDirectory("event-ids");
        System.out.printf(
                Locale.ROOT,
                "%d processors, load %s, heap at most %d MiB, recentIdsMax %,d, files in %s%n",
                Runtime.getRuntime().availableProcessors(),
                loadAverage(),
                Runtime.getRuntime().maxMemory() >> 20,
                recentIdsMax,
                directory);
        warmUp(directory.resolve("warm-up"));
        try (EventIdIndex index = new EventIdIndex(directory.resolve("index"), recentIdsMax)) {
            fill(index, ids);
        }
        rebuild(directory.resolve("rebuild"), ids, recentIdsMax);
        Files.delete(directory);
    }

    /** The n-th id, spread as a hash is. */
    private static long hi(long n) {
        return mix(n * 0x9E3779B97F4A7C15L + SEED);
    }

    private static long lo(long n) {
        return mix(n * 0xD1B54A32D192ED03L + ~SEED);
    }

    private static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
        return b ^ (b >>> 31);
    }

    private static void warmUp(Path directory) {
        try (EventIdIndex index = new EventIdIndex(directory, 1 << 14)) {
            for (long n = 0; n < 2_000_000; n++) {
                require(index.addIfAbsent(hi(n), lo(n), n), "new", n);
            }
            for (long n = 0; n < 500_000; n++) {
                require(!index.addIfAbsent(hi(n), lo(n), n), "duplicate", n);
            }
        }
    }

    private static void fill(EventIdIndex index, long ids) {
        System.out.printf(
                Locale.ROOT,
                "%12s %10s %10s %10s %10s %10s %10s %9s %9s %9s %9s %6s%n",
                "ids",
                "ns/new",
                "ns/new all",
                "cpu ns all",
                "ns/dup new",
                "ns/dup any",
                "max ms",
                "heap MiB",
                "RSS MiB",
                "segments",
                "files MiB",
                "load");
        long next = 0;
        for (long mark = 1_000_000; mark <= ids; mark *= 10) {
            long longestNanos = 0;
            long from = next;
            long start = System.nanoTime();
            long cpuStart = cpuNanos();
            long before = start;
            long timedFrom = mark - TIMED_NEW;
            long timedStart = start;
            for (; next < mark; next++) {
                if (next == timedFrom) {
                    timedStart = System.nanoTime();
                }
                require(index.addIfAbsent(hi(next), lo(next), next), "new", next);
                // A clock read costs about as much as a look-up, so pauses are looked for in groups.
                if ((next & 63) == 0) {
                    long now = System.nanoTime();
                    longestNanos = Math.max(longestNanos, now - before);
                    before = now;
                }
            }
            long end = System.nanoTime();
            double newNanos = (end - timedStart) / (double) Math.min(TIMED_NEW, mark - from);
            double newNanosOverall = (end - start) / (double) (mark - from);
            double newCpuNanosOverall = (cpuNanos() - cpuStart) / (double) (mark - from);
            double recentNanos = duplicates(index, mark - RECENT_WITHIN, mark);
            double anyNanos = duplicates(index, 0, mark);
            EventIdIndex.Footprint footprint = index.footprint();
            require(footprint.ids() == mark, "count", footprint.ids());
            System.out.printf(
                    Locale.ROOT,
                    "%,12d %10.0f %10.0f %10.0f %10.0f %10.0f %10.1f %9d %9d %9d %9d %6s%n",
                    mark,
                    newNanos,
                    newNanosOverall,
                    newCpuNanosOverall,
                    recentNanos,
                    anyNanos,
                    longestNanos / 1e6,
                    footprint.heapBytes() >> 20,
                    ProcessMemory.residentMiB(),
                    footprint.segments(),
                    footprint.fileBytes() >> 20,
                    loadAverage());
        }
        System.out.printf(Locale.ROOT, "highest RSS of the process so far: %d MiB%n", ProcessMemory.highestMiB());
    }

    private static double duplicates(EventIdIndex index, long from, long to) {
        SplittableRandom random = new SplittableRandom(SEED);
        long start = System.nanoTime();
        for (int i = 0; i < TIMED_DUPLICATES; i++) {
            long n = random.nextLong(from, to);
            require(!index.addIfAbsent(hi(n), lo(n), to), "duplicate", n);
        }
        return (System.nanoTime() - start) / (double) TIMED_DUPLICATES;
    }

    /** What a restart adds to reading the rows. */
    private static void rebuild(Path directory, long ids, int recentIdsMax) {
        try (EventIdIndex index = new EventIdIndex(directory, recentIdsMax)) {
            long start = System.nanoTime();
            for (long n = 0; n < ids; n++) {
                index.add(hi(n), lo(n), n);
            }
            Duration taken = Duration.ofNanos(System.nanoTime() - start);
            require(index.footprint().ids() == ids, "count", index.footprint().ids());
            System.out.printf(
                    Locale.ROOT,
                    "adding %,d known ids after a restart: %.1f s, %.0f ns each%n",
                    ids,
                    taken.toMillis() / 1e3,
                    taken.toNanos() / (double) ids);
        }
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void require(boolean right, String what, long which) {
        if (!right) {
            throw new IllegalStateException("Wrong answer: " + what + " " + which);
        }
    }

    private static String loadAverage() {
        try {
            return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
        } catch (IOException e) {
            return "unknown";
        }
    }
}
