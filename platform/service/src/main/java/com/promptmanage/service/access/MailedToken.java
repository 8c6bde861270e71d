package com.promptmanage.service.access;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/** The secret of a link that is mailed: 32 random bytes, of which only the SHA-256 is kept. */
public final class MailedToken {

    private static final int BYTES = 32;

    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{43}");

    private static final SecureRandom RANDOM = new SecureRandom();

    private MailedToken() {}

    public static String make() {
        var bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Whether it could be one of ours. */
    public static boolean isOne(String text) {
        return FORM.matcher(text).matches();
    }

    /** What is kept of it. */
    public static byte[] hash(String token) {
        return Secrets.hash(token);
    }
}
