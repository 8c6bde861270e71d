package com.promptmanage.query.request;

import com.promptmanage.service.http.Faults;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a list a request asks for.
 *
 * @param after the key of the last element of the page before, which the cursor carries; null for the first page
 * @param limit how many at most
 */
public record Paging(@Nullable String after, int limit) {

    private static final int LIMIT_MAX = 200;

    private static final int LIMIT_DEFAULT = 50;

    private static final int CURSOR_MAX = 1024;

    /** What a page of a list is answered as, besides the list itself. */
    public record Page<T>(List<T> elements, @Nullable String nextCursor) {}

    public static Paging read(Context ctx, Faults faults) {
        return new Paging(cursor(ctx.queryParam("cursor"), faults), limit(ctx.queryParam("limit"), faults));
    }

    /** How many to look for: one more than is asked tells whether there is another page. */
    public int wanted() {
        return limit + 1;
    }

    /**
     * @param found what was found, {@link #wanted} at most
     * @param key of an element, by which the list is ordered
     */
    public <T> Page<T> page(List<T> found, Function<T, String> key) {
        List<T> page = found.subList(0, Math.min(limit, found.size()));
        return new Page<>(page, found.size() <= limit ? null : cursor(key.apply(page.getLast())));
    }

    private static String cursor(String key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable String cursor(@Nullable String text, Faults faults) {
        if (text == null) {
            return null;
        }
        try {
            String key = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
            // A text with a zero is none that PostgreSQL takes.
            if (text.length() <= CURSOR_MAX && key.indexOf('\0') < 0) {
                return key;
            }
        } catch (IllegalArgumentException e) {
            // Told below, as what is none of ours for another reason.
        }
        faults.add("cursor", "is not one of ours", "Send nextCursor as it came, or nothing for the first page.");
        return null;
    }

    private static int limit(@Nullable String text, Faults faults) {
        if (text == null) {
            return LIMIT_DEFAULT;
        }
        if (text.matches("\\d{1,3}")) {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= LIMIT_MAX) {
                return limit;
            }
        }
        faults.add("limit", "is not a length of a page", "Send 1 to %d.".formatted(LIMIT_MAX));
        return LIMIT_DEFAULT;
    }
}
