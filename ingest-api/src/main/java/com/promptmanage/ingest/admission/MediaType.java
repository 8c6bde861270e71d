package com.promptmanage.ingest.admission;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a body says it is.
 *
 * @param name in lower case, without parameters; {@code application/json} if the request does not say
 * @param isUtf8 false if it says that it is in another encoding
 */
public record MediaType(String name, boolean isUtf8) {

    private static final MediaType UNTOLD = new MediaType("application/json", true);

    /** Reads the header {@code Content-Type}, as it came: the web server fails on an encoding that has no valid name. */
    public static MediaType of(@Nullable String contentType) {
        if (contentType == null) {
            return UNTOLD;
        }
        String[] parts = contentType.toLowerCase(Locale.ROOT).split(";", -1);
        boolean utf8 = true;
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].replace("\"", "").replace(" ", "");
            utf8 &= !parameter.startsWith("charset=") || parameter.equals("charset=utf-8");
        }
        return new MediaType(parts[0].strip(), utf8);
    }
}
