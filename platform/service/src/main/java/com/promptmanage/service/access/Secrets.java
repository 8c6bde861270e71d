package com.promptmanage.service.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.zip.CRC32;

/**
 * Secrets that programs carry: a prefix that says what it is, 30 random characters of 62 (178 bits), and 6 that check the
 * rest, so that a mistyped or cut one is refused without a look into the database, and a scanner can tell ours.
 */
final class Secrets {

    static final String KEY_PREFIX = "pm_";

    static final String SESSION_PREFIX = "pms_";

    private static final char[] DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".toCharArray();

    private static final int RANDOM_LENGTH = 30;

    private static final int CHECK_LENGTH = 6;

    private static final SecureRandom RANDOM = new SecureRandom();

    private Secrets() {}

    static String make(String prefix) {
        var secret = new StringBuilder(prefix);
        for (int i = 0; i < RANDOM_LENGTH; i++) {
            secret.append(DIGITS[RANDOM.nextInt(DIGITS.length)]);
        }
        return secret.append(checkOf(secret.toString())).toString();
    }

    /** Whether it could be one of ours. */
    static boolean isWhole(String prefix, String secret) {
        int checked = secret.length() - CHECK_LENGTH;
        return secret.startsWith(prefix)
                && checked == prefix.length() + RANDOM_LENGTH
                && checkOf(secret.substring(0, checked)).equals(secret.substring(checked));
    }

    /** Whether something that could be one of ours stands anywhere in a text. */
    static boolean isIn(String prefix, String text) {
        int length = prefix.length() + RANDOM_LENGTH + CHECK_LENGTH;
        for (int at = text.indexOf(prefix); at >= 0; at = text.indexOf(prefix, at + 1)) {
            if (at + length <= text.length() && isWhole(prefix, text.substring(at, at + length))) {
                return true;
            }
        }
        return false;
    }

    /** What is kept of it. */
    static byte[] hash(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    private static String checkOf(String text) {
        var crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        long rest = crc.getValue();
        var digits = new char[CHECK_LENGTH];
        for (int i = CHECK_LENGTH - 1; i >= 0; i--) {
            digits[i] = DIGITS[(int) (rest % DIGITS.length)];
            rest /= DIGITS.length;
        }
        return new String(digits);
    }
}
