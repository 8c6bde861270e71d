package com.promptmanage.query.notify;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A secret that a webhook is signed with, as Standard Webhooks wants it.
 *
 * @param key {@code whsec_} and at least 24 bytes in base64
 * @param until when it stops being valid; null for the current one
 */
record SigningSecret(String key, @Nullable Instant until) {

    private static final String PREFIX = "whsec_";

    private static final int LENGTH_BYTES = 32;

    private static final SecureRandom RANDOM = new SecureRandom();

    static SigningSecret make() {
        var bytes = new byte[LENGTH_BYTES];
        RANDOM.nextBytes(bytes);
        return new SigningSecret(PREFIX + Base64.getEncoder().encodeToString(bytes), null);
    }

    SigningSecret validUntil(Instant end) {
        return new SigningSecret(key, end);
    }

    boolean isValid(Instant now) {
        return until == null || now.isBefore(until);
    }

    /** The header {@code webhook-signature}: one signature for each secret that is valid, separated by blanks. */
    static String signatures(List<SigningSecret> secrets, String id, Instant now, byte[] body) {
        return secrets.stream()
                .filter(secret -> secret.isValid(now))
                .map(secret -> "v1," + secret.sign(id, now.getEpochSecond(), body))
                .collect(Collectors.joining(" "));
    }

    private String sign(String id, long timestampSeconds, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(key.substring(PREFIX.length())), "HmacSHA256"));
            mac.update("%s.%d.".formatted(id, timestampSeconds).getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has HMAC-SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "SigningSecret[until=" + until + "]";
    }
}
