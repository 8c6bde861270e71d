package com.promptmanage.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What this process and its children have used of the processors, as Linux counts it. */
final class CpuTime {

    /** Linux reports in hundredths of a second whatever its own clock is. */
    private static final double TICKS_PER_SECOND = 100;

    private CpuTime() {}

    /** User and system time of this process alone, in seconds. */
    static double ownSeconds() {
        return ticks(ProcessHandle.current().pid(), 12) / TICKS_PER_SECOND;
    }

    /** User and system time of this process and of all that it started, ended ones too, in seconds. */
    static double seconds() {
        var all = Stream.concat(
                Stream.of(ProcessHandle.current()), ProcessHandle.current().descendants());
        return all.mapToLong(process -> ticks(process.pid(), 14)).sum() / TICKS_PER_SECOND;
    }

    /** @param lastField 12 without what its ended children have used, 14 with it */
    private static long ticks(long pid, int lastField) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // The command's name is in parentheses and may hold spaces: count from behind it.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            long ticks = 0;
            // Its own user and system time, and those of its ended children.
            for (int field = 11; field <= lastField; field++) {
                ticks += Long.parseLong(fields[field]);
            }
            return ticks;
        } catch (IOException e) {
            // It has just ended; its parent counts it.
            return 0;
        }
    }
}
