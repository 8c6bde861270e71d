package com.promptmanage.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What processes have used of the processors, as Linux counts it. */
final class CpuTime {

    /** Linux reports in hundredths of a second whatever its own clock is. */
    private static final double TICKS_PER_SECOND = 100;

    private CpuTime() {}

    /** User and system time of the processes, in seconds. */
    static double seconds(long... pids) {
        long ticks = 0;
        for (long pid : pids) {
            ticks += ticks(pid);
        }
        return ticks / TICKS_PER_SECOND;
    }

    private static long ticks(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // The command's name is in parentheses and may hold spaces: count from behind it.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read what process %d used".formatted(pid), e);
        }
    }
}
