package com.promptmanage.runner.trigger;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The signature of a call that triggers a workflow: {@code t=<seconds>,v1=<hex>}, where the second is the HMAC-SHA256 of {@code
 * <seconds>.<body>} with the workflow's secret. A call with a key that tells its repetitions is signed together with that:
 * {@code t=<seconds>,v2=<hex>} of {@code v2.<seconds>.<key>}, the end of a line, and the body. No header holds the end of a line
 * and no time begins with a letter, so neither can be taken for another call. A sender that is about to change its secret may
 * send several.
 */
public final class HookSignature {

    /** The header. */
    public static final String HEADER = "Prompt-Manage-Signature";

    /**
     * How far a sender's clock may be off, either way; and how long a call without a key that someone has overheard can be sent
     * again. Two calls that are the same to the byte may be two events, so that is not held against them.
     */
    static final Duration TOLERANCE = Duration.ofMinutes(5);

    private static final String WITHOUT_KEY = "v1";

    private static final String WITH_KEY = "v2";

    private static final int HEADER_CHARS_MAX = 1_000;

    private HookSignature() {}

    /** As a sender writes it that sends a key along; null for none. */
    public static String sign(@Nullable String key, byte[] body, String secret, Instant now) {
        String time = Long.toString(now.getEpochSecond());
        return "t=%s,%s=%s".formatted(time, version(key), HexFormat.of().formatHex(hmac(time, key, body, secret)));
    }

    /**
     * Whether the body, to the byte, was signed with one of the secrets under this key, and lately. Nothing of it is read before.
     *
     * @param key null if the call has none
     */
    public static boolean isGood(
            @Nullable String header, @Nullable String key, byte[] body, List<String> secrets, Instant now) {
        if (header == null || header.length() > HEADER_CHARS_MAX) {
            return false;
        }
        String time = "";
        var signatures = new ArrayList<byte[]>();
        for (String part : header.split(",", -1)) {
            String[] pair = part.strip().split("=", 2);
            if (pair.length == 2 && pair[0].equals("t") && pair[1].matches("\\d{1,12}")) {
                time = pair[1];
            } else if (pair.length == 2 && pair[0].equals(version(key)) && pair[1].matches("[0-9a-fA-F]{64}")) {
                signatures.add(HexFormat.of().parseHex(pair[1]));
            }
        }
        if (time.isEmpty()
                || Duration.between(Instant.ofEpochSecond(Long.parseLong(time)), now)
                                .abs()
                                .compareTo(TOLERANCE)
                        > 0) {
            return false;
        }
        boolean good = false;
        for (String secret : secrets) {
            byte[] expected = hmac(time, key, body, secret);
            for (byte[] signature : signatures) {
                good |= MessageDigest.isEqual(expected, signature);
            }
        }
        return good;
    }

    private static String version(@Nullable String key) {
        return key == null ? WITHOUT_KEY : WITH_KEY;
    }

    private static byte[] hmac(String time, @Nullable String key, byte[] body, String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            String before = key == null ? time + "." : WITH_KEY + "." + time + "." + key + "\n";
            mac.update(before.getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has HmacSHA256", e);
        }
    }
}
