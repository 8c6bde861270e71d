package com.promptmanage.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.promptmanage.service.secret.SecretKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The secrets of a data directory, the same at every start. For the owner's eyes only.
 *
 * @param databasePassword of the role that the services work as
 * @param password the demo user's
 * @param apiKey the demo team's, once it is made: the database has only its hash
 * @param secretKey in base64: what the services encrypt secrets with
 */
record Keepsakes(String databasePassword, String password, Optional<String> apiKey, String secretKey) {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String FILE = "secrets.json";

    private static final String KEY_ID = "local";

    private record Content(
            String databasePassword,
            String password,
            String apiKey,
            @Nullable String secretKey) {}

    static Keepsakes of(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (Files.exists(file)) {
            Content content = JSON.readValue(Files.readAllBytes(file), Content.class);
            String secretKey = content.secretKey();
            var kept = new Keepsakes(
                    content.databasePassword(),
                    content.password(),
                    Optional.of(content.apiKey()).filter(key -> !key.isEmpty()),
                    secretKey == null ? randomKey() : secretKey);
            if (secretKey == null) {
                // From before secrets were encrypted.
                kept.write(directory);
            }
            return kept;
        }
        var made = new Keepsakes(random(), random(), Optional.empty(), randomKey());
        made.write(directory);
        return made;
    }

    Keepsakes withApiKey(String made, Path directory) throws IOException {
        var complete = new Keepsakes(databasePassword, password, Optional.of(made), secretKey);
        complete.write(directory);
        return complete;
    }

    SecretKeys secretKeys() {
        return SecretKeys.of(KEY_ID, Base64.getDecoder().decode(secretKey));
    }

    /** As a setting says it. */
    String secretKeysText() {
        return KEY_ID + ":" + secretKey;
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
        Files.write(
                half, JSON.writeValueAsBytes(new Content(databasePassword, password, apiKey.orElse(""), secretKey)));
        Files.move(half, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    }

    private static String randomKey() {
        var bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static String random() {
        var bytes = new byte[12];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
