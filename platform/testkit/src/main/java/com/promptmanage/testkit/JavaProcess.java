package com.promptmanage.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A main class of this class path in a process of its own, which a test can kill or freeze. Ends with this JVM at the latest. */
public final class JavaProcess implements AutoCloseable {

    /** For a life of seconds: what the second compiler makes of it comes when it is over, and is taken from all others. */
    private static final List<String> SHORT_LIVED = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private final Process process;

    private static final int ERRORS_KEPT = 40;

    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();

    /** The last lines of its standard error, for whoever asks why it ended. */
    private final ArrayDeque<String> errors = new ArrayDeque<>();

    private JavaProcess(Process process) {
        this.process = process;
        follow("output-of-", this::read);
        follow("errors-of-", this::readErrors);
        var end = new Thread(process::destroyForcibly, "end-" + process.pid());
        Runtime.getRuntime().addShutdownHook(end);
    }

    /**
     * Starts it, made for a short life unless the options say otherwise.
     *
     * @param environment added to this process's own
     */
    public static JavaProcess start(
            Class<?> main, List<String> jvmOptions, Map<String, String> environment, String... args) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.addAll(SHORT_LIVED);
        command.addAll(jvmOptions);
        command.add(main.getName());
        command.addAll(List.of(args));
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        try {
            return new JavaProcess(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + main.getName(), e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /**
     * For who waits for what it does.
     *
     * @throws IllegalStateException if it has ended, with what it said last
     */
    public void requireAlive() {
        if (!isAlive()) {
            synchronized (errors) {
                throw new IllegalStateException("process %d has ended with %d; it said last:\n%s"
                        .formatted(pid(), process.exitValue(), String.join("\n", errors)));
            }
        }
    }

    /** Waits for a line of its output that starts so, and returns the rest of that line. */
    public String awaitLine(String start, Duration patience) throws InterruptedException {
        var awaited = new CompletableFuture<String>();
        var waiter = Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    String line = lines.take();
                    if (line.startsWith(start)) {
                        awaited.complete(line.substring(start.length()));
                        return;
                    }
                }
            } catch (InterruptedException e) {
                awaited.cancel(false);
            }
        });
        try {
            return awaited.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            waiter.interrupt();
            throw new AssertionError("process %d did not print '%s' within %s".formatted(pid(), start, patience), e);
        }
    }

    /** As {@code kill -9}: the process learns nothing of it. */
    public void kill() throws InterruptedException {
        Signals.send("KILL", pid());
        process.waitFor();
    }

    /** As {@code kill -STOP}: it stands still, its sockets stay open. */
    public void freeze() {
        Signals.send("STOP", pid());
    }

    public void thaw() {
        Signals.send("CONT", pid());
    }

    /** Asks it to end (SIGTERM) and waits. Returns its exit code. */
    public int end() throws InterruptedException {
        process.destroy();
        return process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void follow(String name, Runnable reading) {
        var reader = new Thread(reading, name + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /** Shown as they come, among this process's own. */
    @SuppressWarnings("SystemOut")
    private void readErrors() {
        try (BufferedReader said = process.errorReader(StandardCharsets.UTF_8)) {
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                System.err.println(line);
                synchronized (errors) {
                    if (errors.size() == ERRORS_KEPT) {
                        errors.removeFirst();
                    }
                    errors.addLast(line);
                }
            }
        } catch (IOException e) {
            System.err.println("errors of " + pid() + " ended: " + e.getMessage());
        }
    }

    private void read() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add("output ended: " + e.getMessage());
        }
    }
}
