package com.promptmanage.query.budget;

import com.promptmanage.service.http.Faults;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list that is in the order of ids.
 *
 * @param afterId the last id of the page before; null for the first page
 */
record Page(@Nullable String afterId, int limit) {

    private static final int LIMIT_MAX = BudgetTable.BUDGETS_MAX;

    /** Nothing that is not written, nor what stands for bytes that are no text. */
    private static final Pattern ID = Pattern.compile("[^\\p{Cntrl}\uFFFD]+");

    static Page read(Context ctx) {
        var faults = new Faults();
        var page = new Page(cursor(ctx.queryParam("cursor"), faults), limit(ctx.queryParam("limit"), faults));
        faults.check();
        return page;
    }

    boolean isAfterCursor(BudgetTable.Kept kept) {
        return afterId == null || kept.budget().id().compareTo(afterId) > 0;
    }

    /** @param found one more than the limit if there is another page */
    @Nullable
    String next(List<BudgetTable.Kept> found) {
        return found.size() <= limit
                ? null
                : Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(found.get(limit - 1).budget().id().getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable String cursor(@Nullable String text, Faults faults) {
        if (text == null) {
            return null;
        }
        try {
            String id = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
            if (ID.matcher(id).matches()) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            // Told below, as what is none of ours for another reason.
        }
        faults.add("cursor", "is not one of ours", "Send nextCursor as it came, or nothing for the first page.");
        return null;
    }

    private static int limit(@Nullable String text, Faults faults) {
        if (text == null) {
            return LIMIT_MAX;
        }
        if (text.matches("\\d{1,3}")) {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= LIMIT_MAX) {
                return limit;
            }
        }
        faults.add("limit", "is not a number of budgets", "Send 1 to %d.".formatted(LIMIT_MAX));
        return LIMIT_MAX;
    }
}
