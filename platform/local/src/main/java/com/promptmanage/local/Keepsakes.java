package com.promptmanage.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The secrets of a data directory, the same at every start. For the owner's eyes only.
 *
 * @param databasePassword of the role that the services work as
 * @param password the demo user's
 * @param apiKey the demo team's, once it is made: the database has only its hash
 */
record Keepsakes(String databasePassword, String password, Optional<String> apiKey) {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String FILE = "secrets.json";

    private record Content(String databasePassword, String password, String apiKey) {}

    static Keepsakes of(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (Files.exists(file)) {
            Content content = JSON.readValue(Files.readAllBytes(file), Content.class);
            return new Keepsakes(
                    content.databasePassword(),
                    content.password(),
                    Optional.of(content.apiKey()).filter(key -> !key.isEmpty()));
        }
        var made = new Keepsakes(random(), random(), Optional.empty());
        made.write(directory);
        return made;
    }

    Keepsakes withApiKey(String made, Path directory) throws IOException {
        var complete = new Keepsakes(databasePassword, password, Optional.of(made));
        complete.write(directory);
        return complete;
    }

    @Override
    public String toString() {
        return "Keepsakes";
    }

    private void write(Path directory) throws IOException {
        Path half = Files.createTempFile(
                directory,
                "secrets",
                ".json",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(half, JSON.writeValueAsBytes(new Content(databasePassword, password, apiKey.orElse(""))));
        Files.move(half, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    }

    private static String random() {
        var bytes = new byte[12];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
