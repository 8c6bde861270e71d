package com.promptmanage.local;

import com.promptmanage.local.command.Arguments;
import com.promptmanage.local.command.Arguments.BadArgumentsException;
import com.promptmanage.local.command.LocalFile;
import com.promptmanage.local.replay.BadTraceException;
import com.promptmanage.local.replay.Trace;
import com.promptmanage.service.settings.BadSettingsException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.slf4j.LoggerFactory;

/** {@code bin/up}. */
public final class LocalMain {

    private static final String SAMPLE = "sample-trace.csv";

    private LocalMain() {}

    public static void main(String... args) throws InterruptedException {
        long startedNanos = System.nanoTime();
        try {
            LocalStack.Options options =
                    options(new Arguments(List.of(args), Set.of("--port", "--data", "--trace"), Set.of("--no-demo")));
            LocalStack stack = LocalStack.start(options);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(stack), "stop"));
            welcome(stack.local(), options, (System.nanoTime() - startedNanos) / 1e9);
            new CountDownLatch(1).await();
        } catch (NoSuchFileException e) {
            fail("There is no file " + e.getMessage());
        } catch (BadArgumentsException | BadSettingsException | BadTraceException | IOException e) {
            fail(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LoggerFactory.getLogger(LocalMain.class).error("cannot start", e);
            fail("Cannot start: " + e.getMessage());
        }
    }

    private static LocalStack.Options options(Arguments arguments) throws IOException {
        int port = arguments.integer("--port", 8080, 0, 65_535);
        Path directory = Path.of(arguments.text("--data").orElse(".data"));
        Optional<String> trace = arguments.text("--trace").or(() -> Optional.ofNullable(System.getenv("PM_TRACE")));
        arguments.none();
        arguments.check();
        if (port != 0) {
            requireFree(port);
        }
        if (arguments.has("--no-demo")) {
            return new LocalStack.Options(directory, port, Optional.empty());
        }
        return new LocalStack.Options(
                directory, port, Optional.of(trace.isPresent() ? Trace.read(Path.of(trace.get())) : sample()));
    }

    static Trace sample() throws IOException {
        try (InputStream bytes = LocalMain.class.getClassLoader().getResourceAsStream(SAMPLE)) {
            return Trace.read(SAMPLE, Objects.requireNonNull(bytes, "the sample trace is on the class path"));
        }
    }

    /** Found out before anything is started, not after. */
    private static void requireFree(int port) throws IOException {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new IOException("Port %d is taken: choose another with --port, or 0 for any".formatted(port), e);
        }
    }

    private static void welcome(LocalFile local, LocalStack.Options options, double seconds) {
        System.out.printf(
                Locale.ROOT,
                """

                Prompt Manage is ready at %s (started in %.1f s)

                  API, to browse and try   %1$s/docs
                  Sign in                  %s  %s
                  API key                  %s
                  Kafka                    %s
                  PostgreSQL               %s
                  All of this              %s

                Ctrl-C stops it; start it again with the same data directory to go on.
                """,
                local.baseUrl(),
                seconds,
                local.email(),
                local.password(),
                local.apiKey(),
                local.kafkaBootstrapServers(),
                local.postgresUrl(),
                LocalFile.in(options.directory()));
    }

    /** Runs when the process is told to end. An orderly stop is a success; without this the JVM would report the signal. */
    private static void stop(LocalStack stack) {
        int status = 0;
        try {
            stack.close();
            System.out.println("Stopped.");
        } catch (IOException | RuntimeException e) {
            LoggerFactory.getLogger(LocalMain.class).error("did not stop in order", e);
            status = 1;
        }
        System.out.flush();
        Runtime.getRuntime().halt(status);
    }

    private static void fail(String problem) {
        System.err.println(problem);
        System.exit(1);
    }
}
