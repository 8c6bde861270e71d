package com.promptmanage.local.command;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * How to reach a running local system: the content of {@code local.json} in its data directory, which is there while it
 * is ready, and after it was killed until it is started again. Holds secrets, so only the owner may read it.
 *
 * @param apiKey of the demo team, with every scope; may speak for any user and team
 * @param pid the process to end for an orderly stop
 */
public record LocalFile(
        String baseUrl,
        String kafkaBootstrapServers,
        String postgresUrl,
        String email,
        String password,
        String apiKey,
        String teamId,
        String userId,
        long pid) {

    private static final ObjectMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    public static Path in(Path directory) {
        return directory.resolve("local.json");
    }

    /** @throws NoSuchFileException if no system is ready there */
    public static LocalFile read(Path directory) throws IOException {
        Path file = in(directory);
        try {
            return MAPPER.readValue(Files.readAllBytes(file), LocalFile.class);
        } catch (JacksonException e) {
            throw new IOException("%s is not what bin/up writes: %s".formatted(file, e.getOriginalMessage()), e);
        }
    }

    /** Whether the process that wrote it runs; one that was killed could not remove it. */
    public boolean hasRunningProcess() {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    /** Appears whole: whoever finds the file can read all of it. */
    public void write(Path directory) throws IOException {
        Path half = Files.createTempFile(
                directory,
                "local",
                ".json",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(half, MAPPER.writeValueAsBytes(this));
        Files.move(half, in(directory), StandardCopyOption.ATOMIC_MOVE);
    }

    public static void remove(Path directory) throws IOException {
        Files.deleteIfExists(in(directory));
    }

    /** Without the secrets. */
    @Override
    public String toString() {
        return "LocalFile[%s, pid %d]".formatted(baseUrl, pid);
    }
}
