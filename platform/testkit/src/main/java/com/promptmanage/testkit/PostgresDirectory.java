package com.promptmanage.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/** The directory of a PostgreSQL server: its data, its log, and what is the same at each start in it. */
final class PostgresDirectory {

    private final Path path;

    PostgresDirectory(Path path) {
        this.path = path.toAbsolutePath();
    }

    Path path() {
        return path;
    }

    Path data() {
        return path.resolve("data");
    }

    Path log() {
        return path.resolve("server.log");
    }

    /** All of the log that there is. */
    String logged() {
        return read(log()).orElse("");
    }

    boolean isInitialised() {
        return Files.exists(data().resolve("PG_VERSION"));
    }

    String password() {
        return read(passwordFile()).orElseThrow();
    }

    Path passwordFile() {
        return path.resolve("password");
    }

    /** Makes it, with room for data and a password that only its owner may read. */
    void create() {
        try {
            Files.createDirectories(data());
            Files.deleteIfExists(passwordFile());
            Files.createFile(
                    passwordFile(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create " + path, e);
        }
        write(passwordFile(), random(16));
    }

    /** At which the server was last. */
    Optional<Integer> port() {
        return read(path.resolve("port")).map(Integer::valueOf);
    }

    void keepPort(int port) {
        write(path.resolve("port"), Integer.toString(port));
    }

    /** Of the server that runs here, or was left behind. */
    Optional<Long> serverPid() {
        return read(data().resolve("postmaster.pid"))
                .map(text -> Long.valueOf(text.lines().findFirst().orElseThrow().strip()));
    }

    /** A pid is reused sooner or later: only a process that names this directory is its server. */
    boolean isServedBy(ProcessHandle process) {
        return process.info()
                .commandLine()
                .filter(line -> line.contains(data().toString()))
                .isPresent();
    }

    static String random(int bytes) {
        var random = new byte[bytes];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private static Optional<String> read(Path file) {
        try {
            return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
