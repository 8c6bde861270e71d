package com.promptmanage.runner.trigger;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A call signed as Standard Webhooks has it: {@code v1,<base64>} of the HMAC-SHA256 of {@code <id>.<seconds>.<body>}, keyed with what
 * the secret's Base64 stands for. The id is signed too: what someone has overheard cannot be sent again under another one.
 *
 * @param id of the message, the same however often it is sent
 * @param timestamp seconds since 1970
 * @param signatures several with a space between them, when the sender changes its secret
 */
public record StandardSignature(
        String id, @Nullable String timestamp, @Nullable String signatures) {

    /** The headers. */
    public static final String ID = "webhook-id";

    public static final String TIMESTAMP = "webhook-timestamp";

    public static final String SIGNATURE = "webhook-signature";

    private static final int ID_CHARS_MAX = 256;

    private static final int SIGNATURES_CHARS_MAX = 1_000;

    private static final String SECRET_PREFIX = "whsec_";

    private static final String VERSION_PREFIX = "v1,";

    /** Whether the body, to the byte, was signed with one of the secrets under this id, and lately. */
    public boolean isGood(byte[] body, List<String> secrets, Instant now) {
        if (id.isBlank()
                || id.length() > ID_CHARS_MAX
                || timestamp == null
                || !timestamp.matches("\\d{1,12}")
                || signatures == null
                || signatures.length() > SIGNATURES_CHARS_MAX) {
            return false;
        }
        Duration off = Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), now)
                .abs();
        if (off.compareTo(HookSignature.TOLERANCE) > 0) {
            return false;
        }
        boolean good = false;
        for (String secret : secrets) {
            Optional<byte[]> key =
                    decoded(secret.startsWith(SECRET_PREFIX) ? secret.substring(SECRET_PREFIX.length()) : secret);
            byte[] expected = key.map(bytes -> hmac(bytes, body)).orElse(new byte[0]);
            for (String signature : signatures.split(" ", -1)) {
                boolean isKnown = key.isPresent() && signature.startsWith(VERSION_PREFIX);
                good |= isKnown
                        && MessageDigest.isEqual(
                                expected,
                                decoded(signature.substring(VERSION_PREFIX.length()))
                                        .orElse(new byte[0]));
            }
        }
        return good;
    }

    /** As a sender writes it. */
    public static String sign(String id, Instant now, byte[] body, String secret) {
        byte[] key = decoded(secret.substring(SECRET_PREFIX.length()))
                .orElseThrow(() -> new IllegalArgumentException("the secret is not in Base64"));
        var unsigned = new StandardSignature(id, Long.toString(now.getEpochSecond()), null);
        return VERSION_PREFIX + Base64.getEncoder().encodeToString(unsigned.hmac(key, body));
    }

    private byte[] hmac(byte[] key, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update("%s.%s.".formatted(id, timestamp).getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has HmacSHA256", e);
        }
    }

    /** Of either alphabet: secrets that were made earlier are for addresses. Empty if it is nothing, or not Base64. */
    private static Optional<byte[]> decoded(String base64) {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64.replace('-', '+').replace('_', '/'));
            return bytes.length == 0 ? Optional.empty() : Optional.of(bytes);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
