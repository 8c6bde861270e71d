package com.promptmanage.runner.call;

import java.util.regex.Pattern;

/** JSON as a column of the type {@code jsonb} takes it. */
public final class JsonbText {

    /** With an even number of backslashes before it: behind an odd one stand letters and digits, not a character. */
    private static final Pattern ZERO = Pattern.compile("(?<!\\\\)((?:\\\\\\\\)*+)\\\\u0000");

    private JsonbText() {}

    /** The JSON without the zero characters in its texts, which PostgreSQL does not hold. */
    public static String of(String json) {
        return json.contains("\\u0000") ? ZERO.matcher(json).replaceAll("$1") : json;
    }
}
