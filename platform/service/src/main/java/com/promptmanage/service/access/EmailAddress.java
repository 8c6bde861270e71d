package com.promptmanage.service.access;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** E-mail addresses as people are known by: in lower case, and of the plain kind that every mail server takes. */
public final class EmailAddress {

    static final int LENGTH_MAX = 254;

    /** As browsers check it, with a domain of at least two labels. */
    private static final Pattern PLAIN = Pattern.compile("[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
            + "@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+");

    private EmailAddress() {}

    /** @return in lower case, without blanks around; nothing if it is not one */
    public static Optional<String> parse(String text) {
        String address = text.strip().toLowerCase(Locale.ROOT);
        return address.length() <= LENGTH_MAX && PLAIN.matcher(address).matches()
                ? Optional.of(address)
                : Optional.empty();
    }
}
