package com.promptmanage.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process holds of the machine's memory, as Linux counts it: heap, RocksDB, mapped files and all. */
final class ProcessMemory {

    private ProcessMemory() {}

    static long residentMiB() {
        return status("VmRSS:");
    }

    /** The most that it ever held. */
    static long highestMiB() {
        return status("VmHWM:");
    }

    private static long status(String name) {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
