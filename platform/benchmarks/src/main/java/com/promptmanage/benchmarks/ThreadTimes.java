package com.promptmanage.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What the living Java threads of this process have used, by kind of thread. Ended threads are not seen. */
record ThreadTimes(Map<Long, Long> nanosByThread) {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private static final double SHOWN_FROM_SECONDS = 0.1;

    static ThreadTimes now() {
        var nanos = new HashMap<Long, Long>();
        for (long id : THREADS.getAllThreadIds()) {
            nanos.put(id, THREADS.getThreadCpuTime(id));
        }
        return new ThreadTimes(nanos);
    }

    /** Seconds since then by kind of thread, the small ones left out. */
    String since() {
        Map<String, Double> seconds = new TreeMap<>();
        now().nanosByThread.forEach((id, nanos) -> {
            ThreadInfo thread = THREADS.getThreadInfo(id);
            if (thread != null) {
                String kind = thread.getThreadName().replaceAll("[0-9a-f]{8}-[0-9a-f-]+|[0-9]+", "#");
                seconds.merge(kind, (nanos - nanosByThread.getOrDefault(id, 0L)) / 1e9, Double::sum);
            }
        });
        return seconds.entrySet().stream()
                .filter(entry -> entry.getValue() >= SHOWN_FROM_SECONDS)
                .map(entry -> String.format(Locale.ROOT, "%s %.1f s", entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
    }
}
