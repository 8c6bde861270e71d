package com.promptmanage.service.http;

import java.util.regex.Pattern;

/**
 * Texts on one line that people read, such as names. One with a control character breaks the line that it stands in, and one that
 * turns the direction of writing changes how what stands beside it is read: both pass a name for another.
 */
public final class ShownText {

    /** Controls, breaks of lines, the mark of byte order, and what embeds, overrides or isolates a direction. */
    private static final Pattern DECEIVING =
            Pattern.compile("[\\p{Cc}\\u2028\\u2029\\uFEFF\\u202A-\\u202E\\u2066-\\u2069]+");

    private ShownText() {}

    public static boolean isPlain(String text) {
        return !DECEIVING.matcher(text).find();
    }

    /**
     * Whether something may be called so: plain, and of so many characters. A character is a code point, as for PostgreSQL and for a
     * schema that is published: beyond the first plane Java counts two for it.
     */
    public static boolean isName(String text, int charactersMin, int charactersMax) {
        int characters = characters(text);
        return characters >= charactersMin && characters <= charactersMax && isPlain(text);
    }

    /** How many code points it has. */
    public static int characters(String text) {
        return text.codePointCount(0, text.length());
    }

    /** With a blank in the place of what is not plain, and none at its ends. */
    public static String plain(String text) {
        return DECEIVING.matcher(text).replaceAll(" ").strip();
    }
}
