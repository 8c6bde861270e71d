package com.promptmanage.testkit;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Tells which platform threads a piece of code left running.
 *
 * <pre>{@code
 * var before = ThreadLeaks.snapshot();
 * try (var consumer = …) { … }
 * before.expectNoneLeft("kafka-");
 * }</pre>
 */
public final class ThreadLeaks {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Set<Thread> before;

    private ThreadLeaks(Set<Thread> before) {
        this.before = before;
    }

    public static ThreadLeaks snapshot() {
        return new ThreadLeaks(Thread.getAllStackTraces().keySet());
    }

    /** Waits for threads to end by themselves first. Looks only at names with this prefix, for libraries keep shared pools. */
    public void expectNoneLeft(String namePrefix) throws Exception {
        expectNoneLeft(namePrefix, PATIENCE);
    }

    void expectNoneLeft(String namePrefix, Duration patience) throws Exception {
        Await.until(patience, () -> {
            Set<String> left = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> !before.contains(thread) && thread.isAlive())
                    .map(Thread::getName)
                    .filter(name -> name.startsWith(namePrefix))
                    .collect(Collectors.toCollection(TreeSet::new));
            if (!left.isEmpty()) {
                throw new AssertionError("threads left running: " + left);
            }
        });
    }
}
