package com.promptmanage.service.secret;

import com.promptmanage.service.settings.Settings;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys that secrets are encrypted with. The first encrypts; all decrypt, so that a new key is put before the others, and
 * an old one goes once nothing is encrypted with it any more.
 */
public record SecretKeys(List<KnownKey> keys) {

    /** Of AES-256. */
    private static final int LENGTH_BYTES = 32;

    private static final Pattern KEY = Pattern.compile("([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]{43}=)");

    /** @param id is written beside what is encrypted; never used twice for different keys */
    record KnownKey(String id, SecretKey key) {

        @Override
        public String toString() {
            return "KnownKey[" + id + "]";
        }
    }

    public SecretKeys {
        keys = List.copyOf(keys);
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("there must be a key");
        }
    }

    /** {@code PM_SECRET_KEYS}: {@code <id>:<32 bytes in base64>}, several separated by commas. */
    public static SecretKeys from(Settings settings) {
        List<KnownKey> keys = new ArrayList<>();
        var ids = new HashSet<String>();
        List<String> given = settings.list("SECRET_KEYS", List.of());
        for (String text : given) {
            Matcher parts = KEY.matcher(text);
            // What is wrong is told without repeating it.
            if (!parts.matches()) {
                settings.require(
                        false,
                        "PM_SECRET_KEYS: one is not <id>:<32 bytes in base64>; make one by: openssl rand -base64 32");
            } else if (!ids.add(parts.group(1))) {
                settings.require(false, "PM_SECRET_KEYS: the id '%s' is there twice".formatted(parts.group(1)));
            } else {
                keys.add(key(parts.group(1), Base64.getDecoder().decode(parts.group(2))));
            }
        }
        settings.require(
                !given.isEmpty(),
                "PM_SECRET_KEYS: missing; set it to <id>:<32 bytes in base64>, made by: openssl rand -base64 32");
        // Never used: the settings are refused.
        return keys.isEmpty() ? new SecretKeys(List.of(key("none", new byte[LENGTH_BYTES]))) : new SecretKeys(keys);
    }

    /** One key. */
    public static SecretKeys of(String id, byte[] key) {
        return new SecretKeys(List.of(key(id, key)));
    }

    /**
     * These, and behind them others that still open what they have sealed.
     *
     * @throws IllegalArgumentException if an id stands for two keys
     */
    public SecretKeys followedBy(SecretKeys others) {
        var all = new ArrayList<KnownKey>(keys);
        for (KnownKey other : others.keys()) {
            Optional<KnownKey> same =
                    keys.stream().filter(one -> one.id().equals(other.id())).findFirst();
            if (same.isEmpty()) {
                all.add(other);
            } else if (!same.get().key().equals(other.key())) {
                throw new IllegalArgumentException(
                        "PM_SECRET_KEYS: the id '%s' stands for another key already: choose another id"
                                .formatted(other.id()));
            }
        }
        return new SecretKeys(all);
    }

    private static KnownKey key(String id, byte[] bytes) {
        if (bytes.length != LENGTH_BYTES) {
            throw new IllegalArgumentException("a key has 32 bytes, got " + bytes.length);
        }
        return new KnownKey(id, new SecretKeySpec(bytes, "AES"));
    }
}
