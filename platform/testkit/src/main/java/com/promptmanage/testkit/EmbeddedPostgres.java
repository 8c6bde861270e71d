package com.promptmanage.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server as a child of this process, on a loopback port, also when we are root.
 *
 * <p>What was written is there again after a start in the same directory. The server ends when this process does, even
 * if it is killed. Signing in needs the password that is made for each directory; {@link #jdbcUrl()} carries it.
 *
 * <p>Not safe for use by several threads, except through its connections and {@link #createDatabase}.
 */
public final class EmbeddedPostgres implements AutoCloseable {

    public static final String SUPERUSER = "postgres";

    private static final Logger LOGGER = LoggerFactory.getLogger(EmbeddedPostgres.class);

    /** object_in_use: somebody is connected to the database. */
    private static final String IN_USE = "55006";

    private static final Duration START_MAX = Duration.ofMinutes(3);

    /**
     * Runs the server, and asks it to stop when our end of the pipe closes: a JVM that was killed cannot ask any more.
     * The server's own input is not that pipe, so that it does not keep it open. It is asked until it has ended: one that has just
     * been started does not hear it yet.
     */
    static final String GUARDED = """
            exec 3<&0
            "$@" </dev/null 3<&- &
            server=$!
            (read -r _ <&3; while kill -INT $server; do sleep 1; done) >/dev/null 2>&1 &
            guard=$!
            exec 3<&-
            wait $server
            status=$?
            kill $guard 2>/dev/null
            exit $status
            """;

    private final PostgresDirectory directory;

    private final Options options;

    private final boolean temporary;

    private final Unprivileged way;

    private final Path binaries = PostgresBinaries.unpacked();

    private final AtomicInteger databases = new AtomicInteger();

    /** The database that those of a kind are copies of. */
    private final Map<String, String> originals = new ConcurrentHashMap<>();

    /** The directory's last one, or one that is free; 0 until it is known. */
    private int port;

    private @Nullable Process guard;

    /**
     * @param durable whether a commit waits for the disk; without it a power cut, but no crash, loses data, and a password is
     *     checked more quickly than is good where others try to guess it
     */
    public record Options(boolean durable) {

        /** For tests: not durable. */
        public static final Options DEFAULT = new Options(false);

        /** For data that someone wants to keep. */
        public static final Options DURABLE = new Options(true);
    }

    private EmbeddedPostgres(Path directory, Options options, boolean temporary, Unprivileged way) {
        this.directory = new PostgresDirectory(directory);
        this.options = options;
        this.temporary = temporary;
        this.way = way;
    }

    public static EmbeddedPostgres start(Path directory) {
        return start(directory, Options.DEFAULT);
    }

    public static EmbeddedPostgres start(Path directory, Options options) {
        return start(directory, options, Unprivileged.way());
    }

    static EmbeddedPostgres start(Path directory, Options options, Unprivileged way) {
        var postgres = new EmbeddedPostgres(directory, options, false, way);
        postgres.start();
        return postgres;
    }

    /** A server whose directory is removed when it is closed. */
    public static EmbeddedPostgres startTemporary() {
        var postgres =
                new EmbeddedPostgres(Directories.temporary("postgres"), Options.DEFAULT, true, Unprivileged.way());
        postgres.start();
        return postgres;
    }

    /** One server for all tests of this JVM, ended with it. Use {@link #createDatabase}, and do not stop it. */
    public static EmbeddedPostgres shared() {
        return Shared.POSTGRES;
    }

    private static final class Shared {
        static final EmbeddedPostgres POSTGRES = startTemporary();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(POSTGRES::close, "stop-shared-postgres"));
        }
    }

    /** For the superuser, password included, to the database {@code postgres}. */
    public String jdbcUrl() {
        return jdbcUrl("postgres");
    }

    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:%d/%s?user=%s&password=%s".formatted(port, database, SUPERUSER, password());
    }

    /** As {@code psql} takes it, password included. */
    public String url() {
        return "postgresql://%s:%s@127.0.0.1:%d/postgres".formatted(SUPERUSER, password(), port);
    }

    public String password() {
        return directory.password();
    }

    public int port() {
        return port;
    }

    public boolean isRunning() {
        return guard != null && guard.isAlive();
    }

    /** A new, empty database of its own. Returns its JDBC URL for the superuser. */
    public String createDatabase() {
        String name = newName();
        createDatabase(name);
        return jdbcUrl(name);
    }

    /**
     * A new database of its own with something in it: a copy of one that was filled when the first of its kind was asked for.
     * To copy what many migrations have made takes a small part of what they take.
     *
     * @param filling is given a JDBC URL for the superuser, once for each kind, and leaves no connection open
     * @return its JDBC URL for the superuser
     */
    public String createDatabase(String kind, Consumer<String> filling) {
        String original = originals.computeIfAbsent(kind, first -> {
            String filled = "original_" + first;
            createDatabase(filled);
            filling.accept(jdbcUrl(filled));
            return filled;
        });
        String name = newName();
        try (Connection connection = DriverManager.getConnection(jdbcUrl());
                var create = connection.createStatement()) {
            copy(
                    create,
                    "CREATE DATABASE %s TEMPLATE %s"
                            .formatted(create.enquoteIdentifier(name, true), create.enquoteIdentifier(original, true)));
        } catch (SQLException e) {
            throw new IllegalStateException("cannot copy database " + original, e);
        }
        return jdbcUrl(name);
    }

    /** Whoever has filled the original may be on the way out of it, for longer than the server waits for that by itself. */
    private static void copy(Statement create, String sql) throws SQLException {
        long deadline = System.nanoTime() + START_MAX.toNanos();
        while (true) {
            try {
                create.execute(sql);
                return;
            } catch (SQLException e) {
                if (!IN_USE.equals(e.getSQLState()) || System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }

    private String newName() {
        return "test_%d_%s".formatted(databases.incrementAndGet(), PostgresDirectory.random(4));
    }

    /** Creates a database of this name unless it is there. */
    public void createDatabase(String name) {
        try (Connection connection = DriverManager.getConnection(jdbcUrl());
                var present = connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?");
                var create = connection.createStatement()) {
            present.setString(1, name);
            if (!present.executeQuery().next()) {
                create.execute("CREATE DATABASE " + create.enquoteIdentifier(name, true));
            }
        } catch (SQLException e) {
            throw new IllegalStateException("cannot create database " + name, e);
        }
    }

    /** Starts it again after {@link #stop} or {@link #kill}: same port, same directory. Does nothing if it runs. */
    public void start() {
        if (isRunning()) {
            return;
        }
        long started = System.nanoTime();
        if (!directory.isInitialised()) {
            initialise();
        }
        stopOrphan();
        if (port == 0) {
            port = directory.port().filter(FreePorts::isFree).orElseGet(FreePorts::one);
        }
        guard = run(serverCommand(), Redirect.appendTo(directory.log().toFile()));
        awaitReady();
        directory.keepPort(port);
        LOGGER.atInfo()
                .addKeyValue("port", port)
                .addKeyValue("directory", directory.path())
                .addKeyValue("tookMs", (System.nanoTime() - started) / 1_000_000)
                .log("embedded PostgreSQL is running");
    }

    /** Stops in an orderly way; open connections are ended. */
    public void stop() {
        if (isRunning()) {
            directory.serverPid().ifPresent(pid -> Signals.send("INT", pid));
            awaitEnd();
        }
    }

    /** The server and its children end at once, as after a crash; the next start recovers from the log. */
    public void kill() {
        if (isRunning()) {
            directory.serverPid().ifPresent(pid -> Signals.send("QUIT", pid));
            awaitEnd();
        }
    }

    @Override
    public void close() {
        stop();
        if (temporary) {
            Directories.remove(directory.path());
        }
    }

    private List<String> serverCommand() {
        var command = new ArrayList<>(List.of(
                "sh",
                "-c",
                GUARDED,
                "guard",
                binaries.resolve("bin/postgres").toString(),
                "-D",
                directory.data().toString(),
                "-p",
                Integer.toString(port)));
        setting(command, "listen_addresses", "127.0.0.1");
        setting(command, "unix_socket_directories", "");
        setting(command, "timezone", "UTC");
        setting(command, "log_timezone", "UTC");
        setting(command, "max_connections", "200");
        setting(command, "shared_buffers", "64MB");
        setting(command, "fsync", options.durable() ? "on" : "off");
        setting(command, "full_page_writes", options.durable() ? "on" : "off");
        return command;
    }

    private static void setting(List<String> command, String name, String value) {
        command.add("-c");
        command.add(name + "=" + value);
    }

    private void initialise() {
        directory.create();
        way.own(directory.data());
        var command = new ArrayList<>(List.of(
                binaries.resolve("bin/initdb").toString(),
                "--auth=scram-sha-256",
                "--username=" + SUPERUSER,
                "--pwfile=" + directory.passwordFile(),
                "--encoding=UTF-8",
                "--locale=C",
                "--pgdata=" + directory.data()));
        if (options.durable()) {
            command.add("--data-checksums");
        } else {
            command.add("--no-sync");
            // Tests connect by the thousand, and the usual 4,096 take each of them longer than all else.
            command.add("--set=scram_iterations=1");
        }
        Process initdb = run(command, Redirect.appendTo(directory.log().toFile()));
        if (awaitExit(initdb) != 0) {
            throw new IllegalStateException("initdb failed: " + directory.logged());
        }
    }

    /** A server of a process that was killed may still be on its way out, or never have been asked. */
    private void stopOrphan() {
        directory
                .serverPid()
                .flatMap(ProcessHandle::of)
                .filter(directory::isServedBy)
                .ifPresent(orphan -> {
                    Signals.send("INT", orphan.pid());
                    orphan.onExit().orTimeout(3, TimeUnit.MINUTES).join();
                });
    }

    private void awaitReady() {
        long deadline = System.nanoTime() + START_MAX.toNanos();
        while (true) {
            if (!isRunning()) {
                throw new IllegalStateException("PostgreSQL ended at its start: " + directory.logged());
            }
            try (Connection connection = DriverManager.getConnection(jdbcUrl())) {
                if (connection.isValid(5)) {
                    return;
                }
            } catch (SQLException e) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("PostgreSQL is not ready after " + START_MAX, e);
                }
            }
            pause();
        }
    }

    private void awaitEnd() {
        Process running = guard;
        if (running != null) {
            awaitExit(running);
            guard = null;
        }
    }

    private Process run(List<String> command, Redirect output) {
        var builder = new ProcessBuilder(way.command(command))
                .redirectErrorStream(true)
                .redirectOutput(output);
        // The messages that we may show must not depend on who runs us.
        builder.environment().put("LC_ALL", "C");
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command.getFirst(), e);
        }
    }

    private static int awaitExit(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while PostgreSQL ends", e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while PostgreSQL starts", e);
        }
    }
}
