package com.promptmanage.benchmarks;

import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/**
 * Where time goes while something is measured: processor time by process and by kind of thread, the compiler's and the garbage
 * collector's among them; how long the collector stopped all threads; what was allocated. Threads as Linux counts them.
 */
final class Effort {

    private static final double TICKS_PER_SECOND = 100;

    private static final int KINDS_SHOWN = 10;

    private static final AtomicLong PAUSES = new AtomicLong();

    private static final AtomicLong PAUSED_MS = new AtomicLong();

    private static final AtomicLong LONGEST_MS = new AtomicLong();

    static {
        ManagementFactory.getGarbageCollectorMXBeans().stream()
                // What a collector does beside the program stops nobody.
                .filter(collector -> !collector.getName().endsWith("Cycles"))
                .forEach(collector -> ((NotificationEmitter) collector)
                        .addNotificationListener(
                                (notification, unused) -> paused(GarbageCollectionNotificationInfo.from(
                                                (CompositeData) notification.getUserData())
                                        .getGcInfo()
                                        .getDuration()),
                                null,
                                null));
    }

    private final long startedNanos = System.nanoTime();

    private final double allSeconds = CpuTime.seconds();

    private final double ownSeconds = CpuTime.ownSeconds();

    private final Map<String, Long> ticks = ticksByThread();

    private final long pauses = PAUSES.get();

    private final long pausedMs = PAUSED_MS.get();

    private final long allocatedBytes = allocated();

    private Effort() {}

    /** From now on. */
    static Effort start() {
        LONGEST_MS.set(0);
        return new Effort();
    }

    /** Two lines about the time since it was started. */
    String told() {
        double seconds = (System.nanoTime() - startedNanos) / 1e9;
        double all = CpuTime.seconds() - allSeconds;
        double own = CpuTime.ownSeconds() - ownSeconds;
        return String.format(
                Locale.ROOT,
                "    processors in use %.2f, %.2f of them by other processes; %d pauses, %d ms in all, longest %d ms; %.0f MiB/s allocated%n    %s",
                all / seconds,
                (all - own) / seconds,
                PAUSES.get() - pauses,
                PAUSED_MS.get() - pausedMs,
                LONGEST_MS.get(),
                (allocated() - allocatedBytes) / seconds / (1 << 20),
                threads(seconds));
    }

    private String threads(double seconds) {
        Map<String, Long> now = ticksByThread();
        return now.entrySet().stream()
                .map(kind -> Map.entry(kind.getKey(), kind.getValue() - ticks.getOrDefault(kind.getKey(), 0L)))
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(KINDS_SHOWN)
                .map(kind -> String.format(
                        Locale.ROOT, "%s %.2f", kind.getKey(), kind.getValue() / TICKS_PER_SECOND / seconds))
                .collect(Collectors.joining(", "));
    }

    private static void paused(long milliseconds) {
        PAUSES.incrementAndGet();
        PAUSED_MS.addAndGet(milliseconds);
        LONGEST_MS.accumulateAndGet(milliseconds, Math::max);
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
    }

    /** Names are cut off by Linux; numbers in them are left out, so that threads of one kind are one. */
    private static Map<String, Long> ticksByThread() {
        var ticks = new HashMap<String, Long>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path thread : threads) {
                try {
                    String stat = Files.readString(thread.resolve("stat"));
                    String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
                    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                    ticks.merge(
                            name.replaceAll("\\d+", "#"),
                            Long.parseLong(fields[11]) + Long.parseLong(fields[12]),
                            Long::sum);
                } catch (IOException e) {
                    // It has just ended.
                }
            }
        } catch (IOException e) {
            // Another system: there is nothing to tell of threads.
        }
        return ticks;
    }
}
