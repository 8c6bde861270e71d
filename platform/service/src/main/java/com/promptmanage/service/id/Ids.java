package com.promptmanage.service.id;

import java.security.SecureRandom;
import java.time.Clock;

/**
 * New ids: a prefix that says what it is, then 26 characters of which the first ten tell the time, so that ids of one
 * kind sort by age and stay close together in an index. The last 80 bits are random.
 *
 * <p>Other ids are ids too: those that someone chose by hand, such as {@code team_demo}. Nothing may read meaning out of
 * an id.
 */
public final class Ids {

    /** Crockford's base 32: no letter that looks like another or like a digit. */
    private static final char[] DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();

    private static final int TIME_DIGITS = 10;

    private static final int RANDOM_DIGITS = 16;

    private final Clock clock;

    private final SecureRandom random = new SecureRandom();

    public Ids(Clock clock) {
        this.clock = clock;
    }

    /** @param prefix lower case, without underscore, for example {@code team} */
    public String next(String prefix) {
        var id = new StringBuilder(prefix.length() + 1 + TIME_DIGITS + RANDOM_DIGITS)
                .append(prefix)
                .append('_');
        long millis = clock.millis();
        for (int digit = TIME_DIGITS - 1; digit >= 0; digit--) {
            id.append(DIGITS[(int) (millis >>> (5 * digit)) & 31]);
        }
        // At once: each call of the generator takes its lock.
        var bits = new byte[RANDOM_DIGITS];
        random.nextBytes(bits);
        for (int digit = 0; digit < RANDOM_DIGITS; digit++) {
            id.append(DIGITS[bits[digit] & 31]);
        }
        return id.toString();
    }
}
