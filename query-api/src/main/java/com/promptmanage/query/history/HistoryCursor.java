package com.promptmanage.query.history;

import com.promptmanage.query.history.HistoryOrder.By;
import com.promptmanage.query.history.UsageHistory.Place;
import com.promptmanage.service.http.Faults;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Places of the history as text. Of another order than the newest first, the text names the order, so that no other takes
 * it.
 */
final class HistoryCursor {

    private static final Pattern FORM = Pattern.compile(
            "(-?[0-9a-z]{1,11})-([0-9a-z]{1,12})(?:\\.([a-z_]{1,14}\\.(?:asc|desc))\\.([A-Za-z0-9_-]{0,2048}))?");

    /** What PostgreSQL and RFC 3339 have years for, in ms since 1970. */
    private static final long TIME_MAX =
            Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

    private HistoryCursor() {}

    static String write(Place place, HistoryOrder order) {
        String moment = Long.toString(place.time().toEpochMilli(), Character.MAX_RADIX)
                + "-"
                + Long.toString(place.number(), Character.MAX_RADIX);
        return order.equals(HistoryOrder.NEWEST_FIRST)
                ? moment
                : "%s.%s.%s"
                        .formatted(
                                moment,
                                code(order),
                                Base64.getUrlEncoder()
                                        .withoutPadding()
                                        .encodeToString(place.value().getBytes(StandardCharsets.UTF_8)));
    }

    /** @return null if there is none, or a fault with it */
    static @Nullable Place read(@Nullable String text, HistoryOrder order, Faults faults) {
        if (text == null) {
            return null;
        }
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            faults.add("cursor", "is not one of ours", "Send nextCursor as it came, or nothing for the first page.");
            return null;
        }
        String written = parts.group(3) == null ? code(HistoryOrder.NEWEST_FIRST) : parts.group(3);
        if (!written.equals(code(order))) {
            faults.add(
                    "cursor",
                    "is of another order",
                    "Send the sort and order that it came with, or no cursor for the first page.");
            return null;
        }
        try {
            return place(parts, order.by());
        } catch (IllegalArgumentException e) {
            faults.add("cursor", "is not one of ours", "Send nextCursor as it came, or nothing for the first page.");
            return null;
        }
    }

    private static Place place(Matcher parts, By by) {
        long ms = Long.parseLong(parts.group(1), Character.MAX_RADIX);
        String value = parts.group(4) == null
                ? ""
                : new String(Base64.getUrlDecoder().decode(parts.group(4)), StandardCharsets.UTF_8);
        if (Math.abs(ms) > TIME_MAX || value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("nothing has this place");
        }
        return new Place(
                Instant.ofEpochMilli(ms),
                Long.parseLong(parts.group(2), Character.MAX_RADIX),
                by.isNumber() ? Long.toString(Long.parseLong(value)) : value);
    }

    private static String code(HistoryOrder order) {
        return order.by().code() + (order.isAscending() ? ".asc" : ".desc");
    }
}
