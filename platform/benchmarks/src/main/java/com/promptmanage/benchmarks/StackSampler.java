package com.promptmanage.benchmarks;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Looks at what some threads do, every few milliseconds: enough to see what is hot. */
final class StackSampler implements AutoCloseable {

    private static final int SHOWN = 25;

    private static final int INTERVAL_MS = 5;

    private final String threads;

    private final Map<String, Integer> innermost = new HashMap<>();

    private final Map<String, Integer> ours = new HashMap<>();

    private final Thread thread;

    private int samples;

    private StackSampler(String threads) {
        this.threads = threads;
        thread = new Thread(this::sample, "stack-sampler");
        thread.setDaemon(true);
    }

    /** Does nothing unless {@code -Dbenchmark.stacks=true}: looking costs time too. */
    static StackSampler start(String threads) {
        var sampler = new StackSampler(threads);
        if (Boolean.getBoolean("benchmark.stacks")) {
            sampler.thread.start();
        }
        return sampler;
    }

    private void sample() {
        try {
            while (true) {
                Thread.sleep(INTERVAL_MS);
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void look() {
        Thread.getAllStackTraces().forEach((one, stack) -> {
            if (one.getName().contains(threads) && stack.length > 0) {
                samples++;
                innermost.merge(name(stack[0]), 1, Integer::sum);
                for (StackTraceElement frame : stack) {
                    if (frame.getClassName().startsWith("com.promptmanage")) {
                        ours.merge(name(frame), 1, Integer::sum);
                        break;
                    }
                }
            }
        });
    }

    synchronized String report() {
        return "%d samples%n innermost:%n%s%n innermost of ours:%n%s".formatted(samples, table(innermost), table(ours));
    }

    private String table(Map<String, Integer> counts) {
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .limit(SHOWN)
                .map(entry -> "  %5.1f %%  %s".formatted(100.0 * entry.getValue() / samples, entry.getKey()))
                .collect(Collectors.joining("\n"));
    }

    private static String name(StackTraceElement frame) {
        return frame.getClassName() + "." + frame.getMethodName() + ":" + frame.getLineNumber();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
