package com.promptmanage.runner.node;

import com.promptmanage.service.http.Json;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Tells requests apart. */
final class Fingerprints {

    private Fingerprints() {}

    /** SHA-256 of the parts as JSON, which keeps apart where one ends and the next begins; hexadecimal. */
    static String of(Object... parts) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Json.bytes(List.of(parts))));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
