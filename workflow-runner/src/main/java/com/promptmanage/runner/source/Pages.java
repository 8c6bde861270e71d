package com.promptmanage.runner.source;

import com.promptmanage.service.http.Faults;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** @param after the key of the last that the page before had; null for the first page */
record Pages(@Nullable String after, int limit) {

    private static final int LIMIT_DEFAULT = 50;

    private static final int LIMIT_MAX = 200;

    static Pages of(Context ctx) {
        var faults = new Faults();
        @Nullable String cursor = ctx.queryParam("cursor");
        @Nullable String after = null;
        if (cursor != null) {
            try {
                after = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                faults.add(
                        "cursor", "is not one of ours", "Send nextCursor as it came, or nothing for the first page.");
            }
        }
        int limit = LIMIT_DEFAULT;
        @Nullable String text = ctx.queryParam("limit");
        if (text != null) {
            limit = text.matches("\\d{1,3}") ? Integer.parseInt(text) : 0;
            if (limit < 1 || limit > LIMIT_MAX) {
                faults.add("limit", "is not a number from 1 to " + LIMIT_MAX, "Send one, or leave it out.");
            }
        }
        faults.check();
        return new Pages(after, limit);
    }

    static String cursor(String key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }
}
