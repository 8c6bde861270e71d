package com.promptmanage.query.notify;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** The id of several alerts that are sent together: follows from theirs, so that it is the same at every attempt. */
final class DigestIds {

    private static final int LENGTH_BYTES = 16;

    private DigestIds() {}

    static String of(List<String> alertIds) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(String.join("\n", alertIds.stream().sorted().toList())
                            .getBytes(StandardCharsets.UTF_8));
            return "digest_" + HexFormat.of().formatHex(hash, 0, LENGTH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
