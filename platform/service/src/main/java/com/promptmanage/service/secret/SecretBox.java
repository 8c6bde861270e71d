package com.promptmanage.service.secret;

import com.promptmanage.service.secret.SecretKeys.KnownKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Encrypts with AES-256-GCM. What comes out is a text, {@code v1.<key id>.<nonce and ciphertext>}, that says by itself which key
 * it needs, and opens only in the place that it was sealed for: the place is authenticated with it, so that who can write to a
 * table cannot have one secret read as another.
 *
 * <p>Nonces are random, of 96 bits; one key is good for four billion secrets.
 *
 * <p>Safe for use by several threads.
 */
public final class SecretBox {

    private static final String VERSION = "v1";

    private static final String CIPHER = "AES/GCM/NoPadding";

    private static final int NONCE_BYTES = 12;

    private static final int TAG_BITS = 128;

    private final KnownKey current;

    private final Map<String, KnownKey> byId;

    private final SecureRandom random = new SecureRandom();

    public SecretBox(SecretKeys keys) {
        this.current = keys.keys().getFirst();
        this.byId = keys.keys().stream().collect(Collectors.toUnmodifiableMap(KnownKey::id, Function.identity()));
    }

    /**
     * @param place where the secret is kept, for example a table, column and row; the same is needed to open it
     */
    public String seal(String place, String secret) {
        var nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed =
                    cipher(Cipher.ENCRYPT_MODE, current, nonce, place).doFinal(secret.getBytes(StandardCharsets.UTF_8));
            byte[] whole = ByteBuffer.allocate(NONCE_BYTES + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array();
            return VERSION + "." + current.id() + "."
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(whole);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has AES-GCM", e);
        }
    }

    /** @throws UnreadableSecretException if its key is not here, it was changed, or was sealed for another place */
    public String open(String place, String sealed) {
        String[] parts = sealed.split("\\.", -1);
        if (parts.length != 3 || !parts[0].equals(VERSION)) {
            throw new UnreadableSecretException("%s holds what is not a sealed secret".formatted(place), null);
        }
        KnownKey key = byId.get(parts[1]);
        if (key == null) {
            throw new UnreadableSecretException(
                    "%s is sealed with key '%s', which is not in PM_SECRET_KEYS".formatted(place, parts[1]), null);
        }
        try {
            ByteBuffer whole = ByteBuffer.wrap(Base64.getUrlDecoder().decode(parts[2]));
            var nonce = new byte[Math.min(NONCE_BYTES, whole.remaining())];
            whole.get(nonce);
            var rest = new byte[whole.remaining()];
            whole.get(rest);
            return new String(cipher(Cipher.DECRYPT_MODE, key, nonce, place).doFinal(rest), StandardCharsets.UTF_8);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new UnreadableSecretException(
                    "%s does not open: it was changed, or sealed for another place".formatted(place), e);
        }
    }

    /** Whether it is sealed with another key than the one that seals now, so that it should be sealed anew. */
    public boolean isOld(String sealed) {
        return !sealed.startsWith(VERSION + "." + current.id() + ".");
    }

    private static Cipher cipher(int mode, KnownKey key, byte[] nonce, String place) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, key.key(), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD((VERSION + "." + key.id() + "." + place).getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
