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

    /** User and system time of this process and of all that it started, ended ones too, in seconds. */
    static double seconds() {
        var all = Stream.concat(
                Stream.of(ProcessHandle.current()), ProcessHandle.current().descendants());
        return all.mapToLong(process -> ticks(process.pid())).sum() / TICKS_PER_SECOND;
    }

    /** Of this process alone. */
    static double ownSeconds() {
        return ticks(ProcessHandle.current().pid()) / TICKS_PER_SECOND;
    }

    private static long ticks(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // The command's name is in parentheses and may hold spaces: count from behind it.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            long ticks = 0;
            // Its own user and system time, and those of its ended children.
            for (int field = 11; field <= 14; field++) {
                ticks += Long.parseLong(fields[field]);
            }
            return ticks;
        } catch (IOException e) {
            // It has just ended; its parent counts it.
            return 0;
        }
    }
}
